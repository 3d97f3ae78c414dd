/** What the page and its worker both know. */

/** Step, ms. */
export const DT = 0.025;
/** of the raster, s. */
export const WINDOW_S = 4;
/** of the spectrum, Hz. */
export const HIGHEST_HZ = 45;

/** Of the drive over time: as the slider says, or as drawn. */
export const HELD = 0;
export const DRAWN = 1;

/** Of the drive: spikes of descending axons, or a current into every soma, nA for 1 Hz on the slider. */
export const BY_AXONS = 0;
export const BY_CURRENT = 1;
export const NA_PER_HZ = 0.25;

/** A trapezoid of force to track, over and over: rest, up, hold, down and rest again, s. */
const TRACK_S = [2, 4, 8, 4, 2] as const;
/** that is shown ahead, s. */
export const AHEAD_S = 4;

/** Force to track at a model time, % of tetanus. @param t  s */
export function targetAt(t: number, top: number): number {
  const [rest, up, hold, down] = TRACK_S;
  const at = t % TRACK_S.reduce((a, b) => a + b, 0);
  const rising = (at - rest) / up;
  const falling = (rest + up + hold + down - at) / down;
  return top * Math.max(0, Math.min(1, rising, falling));
}

/** Of intervals and of rates against force, s. */
export const KEPT_S = 30;
/** An interval above it is a pause, ms. */
export const PAUSE_MS = 500;

/** A small unit of a pool, one in the middle and a large one, from 0. */
export const examplesOf = (n: number): number[] => [1, 3, 5].map((part) => Math.floor((part * n) / 6));

/** Of the cumulative spike trains of two halves of the pool. */
export interface Coherence {
  /** Hz. */
  readonly f: number[];
  /** 0..1; null where a half is silent. */
  readonly coherence: (number | null)[];
  /** what independent trains exceed in one of twenty frequencies. */
  readonly level: number[];
  /** that it was measured over. */
  readonly seconds: number;
}

/** Of recruitment and derecruitment: what they are told in. */
export const IN_DRIVE = 0;
export const IN_FORCE = 1;

/** Drive (Hz) or force (% of tetanus) when each unit last began to fire and last stopped; NaN where it has not. */
export interface Thresholds {
  readonly of: typeof IN_DRIVE | typeof IN_FORCE;
  readonly began: Float64Array;
  readonly stopped: Float64Array;
}

/** Intervals between spikes of one unit. */
export interface Intervals {
  /** ms, lower edges of bins. */
  readonly from: number[];
  readonly counts: number[];
  /** those that are no pause. */
  readonly n: number;
  readonly pauses: number;
  /** ms. */
  readonly mean: number;
  /** 1. */
  readonly cv: number;
}

export interface PoolReadings {
  /** of each unit over the last second, Hz. */
  readonly rates: Float64Array<ArrayBuffer>;
  readonly thresholds: Thresholds;
  /** rates of some units, Hz, at each mean force, % of tetanus, in its order; null where a unit is silent. */
  readonly byForce: { readonly force: number[]; readonly rates: (number | null)[][] };
  readonly coherence: Coherence;
  readonly intervals: Intervals;
  /** % of tetanus. */
  readonly force: number;
  /** where the drawn drive is, s; undefined: the slider drives. */
  readonly course: number | undefined;
  /** s before now, % and Hz. */
  readonly history: { readonly t: number[]; readonly force: number[]; readonly drive: number[] };
  /** Hz and %^2/Hz. */
  readonly spectrum: { readonly f: number[]; readonly density: number[] };
}
