import { forceStatistics, type MotorUnits } from "../../analysis/force.ts";
import { meanIntervalRates } from "../../analysis/rates.ts";
import { fixed } from "../../analysis/summary.ts";
import { counts } from "../../analysis/spikes.ts";
import { extent, mean, standardDeviation } from "../../analysis/stats.ts";
import { DataError } from "../../errors.ts";
import type { Signal } from "../../network/signal.ts";
import type { Figure, StudyContext } from "../study.ts";
import { writeJson } from "./files.ts";
import { constantDrive, oscillatingDrive, realisedMean } from "./drives.ts";
import { USED } from "../parts.ts";
import { readJson } from "./files.ts";
import { objectiveFigure } from "./figures.ts";
import { axonDelaysOf, runPool, unitsOf, type PoolRun } from "./pool.ts";
import { checkReached, searchRate, type Trial } from "./search.ts";
import { planOf, type Plan, type StepResult } from "./plan.ts";
import type { PipelineSettings } from "./settings.ts";

/** What step 01 found and step 02 aims at; a part of force_reference.json. */
interface Reference {
  readonly network_parameters: { readonly dd_drive__Hz: number };
  readonly force: { readonly mean__N: number };
  /** Means over the second half: of the tetanus, and of the record's own maximum. */
  readonly percent_mvc: number;
  readonly percent_of_own_maximum: number;
}
const REFERENCE_FILE = "force_reference.json";
export const OFFSET_FILE = "dc_offset_optimized.json";

interface Measured {
  readonly percentMvc: number;
  readonly percentOfOwnMaximum: number;
  /** Units that fire more than once. */
  readonly active: number;
}

/** Mean force over the second half of a record, both ways. */
function measure({ force, motorNeurons }: PoolRun, units: MotorUnits): Measured {
  const level = mean(force.subarray(force.length >> 1));
  return {
    percentMvc: (100 * level) / units.tetanus,
    percentOfOwnMaximum: (100 * level) / extent(force)[1],
    active: counts(motorNeurons).filter((count) => count > 1).length,
  };
}

type Step12 = Pick<Plan, "search" | "objective" | "gain">;
const valueOf = (m: Measured, objective: Plan["objective"]): number =>
  objective === "absolute" ? m.percentMvc : m.percentOfOwnMaximum;

/** Step 01: force under the constant drive. With a target, the drive is calibrated first. */
export async function baselineForce(s: PipelineSettings, context: StudyContext): Promise<StepResult> {
  const plan = planOf(s);
  const units = unitsOf(plan.search.pool, s.force);
  const rate = s.drive.target > 0 ? await calibrate(s, plan, units, context) : plan.search.drive;
  const result = await context.keep("01 baseline", async () => {
    const run = await trial(s, plan, units, [constantDrive(rate, plan.search.noise)], s.search.baseline, "01 baseline force", context); // prettier-ignore
    const [{ force, motorNeurons }] = run as [PoolRun];
    return { force, m: measure({ force, motorNeurons }, units), firing: firingRates({ motorNeurons }) };
  });
  const { m, firing } = result;
  const whole = plan.objective === "absolute" ? units.tetanus : extent(result.force)[1];
  const newtons = result.force.map((F) => (s.force.maximum * F) / whole);
  const end = 1000 * s.search.baseline;
  const statistics = forceStatistics(newtons, units.frequency, { from: end / 2, to: end });
  const { pool } = plan.search;
  await writeJson(context.out, REFERENCE_FILE, {
    network_parameters: {
      n_motor_units: pool.cells.motorNeurons,
      dd_neurons: pool.cells.descending,
      dd_connectivity: pool.probability,
      dd_drive__Hz: rate,
      synaptic_weight__uS: pool.weight.descending,
      process_type: "poisson",
      poisson_batch_size: 1,
    },
    force_scaling: { max_force__N: s.force.maximum, relative_to: relativeTo(plan.objective) },
    firing_rate: { mean__Hz: firing.mean, std__Hz: firing.sd, n_active: firing.n, cov: firing.sd / firing.mean },
    force: {
      mean__N: statistics.mean,
      std__N: statistics.sd,
      cov: statistics.cov,
      ripple_percent: 100 * statistics.cov, // as published: SD over mean
      peak_to_peak_percent: statistics.ripplePercent,
    },
    percent_mvc: m.percentMvc,
    percent_of_own_maximum: m.percentOfOwnMaximum,
  });
  const text =
    `01 baseline: ${fixed(rate, 2)} Hz gives ${fixed(m.percentMvc, 2)} %MVC ` +
    `(${fixed(m.percentOfOwnMaximum, 1)} % of its own maximum), CoV ${fixed(statistics.cov, 4)}; ` +
    `${firing.n} of ${pool.cells.motorNeurons} units at ${fixed(firing.mean, 2)} +- ${fixed(firing.sd, 2)} Hz`;
  const values = {
    "baseline.drive__Hz": rate,
    "baseline.percent_mvc": m.percentMvc,
    "baseline.force_cov": statistics.cov,
    "baseline.active": firing.n,
    "baseline.rate__Hz": firing.mean,
  };
  return { text, values };
}

