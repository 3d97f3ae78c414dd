import { existsSync } from "node:fs";
import { join } from "node:path";
import { bytesText } from "../compile/estimate.ts";
import { digest } from "../compile/hash.ts";
import { DataError } from "../errors.ts";
import { openFolder } from "../storage/node-folder.ts";
import { writeText } from "../storage/files.ts";
import { CHECKPOINT_FILE } from "../storage/checkpoint.ts";
import { RUN_FILE } from "../storage/run-folder.ts";
import { isSoftware } from "../gpu/adapter.ts";
import { boundGarbage, processMemory } from "../node/process-memory.ts";
import { batchOfSetting } from "../studies/batch.ts";
import { Parts, refuseUsed, STUDY_FILE } from "../studies/parts.ts";
import { runBuilt } from "../studies/run-network.ts";
import { chosenSettings, settingsOf } from "../studies/schema.ts";
import { presetOf, type Built, type Given, type NetworkStudy, type Result, type Study } from "../studies/study.ts";
import { converge, otherSeeds } from "./converge.ts";
import { draw } from "./draw.ts";
import { chooseEngine } from "./engine.ts";
import { writeSummary } from "./summary.ts";
import { onInterrupt } from "./interrupt.ts";
import { folderBelow, type Job, type Place } from "./job.ts";
import { fromModule } from "./module.ts";
import { batchOf, changesOf, seedOf, settingsTable, valueAt, type RunOptions } from "./options.ts";
import { ProgressLine } from "./progress.ts";
import { readText } from "./read-text.ts";
import { quoted, say } from "./say.ts";

/** ms between looks at how much garbage there is. */
const LOOK = 200;

/** What the command line says of a run, whatever runs. */
interface Invocation {
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

/** `hillock run <study>`. @param own  the value of an option that the user gave, by name  @returns the exit code */
export async function runStudy(
  study: Study,
  preset: string | undefined,
  own: (name: string) => unknown,
  how: Invocation,
): Promise<number> {
  const { options } = how;
  const base = presetOf(study, preset);
  const changes = changesOf(study, options, own);
  const chosen = (...more: readonly [string, string][]) =>
    chosenSettings(study.name, study.settings, [...changes, ...more], base);
  if (options.settings) {
    say(settingsTable(study, chosen()));
    return 0;
  }
  if (!("build" in study) && options.batch !== undefined) throw new DataError(`${study.name} --batch`, "does not apply to a study of many runs", "Run it once for each value with --set"); // prettier-ignore
  const given: Given = { seed: seedOf(options.seed, study.defaultSeed), files: await filesOf(study, own) };
  return execute(await studyJob(study, given, chosen, how), how);
}

type Chosen = (...more: readonly [string, string][]) => Record<string, unknown>;

/** @param chosen  the settings, with these changed */
async function studyJob(study: Study, given: Given, chosen: Chosen, how: Invocation): Promise<Job> {
  const again = (instead: Given, ...more: readonly [string, string][]): Promise<Job> =>
    studyJob(study, instead, (...changes) => chosen(...more, ...changes), how);
  const settings = chosen();
  const steps = timeSteps(study, settings).map(([path, dt]): [string, string] => [path, String(dt / 2)]);
  const vary: Job["vary"] = async (change) => {
    if ("seed" in change) return again({ ...given, seed: change.seed });
    return steps.length === 0 ? undefined : again(given, ...steps);
  };
  if ("build" in study)
    return {
      ...networkJob(study.name, await builtOf(study, how.options, given, chosen), given, how, vary),
      page: study.page,
    };
  await study.check(settings, given);
  const free = new Set([...settingsOf(study.settings).values()].filter((s) => s.free).map((s) => s.path));
  const facts = {
    study: study.name,
    settings: Object.fromEntries(Object.entries(settings).filter(([name]) => !free.has(name))),
  };
  const continues = study.continues?.(settings) ?? false;
  const { name, mostThreads, page } = study;
  return { name, ...given, facts, page, continues, mostThreads, vary, run: (context) => study.run(settings, context) };
}

/** Its settings that are time steps, with their values. */
function timeSteps(study: Study, settings: Readonly<Record<string, unknown>>): [string, number][] {
  const paths = [...settingsOf(study.settings).keys()].filter((path) => /(^|\.)dt$/.test(path));
  return paths.flatMap((path): [string, number][] => {
    const value = valueAt(settings, path);
    return typeof value === "number" ? [[path, value]] : [];
  });
}

/** `hillock run <module>` */
export async function runModule(path: string, how: Invocation): Promise<number> {
  return execute(moduleJob(path, await fromModule(path, how.options), how), how);
}

function moduleJob(path: string, built: Built, how: Invocation): Job {
  const given = { seed: built.network.seed, files: new Map<string, string>() };
  return networkJob(path, built, given, how, async (change) => {
    if ("seed" in change)
      return moduleJob(path, await fromModule(path, { ...how.options, seed: String(change.seed) }), how);
    return moduleJob(path, { ...built, dt: { ...built.dt, value: built.dt.value / 2 } }, how);
  });
}

function networkJob(name: string, built: Built, given: Given, { words, version }: Invocation, vary: Job["vary"]): Job {
  const about = { command: words, hillock: version, node: process.version };
  const mostThreads = built.network.describe().trained === undefined ? undefined : 1;
  return { name, ...given, mostThreads, vary, run: (context) => runBuilt(name, built, about, context) };
}

function builtOf(study: NetworkStudy, { batch }: RunOptions, given: Given, chosen: Chosen): Promise<Built> {
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
    contents.set(name, readText(path));
  }
  return contents;
}

