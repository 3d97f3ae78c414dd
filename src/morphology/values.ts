import { ModelError } from "../errors.ts";

/** One number for all cells of a population, or one per cell. */
export type CellValues = number | Float64Array;

/** The value of one cell. */
export const valueOf = (values: CellValues, cell: number): number =>
  typeof values === "number" ? values : (values[cell] as number);

/** Applies `f` cell by cell; the result is a number when all arguments are.
 * @throws ModelError when two arguments have different lengths */
export function combine(f: (...x: number[]) => number, ...args: readonly CellValues[]): CellValues {
  const arrays = args.filter((a): a is Float64Array => typeof a !== "number");
  const first = arrays[0];
  if (first === undefined) return f(...(args as number[]));
  const other = arrays.find((a) => a.length !== first.length);
  if (other !== undefined) {
    throw new ModelError("values per cell", `have lengths ${first.length} and ${other.length}`, "Give one per cell");
  }
  return Float64Array.from(first, (_, cell) => f(...args.map((a) => valueOf(a, cell))));
}
