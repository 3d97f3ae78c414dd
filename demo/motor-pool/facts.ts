/** What the page and its worker both know. */

/** Step, ms. */
export const DT = 0.025;
/** of the raster, s. */
export const WINDOW_S = 4;
/** of the spectrum, Hz. */
export const HIGHEST_HZ = 45;

export interface PoolReadings {
  /** of each unit over the last second, Hz. */
  readonly rates: Float64Array<ArrayBuffer>;
  /** drive when each unit began to fire, Hz; NaN where it has not. */
  readonly began: Float64Array;
  /** % of tetanus. */
  readonly force: number;
  /** s before now, % and Hz. */
  readonly history: { readonly t: number[]; readonly force: number[]; readonly drive: number[] };
  /** Hz and %^2/Hz. */
  readonly spectrum: { readonly f: number[]; readonly density: number[] };
}
