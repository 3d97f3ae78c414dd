import { ms, type Quantity } from "../units.ts";

/** Parameters of the trained network (dimensionless, the unit of time is 10 ms).
 * Source: the published notebook; the scheme is Kim & Chow (2018), eLife 7:e37124. */
export interface TrainedNetworkParameters {
  /** Neurons. */
  readonly N: number;
  /** Connection density. */
  readonly p: number;
  /** Scale of the initial weights. */
  readonly gsyn: number;
  /** Regulariser of recursive least squares: P starts as I / alpha. */
  readonly alpha: number;
  /** Time step, in units of 10 ms. */
  readonly h: number;
  /** Steps of a loop, and of the stimulus at its start. */
  readonly itmax: number;
  readonly itstim: number;
  /** Amplitude of the noise. Added to the drift with factor h, so its strength depends on the step (see physicalNoise). */
  readonly sigma: number;
  /** Scales sigma by sqrt(0.1 / h), so that a smaller step keeps the physics of h = 0.1. */
  readonly physicalNoise: boolean;
  /** Stimulus: uniform in -amp_current..amp_current per neuron. */
  readonly amp_current: number;
  /** Target amplitude: uniform in 0..amp0 per neuron. */
  readonly amp0: number;
  /** Cycles per loop of the two halves of the neurons. */
  readonly cycles: readonly [number, number];
  readonly nloop: number;
  /** Loops 1..nloop_train learn. */
  readonly nloop_train: number;
  /** Synaptic decay rate and jump per spike. */
  readonly b: number;
  readonly vt: number;
  /** LIF reset (called resting value in the notebook). */
  readonly vrest: number;
  /** Fraction of QIF neurons. */
  readonly pqif: number;
  /** Fraction of neurons that learn, chosen at random. The notebook declares it and trains all. */
  readonly ftrain: number;
  /** First learning step of a loop; the notebook's condition `it > itstim` is itstim + 1. */
  readonly learnFrom: number;
  readonly spikeRule: "effective" | "intended";
  readonly noiseScheme: "halves" | "held";
}

export const NOTEBOOK: TrainedNetworkParameters = {
  N: 200,
  p: 0.3,
  gsyn: 0.5,
  alpha: 0.25,
  h: 0.1,
  itmax: 1000,
  itstim: 200,
  sigma: 1,
  physicalNoise: false,
  amp_current: 20,
  amp0: 4,
  cycles: [1, 5],
  nloop: 16,
  nloop_train: 10,
  b: 1 / 5,
  vt: 0,
  vrest: -12.3,
  pqif: 0.5,
  ftrain: 1,
  learnFrom: 201,
  spikeRule: "effective",
  noiseScheme: "halves",
};

/** What is said of a trained network in a description (network/trained.ts) and has a default, the notebook's value. */
export interface TrainedDefaults extends Omit<
  TrainedNetworkParameters,
  "N" | "h" | "itmax" | "itstim" | "learnFrom" | "nloop" | "b"
> {
  /** neurons. */
  readonly n: number;
  /** of the membrane: the unit of time. */
  readonly tau_m: Quantity<"ms">;
  /** of the synaptic traces. */
  readonly tau_s: Quantity<"ms">;
  /** after it stimulus and targets begin again. */
  readonly loop: Quantity<"ms">;
  /** how long the stimulus is on, from the start of each loop. */
  readonly stimulus: Quantity<"ms">;
}

/** Values over which the notebook runs its ensemble. */
export const NOTEBOOK_GRID = {
  pqif: [0, 0.25, 0.5, 0.75, 1],
  vrest: [-8.5, -12.3, -17, -22],
  seeds: [0, 1],
} as const;

/** Membrane time constant of both models: the unit of time. */
export const UNIT_MS = 10;

export const TRAINED_DEFAULTS: TrainedDefaults = {
  n: NOTEBOOK.N,
  tau_m: ms(UNIT_MS),
  tau_s: ms(UNIT_MS / NOTEBOOK.b),
  loop: ms(NOTEBOOK.itmax * NOTEBOOK.h * UNIT_MS),
  stimulus: ms(NOTEBOOK.itstim * NOTEBOOK.h * UNIT_MS),
  p: NOTEBOOK.p,
  gsyn: NOTEBOOK.gsyn,
  alpha: NOTEBOOK.alpha,
  sigma: NOTEBOOK.sigma,
  physicalNoise: NOTEBOOK.physicalNoise,
  amp_current: NOTEBOOK.amp_current,
  amp0: NOTEBOOK.amp0,
  cycles: NOTEBOOK.cycles,
  nloop_train: NOTEBOOK.nloop_train,
  vt: NOTEBOOK.vt,
  vrest: NOTEBOOK.vrest,
  pqif: NOTEBOOK.pqif,
  ftrain: NOTEBOOK.ftrain,
  spikeRule: NOTEBOOK.spikeRule,
  noiseScheme: NOTEBOOK.noiseScheme,
};

/** What can be recorded of each step, per neuron: state after the step, input v = W r of the step (without stimulus),
 *  error before the update, squared norm of the update of the neuron's weights, state at the midpoint. */
export const TRACES = ["x", "r", "v", "error", "update2", "xmid"] as const;
export type TrainingTrace = (typeof TRACES)[number];

/** Steps in a span of time, so that stimulus and learning may be given in ms. */
export const stepsOf = (ms: number, h: number): number => Math.round(ms / (h * UNIT_MS));

export const nqifOf = ({ N, pqif }: Pick<TrainedNetworkParameters, "N" | "pqif">): number => Math.floor(N * pqif);

/** Amplitude of the normal values of each half-step. */
export const noiseAmplitude = ({ sigma, physicalNoise, h }: TrainedNetworkParameters): number =>
  physicalNoise ? sigma * Math.sqrt(0.1 / h) : sigma;
