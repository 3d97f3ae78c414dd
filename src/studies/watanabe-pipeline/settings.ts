import { DataError, didYouMean } from "../../errors.ts";
import type { GainRule } from "../../analysis/force.ts";
import type { Settings } from "../experiment.ts";
import type { Pool } from "./pool.ts";
import { checkRange } from "./search.ts";

/** Units: Hz, uS, ms, mV, N; durations, phase, silence and chunk in s; target in %MVC. */
export const DEFAULTS = {
  step: "all", // or 01 ... 06
  cells: { motorNeurons: 800, descending: 400, independent: 800 },
  thresholds: { range: 100, slope: 10 },
  gamma: 0.2,
  V0: -65,
  probability: 0.3,
  weight: { descending: 0.1, independent: 0.05 },
  delay: 1,
  latency: 1,
  independent: { mean: 125, sd: 5 },
  /** target above 0: the constant drive is first calibrated to this force. */
  drive: { constant: 65, target: 0, amplitude: 20, frequency: 20, silence: 1, noise: 0 },
  search: {
    network: "same", // or "published": the weaker network of the published steps 01 and 02
    objective: "absolute", // or "own maximum": each force divided by its own maximum, as published
    from: 1,
    to: 100,
    trials: 10,
    refine: 5,
    duration: 5, // of a trial
    baseline: 5, // of step 01
    dt: 0.1,
    leastUnits: 10, // that must fire more than once
    tolerance: 0.05, // of the target
  },
  force: { frequency: 2048, longestRise: 90, contractionRange: 3, gain: "preceding", axonDelays: false, maximum: 100 },
  phase: 5,
  dt: 0.025,
  record: { every: 0.1, cells: 5 },
  chunk: 5,
  coherence: { groups: 100, size: 5, bin: 1, segment: 1.024, highest: 25 }, // published: segments of 2 s at 0.025 ms
};
export type PipelineSettings = typeof DEFAULTS;

/** What the published steps 01 and 02 run: their network is not that of the three phases. */
const PUBLISHED = { slope: 5, V0: -67, weight: 0.05, drive: 40, noise: 1 };

export const PRESETS: Readonly<Record<string, Settings>> = {
  published: {
    search: { network: "published", objective: "own maximum", baseline: 10 },
  },
};

const STEPS = ["all", "01", "02", "03", "04", "05", "06"] as const;
export type Step = (typeof STEPS)[number];

export interface Plan {
  readonly steps: ReadonlySet<Step>;
  /** Network and drive of steps 01 and 02. */
  readonly search: { readonly pool: Pool; readonly drive: number; readonly noise: number };
  readonly objective: "absolute" | "own maximum";
  readonly gain: GainRule;
}

/** @throws DataError for a step, objective, network or gain that does not exist, or a number out of range */
export function planOf(s: PipelineSettings): Plan {
  const { search, drive, force } = s;
  checkRange("search", search);
  const positive = { "drive.constant": drive.constant, "search.duration": search.duration, "search.baseline": search.baseline, phase: s.phase, "force.maximum": force.maximum }; // prettier-ignore
  for (const [name, value] of Object.entries(positive)) {
    if (!(value > 0)) throw new DataError(name, `is ${value}`, "Give a number above 0");
  }
  const step = oneOf("step", /^[1-6]$/.test(s.step) ? `0${s.step}` : s.step, STEPS);
  const published = oneOf("search.network", s.search.network, ["same", "published"]) === "published";
  const pool: Pool = published
    ? {
        ...s,
        thresholds: { range: s.thresholds.range, slope: PUBLISHED.slope },
        V0: PUBLISHED.V0,
        weight: { ...s.weight, descending: PUBLISHED.weight },
        independent: { mean: 0, sd: 0 },
      }
    : s;
  return {
    steps: new Set(step === "all" ? STEPS : [step]),
    search: published
      ? { pool, drive: PUBLISHED.drive, noise: PUBLISHED.noise }
      : { pool, drive: s.drive.constant, noise: s.drive.noise },
    objective: oneOf("search.objective", s.search.objective, ["absolute", "own maximum"]),
    gain: oneOf("force.gain", s.force.gain, ["preceding", "following", "myogen"]),
  };
}

function oneOf<T extends string>(where: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value);
  if (found !== undefined) return found;
  throw new DataError(where, `is "${value}"`, didYouMean(value, known));
}
