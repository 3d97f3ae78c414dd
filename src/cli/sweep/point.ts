import { renameSync, writeFileSync } from "node:fs";
import { readFile, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { digest } from "../../compile/hash.ts";
import { DataError, HillockError } from "../../errors.ts";
import { openFolder } from "../../node.ts";
import { decode, writeText, type Files } from "../../storage/files.ts";
import { thisProcess, type Holder } from "../../storage/node-lock.ts";
import { clipped } from "../../studies/schema.ts";
import { readPlan, type Plan, type Point } from "../../sweep/plan.ts";
import type { RunOptions } from "../options.ts";
import { readSummary, SUMMARY_FILE, type Summary } from "../summary.ts";

/** How a point ended; point.json in its folder, put in place at once. */
export interface Outcome {
  readonly id: string;
  readonly state: "done" | "failed";
  readonly host: string;
  readonly engine: string;
  readonly adapter: string;
  readonly hillock: string;
  readonly node: string;
  /** Of Slurm's task, where one ran it. */
  readonly job: string | undefined;
  readonly started: string;
  readonly seconds: number;
  /** Of summary.json. */
  readonly digest: string | undefined;
  /** Why it failed. */
  readonly message: string | undefined;
}

/** How far a running point is; progress.json, once a second at most. */
export interface Progress {
  readonly by: Holder;
  readonly job: string | undefined;
  readonly part: string;
  /** 0 to 1 */
  readonly done: number;
  /** ms since 1970 */
  readonly at: number;
}

export const POINTS = "points";
export const INPUTS = "inputs";
const OUTCOME_FILE = "point.json";
const PROGRESS_FILE = "progress.json";

export const pointFolder = (dir: string, id: string): string => join(dir, POINTS, id);
export const logOf = (dir: string, id: string): string => join(pointFolder(dir, id), "log.txt");

async function json<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch {
    return undefined; // not there, or being written: nothing to tell
  }
}

export const outcomeOf = (dir: string, id: string): Promise<Outcome | undefined> =>
  json(join(pointFolder(dir, id), OUTCOME_FILE));
export const progressOf = (dir: string, id: string): Promise<Progress | undefined> =>
  json(join(pointFolder(dir, id), PROGRESS_FILE));

/** What a finished point measured.
 * @throws DataError when it is not what was written */
export async function summaryOf(dir: string, id: string, outcome: Outcome): Promise<Summary> {
  const files = await openFolder(pointFolder(dir, id));
  const where = `${files.where}/${SUMMARY_FILE}`;
  const remedy = `Remove ${files.where}/${OUTCOME_FILE} and run the sweep again`;
  if (!(await files.exists(SUMMARY_FILE))) throw new DataError(where, "is missing", remedy);
  if (digest(decode(await files.read(SUMMARY_FILE))) !== outcome.digest)
    throw new DataError(where, "is damaged: its checksum does not match", remedy);
  return readSummary(files);
}

/** Slurm's name of this task, "12_3"; undefined outside of Slurm. */
export function slurmTask(): string | undefined {
  const { SLURM_JOB_ID: job, SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: task } = process.env;
  return array !== undefined && task !== undefined ? `${array}_${task}` : job;
}

/** Locks that a process which has ended left in a point's folder, where only the queue knows that it has: on another machine. */
export async function removeLocks(dir: string, id: string): Promise<void> {
  const folder = pointFolder(dir, id);
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names) if (/\.lock$/.test(name)) await rm(join(folder, name), { force: true });
}

