import { ModelError, didYouMean } from "../../errors.ts";
import type { ConnectionRule } from "./connections.ts";
import type { BurstyDrive, Drive, EvokedDrive, PoissonDrive, SourceWiring, SpikeTrainDrive } from "./drives.ts";
import { jones2009 } from "./published.ts";

/** A published experiment on the column: what drives it, for how long, and how its dipole is usually shown. */
export interface ColumnPreset {
  readonly drives: readonly Drive[];
  readonly rules: readonly ConnectionRule[];
  readonly tstop: number; // ms
  readonly smoothing: { readonly windowMs: number; readonly scale: number };
}

const DELAYS = { L2_basket: 0.1, L2_pyramidal: 0.1, L5_basket: 1, L5_pyramidal: 1 };

/** The seed's network A: one distal volley. */
const evoked: EvokedDrive = {
  kind: "evoked", name: "evdist1", mu: 63.5, sigma: 3.8, eventSeed: 274, location: "distal",
  weightsAmpa: { L2_basket: 0.006, L2_pyramidal: 0.0005, L5_pyramidal: 0.14 },
  weightsNmda: { L2_basket: 0.019, L2_pyramidal: 0.004, L5_pyramidal: 0.08 },
}; // prettier-ignore

/** The median-nerve evoked response of Jones et al. (2009): proximal, distal, proximal. */
const erp: readonly EvokedDrive[] = [
  {
    kind: "evoked", name: "evdist1", mu: 63.53, sigma: 3.85, eventSeed: 274, location: "distal",
    weightsAmpa: { L2_basket: 0.006562, L2_pyramidal: 7e-6, L5_pyramidal: 0.1423 },
    weightsNmda: { L2_basket: 0.019482, L2_pyramidal: 0.004317, L5_pyramidal: 0.080074 },
  },
  {
    kind: "evoked", name: "evprox1", mu: 26.61, sigma: 2.47, eventSeed: 544, location: "proximal", synapticDelays: DELAYS,
    weightsAmpa: { L2_basket: 0.08831, L2_pyramidal: 0.01525, L5_basket: 0.19934, L5_pyramidal: 0.00865 },
  },
  {
    kind: "evoked", name: "evprox2", mu: 137.12, sigma: 8.33, eventSeed: 814, location: "proximal", synapticDelays: DELAYS,
    weightsAmpa: { L2_basket: 3e-6, L2_pyramidal: 1.43884, L5_basket: 0.008958, L5_pyramidal: 0.684013 },
  },
]; // prettier-ignore

const PYRAMIDAL_DELAYS = { L2_pyramidal: 0.1, L5_pyramidal: 1 };

const alphaProximal: BurstyDrive = {
  kind: "bursty", name: "alpha_prox", tstart: 50, burstRate: 10, burstStd: 20, numspikes: 2, spikeIsi: 10, nDriveCells: 10,
  location: "proximal", eventSeed: 284, weightsAmpa: { L2_pyramidal: 5.4e-5, L5_pyramidal: 5.4e-5 }, synapticDelays: PYRAMIDAL_DELAYS,
}; // prettier-ignore

/** The optional second drive of the alpha preset, which makes a beta rhythm with it. */
export const alphaDistal: BurstyDrive = {
  ...alphaProximal, name: "alpha_dist", burstStd: 15, location: "distal", eventSeed: 296,
  synapticDelays: { L2_pyramidal: 5, L5_pyramidal: 5 },
}; // prettier-ignore

const gammaPoisson: PoissonDrive = {
  kind: "poisson", name: "poisson", rateConstant: { L2_pyramidal: 140, L5_pyramidal: 40 }, location: "proximal", eventSeed: 1349,
  weightsAmpa: { L2_pyramidal: 0.0008, L5_pyramidal: 0.0075 }, synapticDelays: PYRAMIDAL_DELAYS,
}; // prettier-ignore

/** Weights of the local rules in the weak gamma network, in rule order. */
const GAMMA_WEIGHTS = [0, 0, 0, 0, 0.007, 0, 0.08, 0, 0, 0, 0, 0.0012, 0.01, 0.0075, 0.00091, 0];

const PRESETS = {
  evoked: { drives: [evoked], tstop: 170, smoothing: { windowMs: 30, scale: 3000 } },
  erp: { drives: erp, tstop: 170, smoothing: { windowMs: 30, scale: 3000 } },
  alpha: { drives: [alphaProximal], tstop: 310, smoothing: { windowMs: 20, scale: 3000 } },
  gamma: { drives: [gammaPoisson], tstop: 250, smoothing: { windowMs: 0, scale: 30_000 } },
} as const;

/** evoked, erp, alpha, gamma: the drives and weights of HNN-core's examples of these names.
 * @throws ModelError for another name */
export function columnPreset(name: string): ColumnPreset {
  const { rules } = jones2009();
  if (!Object.hasOwn(PRESETS, name)) {
    throw new ModelError("column preset", `"${name}" is unknown`, didYouMean(name, Object.keys(PRESETS)));
  }
  const preset = PRESETS[name as keyof typeof PRESETS];
  return { ...preset, rules: name === "gamma" ? withWeights(rules, GAMMA_WEIGHTS) : rules };
}

/** Rules with other weights (uS) by rule number; missing ones stay. */
export const withWeights = (
  rules: readonly ConnectionRule[],
  weights: Readonly<Record<number, number>>,
): ConnectionRule[] => rules.map((rule, k) => ({ ...rule, weight: weights[k] ?? rule.weight }));

/** A replay of recorded trains as the original study really ran it: every source reaches all pyramidal tufts. Its documented per-source targets never
 * took effect beyond these weights. */
export const replay = (spikeData: SpikeTrainDrive["spikeData"]): SpikeTrainDrive => ({
  kind: "spikeTrain",
  name: "drive_from_NetA",
  spikeData,
  location: "distal",
  weightsAmpa: { L5_pyramidal: 0.005, L2_pyramidal: 0.003 },
  connSeed: 42,
});

/** Network B as its text intended: sources in turn reach the L5 (1.0 ms) and the L2 pyramidal cells (1.5 ms), proximally,
 * seven of ten pairs. */
export function replayAsIntended(spikeData: Readonly<Record<string, readonly number[]>>): SpikeTrainDrive {
  const turns: readonly SourceWiring[] = [
    { weightsAmpa: { L5_pyramidal: 0.005 }, synapticDelays: 1 },
    { weightsAmpa: { L2_pyramidal: 0.003 }, synapticDelays: 1.5 },
  ];
  const perSource = Object.fromEntries(Object.keys(spikeData).map((name, k) => [name, turns[k % 2] as SourceWiring]));
  return { ...replay(spikeData), location: "proximal", probability: 0.7, perSource };
}
