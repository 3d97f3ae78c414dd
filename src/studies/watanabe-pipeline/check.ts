import { samplesIn, wholeBins } from "../../analysis/grid.ts";
import { DataError } from "../../errors.ts";
import { ms, seconds } from "../../units.ts";
import { checkRun, checkTimes } from "../check-run.ts";
import type { Given } from "../study.ts";
import { welchOptions } from "./coherence.ts";
import { coherencePhases, constantDrive } from "./drives.ts";
import { planOf, type Plan } from "./plan.ts";
import { checkUnits, driven } from "./pool.ts";
import { experiment } from "./steps345.ts";
import type { PipelineSettings, Step } from "./settings.ts";

/** Refuses what any step would refuse of the settings, before the first: the last begins after hours.
 * @throws DataError, ModelError */
export function checkPipeline(s: PipelineSettings, { seed }: Given): void {
  const plan = planOf(s);
  const does = (step: Step): boolean => s.step === "all" || s.step === step;
  if (does("01") || does("02")) checkSearch(s, plan, seed);
  if (does("03")) checkRun(experiment(s, { DD_drive_constant__Hz: s.drive.constant, DC_offset_optimized__Hz: s.drive.constant }, seed)); // prettier-ignore
  if (does("05")) {
    checkUnits(s, s.force);
    samplesIn("watanabe-pipeline force.frequency", ending(s), 1000 / s.force.frequency);
  }
  if (does("06")) checkCoherence(s);
}

/** End of the three phases as they are run, ms. */
const ending = (s: PipelineSettings): number => 1000 * (s.duration ?? 3 * s.phase);

function checkSearch(s: PipelineSettings, { search: { pool, drive, noise } }: Plan, seed: number): void {
  checkUnits(pool, s.force);
  const entries = Math.max(s.search.trials, s.search.refine);
  for (const [k, length] of [s.search.baseline, s.search.duration].entries()) {
    samplesIn("watanabe-pipeline force.frequency", 1000 * length, 1000 / s.force.frequency);
    const rates = Array.from({ length: k === 0 && s.drive.target === 0 ? 1 : entries }, () => constantDrive(drive, noise)); // prettier-ignore
    const check = k === 0 ? checkRun : checkTimes; // one network
    check({ network: driven(pool, rates, seed), dt: ms(s.search.dt), duration: seconds(length) });
  }
}

/** A spectrum needs segments of two bins. */
function checkCoherence(s: PipelineSettings): void {
  const { segment } = welchOptions(s.coherence);
  if (segment < 2) throw new DataError("watanabe-pipeline coherence.segment", `is ${s.coherence.segment} s in bins of ${s.coherence.bin} ms`, "Give two bins or more"); // prettier-ignore
  for (const { from, to } of coherencePhases(s)) if (to <= ending(s)) wholeBins("watanabe-pipeline coherence.bin", from, to, s.coherence.bin); // prettier-ignore
}
