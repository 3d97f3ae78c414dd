import { ModelError } from "../errors.ts";
import type { CompiledNetwork, SampledTrace } from "./compiled.ts";
import { dataDigest, RESULTS_VERSION } from "./hash.ts";
import type { CompiledTraining, TrainingRules, TrainingTrace } from "./training.ts";

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
    warnings: longStep(rules),
    hash: dataDigest({ version: RESULTS_VERSION, ...training, entries, kept }),
  };
}

/** Steps of second order are only near the exponentials that they stand for while they are short beside the time constants, of the membrane and of
 * the synaptic trace. */
function longStep({ h, b }: TrainingRules): string[] {
  const said = (steps: number, of: string, most: number): string =>
    `trained network: a step is ${steps} ${of}: what happens within a step is lost. Use an h of at most ${most}`;
  const membrane = h > 1 ? [said(h, "membrane time constants", 1)] : [];
  return h * b > 1 ? [...membrane, said(h * b, 'time constants of the trace "r" (1 / b)', 1 / b)] : membrane;
}

/** x and r are those after the step; what drove it, and the error, are said of its beginning. */
export const labelOf = (trace: TrainingTrace): "state" | "current" =>
  trace === "x" || trace === "r" ? "state" : "current";
