import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { digest } from "../compile/hash.ts";
import { DataError, didYouMean } from "../errors.ts";
import { openFolder } from "../node.ts";
import { writeText, type Files } from "../storage/files.ts";
import { CHECKPOINT_FILE } from "../storage/checkpoint.ts";
import { RUN_FILE } from "../storage/run-folder.ts";
import { batchOfSetting } from "../studies/batch.ts";
import { Parts, refuseUsed, STUDY_FILE, type StudyFacts } from "../studies/parts.ts";
import { runBuilt } from "../studies/run-network.ts";
import { chosenSettings, clipped, settingsOf } from "../studies/schema.ts";
import type { Built, Given, NetworkStudy, Result, Study, StudyContext } from "../studies/study.ts";
import { chooseEngine } from "./engine.ts";
import { writeSummary } from "./summary.ts";
import { onInterrupt } from "./interrupt.ts";
import { fromModule } from "./module.ts";
import { batchOf, changesOf, seedOf, settingsTable, type RunOptions } from "./options.ts";
import { ProgressLine } from "./progress.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Exit code when results are written and a figure could not be drawn. */
const NO_FIGURE = 3;

/** What the command line says of a run, whatever runs. */
export interface Invocation {
  readonly options: RunOptions;
  /** Its words, to say how to go on. */
  readonly words: readonly string[];
  /** Of hillock. */
  readonly version: string;
  /** The command that goes on with it; left out, this one with --resume. */
  readonly again?: string;
  /** Told how far the run is, for who runs many. */
  readonly watch?: (part: string, done: number) => void;
}

/** Something to run into a folder. */
interface Job extends Given {
  readonly name: string;
  readonly run: (context: StudyContext) => Promise<Result>;
  /** What a study of many runs is resumed by; one run checks its own folder. */
  readonly facts?: Pick<StudyFacts, "study" | "settings">;
  readonly continues?: boolean;
}

/** `hillock run <study>`. @param own  the value of an option that the user gave, by name  @returns the exit code */
export async function runStudy(
  study: Study,
  preset: string | undefined,
  own: (name: string) => unknown,
  how: Invocation,
): Promise<number> {
  const { options } = how;
  const base = preset === undefined ? {} : study.presets?.get(preset);
  if (base === undefined) throw new DataError(`${study.name} ${clipped(preset ?? "")}`, "is not a preset", didYouMean(clipped(preset ?? ""), study.presets?.keys() ?? [])); // prettier-ignore
  const changes = changesOf(study, options, own);
  const chosen = (...more: [string, string][]) =>
    chosenSettings(study.name, study.settings, [...changes, ...more], base);
  const settings = chosen();
  if (options.settings) {
    say(settingsTable(study, settings));
    return 0;
  }
  const given: Given = { seed: seedOf(options.seed, study.defaultSeed), files: await filesOf(study, own) };
  if ("build" in study) {
    const built = await builtOf(study, options, given, chosen);
    return execute(networkJob(study.name, built, given, how), how);
  }
  if (options.batch !== undefined) throw new DataError(`${study.name} --batch`, "does not apply to a study of many runs", "Run it once for each value with --set"); // prettier-ignore
  study.check?.(settings, given);
  const free = new Set([...settingsOf(study.settings).values()].filter((s) => s.free).map((s) => s.path));
  const facts = {
    study: study.name,
    settings: Object.fromEntries(Object.entries(settings).filter(([name]) => !free.has(name))),
  };
  const continues = study.continues?.(settings) ?? false;
  return execute({ name: study.name, ...given, facts, continues, run: (context) => study.run(settings, context) }, how);
}

/** `hillock run <module>` */
export async function runModule(path: string, how: Invocation): Promise<number> {
  const built = await fromModule(path, how.options);
  return execute(networkJob(path, built, { seed: built.network.seed, files: new Map() }, how), how);
}

const networkJob = (name: string, built: Built, given: Given, { words, version }: Invocation): Job => {
  const about = { command: words, hillock: version, node: process.version };
  return { name, ...given, run: (context) => runBuilt(name, built, about, context) };
};

function builtOf(
  study: NetworkStudy,
  { batch }: RunOptions,
  given: Given,
  chosen: (...more: [string, string][]) => Record<string, unknown>,
): Promise<Built> {
  const { path, values } = batch === undefined ? { path: "", values: [] } : batchOf(batch, given.seed);
  const build = (value?: number): Promise<Built> =>
    study.build(value === undefined ? chosen() : chosen([path, String(value)]), given);
  if (settingsOf(study.settings).has(path)) return batchOfSetting(path, values, build);
  return build().then((built) => {
    if (batch !== undefined) built.network.vary(path, values);
    return built;
  });
}

async function filesOf({ files = new Map() }: Study, own: (name: string) => unknown): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for (const name of files.keys()) {
    const path = own(name);
    if (typeof path !== "string") continue;
    const text = await readFile(path, "utf8").catch((error: Error) => {
      throw new DataError(clipped(path), `cannot be read (${clipped(error.message)})`, "Check the path");
    });
    contents.set(name, text);
  }
  return contents;
}

