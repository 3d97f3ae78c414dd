import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, openSync, closeSync, writeSync } from "node:fs";
import { availableParallelism } from "node:os";
import { openFolder } from "../../storage/node-folder.ts";
import { DataError } from "../../errors.ts";
import { readPlan, type Plan } from "../../sweep/plan.ts";
import { onInterrupt } from "../interrupt.ts";
import { say } from "../say.ts";
import { logOf, pointFolder } from "./outcome.ts";
import { PROGRAM } from "./program.ts";
import { queued } from "./queue.ts";
import { failures, statusLine, statusOf, type PointStatus } from "./status.ts";

interface LocalOptions {
  /** Points at a time; undefined: one per GPU, else one per `cores` cores. */
  readonly jobs: number | undefined;
  /** Cores of each. */
  readonly cores: number;
}

/** How often the state of points that others work on is looked at, ms. */
const LOOK = 500;

/** `hillock sweep run --backend local`: one process for each point, so many at a time, until none is missing. A point's process ends with
 * this one; what points had finished is kept. @returns the exit code */
export async function runLocal(dir: string, options: LocalOptions): Promise<number> {
  const files = await openFolder(dir);
  const plan = await readPlan(files);
  const unlock = await files.lock("sweep.lock");
  const interrupted = onInterrupt("stopping the points; what they finished is kept");
  try {
    const jobs = options.jobs ?? (await defaultJobs(plan, options.cores));
    const before = await statusOf(dir, plan, await queued(dir));
    const missing = before.filter(({ state }) => state !== "done" && state !== "queued");
    say(`${statusLine(before)}; ${missing.length} to run, ${Math.min(jobs, missing.length)} at a time`);
    const codes = await pool(missing, jobs, interrupted.signal, (one) => runPoint(dir, plan, one, options.cores, interrupted.signal)); // prettier-ignore
    const after = await statusOf(dir, plan, await queued(dir));
    for (const line of failures(dir, after)) process.stderr.write(`${line}\n`);
    say(statusLine(after));
    if (interrupted.signal.aborted) {
      say(`Stopped. Go on with: hillock sweep run ${dir}`);
      return interrupted.code;
    }
    const died = missing.filter((_, k) => codes[k] !== 0 && after.find((a) => a.point === missing[k]?.point)?.state !== "failed"); // prettier-ignore
    for (const { point } of died) process.stderr.write(`${point.id} ended before it was done; log: ${logOf(dir, point.id)}\n`); // prettier-ignore
    return codes.every((code) => code === 0) ? 0 : 1;
  } finally {
    interrupted.done();
    await unlock();
  }
}

/** One process per GPU. A software adapter and the references use cores. */
async function defaultJobs(plan: Plan, cores: number): Promise<number> {
  const byCores = Math.max(1, Math.floor(availableParallelism() / cores));
  if (plan.engine === "reference" || plan.engine === "reference32") return byCores;
  const { adapters } = await import("../../node/adapters.ts");
  const found = await adapters();
  if (found.length === 0) return byCores;
  return Math.max(1, found.filter(({ isFallback }) => !isFallback).length);
}

/** Runs work on all items, so many at a time, in their order. */
async function pool<T>(
  items: readonly T[],
  jobs: number,
  signal: AbortSignal,
  work: (item: T) => Promise<number>,
): Promise<number[]> {
  const codes: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let k = next++; k < items.length && !signal.aborted; k = next++) codes[k] = await work(items[k] as T);
  };
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, worker));
  return items.map((_, k) => codes[k] ?? 1);
}

/** @returns the exit code of the point's process */
async function runPoint(
  dir: string,
  plan: Plan,
  { point, state }: PointStatus,
  cores: number,
  signal: AbortSignal,
): Promise<number> {
  if (state === "running") return othersWork(dir, plan, point.id, signal);
  const log = openLog(dir, point.id);
  const { LP_NUM_THREADS = String(cores), HILLOCK_THREADS = String(Math.min(cores, availableParallelism())) } =
    process.env;
  const env = { ...process.env, LP_NUM_THREADS, HILLOCK_THREADS };
  const own = plan.engine === "reference" || plan.engine === "reference32" || cores > 1 ? env : process.env;
  try {
    const child = spawn(process.execPath, [...PROGRAM.slice(1), "sweep", "point", dir, point.id], {
      stdio: ["ignore", log, log, "ipc"],
      env: own,
    });
    const code = await ended(child, signal);
    say(`${point.id}: ${code === 0 ? "done" : `ended with ${code}`}`);
    return code;
  } finally {
    closeSync(log);
  }
}

function openLog(dir: string, id: string): number {
  try {
    mkdirSync(pointFolder(dir, id), { recursive: true });
    const log = openSync(logOf(dir, id), "a");
    writeSync(log, `-- ${new Date().toISOString()}\n`);
    return log;
  } catch (error) {
    throw new DataError(logOf(dir, id), `cannot be written (${(error as Error).message})`, "Check the folder");
  }
}

const ended = (child: ChildProcess, signal: AbortSignal): Promise<number> =>
  new Promise((resolve, reject) => {
    const stop = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    child.on("error", reject);
    child.on("exit", (code) => {
      signal.removeEventListener("abort", stop);
      resolve(code ?? 1);
    });
  });

/** Waits for a point that a process of an earlier, killed runner still works on. */
async function othersWork(dir: string, plan: Plan, id: string, signal: AbortSignal): Promise<number> {
  const one = { ...plan, points: plan.points.filter((point) => point.id === id) };
  for (;;) {
    const [status] = await statusOf(dir, one, await queued(dir));
    if (status === undefined || signal.aborted) return 1;
    if (status.state === "done") return 0;
    if (status.state !== "running") return runPoint(dir, plan, status, 1, signal);
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}
