import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { clipped } from "../../clipped.ts";
import { DataError } from "../../errors.ts";
import { openFolder } from "../../storage/node-folder.ts";
import { writeText } from "../../storage/files.ts";
import { readPlan } from "../../sweep/plan.ts";
import { quoted, say } from "../say.ts";
import { PROGRAM } from "./program.ts";
import { FOLDER, JOBS_FILE, present, queued, readJobs, slurm, type Job } from "./queue.ts";
import { POINTS, progressOf, removeLocks, sealed } from "./outcome.ts";
import { statusLine, statusOf } from "./status.ts";

interface SlurmOptions {
  /** Cores of a task. */
  readonly cores: number;
  /** Tasks at a time; undefined: what the cluster gives. */
  readonly jobs: number | undefined;
  /** Further options of sbatch, without dashes: "partition=gpu". */
  readonly sbatch: readonly string[];
  /** Lines of shell before a point, as "module load ...". */
  readonly setup: readonly string[];
  readonly dryRun: boolean;
  /** Stay until nothing of the sweep is in the queue. */
  readonly wait: boolean;
}

/** Tasks of one array: Slurm's default MaxArraySize is 1001. */
const MOST_TASKS = 1000;

/** How often the queue is asked while waiting, ms. */
const LOOK = 2000;

/** `hillock sweep run --backend slurm`: hands the missing points over as job arrays, and a job that collects when all have succeeded.
 * @returns the exit code */
export async function runSlurm(dir: string, options: SlurmOptions): Promise<number> {
  const files = await openFolder(dir);
  const plan = await readPlan(files);
  checkOptions(options);
  const unlock = options.dryRun ? undefined : await files.lock("sweep.lock");
  try {
    const before = await statusOf(dir, plan, options.dryRun ? new Map() : await queued(dir));
    const missing = before
      .filter(({ state }) => ["failed", "stopped", "waiting"].includes(state))
      .map((s) => s.point.id);
    say(`${options.dryRun ? "# " : ""}${statusLine(before)}; ${missing.length} to hand over`);
    const lists = Array.from({ length: Math.ceil(missing.length / MOST_TASKS) }, (_, k) => missing.slice(k * MOST_TASKS, (k + 1) * MOST_TASKS)); // prettier-ignore
    if (options.dryRun) {
      lists.forEach((points, k) => say(arrayScript(dir, listFile(dir, k), points.length, options)));
      say(collectScript(dir, options));
      return 0;
    }
    if (missing.length > 0) await submit(dir, lists, options);
  } finally {
    await unlock?.();
  }
  return options.wait ? wait(dir) : 0;
}

/** `hillock sweep cancel`. @returns the exit code */
export async function cancelCommand(dir: string): Promise<number> {
  await readPlan(await openFolder(dir));
  const jobs = await present(dir);
  if (jobs.length > 0) slurm("scancel", jobs);
  say(jobs.length > 0 ? `cancelled ${jobs.join(", ")}; what was finished is kept` : "nothing of the sweep is in Slurm's queue"); // prettier-ignore
  return 0;
}

async function submit(dir: string, lists: readonly (readonly string[])[], options: SlurmOptions): Promise<void> {
  await mkdir(join(dir, FOLDER), { recursive: true });
  const jobs = await readJobs(dir);
  const collecting = jobs.filter(({ points }) => points.length === 0).map(({ job }) => job);
  const left = (await present(dir)).filter((job) => collecting.includes(job));
  if (left.length > 0) slurm("scancel", left); // it waits for points that failed
  const save = async (job: Job): Promise<void> => {
    jobs.push(job);
    await writeText(await openFolder(join(dir, FOLDER)), JOBS_FILE, sealed(jobs));
  };
  const ids: string[] = [];
  for (const points of lists) {
    for (const id of points) {
      await mkdir(join(dir, POINTS, id), { recursive: true });
      if ((await progressOf(dir, id))?.job !== undefined) await removeLocks(dir, id); // not in the queue: it has ended
    }
    const list = listFile(dir, jobs.length);
    await writeFile(list, `${points.join("\n")}\n`);
    const job = sbatch(dir, `${jobs.length}-array.sh`, arrayScript(dir, list, points.length, options), []);
    await save({ job: await job, points });
    ids.push((jobs.at(-1) as Job).job);
    say(`job ${ids.at(-1)}: ${points.length} points`);
  }
  const after = [`--dependency=afterok:${ids.join(":")}`, "--kill-on-invalid-dep=yes"];
  const job = await sbatch(dir, `${jobs.length}-collect.sh`, collectScript(dir, options), after);
  await save({ job, points: [] });
  say(`job ${job}: collects when all of them have succeeded`);
}

async function wait(dir: string): Promise<number> {
  const plan = await readPlan(await openFolder(dir));
  let said = "";
  for (;;) {
    const tasks = await queued(dir);
    const all = await statusOf(dir, plan, tasks);
    const line = statusLine(all);
    if (line !== said) say(line);
    said = line;
    if (tasks.size === 0) return all.every(({ state }) => state === "done") ? 0 : 1;
    await new Promise((done) => setTimeout(done, LOOK));
  }
}

const listFile = (dir: string, k: number): string => join(resolve(dir), FOLDER, `${k}-points.txt`);

const program = (): string => [resolve(PROGRAM[0] as string), ...PROGRAM.slice(1, -1), resolve(PROGRAM.at(-1) as string)].map(quoted).join(" "); // prettier-ignore

function head(name: string, { cores, sbatch }: SlurmOptions, own: readonly string[]): string[] {
  const all = [`job-name=${name}`, `cpus-per-task=${cores}`, ...own, ...sbatch];
  return ["#!/bin/bash", ...all.map((option) => `#SBATCH --${option}`)];
}

/** One task computes one point: the line of the list that its number says. */
function arrayScript(dir: string, list: string, n: number, options: SlurmOptions): string {
  const most = options.jobs === undefined ? "" : `%${options.jobs}`;
  const own = [`array=0-${n - 1}${most}`, "requeue", "output=/dev/null"];
  const folder = quoted(resolve(dir));
  return [
    ...head("hillock-sweep", options, own),
    ...options.setup,
    `export LP_NUM_THREADS=${options.cores}`,
    `point=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${quoted(list)})`,
    `exec ${program()} sweep point ${folder} "$point" >> ${quoted(join(resolve(dir), POINTS))}/"$point"/log.txt 2>&1`,
    "",
  ].join("\n");
}

function collectScript(dir: string, options: SlurmOptions): string {
  return [
    ...head("hillock-collect", { ...options, cores: 1 }, ["output=/dev/null"]),
    ...options.setup,
    `exec ${program()} sweep collect ${quoted(resolve(dir))} >> ${quoted(join(resolve(dir), FOLDER, "collect.log"))} 2>&1`,
    "",
  ].join("\n");
}

function checkOptions({ sbatch, setup }: SlurmOptions): void {
  for (const option of sbatch)
    if (!/^[a-z][a-z-]*(=[^\n]+)?$/.test(option)) throw new DataError(`--sbatch ${clipped(option)}`, "is no option of sbatch", "Give it without dashes, for example --sbatch partition=gpu"); // prettier-ignore
  for (const line of setup)
    if (line.includes("\n")) throw new DataError("--setup", "has more than one line", "Give --setup again for each line"); // prettier-ignore
}

async function sbatch(dir: string, name: string, script: string, words: readonly string[]): Promise<string> {
  const file = join(resolve(dir), FOLDER, name);
  await writeFile(file, script);
  return slurm("sbatch", ["--parsable", ...words, file])
    .trim()
    .split(";")[0] as string;
}