const relativeTo = (objective: Plan["objective"]): string =>
  objective === "absolute" ? "tetanus of the pool" : "own maximum";

/** Rates as the published script counts them: 1 / mean interval of units with two spikes and at least 0.5 Hz. */
function firingRates({ motorNeurons }: Pick<PoolRun, "motorNeurons">): { mean: number; sd: number; n: number } {
  const rates = meanIntervalRates(motorNeurons).filter((rate) => rate >= 0.5); // not where it is NaN
  return { mean: mean(rates), sd: standardDeviation(rates, "sample"), n: rates.length };
}

/** The constant drive that gives the wished force. */
async function calibrate(s: PipelineSettings, plan: Step12, units: MotorUnits, context: StudyContext): Promise<number> {
  const found = await searchRate(s.drive.target, s.search, async (rates, round) => {
    const signals = rates.map((rate) => constantDrive(rate, plan.search.noise));
    const part = `01 calibration, round ${round + 1}`;
    const found = await measured(s, plan, units, signals, s.search.baseline, part, context);
    return found.map(({ percentMvc }, k): Trial => {
      return { rate: rates[k] as number, value: percentMvc, error: Math.abs(percentMvc / s.drive.target - 1) };
    });
  });
  checkReached("calibration of the drive", found.best, s.drive.target, s.search.tolerance, "%MVC");
  context.say(`01 calibration: ${fixed(found.best.rate, 2)} Hz gives ${fixed(found.best.value, 2)} %MVC`);
  return found.best.rate;
}

/** Step 02: the offset of the oscillating drive that gives step 01's force. */
export async function searchOffset(s: PipelineSettings, context: StudyContext): Promise<StepResult> {
  const plan = planOf(s);
  const units = unitsOf(plan.search.pool, s.force);
  const reference = await readJson<Reference>(context, REFERENCE_FILE, "01", [
    "network_parameters.dd_drive__Hz",
    "force.mean__N",
  ]);
  const targets = { absolute: reference.percent_mvc, "own maximum": reference.percent_of_own_maximum };
  const target = targets[plan.objective];
  if (!(target > 0))
    throw new DataError("search for the DC offset", "has no force to match: under the constant drive no unit fires", "Raise drive.constant or the weights"); // prettier-ignore
  const { out, resume, force } = context;
  if (s.step === "02" && !resume && !force && (await out.exists(OFFSET_FILE)))
    throw new DataError(`${out.where}/${OFFSET_FILE}`, ...USED);
  const { amplitude } = s.drive;
  if (s.search.from < amplitude)
    context.say(`Warning: offsets below ${amplitude} Hz make the drive negative; there it is taken as 0.`);
  const all: (Measured & { rate: number })[] = [];
  const { best } = await searchRate(target, s.search, async (rates, round) => {
    const signals = rates.map((dc) => oscillatingDrive(dc, s, plan.search.noise));
    const part = `02 search, round ${round + 1}`;
    const found = await measured(s, plan, units, signals, s.search.duration, part, context);
    return found.map((m, k): Trial => {
      const rate = rates[k] as number;
      all.push({ ...m, rate });
      return { rate, ...compared(m, plan.objective, target, s.search.leastUnits) };
    });
  });
  all.sort((a, b) => a.rate - b.rate);
  checkReached("search for the DC offset", best, target, s.search.tolerance, plan.objective === "absolute" ? "%MVC" : "% of its own maximum"); // prettier-ignore
  const D = reference.network_parameters.dd_drive__Hz;
  await writeOffset(s, plan, reference, { best, target, D, trials: all }, context);
  const text =
    `02 search: ${fixed(best.rate, 2)} Hz + ${amplitude} sin (mean ${fixed(realisedMean(best.rate, amplitude), 2)} Hz) keeps the force of ${fixed(D, 2)} Hz ` +
    `(error ${fixed(100 * best.error, 2)} %, objective: ${plan.objective}); ` +
    `ratio ${fixed(best.rate / D, 3)}. Watanabe & Kohn's own network: 58/65 = 0.892; this one is MyoGen's version of it.`;
  const values = { "offset.rate__Hz": best.rate, "offset.error": best.error, "offset.ratio": best.rate / D };
  return { text, values, figures: [objective(s, targets, all)] };
}

