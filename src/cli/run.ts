import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DataError, didYouMean } from "../errors.ts";
import { EXPERIMENTS, STUDIES } from "../studies/index.ts";
import { applyBatch, paths, withSettings, type Built, type Experiment, type Settings } from "../studies/experiment.ts";
import type { Study } from "../studies/study.ts";
import { Network } from "../network/network.ts";
import { openFolder } from "../node.ts";
import type { Chunk } from "../run/chunk.ts";
import { loadRun } from "../storage/load-run.ts";
import { recordRun, RUN_FILE } from "../storage/run-folder.ts";
import { simulate, type Simulation } from "../run/simulate.ts";
import { ms, seconds } from "../units.ts";
import { chooseEngine, type ChosenEngine } from "./engine.ts";
import { onInterrupt } from "./interrupt.ts";
import type { RunCommandOptions } from "./main.ts";
import { progressBar } from "./progress.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `hillock run`: builds, simulates into a folder, prints the summary, draws the figures. @returns the exit code */
export async function runCommand(
  name: string,
  preset: string | undefined,
  options: RunCommandOptions,
  version: string,
): Promise<number> {
  if (/\.m?[jt]s$/.test(name)) return execute(name, await fromModule(name, options), options, version);
  const loadStudy = STUDIES[name];
  if (loadStudy !== undefined) return fromStudy((await loadStudy()) as unknown as Study, preset, options);
  const load = EXPERIMENTS[name];
  if (load === undefined) {
    throw new DataError(
      `experiment "${name}"`,
      "does not exist",
      `${didYouMean(name, [...Object.keys(EXPERIMENTS), ...Object.keys(STUDIES)])}. Or give the path of a .mjs file`,
    );
  }
  const experiment = (await load()) as unknown as Experiment;
  if (options.settings) {
    showSettings(experiment);
    return 0;
  }
  return execute(name, await fromExperiment(experiment, preset, options), options, version);
}

async function fromExperiment(
  experiment: Experiment,
  preset: string | undefined,
  options: RunCommandOptions,
): Promise<Built> {
  const { settings, ...build } = await chosenSettings(experiment, preset, options);
  if (options.batch === undefined) return experiment.build(settings, build);
  const { path, values } = batchOf(options.batch, build.seed);
  return applyBatch(experiment, settings, build, path, values);
}

async function fromStudy(study: Study, preset: string | undefined, options: RunCommandOptions): Promise<number> {
  if (options.settings) {
    showSettings(study);
    return 0;
  }
  const { settings, ...given } = await chosenSettings(study, preset, options);
  const { runStudy } = await import("./study.ts");
  const goesOn = settings["step"] !== undefined && settings["step"] !== "all"; // a step of what is there
  const out = options.out ?? defaultFolder(study.name, goesOn, "summary.txt");
  return runStudy(study, settings, { ...given, out }, options);
}

type Described = Pick<Experiment, "name" | "title" | "defaults" | "presets" | "files" | "defaultSeed">;

/** Defaults, then the preset, then options of their own, then --set; and the contents of the files given. */
async function chosenSettings(
  { name, presets = {}, defaults, files: known = {}, defaultSeed }: Described,
  preset: string | undefined,
  options: RunCommandOptions,
): Promise<{ settings: Settings; seed: number; files: Record<string, string> }> {
  const chosen = preset === undefined ? {} : presets[preset];
  if (chosen === undefined)
    throw new DataError(`${name} ${preset}`, "is not a preset", didYouMean(preset ?? "", Object.keys(presets)));
  const changes = [...paths(chosen)].map(([path, value]) => [path, String(value)] as const);
  const own = (["cells", "mode", "model", "step", "trials", "asIntended"] as const).flatMap((path) =>
    options[path] === undefined ? [] : [[path, String(options[path])] as const],
  );
  const settings: Settings = withSettings(name, defaults, [...changes, ...own, ...options.set.map(pair)]);
  const files: Record<string, string> = {};
  for (const file of ["thresholds", "config", "targets", "spikes"] as const) {
    const path = options[file];
    if (path === undefined) continue;
    if (known[file] === undefined) {
      throw new DataError(
        `${name} --${file}`,
        "is not a file that this experiment takes",
        `It takes ${Object.keys(known).join(", ") || "none"}`,
      );
    }
    files[file] = await readFile(path, "utf8").catch((error: Error) => {
      throw new DataError(path, `cannot be read (${error.message})`, "Check the path");
    });
  }
  return { settings, seed: seedOf(options, defaultSeed), files };
}

/** "path=value" */
function pair(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new DataError(`--set ${text}`, 'has no "="', "Write it as path=value, for example record.every=0.025");
}

