import { DataError } from "../errors.ts";
import { lowerBound } from "../sorted.ts";
import { edgeOf } from "./grid.ts";

/** Spikes of one population. Analysis functions take this and nothing of the simulator. */
export interface SpikeTrains {
  /** Cells in the population, silent ones included. */
  readonly n: number;
  /** ms, sorted. */
  readonly times: Float64Array;
  /** Cell index of each spike, below n. */
  readonly cells: Uint32Array;
}

/** Spikes in any order as SpikeTrains, sorted by time and then by cell.
 * @throws DataError when lengths differ, a time is not finite or a cell is not below n */
export function spikeTrains(n: number, times: ArrayLike<number>, cells: ArrayLike<number>): SpikeTrains {
  if (times.length !== cells.length) {
    throw new DataError(
      "spike trains",
      `${times.length} times for ${cells.length} cells`,
      "Give one cell for each time",
    );
  }
  checkCount("spike trains", "cells", n);
  for (let k = 0; k < times.length; k++) {
    const [t, cell] = [times[k] as number, cells[k] as number];
    if (!Number.isFinite(t)) throw new DataError(`spike ${k}`, `has time ${t}`, "Give finite times in ms");
    checkCell(`spike ${k}`, cell, n);
  }
  const order = Uint32Array.from({ length: times.length }, (_, k) => k);
  order.sort((a, b) => (times[a] as number) - (times[b] as number) || (cells[a] as number) - (cells[b] as number));
  return {
    n,
    times: Float64Array.from(order, (k) => times[k] as number),
    cells: Uint32Array.from(order, (k) => cells[k] as number),
  };
}

/** SpikeTrains of one list of times (ms, any order) per cell. */
export function fromPerCell(trains: readonly ArrayLike<number>[]): SpikeTrains {
  const times: number[] = [];
  const cells: number[] = [];
  trains.forEach((train, cell) => {
    for (let k = 0; k < train.length; k++) {
      times.push(train[k] as number);
      cells.push(cell);
    }
  });
  return spikeTrains(trains.length, times, cells);
}

/** Spikes of each cell, length n. */
export function counts(trains: SpikeTrains): Uint32Array {
  const count = new Uint32Array(trains.n);
  for (const cell of trains.cells) count[cell] = (count[cell] as number) + 1;
  return count;
}

/** Sorted spike times of each cell (ms), length n; silent cells have an empty array. */
export function timesPerCell(trains: SpikeTrains): Float64Array[] {
  const out = Array.from(counts(trains), (count) => new Float64Array(count));
  const filled = new Uint32Array(trains.n);
  for (let k = 0; k < trains.times.length; k++) {
    const cell = trains.cells[k] as number;
    const at = filled[cell] as number;
    (out[cell] as Float64Array)[at] = trains.times[k] as number;
    filled[cell] = at + 1;
  }
  return out;
}

/** Spikes with from <= t < to (ms); views on the same memory. A spike whose time rounds to just below an edge is at the edge. */
export function window(trains: SpikeTrains, from: number, to: number): SpikeTrains {
  const a = lowerBound(trains.times, edgeOf(from));
  const b = Math.max(a, lowerBound(trains.times, edgeOf(to)));
  return { n: trains.n, times: trains.times.subarray(a, b), cells: trains.cells.subarray(a, b) };
}

/** Spikes of chosen cells, renumbered 0, 1, ... in the order given. A cell named twice counts once, at its last place.
 * @throws DataError for a cell that the population has not */
export function select(trains: SpikeTrains, cells: ArrayLike<number>): SpikeTrains {
  for (let k = 0; k < cells.length; k++) checkCell("selection", cells[k] as number, trains.n);
  const place = new Int32Array(trains.n).fill(-1);
  for (let k = 0; k < cells.length; k++) place[cells[k] as number] = k;
  const keep = [...trains.cells.keys()].filter((k) => (place[trains.cells[k] as number] as number) >= 0);
  return {
    n: cells.length,
    times: Float64Array.from(keep, (k) => trains.times[k] as number),
    cells: Uint32Array.from(keep, (k) => place[trains.cells[k] as number] as number),
  };
}

/** A span of time in ms, from <= t < to. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** @throws DataError unless from < to, both finite */
export function checkSpan(where: string, { from, to }: Span): void {
  if (Number.isFinite(from) && Number.isFinite(to) && from < to) return;
  throw new DataError(where, `spans ${from} to ${to} ms`, "Give a finite start before a finite end");
}

/** Of a time (ms), a rate (Hz) or a bin: beyond these bounds its reciprocal and its multiples leave what a number can hold.
 * @throws DataError unless x is from 1e-12 to 1e12 */
export function checkPositive(where: string, x: number): void {
  if (!(Number.isFinite(x) && x > 0)) throw new DataError(where, `is ${x}`, "Give a number above 0");
  if (x < 1e-12 || x > 1e12) throw new DataError(where, `is ${x}`, "Give a number from 1e-12 to 1e12");
}

/** @throws DataError unless n is a whole number from `least` that an array can have */
export function checkCount(where: string, what: string, n: number, least = 0): void {
  if (Number.isInteger(n) && n >= least && n < 2 ** 32) return;
  throw new DataError(where, `has ${String(n)} ${what}`, `Give a whole number of ${least} or more`);
}

function checkCell(where: string, cell: number, n: number): void {
  if (Number.isInteger(cell) && cell >= 0 && cell < n) return;
  throw new DataError(where, `is of cell ${cell} in a population of ${n}`, `Give cells from 0 to ${n - 1}`);
}
