import type { Drive } from "./drives.ts";
import type { ColumnModel } from "./published.ts";

/** What a file of HNN says of a column. What it leaves out is undefined. */
export interface HnnFile {
  /** cell types (receptors of the file's own) and local connections. */
  readonly model: ColumnModel;
  readonly drives: readonly Drive[];
  /** cells of a type along x and y. */
  readonly mesh: readonly [number, number] | undefined;
  /** length of the run, ms. */
  readonly tstop: number | undefined;
  /** time step, ms. */
  readonly dt: number | undefined;
  /** what was read over, and why. */
  readonly notes: readonly string[];
}