/** `hillock sweep point`: computes one point, or goes on with it. @returns the exit code */
export async function pointCommand(dir: string, id: string, version: string): Promise<number> {
  leaveWithParent();
  const files = await openFolder(dir);
  const plan = await readPlan(files);
  const point = plan.points.find((p) => p.id === id);
  if (point === undefined) throw new DataError(`point ${clipped(id)}`, `is not in ${files.where}`, "See hillock sweep status"); // prettier-ignore
  if ((await outcomeOf(dir, id))?.state === "done") {
    process.stdout.write(`${id} is done\n`);
    return 0;
  }
  if (slurmTask() !== undefined && Number(process.env["SLURM_RESTART_COUNT"] ?? 0) > 0) await removeLocks(dir, id);
  const folder = await openFolder(pointFolder(dir, id));
  await folder.prepare();
  const began = { started: new Date().toISOString(), at: performance.now() };
  const end = (state: Outcome["state"], more: Partial<Outcome>) =>
    writeOutcome(folder, { id, state, started: began.started, seconds: (performance.now() - began.at) / 1000, version, ...more }); // prettier-ignore
  try {
    const code = await run(dir, plan, point, version, reporter(folder.where));
    if (code !== 0 && code !== NO_FIGURE) return code; // interrupted: what it had finished is kept
    const { engine, adapter } = await readSummary(folder);
    const text = decode(await folder.read(SUMMARY_FILE));
    await end("done", { engine, adapter, digest: digest(text) });
    return 0;
  } catch (error) {
    if (error instanceof HillockError && / is being written by /.test(error.message)) throw error;
    await end("failed", { message: (error as Error).message.slice(0, 1000) });
    throw error;
  }
}

const NO_FIGURE = 3;

const writeOutcome = (
  folder: Files,
  { version, ...given }: Partial<Outcome> & { readonly version: string },
): Promise<unknown> => {
  const here = { host: hostname(), hillock: version, node: process.version, job: slurmTask() };
  return writeText(
    folder,
    OUTCOME_FILE,
    `${JSON.stringify({ engine: "", adapter: "", ...given, ...here }, undefined, 1)}\n`,
  );
};

/** Ends, keeping what is finished, when the runner that started this process is gone. */
function leaveWithParent(): void {
  if (process.channel === undefined) return;
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
}

function reporter(folder: string): (part: string, done: number) => void {
  let last = -Infinity;
  const write = (part: string, done: number): void => {
    const now = performance.now();
    if (now - last < 1000) return;
    last = now;
    const progress: Progress = { by: thisProcess(), job: slurmTask(), part, done, at: Date.now() };
    const file = join(folder, PROGRESS_FILE);
    writeFileSync(`${file}.next`, JSON.stringify(progress));
    renameSync(`${file}.next`, file);
  };
  write("starting", 0);
  return write;
}

/** Runs what the point says as `hillock run` would, into its folder. */
async function run(
  dir: string,
  plan: Plan,
  point: Point,
  version: string,
  watch: (part: string, done: number) => void,
): Promise<number> {
  const { runModule, runStudy } = await import("../run.ts");
  const inputs = Object.fromEntries(Object.entries(plan.inputs).map(([name, file]) => [name, join(dir, INPUTS, file)]));
  const { duration, ...set } = { ...plan.fixed, ...point.set };
  const network = plan.subject.kind === "network";
  const all = network || duration === undefined ? set : { ...set, duration };
  const options: RunOptions = {
    engine: plan.engine,
    ...(plan.adapter === undefined ? {} : { adapter: plan.adapter }),
    ...(network && duration !== undefined ? { duration } : {}),
    seed: String(point.seed),
    out: pointFolder(dir, point.id),
    resume: true,
    set: Object.entries(all).map(([path, value]) => `${path}=${value}`),
    figures: plan.figures,
  };
  const how = { options, words: ["sweep", "point", dir, point.id], version, watch, again: `sweep run ${dir}` };
  if (network) return runModule(inputs["network"] ?? "", how);
  const { STUDIES } = await import("../../studies/index.ts");
  const study = STUDIES.get(plan.subject.name);
  if (study === undefined)
    throw new DataError(`study "${plan.subject.name}"`, "does not exist", "Plan the sweep again");
  return runStudy(study, plan.subject.preset, (name) => inputs[name], how);
}
