import type { VerifyRow } from "../case.ts";
import { atLeast, atMost } from "../rows.ts";
import { GENERAL } from "../tolerances.ts";

type Trains = readonly (readonly number[])[];

const count = (trains: Trains): number => trains.reduce((sum, train) => sum + train.length, 0);
const before = (trains: Trains, step: number): Trains => trains.map((train) => train.filter((s) => s < step));

/** Spikes on either side without a partner on the same step of the same cell. */
export function unmatched(reference: Trains, simulated: Trains): number {
  return reference.reduce((sum, train, cell) => {
    const own = new Set(simulated[cell] ?? []);
    const common = train.filter((s) => own.has(s)).length;
    return sum + train.length + own.size - 2 * common;
  }, 0);
}

export interface NearTies {
  readonly steps: Float64Array;
  readonly cells: Float64Array;
  readonly margins: Float64Array;
}

/** A network whose spikes may part at a near tie: equal before `equalBefore`, a share of those before `until`, the total. */
export function networkRows(
  name: string,
  reference: Trains,
  simulated: Trains,
  limits: { readonly equalBefore: number; readonly until: number; readonly share: number; readonly total: number },
  ties?: NearTies,
): VerifyRow[] {
  const { equalBefore, until, share, total } = limits;
  const early = unmatched(before(reference, equalBefore), before(simulated, equalBefore));
  // float64, of which every spike is asked, decides no tie otherwise
  const tied = share < 1 && ties !== undefined && atTie(reference, simulated, ties);
  const late = before(reference, until);
  const found = 1 - unmatched(late, before(simulated, until)) / 2 / count(late);
  const excuse = (row: VerifyRow): VerifyRow =>
    tied && row.pass === false ? { ...row, pass: true, note: "the first differs at a near tie of the reference" } : row;
  return [
    excuse(atMost(name, `spikes that differ before step ${equalBefore}`, early, 0, reference.length, `${count(before(reference, equalBefore))} spikes`)),
    ...(count(late) === 0 ? [] : [excuse(atLeast(name, `spikes on their step before step ${until}`, found, share, count(late)))]),
    count(reference) === 0
      ? atMost(name, "spikes of cells that are silent", count(simulated), 0, reference.length)
      : atMost(name, "total number of spikes, difference (relative)", Math.abs(count(simulated) - count(reference)) / count(reference), total, count(reference)),
  ]; // prettier-ignore
}

/** The first spike of either side without a partner. */
function firstDeviation(reference: Trains, simulated: Trains): { readonly step: number; readonly cell: number } {
  let first = { step: Infinity, cell: -1 };
  reference.forEach((train, cell) => {
    const [a, b] = [new Set(train), new Set(simulated[cell] ?? [])];
    for (const step of [...train, ...(simulated[cell] ?? [])])
      if (a.has(step) !== b.has(step) && step < first.step) first = { step, cell };
  });
  return first;
}

/** The step of the first spike that differs; infinite where none does. */
export const firstUnmatched = (reference: Trains, simulated: Trains): number =>
  firstDeviation(reference, simulated).step;

/** Whether the first spike that differs is a (step, cell) of the near ties with a margin below 2e-4 mV, or one step after such a row. */
function atTie(reference: Trains, simulated: Trains, { steps, cells, margins }: NearTies): boolean {
  const first = firstDeviation(reference, simulated);
  return steps.some((step, i) => {
    const near = Math.abs(margins[i] as number) < 2e-4 && cells[i] === first.cell;
    return near && (first.step === step || first.step === step + 1);
  });
}

/** Single cells whose spikes rounding may move: what each may be held to, as the case says. */
export interface CellSpikes {
  readonly spikes: number;
  readonly f64_comparable_spikes: number;
  readonly f32_equal_spikes: number;
  readonly f32_spikes_within_wide: number;
  readonly f32_counts: readonly number[];
}

/** Counts, and the spikes of each cell that the case says can be compared: where no cell has any, its counts alone pass nothing.
 * @param wide   steps within which the first `f32_spikes_within_wide` lie
 * @param spread  by how many the count may leave the list */
export function cellRows(
  name: string,
  reference: Trains,
  simulated: Trains,
  cells: readonly CellSpikes[],
  { float64, wide, spread }: { readonly float64: boolean; readonly wide: number; readonly spread: number },
): VerifyRow[] {
  const shift = (cell: number, from: number, to: number): number => {
    let worst = 0;
    for (let k = from; k < to; k++) worst = Math.max(worst, Math.abs(((simulated[cell] ?? [])[k] ?? Infinity) - ((reference[cell] ?? [])[k] ?? Infinity)));
    return worst;
  };
  const largest = (of: (cell: CellSpikes, k: number) => number): number => cells.reduce((worst, cell, k) => Math.max(worst, of(cell, k)), 0);
  const sure = (cell: CellSpikes): number => cell.f64_comparable_spikes === cell.spikes ? cell.spikes : Math.floor(0.8 * cell.f64_comparable_spikes);
  const counts = largest((cell, k) => {
    const found = (simulated[k] ?? []).length;
    if (float64 && cell.f64_comparable_spikes === cell.spikes) return Math.abs(found - cell.spikes);
    return Math.max(0, Math.min(...cell.f32_counts.map((n) => Math.abs(n - found))) - spread);
  });
  const rows = [atMost(name, "cells' counts, beyond what is allowed", counts, 0, cells.length, `${count(reference)} spikes`)];
  // cells are compared by the spikes that the case says of each; one that is silent by its count
  const compare = (quantity: string, of: (cell: CellSpikes) => number, allowed: number): void => {
    const held = cells.filter((cell) => of(cell) > 0 || cell.spikes === 0).length;
    if (held > 0) rows.push(atMost(name, quantity, largest((cell, k) => shift(k, 0, of(cell))), allowed, held));
  };
  if (float64) compare("comparable spikes, worst (steps)", sure, 0);
  compare("spikes that float32 keeps, worst (steps)", (cell) => cell.f32_equal_spikes, GENERAL.spikeSteps.float32);
  compare("further spikes, worst (steps)", (cell) => cell.f32_spikes_within_wide, wide);
  const firing = cells.filter((cell) => cell.spikes > 0);
  const compared = firing.filter((cell) => Math.max(sure(cell), cell.f32_equal_spikes, cell.f32_spikes_within_wide) > 0);
  if (firing.length > 0) rows.push(atLeast(name, "cells that fire whose spikes the case compares", compared.length, 1, compared.length));
  return rows;
} // prettier-ignore
