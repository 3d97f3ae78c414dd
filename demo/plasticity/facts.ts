/** What the page and its worker both know. */

/** Step, ms. */
export const DT = 0.1;
/** of each half of the inputs. */
export const HALF = 500;
/** of the raster, ms. */
export const WINDOW_MS = 500;
/** Of each half so many inputs are rows of the raster, and below them the neuron itself. */
export const SAMPLED = 50;
export const OWN_ROWS = 12;
/** Of the plots over time, s. */
export const HISTORY_S = 120;
/** Of the histogram of weights. */
export const BINS = 20;

/** Said once, when the network is made. */
export interface PlasticityFacts {
  readonly engine: "reference, float64" | "device, float32";
  /** the rule: change of the weight as a part of the largest one, by input time minus spike time, ms. */
  readonly rule: { readonly lag: number[]; readonly up: (number | null)[]; readonly down: (number | null)[] };
}

export interface PlasticityReadings {
  /** of the neuron over the last second, Hz. */
  readonly rate: number;
  /** of each input as a part of the largest, first half first. */
  readonly weights: readonly [Float64Array, Float64Array];
  /** inputs by weight, by half. */
  readonly counts: readonly [number[], number[]];
  /** s, Hz, and mean weight of each half as a part of the largest. */
  readonly history: {
    readonly t: number[];
    readonly rate: number[];
    readonly mean: readonly [number[], number[]];
  };
  /** ms from a spike, and rate of an input of each half there over the last ten seconds, Hz. */
  readonly around: { readonly lag: number[]; readonly rate: readonly [(number | null)[], (number | null)[]] };
}
