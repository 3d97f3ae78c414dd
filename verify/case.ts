/** The files of one reference case, already read; names are relative to the case's folder. */
export interface CaseFiles {
  list(): string[];
  bytes(name: string): Uint8Array;
  text(name: string): string;
}

export type VerifyEngine = "gpu" | "reference" | "reference32";

/** One comparison. `pass` is "not yet" where the feature does not exist, never for a failed comparison. */
export interface VerifyRow {
  readonly case: string;
  readonly quantity: string;
  readonly measured: number | string;
  readonly allowed: number | string;
  /** how many values were compared: spikes count by the trains that hold them */
  readonly values: number;
  /** how many the case says must be compared; fewer do not pass */
  readonly needed: number;
  readonly pass: true | false | "not yet";
  readonly note?: string;
}
