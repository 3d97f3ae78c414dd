/** What the page and its worker both know. */
import type { Settings } from "../site/protocol.ts";
import type { Drive } from "../../src/models/cortical-column/drives.ts";

/** Step, ms. */
export const DT = 0.025;
/** of the dipole's samples, ms. */
export const SAMPLE_MS = 0.25;
/** of the field's samples, ms: the membrane currents of every segment are much to record. */
export const FIELD_MS = 0.5;
/** From the basal tips to the top of the tufts of layer 5, um. */
export const DEPTHS = [-270, 1950] as const;
export const HIGHEST_STRENGTH = 3;
/** of the dipole, as the experiment's publication smooths it. */
export const AS_PUBLISHED = -1;

export const PRESETS = ["evoked", "alpha", "gamma"] as const;
export type Preset = (typeof PRESETS)[number];

/** Ends of the spectrogram's and the spectrum's axis, Hz. */
export const SPECTROGRAM_HZ = [4, 100] as const;

/** The middle of a section of one cell. */
export interface Place {
  readonly type: string;
  /** index within its type. */
  readonly cell: number;
  readonly section: string;
}

/** What comes of a place that is watched; `of` by kind: mV, uA/cm2 of channels, nS and nA of receptors. */
export interface WatchedReadings {
  readonly place: Place;
  readonly t: readonly number[];
  readonly of: Readonly<
    Record<
      "V" | "density" | "conductance" | "current",
      readonly { readonly label: string; readonly y: readonly number[] }[]
    >
  >;
}

/** What a column starts from beside its settings. Nothing: the preset's drives and connections. */
export interface ColumnDocument {
  /** a file of HNN, and its name: connections, receptors and drives. */
  readonly hnn?: { readonly name: string; readonly text: string };
  /** instead of the file's or the preset's. */
  readonly drives?: readonly Drive[];
  /** what is recorded beside the dipole. */
  readonly watched?: Place | undefined;
}

/** Said once, when the network is made. */
export interface ColumnFacts {
  /** end of the trial, ms. */
  readonly tstop: number;
  readonly cells: number;
  /** factor on the dipole moment. */
  readonly scale: number;
  readonly drives: readonly Drive[];
  /** cells and sections by type, to watch. */
  readonly places: Readonly<Record<string, { readonly cells: number; readonly sections: readonly string[] }>>;
}

/** A recorded dipole as the page lays it over. */
export interface Recorded {
  /** ms and nAm, as in the file. */
  readonly t: Float64Array;
  readonly moment: Float64Array;
  readonly factor: number;
  /** width of the window, ms; 0: as it is. */
  readonly smoothing: number;
}

/** How near the model is to a recording, over the time that both have. */
export interface Match {
  /** nAm. */
  readonly rmse: number;
  /** undefined where one of the two does not vary. */
  readonly correlation: number | undefined;
  /** factor on the recording with the least RMSE; undefined where that is 0 throughout. */
  readonly best: number | undefined;
}

/** Whether all values are one. Their standard deviation need not be 0: it has their mean's rounding. */
export const isConstant = (values: readonly number[]): boolean => values.every((x) => x === values[0]);

export interface ColumnReadings {
  /** by cell type. */
  readonly spikes: Readonly<Record<string, number>>;
  /** ms and nAm times the scale. With a recording they are all samples of the trial, null where a curve has none. */
  readonly dipole: {
    readonly t: number[];
    readonly moment: (number | null)[];
    readonly recorded: (number | null)[] | undefined;
  };
  readonly match: Match | undefined;
  /** of the layers alone; ms and nAm times the scale. */
  readonly layers: { readonly t: number[]; readonly L2: number[]; readonly L5: number[] };
  /** Hz and (nAm times the scale)2/Hz. */
  readonly spectrum: { readonly f: number[]; readonly density: number[] };
  /** what the full colour of the source density stands for, mV/mm2; 0 while there is none. */
  readonly density: number;
  readonly watched: WatchedReadings | undefined;
}

/** What a fit may change: a factor on a drive's weights, or a shift of its events (ms). */
export interface FitParameter {
  readonly drive: string;
  readonly what: "strength" | "onset";
  readonly low: number;
  readonly high: number;
}

export interface FitRequest {
  readonly settings: Settings;
  readonly document: ColumnDocument | undefined;
  /** by drive, beside the page's. */
  readonly strengths: Readonly<Record<string, number>>;
  readonly recorded: Recorded;
  readonly parameters: readonly FitParameter[];
}

/** Where a fit looks: all over the bounds, where what is known lets it expect a good point, or around one. */
export type FitWhere = "everywhere" | "expected" | "around";

export type FromFit =
  /** The recording on the samples of the fitted columns: ms, nAm (null: it has none there). */
  | { readonly kind: "recorded"; readonly t: readonly number[]; readonly recorded: readonly (number | null)[] }
  /** A round has begun. */
  | { readonly kind: "asked"; readonly round: number; readonly where: FitWhere; readonly columns: number }
  /** What is best so far, after so many columns: RMSE (nAm), parameters, dipole. `ended`: where searches around a point have settled. */
  | {
      readonly kind: "round";
      readonly round: number;
      readonly where: FitWhere;
      readonly ended: readonly { readonly values: readonly number[]; readonly error: number }[];
      readonly columns: number;
      readonly error: number;
      readonly values: readonly number[];
      readonly moment: readonly number[];
    }
  | { readonly kind: "failed"; readonly detail: string };

/** What trials are run of; they differ in the times of the drives' events alone. */
export interface TrialsRequest {
  readonly settings: Settings;
  readonly document: ColumnDocument | undefined;
  /** by drive, beside the page's. */
  readonly strengths: Readonly<Record<string, number>>;
  /** how many: trial 0 and those behind it. */
  readonly trials: number;
}

/** How trials are shown. */
export interface TrialsLook {
  readonly settings: Settings;
  readonly recorded: Recorded | undefined;
}

export type ToTrials =
  | { readonly kind: "run"; readonly request: TrialsRequest; readonly look: TrialsLook }
  | { readonly kind: "look"; readonly look: TrialsLook }
  | { readonly kind: "stop" };

export interface TrialsReadings {
  /** of all samples of a trial, ms. */
  readonly t: readonly number[];
  /** nAm times the scale, by trial; null where it has not come to. */
  readonly singles: readonly (readonly (number | null)[])[];
  /** over the trials that are over, or where none is over those under way. */
  readonly mean: readonly (number | null)[];
  readonly recorded: readonly (number | null)[] | undefined;
  /** of the mean. */
  readonly match: Match | undefined;
  /** trials that are over. */
  readonly done: number;
  /** of those under way, ms. */
  readonly time: number;
  /** Nothing comes behind it. */
  readonly ended: boolean;
}

export type FromTrials =
  { readonly kind: "trials"; readonly readings: TrialsReadings } | { readonly kind: "failed"; readonly detail: string };
