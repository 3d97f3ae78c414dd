import { join } from "node:path";
import { digest } from "../../compile/hash.ts";
import { clipped } from "../../clipped.ts";
import { DataError, HillockError } from "../../errors.ts";
import { decode } from "../../storage/files.ts";
import { openFolder } from "../../storage/node-folder.ts";
import { readPlan, type Plan, type Point } from "../../sweep/plan.ts";
import type { RunOptions } from "../options.ts";
import { readSummary, SUMMARY_FILE } from "../summary.ts";
import {
  INPUTS,
  outcomeOf,
  pointFolder,
  removeLocks,
  reporter,
  slurmTask,
  writeOutcome,
  type Outcome,
} from "./outcome.ts";

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

/** Ends, keeping what is finished, when the runner that started this process is gone. */
function leaveWithParent(): void {
  if (process.channel === undefined) return;
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
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
