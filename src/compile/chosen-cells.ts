import { ModelError } from "../errors.ts";
import type { RecordingDescription } from "../network/description.ts";
import { wholeSteps } from "../steps.ts";
import { canonical } from "../units.ts";

/** The cells (or links) that a recording asks for, of n.
 * @throws ModelError for one that is not there */
export function chosen(where: string, cells: RecordingDescription["cells"], n: number, what = "cell"): Uint32Array {
  if (cells === "all") return Uint32Array.from({ length: n }, (_, c) => c);
  if ("every" in cells) return Uint32Array.from({ length: Math.ceil(n / cells.every) }, (_, k) => k * cells.every);
  const bad = cells.cells.find((c) => !(Number.isInteger(c) && c >= 0 && c < n));
  if (bad !== undefined) throw new ModelError(where, `has no ${what} ${bad}`, `They go from 0 to ${n - 1}`);
  return Uint32Array.from(cells.cells);
}

/** When and of which cells (or links), of n, a recording takes samples.
 * @throws ModelError for an interval that is no steps, and for a cell that is not there */
export const sampling = (
  where: string,
  { every, cells }: RecordingDescription,
  dt: number,
  n: number,
  what?: string,
): { everySteps: number; cells: Uint32Array } => ({
  everySteps: wholeSteps(where, canonical(where, every, "ms"), dt, 1),
  cells: chosen(where, cells, n, what),
});
