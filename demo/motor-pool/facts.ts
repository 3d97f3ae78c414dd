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

export interface PoolReadings {
  /** of each unit over the last second, Hz. */
  readonly rates: Float64Array<ArrayBuffer>;
  /** drive when each unit began to fire, Hz; NaN where it has not. */
  readonly began: Float64Array;
  /** % of tetanus. */
  readonly force: number;
  /** where the drawn drive is, s; undefined: the slider drives. */
  readonly course: number | undefined;
  /** s before now, % and Hz. */
  readonly history: { readonly t: number[]; readonly force: number[]; readonly drive: number[] };
  /** Hz and %^2/Hz. */
  readonly spectrum: { readonly f: number[]; readonly density: number[] };
}
