import { join } from "node:path";
import { DataError } from "../errors.ts";
import type { Study } from "../studies/study.ts";
import type { Settings } from "../studies/experiment.ts";
import { openFolder } from "../node.ts";
import { encode } from "../storage/files.ts";
import { chooseEngine } from "./engine.ts";
import { onInterrupt } from "./interrupt.ts";
import type { RunCommandOptions } from "./main.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs a study into a folder, with progress and interrupt. @returns the exit code */
export async function runStudy(
  study: Study,
  settings: Settings,
  given: { readonly seed: number; readonly files: Readonly<Record<string, string>>; readonly out: string },
  options: RunCommandOptions,
): Promise<number> {
  const unfit = (["batch", "duration", "chunk"] as const).find((name) => options[name] !== undefined);
  if (unfit !== undefined)
    throw new DataError(
      `${study.name} --${unfit}`,
      "does not apply to a study of many runs",
      "Use --set; see --settings",
    );
  const out = await openFolder(given.out);
  await out.prepare();
  const chosen = await chooseEngine(options.engine, options.adapter);
  const device = chosen.opened?.device;
  const interrupted = onInterrupt("stopping");
  const begin = performance.now();
  const figures: string[] = [];
  const progress = progressLine(process.stderr);
  try {
    say(`${study.name} on ${chosen.said}`);
    const text = await study.run(settings, {
      seed: given.seed,
      files: given.files,
      engine: chosen.kind,
      device,
      out,
      folder: async (name) => openFolder(join(given.out, name)),
      say: (line) => {
        progress.clear();
        say(line);
      },
      progress: progress.show,
      draw: async ({ name, svg }) => {
        if (!options.figures) return;
        const { toPng } = await import("../plot/png.ts");
        await out.write(`${name}.svg`, encode(svg));
        await out.write(`${name}.png`, toPng(svg));
        figures.push(`${name}.png`);
      },
      signal: interrupted.signal,
      force: options.force ?? false,
    });
    progress.clear();
    await out.write("summary.txt", encode(`${text}\n`));
    say(`\n${text}\n`);
    say(`${study.name}: ${((performance.now() - begin) / 1000).toFixed(1)} s; results in ${given.out}`);
    if (figures.length > 0) say(`figures (PNG and SVG): ${figures.map((file) => join(given.out, file)).join(", ")}`);
    return 0;
  } catch (error) {
    if (!interrupted.signal.aborted || error !== interrupted.signal.reason) throw error;
    progress.clear();
    say(`Stopped. Steps that had finished have left their files in ${given.out}.`);
    return interrupted.code;
  } finally {
    interrupted.done();
    device?.destroy();
  }
}

/** One line that is written over on a terminal; elsewhere a line per part. */
function progressLine(stream: NodeJS.WriteStream): { show: (part: string, done: number) => void; clear: () => void } {
  let last = "";
  let open = false;
  return {
    show: (part, done) => {
      if (stream.isTTY) {
        stream.write(`\r\x1b[K${String(Math.round(100 * done)).padStart(3)} %  ${part}`);
        open = true;
      } else if (part !== last) stream.write(`${part}\n`);
      last = part;
    },
    clear: () => {
      if (open) stream.write("\r\x1b[K");
      open = false;
    },
  };
}