/** Value and error of a trial. Too few units that fire more than once: a penalty as published. */
export function compared(
  m: Measured,
  objective: Plan["objective"],
  target: number,
  leastUnits: number,
): Pick<Trial, "value" | "error"> {
  if (m.active < leastUnits) return { value: NaN, error: 1000 + 100 * (leastUnits - m.active) };
  const value = valueOf(m, objective);
  return { value, error: Math.abs(value - target) / target };
}

async function writeOffset(
  s: PipelineSettings,
  plan: Step12,
  reference: Reference,
  found: { best: Trial; target: number; D: number; trials: readonly (Measured & { rate: number })[] },
  { out }: StudyContext,
): Promise<void> {
  const { best, target, D, trials } = found;
  const { pool } = plan.search;
  const newtons = s.force.maximum / 100;
  await writeJson(out, OFFSET_FILE, {
    reference_drive__Hz: D,
    reference_force__N: reference.force.mean__N,
    target_force__N: target * newtons,
    achieved_force__N: best.value * newtons,
    force_error: best.error,
    force_scaling: { max_force__N: s.force.maximum, relative_to: relativeTo(plan.objective) },
    oscillation: { frequency__Hz: s.drive.frequency, amplitude__Hz: s.drive.amplitude },
    dd_parameters: {
      dd_neurons: pool.cells.descending,
      dd_connectivity: pool.probability,
      synaptic_weight__uS: pool.weight.descending,
      dc_offset__Hz: best.rate,
      process_type: "poisson",
    },
    optimization_ratio: best.rate / D,
    trials: trials.map((t) => ({
      dc_offset__Hz: t.rate,
      percent_mvc: t.percentMvc,
      percent_of_own_maximum: t.percentOfOwnMaximum,
      n_active: t.active,
    })),
  });
}

function objective(
  s: PipelineSettings,
  targets: Readonly<Record<Plan["objective"], number>>,
  all: readonly (Measured & { rate: number })[],
): Figure {
  const curve = (objective: Plan["objective"]) => {
    const trials = all
      .map((m) => ({ rate: m.rate, ...compared(m, objective, targets[objective], s.search.leastUnits) }))
      .filter(({ value }) => !Number.isNaN(value)); // penalties have no place on the axis
    return {
      name: objective === "absolute" ? "force" : "force / its own maximum",
      dc: trials.map(({ rate }) => rate),
      error: trials.map(({ error }) => error),
      best: trials.reduce((a, b) => (b.error < a.error ? b : a)).rate,
    };
  };
  return { name: "dc_offset_objective", svg: () => objectiveFigure((["absolute", "own maximum"] as const).map(curve)) };
}

/** What a round of trials gave: a part of the study. */
const measured = (...args: Parameters<typeof trial>): Promise<Measured[]> => {
  const [, , units, , , part, { keep }] = args;
  return keep(part, async () => (await trial(...args)).map((run) => measure(run, units)));
};

async function trial(
  s: PipelineSettings,
  plan: Step12,
  units: MotorUnits,
  signals: readonly Signal<"Hz">[],
  duration: number,
  part: string,
  context: StudyContext,
): Promise<PoolRun[]> {
  const { seed, progress } = context;
  const { dt } = s.search;
  const onProgress = (done: number): void =>
    progress(signals.length > 1 ? `${part} (${signals.length} drives)` : part, done);
  const delays = axonDelaysOf(plan.search.pool, s.force);
  const options = { seed, duration, dt, gain: plan.gain, onProgress, ...delays };
  return runPool(plan.search.pool, signals, units, options, context);
}
