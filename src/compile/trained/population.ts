import type { CompiledNetwork, LiveParam, SampledTrace } from "../compiled.ts";
import { dataDigest, RESULTS_VERSION } from "../hash.ts";
import type { CompiledTraining, TrainingRules, TrainingTrace } from "./training.ts";

interface TrainedOptions {
  /** ms */
  readonly dt: number;
  /** Of the population. */
  readonly name: string;
  readonly traces: readonly SampledTrace[];
  /** Of each entry; those of its noise where left out. */
  readonly seeds?: Uint32Array;
  /** Amplitude of the normal values at a "sigma" of 1; 1 where left out. */
  readonly noisePerSigma?: number;
  /** Of what determines results; of the training where left out. */
  readonly hash?: string;
}

/** Trained networks as every other compiled network is seen by a simulation, its chunks and its run folder: one population, one
 * network an entry, delay 0. Its engine is made from the same CompiledTraining. */
export function compileTrained(training: CompiledTraining, options: TrainedOptions): CompiledNetwork {
  const { n, rules, schedule, entries } = training;
  const { dt, name, traces, seeds, noisePerSigma = 1, hash } = options;
  return {
    dt,
    entries: entries.length,
    seeds: seeds ?? Uint32Array.from(entries, ({ noise }) => (noise.kind === "drawn" ? noise.seed : 0)),
    populations: [{ kind: "trained", name, n, firstSource: 0, live: liveOf(training), noisePerSigma, traces }],
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
    hash: hash ?? dataDigest({ version: RESULTS_VERSION, ...training, entries, kept: traces }),
    trained: training,
  };
}

/** Threshold and reset of LIF neurons, and the noise where every network draws one. */
function liveOf({ entries }: CompiledTraining): LiveParam[] {
  const any = { unit: "1", min: -Infinity, max: Infinity };
  const sigma = entries.every(({ noise }) => noise.kind === "drawn") ? [{ ...any, name: "sigma", min: 0 }] : [];
  return [{ ...any, name: "vt" }, { ...any, name: "vrest" }, ...sigma];
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
export const phaseOf = (trace: TrainingTrace): "state" | "current" =>
  trace === "x" || trace === "r" ? "state" : "current";