function seedOf({ seed }: RunCommandOptions, fallback: number): number {
  if (seed === undefined) return fallback;
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  throw new DataError(`--seed ${seed}`, "is not a whole number from 0 to 4294967295", "Give another");
}

/** "path=v1,v2" or a number of copies. */
function batchOf(text: string, seed: number): { path: string; values: number[] } {
  const copies = Number(text);
  if (Number.isInteger(copies) && copies > 0)
    return { path: "seed", values: Array.from({ length: copies }, (_, k) => (seed + k) >>> 0) };
  const [path = "", list = ""] = text.split("=");
  const values = list.split(",").map((value) => (value.trim() === "" ? NaN : Number(value)));
  if (text.includes("=") && values.every(Number.isFinite)) return { path, values };
  throw new DataError(
    `--batch ${text}`,
    "is neither a number of copies nor path=v1,v2,…",
    "For example --batch 4, or --batch drive.dc=56,58,60",
  );
}

/** A user's module: its default export is a Network, or a function that returns one (or { network, dt, method, duration,
 * chunk, summary }). `dt` and `duration` may also be exports of their own. */
async function fromModule(path: string, options: RunCommandOptions): Promise<Built> {
  if (!existsSync(path)) throw new DataError(path, "does not exist", "Check the path");
  const unfit = options.set.length > 0 ? "--set" : options.settings ? "--settings" : undefined;
  if (unfit !== undefined)
    throw new DataError(`${path} ${unfit}`, "works with the built-in experiments", "Change the module instead");
  const module = (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  const exported = module["default"] ?? module["network"];
  const made: unknown =
    typeof exported === "function" ? await (exported as (o: object) => unknown)({ seed: options.seed }) : exported;
  const parts = { ...module, ...(isNetwork(made) ? { network: made } : (made as object)) } as Partial<Built>;
  const { network } = parts;
  if (!isNetwork(network))
    throw new DataError(path, "exports no network", "Export one as default: `export default network`");
  const duration = parts.duration ?? (options.duration === undefined ? undefined : seconds(options.duration));
  if (duration === undefined)
    throw new DataError(
      path,
      "gives no duration",
      "Export one, `export const duration = seconds(2)`, or give --duration",
    );
  const own = Network.fromJSON(network.toJSON()); // of this copy of hillock, whichever the module imports
  if (options.batch !== undefined) {
    const { path: what, values } = batchOf(options.batch, own.seed);
    own.vary(what, values);
  }
  return {
    network: own,
    dt: parts.dt ?? ms(0.025),
    method: parts.method,
    duration,
    chunk: parts.chunk ?? seconds(1),
    notes: parts.notes ?? [],
    summary:
      parts.summary ??
      (async (run, entry) => {
        const { activitySummary, activityTable } = await import("../analysis/summary.ts");
        const all: Record<string, ReturnType<typeof activitySummary>> = {};
        for (const { name } of run.run.populations) all[name] = activitySummary(await run.spikes(name, entry));
        return activityTable(all);
      }),
    figures: parts.figures ?? (async () => []),
  };
}

const isNetwork = (x: unknown): x is Network => typeof x === "object" && x !== null && "describe" in x && "toJSON" in x;

async function execute(name: string, built: Built, options: RunCommandOptions, version: string): Promise<number> {
  const duration = options.duration === undefined ? built.duration : seconds(options.duration);
  const out = options.out ?? defaultFolder(name, options.resume ?? false);
  const files = await openFolder(out);
  const chosen = await chooseEngine(options.engine, options.adapter);
  const { device } = chosen.opened ?? {};
  const interrupted = onInterrupt("stopping after this submit");
  let sim: Simulation | undefined;
  try {
    sim = await simulate(built.network, { device, engine: chosen.kind, dt: built.dt, method: built.method, duration });
    say(`${name}: ${(duration.value / 1000).toFixed(3)} s at ${built.dt.value} ms on ${chosen.said}`);
    for (const note of [...built.notes, ...sim.warnings.map((w) => `Warning: ${w}`), ...dropped(sim)]) say(note);
    const { signal } = interrupted;
    const finished = await record(name, sim, chosen, { built, files, duration, options, version, signal });
    if (!finished) return interrupted.code;
    await report(built, out, files, sim.network.entries, options.figures);
    return 0;
  } finally {
    interrupted.done();
    await sim?.close();
    device?.destroy();
  }
}

const dropped = (sim: Simulation): string[] =>
  sim.network.projections.flatMap(({ name, links, dropped: n }) =>
    n > 0 ? [`${name}: ${n} of ${links + n} links dropped, slower than maxDelay`] : [],
  );

interface RecordJob {
  readonly built: Built;
  readonly files: Awaited<ReturnType<typeof openFolder>>;
  readonly duration: Built["duration"];
  readonly options: RunCommandOptions;
  readonly version: string;
  readonly signal: AbortSignal;
}

/** Runs into the folder. @returns false when interrupted */
async function record(name: string, sim: Simulation, chosen: ChosenEngine, job: RecordJob): Promise<boolean> {
  const { built, files, duration, options, version, signal } = job;
  const bar = progressBar(process.stderr);
  const begin = performance.now();
  const from = { step: 0 };
  try {
    const chunks: AsyncIterable<Chunk> = recordRun(sim, {
      files,
      duration,
      chunk: options.chunk === undefined ? built.chunk : seconds(options.chunk),
      resume: options.resume ?? false,
      force: options.force ?? false,
      adapter: chosen.opened?.info.description ?? "",
      about: { command: process.argv.slice(2), hillock: version, node: process.version },
      signal,
      onProgress: bar.update,
      onNote: (note) => {
        say(note);
        from.step = sim.step;
      },
    });
    for await (const chunk of chunks) void chunk; // recordRun has written it
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    bar.stop();
    const at = ((sim.step * sim.network.dt) / 1000).toFixed(3);
    say(
      `Stopped at ${at} s; everything so far is in ${files.where}. Go on with: hillock run ${commandLine(options.out === undefined ? files.where : undefined)}`,
    );
    return false;
  } finally {
    bar.stop();
  }
  const wall = (performance.now() - begin) / 1000;
  const simulated = ((sim.step - from.step) * sim.network.dt) / 1000;
  say(
    `${name}: ${simulated.toFixed(3)} s simulated in ${wall.toFixed(1)} s (${(simulated / wall).toPrecision(2)} x real time)`,
  );
  return true;
}

/** This command with --resume. @param out  the folder, where it was not given */
function commandLine(out: string | undefined): string {
  const given = process.argv.slice(3).filter((word) => word !== "--resume");
  const words = [...given, ...(out === undefined ? [] : ["--out", out]), "--resume"];
  return words.map((word) => (/^[\w./=,:+-]+$/.test(word) ? word : `'${word}'`)).join(" ");
}

/** out/<experiment>, or the next number that is free; to resume, the last one that is there.
 * @param marker  the file that says that a folder is taken */
function defaultFolder(name: string, resume: boolean, marker = RUN_FILE): string {
  const base = join("out", name.replace(/^.*[\\/]/, "").replace(/\.m?[jt]s$/, ""));
  const numbered = (k: number): string => (k === 1 ? base : `${base}-${k}`);
  let k = 1;
  while (existsSync(join(numbered(k), marker))) k++;
  return numbered(resume && k > 1 ? k - 1 : k);
}

async function report(
  built: Built,
  out: string,
  files: RecordJob["files"],
  entries: number,
  withFigures: boolean,
): Promise<void> {
  const run = await loadRun(files, { check: false }); // each chunk was read back as it was written, or on resuming
  const texts: string[] = [];
  for (let entry = 0; entry < entries; entry++) {
    texts.push(`${entries > 1 ? `entry ${entry}\n` : ""}${await built.summary(run, entry)}`);
  }
  say(`\n${texts.join("\n\n")}\n`);
  await files.write("summary.txt", new TextEncoder().encode(`${texts.join("\n\n")}\n`));
  const drawn: string[] = [];
  if (withFigures) {
    const { toPng } = await import("../plot/png.ts");
    for (const { name, svg } of await built.figures(run, 0)) {
      await files.write(`${name}.svg`, new TextEncoder().encode(svg));
      await files.write(`${name}.png`, toPng(svg));
      drawn.push(`${name}.png`);
    }
  }
  say(`data: ${join(out, RUN_FILE)} and ${run.run.chunks.length} chunk file${run.run.chunks.length === 1 ? "" : "s"}`);
  if (drawn.length > 0) say(`figures (PNG and SVG): ${drawn.map((file) => join(out, file)).join(", ")}`);
}

function showSettings(experiment: Described): void {
  say(`${experiment.name}: ${experiment.title}`);
  say(`\nsettings (--set path=value):`);
  for (const [path, value] of paths(experiment.defaults)) say(`  ${path.padEnd(28)} ${value}`);
  const presets = Object.keys(experiment.presets ?? {});
  if (presets.length > 0) say(`\npresets: ${presets.join(", ")}`);
  for (const [file, help] of Object.entries(experiment.files ?? {})) say(`\n--${file} <file>: ${help}`);
}
