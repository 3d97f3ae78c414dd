/** What the page and its worker both know. */

/** Step, ms. */
export const DT = 0.025;
/** of the dipole's samples, ms. */
export const SAMPLE_MS = 0.25;
export const HIGHEST_STRENGTH = 3;

export const PRESETS = ["evoked", "alpha", "gamma"] as const;
export type Preset = (typeof PRESETS)[number];

/** Said once, when the network is made. */
export interface ColumnFacts {
  /** end of the trial, ms. */
  readonly tstop: number;
  readonly cells: number;
  /** factor on the dipole moment. */
  readonly scale: number;
}

export interface ColumnReadings {
  /** by cell type. */
  readonly spikes: Readonly<Record<string, number>>;
  /** ms and nAm times the scale. */
  readonly dipole: { readonly t: number[]; readonly moment: number[] };
}
