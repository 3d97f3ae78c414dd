import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { clipped } from "../../clipped.ts";
import { DataError } from "../../errors.ts";
import { opened } from "./outcome.ts";

/** A point's task in the queue. */
export interface Task {
  /** "12_3" */
  readonly id: string;
  /** RUNNING, PENDING, ... */
  readonly state: string;
  readonly node: string;
  readonly reason: string;
}

/** What was handed over; slurm/jobs.json. */
export interface Job {
  readonly job: string;
  /** Points by task; none of the job that collects. */
  readonly points: readonly string[];
}

/** Below the sweep's folder. */
export const FOLDER = "slurm";
export const JOBS_FILE = "jobs.json";

/** What the sweep has handed over. @throws DataError when its list is damaged */
export async function readJobs(dir: string): Promise<Job[]> {
  const file = join(dir, FOLDER, JOBS_FILE);
  if (!existsSync(file)) return [];
  const jobs = opened<Job[]>(await readFile(file, "utf8").catch(() => ""));
  if (jobs !== undefined) return jobs;
  throw new DataError(file, "is damaged: its checksum does not match", "Remove it; tasks that are in Slurm's queue are then not known"); // prettier-ignore
}

/** The sweep's jobs that are in the queue. */
export async function present(dir: string): Promise<string[]> {
  const jobs = (await readJobs(dir)).map(({ job }) => job);
  const there = new Set(lines(jobs).map(({ id }) => id.split("_")[0] as string));
  return jobs.filter((job) => there.has(job));
}

/** Tasks in the queue, by point. */
export async function queued(dir: string): Promise<Map<string, Task>> {
  const jobs = await readJobs(dir);
  const tasks = new Map<string, Task>();
  for (const task of lines(jobs.map(({ job }) => job))) {
    const [job, index] = task.id.split("_");
    const point = jobs.find((one) => one.job === job)?.points[Number(index)];
    if (point !== undefined && task.state !== "COMPLETING") tasks.set(point, task);
  }
  return tasks;
}

/** What squeue says of jobs, a line for each task. Jobs that it has forgotten have ended. */
function lines(jobs: readonly string[]): Task[] {
  if (jobs.length === 0) return [];
  const own = new Set(jobs);
  return slurm("squeue", ["--noheader", "--array", "--me", "--format=%i|%T|%N|%R"])
    .split("\n")
    .map((line) => line.trim().split("|"))
    .filter(([id = ""]) => own.has(id.split("_")[0] as string))
    .map(([id = "", state = "", node = "", reason = ""]) => ({
      id,
      state,
      node,
      reason: reason.startsWith("(") ? reason : "",
    }));
}

/** Calls Slurm. @throws DataError with what it says, or that it is not there */
export function slurm(command: "sbatch" | "squeue" | "scancel", words: readonly string[]): string {
  const calls = {
    sbatch: () => spawnSync("sbatch", words, ENCODED),
    squeue: () => spawnSync("squeue", words, ENCODED),
    scancel: () => spawnSync("scancel", words, ENCODED),
  };
  const { status, stdout, stderr, error } = calls[command]();
  if (error !== undefined) throw new DataError(command, `cannot be run (${error.message})`, "Call this on a machine that hands jobs to Slurm, or use --backend local"); // prettier-ignore
  if (status !== 0) throw new DataError(command, `failed: ${clipped(stderr.trim())}`, "See what Slurm says of it, and call again: what is done is kept"); // prettier-ignore
  return stdout;
}
const ENCODED = { encoding: "utf8" } as const;