/** Runs a job into its folder: results first, then what moves them, then figures. */
async function execute(job: Job, how: Invocation): Promise<number> {
  const { options } = how;
  const { resume = false, force = false } = options;
  const { facts, continues = false, name, seed } = job;
  const seeds = options.converge === true ? otherSeeds(options) : undefined;
  const out = options.out ?? defaultFolder(name, resume || continues);
  const files = await openFolder(out);
  await refuseUsed(files, { resume, force, continues });
  const chosen = await chooseEngine(options.engine, options.adapter, options.threads, job.mostThreads);
  const adapter = chosen.opened?.info.description ?? "";
  let unlock: (() => Promise<void>) | undefined;
  const line = new ProgressLine(process.stderr);
  const tell = (text: string): void => {
    line.clear();
    say(text);
  };
  const began = performance.now();
  const bounding = setInterval(boundGarbage, LOOK);
  try {
    await files.prepare();
    if (facts) unlock = await files.lock("study.lock"); // one run locks its own folder
    say(`${name} on ${chosen.said}`);
    const at = { out, kind: chosen.kind, device: chosen.opened?.device, adapter };
    const result = await interruptible(async (signal) => {
      const into: Into = { resume, force, figures: options.figures, tell, line, signal, watch: how.watch };
      const done = await perform(job, at, into);
      if (seeds === undefined) return done;
      const moved = await converge(job, done, seeds, at, (other, place) => perform(other, place, into), tell);
      return { ...done, text: `${done.text}\n\n${moved}` };
    });
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
    chosen.opened?.device.destroy(); // before figures take memory of their own
    const code = options.figures ? await draw(result, files) : 0;
    say(`memory: ${bytesText(processMemory().most)} at most`);
    return code;
  } finally {
    clearInterval(bounding);
    line.clear();
    chosen.opened?.device.destroy();
    await unlock?.();
  }
}

interface Into {
  readonly resume: boolean;
  readonly force: boolean;
  /** Whether they will be drawn. */
  readonly figures: boolean;
  readonly tell: (text: string) => void;
  readonly line: ProgressLine;
  readonly signal: AbortSignal;
  readonly watch: Invocation["watch"];
}

/** Computes a job in a folder that is there. */
async function perform(job: Job, { out, kind, device, adapter }: Place, how: Into): Promise<Result> {
  const { resume, force, figures, tell, line, signal, watch } = how;
  const { facts, continues = false, seed, files: texts } = job;
  const files = await openFolder(out);
  const digests = Object.fromEntries([...texts].map(([file, text]) => [file, digest(text)]));
  const whole = facts && { ...facts, seed, files: digests, engine: kind, adapter };
  const parts = whole && (await Parts.open(files, whole, { resume, force, continues }, tell));
  const { announcer } = await import("../studies/announce.ts");
  const { expectedBytes, openTools } = await import("./memory.ts");
  await openTools(files, figures);
  return job.run({
    seed, files: texts, engine: kind, device, adapter, out: files, resume, force, signal,
    folder: (below) => folderBelow(out, below), keep: parts?.keep ?? ((_, compute) => compute()), say: tell, announce: announcer(tell, (sim, ahead) => expectedBytes(sim, ahead, { page: figures ? job.page : undefined, software: isSoftware(device?.adapterInfo) })),
    progress: (part, done, simulated) => {
      line.show(part, done, simulated);
      watch?.(part, done);
    },
  }); // prettier-ignore
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

/** This command with --resume. @param out  the folder, where it was not given */
function commandLine(words: readonly string[], out: string | undefined): string {
  const given = words.filter((word) => word !== "--resume" && word !== "--force");
  const all = [...given, ...(out === undefined ? [] : ["--out", out]), "--resume"];
  return all.map(quoted).join(" ");
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
