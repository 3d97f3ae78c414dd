/** What the page and its worker both know. */

/** Neurons whose output is shown. */
export const SHOWN = 6;

/** Loops after learning, with the weights held. */
export const TEST_LOOPS = 5;

export type Phase = "before learning" | "learning" | "weights held";

/** Said once, when the network is made. */
export interface LearningFacts {
  readonly loops: number;
  /** of the chosen neurons: number from 1, and kind. */
  readonly chosen: readonly { readonly neuron: number; readonly kind: "QIF" | "LIF" }[];
  /** ms of the samples of outputs and targets. */
  readonly times: number[];
  /** by chosen neuron. */
  readonly targets: readonly number[][];
}

/** Correlations of two weights, by what they share (Dahmen et al. 2022). */
export const MOTIFS = [
  ["tau_rec", "reciprocal"],
  ["tau_div", "divergent"],
  ["tau_con", "convergent"],
  ["tau_chn", "chain"],
] as const;

/** Loop (with fraction), and each of MOTIFS. */
export interface MotifHistory {
  readonly loop: number[];
  readonly of: readonly number[][];
}

export interface LearningReadings {
  readonly step: number;
  readonly loop: number; // from 0
  readonly phase: Phase;
  /** spikes per neuron and second over the last loop, Hz. */
  readonly rate: number;
  /** root mean square over all neurons, by loop. */
  readonly error: { readonly loop: number[]; readonly rms: number[] };
  /** directions that the recurrent inputs fill in a loop after its stimulus, by loop that is over. */
  readonly dimension: { readonly loop: number[]; readonly ratio: number[] };
  /** motifs of pairs of weights, when they were looked at. */
  readonly motifs: MotifHistory;
  /** by chosen neuron, at the facts' times; null where nothing is known yet. */
  readonly outputs: readonly (number | null)[][];
}
