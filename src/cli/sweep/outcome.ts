import { renameSync, writeFileSync } from "node:fs";
import { readFile, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { digest } from "../../compile/hash.ts";
import { DataError } from "../../errors.ts";
import { openFolder } from "../../storage/node-folder.ts";
import { decode, writeText, type Files } from "../../storage/files.ts";
import { isHeldHere, thisProcess, type Holder } from "../../storage/node-lock.ts";
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

/** JSON under a checksum of its own. */
export const sealed = (content: object): string =>
  `${JSON.stringify({ content, checksum: digest(JSON.parse(JSON.stringify(content))) }, undefined, 1)}\n`;

/** What `sealed` wrote; undefined when it is damaged. */
export function opened<T>(text: string): T | undefined {
  try {
    const { content, checksum } = JSON.parse(text) as { content: T; checksum: unknown };
    return digest(content) === checksum ? content : undefined;
  } catch {
    return undefined;
  }
}

/** Not there, being written, or damaged: the point counts as not finished, and is gone on with. */
async function read<T>(dir: string, id: string, name: string): Promise<T | undefined> {
  return opened(await readFile(join(pointFolder(dir, id), name), "utf8").catch(() => ""));
}

export const outcomeOf = (dir: string, id: string): Promise<Outcome | undefined> => read(dir, id, OUTCOME_FILE);
export const progressOf = (dir: string, id: string): Promise<Progress | undefined> => read(dir, id, PROGRESS_FILE);

export async function writeOutcome(
  folder: Files,
  { version, ...given }: Partial<Outcome> & { readonly version: string },
): Promise<void> {
  const here = { host: hostname(), hillock: version, node: process.version, job: slurmTask() };
  await writeText(folder, OUTCOME_FILE, sealed({ engine: "", adapter: "", ...given, ...here }));
}

/** Writes how far a point is into its folder, when it is called; for the eye, so a full disk is left to what must be written. */
export function reporter(folder: string): (part: string, done: number) => void {
  let last = -Infinity;
  const write = (part: string, done: number): void => {
    const now = performance.now();
    if (now - last < 1000) return;
    last = now;
    const progress: Progress = { by: thisProcess(), job: slurmTask(), part, done, at: Date.now() };
    const file = join(folder, PROGRESS_FILE);
    try {
      writeFileSync(`${file}.next`, sealed(progress));
      renameSync(`${file}.next`, file);
    } catch {
      return;
    }
  };
  write("starting", 0);
  return write;
}

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
  for (const path of names.filter((name) => name.endsWith(".lock")).map((name) => join(folder, name)))
    if (!(await isHeldHere(path))) await rm(path, { force: true }).catch(() => undefined);
}
