import { hostname } from "node:os";
import { formatTable } from "../../analysis/summary.ts";
import { openFolder } from "../../storage/node-folder.ts";
import { isAlive } from "../../storage/node-lock.ts";
import { say } from "../say.ts";
import { readPlan, type Plan, type Point } from "../../sweep/plan.ts";
import { logOf, outcomeOf, progressOf, type Outcome, type Progress } from "./outcome.ts";
import { queued, type Task } from "./queue.ts";

/** done: its table row is there. failed: it ended with an error. running. queued: Slurm has it. stopped: it was begun, and nobody
 * works on it now. waiting: not begun. */
type State = "done" | "failed" | "running" | "queued" | "stopped" | "waiting";

export interface PointStatus {
  readonly point: Point;
  readonly state: State;
  /** 0 to 1 */
  readonly done: number;
  /** Host, job, part, or the reason of a failure. */
  readonly note: string;
  readonly outcome: Outcome | undefined;
}

/** Longest silence of a point that runs on another machine, ms. */
const SILENCE = 120_000;

/** @param tasks  what Slurm has of the sweep, by point */
export async function statusOf(dir: string, plan: Plan, tasks: ReadonlyMap<string, Task>): Promise<PointStatus[]> {
  return Promise.all(plan.points.map((point) => pointStatus(dir, point, tasks.get(point.id))));
}

async function pointStatus(dir: string, point: Point, task: Task | undefined): Promise<PointStatus> {
  const outcome = await outcomeOf(dir, point.id);
  if (outcome?.state === "done") return { point, state: "done", done: 1, note: `${outcome.host}, ${outcome.seconds.toFixed(1)} s`, outcome }; // prettier-ignore
  const progress = await progressOf(dir, point.id);
  const done = progress?.done ?? 0;
  if (task !== undefined && task.state !== "RUNNING") return { point, state: "queued", done, note: `Slurm ${task.id}: ${task.state.toLowerCase()} ${task.reason}`, outcome }; // prettier-ignore
  const alive = progress !== undefined && isWorkedOn(progress);
  if (task !== undefined || alive) {
    const where = task === undefined ? `process ${progress?.by.pid} on ${progress?.by.host}` : `Slurm ${task.id} on ${task.node}`; // prettier-ignore
    return { point, state: "running", done, note: `${where}: ${progress?.part ?? "starting"}`, outcome };
  }
  if (outcome !== undefined) return { point, state: "failed", done, note: outcome.message ?? "", outcome };
  return { point, state: progress === undefined ? "waiting" : "stopped", done, note: "", outcome };
}

/** Whether somebody works on a point that Slurm's queue does not have. Clocks differ: what another machine wrote in the time to come is as
 * good as old, else a point that ended would count as running until that time. */
const isWorkedOn = ({ by, job, at }: Progress): boolean =>
  by.host === hostname() ? isAlive(by) : job === undefined && Math.abs(Date.now() - at) < SILENCE;

const countsOf = (all: readonly PointStatus[]): Record<State, number> => {
  const counts = { done: 0, failed: 0, running: 0, queued: 0, stopped: 0, waiting: 0 };
  for (const { state } of all) counts[state]++;
  return counts;
};

/** "12 of 16 done (81 %): 2 running, 2 waiting" */
export function statusLine(all: readonly PointStatus[]): string {
  const counts = countsOf(all);
  const progress = all.reduce((sum, { done }) => sum + done, 0) / Math.max(1, all.length);
  const rest = Object.entries(counts).filter(([state, n]) => n > 0 && state !== "done");
  const said = rest.map(([state, n]) => `${n} ${state}`).join(", ");
  return `${counts.done} of ${all.length} done (${Math.floor(100 * progress)} %)${said === "" ? "" : `: ${said}`}`;
}

/** Failures with where their logs are. */
export const failures = (dir: string, all: readonly PointStatus[]): string[] =>
  all
    .filter(({ state }) => state === "failed")
    .flatMap(({ point, note }) => [
      `failed ${point.id} (${settingsText(point)}): ${note}`,
      `  log: ${logOf(dir, point.id)}`,
    ]);

const settingsText = ({ set, seed, replicate }: Point): string =>
  [...Object.entries(set).map(([path, value]) => `${path}=${value}`), ...(replicate > 0 ? [`replicate ${replicate}`] : []), `seed ${seed}`].join(" "); // prettier-ignore

/** Points that a table shows where there are many more. */
const SHOWN = 40;

/** `hillock sweep status`. @returns 0 when all is done, 1 where a point failed, else 0 */
export async function statusCommand(dir: string, options: { json?: boolean; all?: boolean }): Promise<number> {
  const plan = await readPlan(await openFolder(dir));
  const all = await statusOf(dir, plan, await queued(dir));
  if (options.json) {
    const points = all.map(({ point, state, done, note, outcome }) => ({ ...point, state, done, note, outcome }));
    say(JSON.stringify({ counts: countsOf(all), points }, undefined, 1));
    return 0;
  }
  const busy = all.filter(({ state }) => state !== "waiting" && state !== "done");
  const shown = options.all || all.length <= SHOWN ? all : busy.slice(0, SHOWN);
  if (shown.length > 0) {
    const rows = shown.map(({ point, state, done, note }) => [point.id, state, `${Math.floor(100 * done)} %`, settingsText(point), state === "failed" ? "" : note]); // prettier-ignore
    say(formatTable(["point", "state", "progress", "settings", "where"], rows));
  }
  if (shown.length < all.length) say(`${all.length - shown.length} more points: --all shows them`);
  for (const line of failures(dir, all)) say(line);
  say(statusLine(all));
  return 0;
}
