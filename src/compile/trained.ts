import { ModelError } from "../errors.ts";
import type { CompiledNetwork, SampledTrace } from "./compiled.ts";
import { dataDigest, RESULTS_VERSION } from "./hash.ts";
import type { CompiledTraining, TrainingTrace } from "./training.ts";

export interface TrainedOptions {
  /** ms in the unit of time of the equations: the membrane time constant. */
  readonly unitMs: number;
  /** Of the population. */
  readonly name: string;
  /** Traces to keep, of these neurons. */
  readonly traces: readonly TrainingTrace[];
  readonly neurons: Uint32Array;
}

/** Trained networks as every other compiled network is seen by a simulation, its chunks and its run folder: one population, one
 * network an entry, delay 0. Its engine is made from the same CompiledTraining. */
export function compileTrained(training: CompiledTraining, options: TrainedOptions): CompiledNetwork {
  const { n, rules, schedule, entries } = training;
  const { unitMs, name, neurons, traces } = options;
  const outside = neurons.find((i) => i >= n);
  if (outside !== undefined) throw new ModelError("traces", `name neuron ${outside} of ${n}`, `Give 0 to ${n - 1}`);
  const kept = traces.map((variable): SampledTrace => ({ variable, unit: "1", phase: labelOf(variable), everySteps: 1, cells: neurons })); // prettier-ignore
  return {
    dt: rules.h * unitMs,
    entries: entries.length,
    seeds: Uint32Array.from(entries, ({ noise }) => (noise.kind === "drawn" ? noise.seed : 0)),
    populations: [{ kind: "trained", name, n, firstSource: 0, traces: kept }],
    nSources: n,
    stages: [],
    maxBlock: schedule.stepsPerLoop,
    maxDelaySteps: 0,
    projections: [],
    initialScales: new Float64Array(0),
    clamps: [],
    exposed: { ring: 1, words: 0 },
    readouts: [],
    plasticity: [],
    learning: [],
    lanes: 0,
    voltageLimit: Infinity,
    warnings: longStep(rules.h),
    hash: dataDigest({ version: RESULTS_VERSION, ...training, entries, kept }),
  };
}

/** A midpoint step is only near the exponential that it stands for while it is short beside the membrane time constant. */
function longStep(h: number): string[] {
  if (h <= 1) return [];
  return [
    `trained network: a step is ${h} membrane time constants: what happens within a step is lost. Use an h of at most 1`,
  ];
}

/** x and r are those after the step; what drove it, and the error, are said of its beginning. */
export const labelOf = (trace: TrainingTrace): "state" | "current" =>
  trace === "x" || trace === "r" ? "state" : "current";
