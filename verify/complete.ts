/** What a reference must hold to be one: a file that lost rows, columns or arrays is refused before anything is run. */
import { DataError } from "../src/errors.ts";
import type { Table } from "./csv.ts";

/** @param asked  how the case's own description comes to so many rows
 * @param least  of a table that may be empty, such as the spikes of silent cells, 0 */
export function wantRows(table: Table, wanted: number, asked: string, least = 1): void {
  if (table.rows === wanted && wanted >= least) return;
  throw new DataError(table.where, `has ${table.rows} rows, and its case asks for ${wanted} (${asked})`, RESTORE);
}

export function wantColumns(table: Table, names: readonly string[]): void {
  const missing = names.filter((name) => !table.names.includes(name));
  if (missing.length === 0 && names.length > 0) return;
  const [first] = missing;
  throw new DataError(table.where, first === undefined ? "has no column to compare" : `lacks the column "${first}"`, RESTORE); // prettier-ignore
}

/** @param what  "cases.json lists no case" */
export function wantSome(where: string, count: number, what: string): void {
  if (count > 0) return;
  throw new DataError(where, `lists no ${what}`, RESTORE);
}

/** @param asked  where the other number comes from */
export function wantEqual(where: string, what: string, found: number, wanted: number, asked: string): void {
  if (found === wanted) return;
  throw new DataError(where, `has ${found} ${what}, and ${asked} says ${wanted}`, RESTORE);
}

/** Samples from a first to a last time, both included. */
export const samples = (fromMs: number, toMs: number, everyMs: number): number =>
  Math.round((toMs - fromMs) / everyMs) + 1;

const RESTORE = "Restore the file from where the case came from";