/** Runs a job into its folder: results first, then figures. */
async function execute(job: Job, how: Invocation): Promise<number> {
  const { options } = how;
  const { resume = false, force = false } = options;
  const { facts, continues = false, name, seed, files: texts } = job;
  const out = options.out ?? defaultFolder(name, resume || continues);
  const files = await openFolder(out);
  await files.prepare();
  await refuseUsed(files, { resume, force, continues });
  const chosen = await chooseEngine(options.engine, options.adapter, options.threads);
  const adapter = chosen.opened?.info.description ?? "";
  const unlock = facts && (await files.lock("study.lock")); // one run locks its own folder
  const line = new ProgressLine(process.stderr);
  const tell = (text: string): void => {
    line.clear();
    say(text);
  };
  const began = performance.now();
  try {
    say(`${name} on ${chosen.said}`);
    const digests = Object.fromEntries([...texts].map(([file, text]) => [file, digest(text)]));
    const whole = facts && { ...facts, seed, files: digests, engine: chosen.kind, adapter };
    const parts = whole && (await Parts.open(files, whole, { resume, force, continues }, tell));
    const result = await interruptible((signal) =>
      job.run({
        seed, files: texts, engine: chosen.kind, device: chosen.opened?.device, adapter, out: files, resume, force, signal,
        folder: (below) => folderBelow(out, below), keep: parts?.keep ?? ((_, compute) => compute()), say: tell,
        progress: (part, done, simulated) => {
          line.show(part, done, simulated);
          how.watch?.(part, done);
        },
      }),
    ); // prettier-ignore
    line.clear();
    if (typeof result === "number") {
      say(`Stopped; everything finished is in ${out}. Go on with: hillock ${how.again ?? `run ${commandLine(how.words, options.out === undefined ? out : undefined)}`}`); // prettier-ignore
      return result;
    }
    await writeText(files, "summary.txt", `${result.text}\n`);
    const made = { engine: chosen.kind, adapter, hillock: how.version };
    await writeSummary(files, { study: name.replace(/^.*[\\/]/, ""), seed, ...made, values: result.values });
    say(`\n${result.text}\n`);
    say(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s; results in ${out}`);
    return options.figures ? await draw(result, files) : 0;
  } finally {
    line.clear();
    chosen.opened?.device.destroy();
    await unlock?.();
  }
}

async function folderBelow(out: string, below: string): Promise<Files> {
  const files = await openFolder(join(out, below));
  await files.prepare();
  return files;
}

/** Runs until done, or until the user stops it. @returns the exit code of a stopped one instead of a result */
async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T | number> {
  const interrupted = onInterrupt("stopping after this submit");
  try {
    return await run(interrupted.signal);
  } catch (error) {
    const { signal, code } = interrupted;
    if (!signal.aborted || error !== signal.reason) throw error;
    return code;
  } finally {
    interrupted.done();
  }
}

/** Draws what can be drawn; the results are written already. @returns the exit code */
async function draw(result: Result, files: Files): Promise<number> {
  const { toPng } = await import("../plot/png.ts");
  const drawn: string[] = [];
  let code = 0;
  const tried = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      code = NO_FIGURE;
      process.stderr.write(
        `${what} could not be drawn: ${(error as Error).message}\nThe results are in ${files.where}.\n`,
      );
    }
  };
  await tried("the figures", async () => {
    for (const { name, svg } of await result.figures()) {
      await tried(`figure ${name}`, async () => {
        const text = await svg();
        await writeText(files, `${name}.svg`, text);
        await files.write(`${name}.png`, toPng(text));
        drawn.push(join(files.where, `${name}.png`));
      });
    }
  });
  if (drawn.length > 0) say(`figures (PNG and SVG): ${drawn.join(", ")}`);
  return code;
}

/** This command with --resume. @param out  the folder, where it was not given */
function commandLine(words: readonly string[], out: string | undefined): string {
  const given = words.filter((word) => word !== "--resume" && word !== "--force");
  const all = [...given, ...(out === undefined ? [] : ["--out", out]), "--resume"];
  return all.map((word) => (/^[\w./=,:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** out/<study>, or the next number that is free; to go on, the last one that is there. */
function defaultFolder(name: string, last: boolean): string {
  const base = join("out", name.replace(/^.*[\\/]/, "").replace(/\.(m?[jt]s|json)$/, ""));
  const numbered = (k: number): string => (k === 1 ? base : `${base}-${k}`);
  const taken = (k: number): boolean =>
    [RUN_FILE, STUDY_FILE, CHECKPOINT_FILE].some((file) => existsSync(join(numbered(k), file)));
  let k = 1;
  while (taken(k)) k++;
  return numbered(last && k > 1 ? k - 1 : k);
}
