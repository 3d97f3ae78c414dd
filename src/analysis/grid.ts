import { DataError } from "../errors.ts";

/** How analysis decides on which side of an edge a time lies: one rule for bins, windows, intervals and samples.
 *
 * Spike times lie on a grid, k * dt, and so do most edges; in floating point neither does. NEURON's times are up to 1e-10 ms
 * off, k * 0.1 is a few ulps off, and a difference of two times carries the ulps of both. A time within the slack below an edge
 * is at the edge. */

/** Part of a bin. Spacing of a grid over width of a bin is far above it, roundings (1e-10 ms of 0.025 ms: 4e-9) below. */
const PART = 1e-8;
/** Slack of times that are compared as they are, ms: ten times what NEURON's grid is off. */
const TIME = 1e-9;
/** A few roundings of 2^-53 of the times that a difference was made of. */
const ULPS = 4 * Number.EPSILON;

/** Bins of one call: 8 bytes each, 1 GiB. */
const MOST_BINS = 2 ** 27;

/** Bin of a time since the first edge; below 0 before it.
 * @param t     ms since the first edge, or in any unit that `width` is in
 * @param width of a bin
 * @param of    largest of the times that t is the difference of, where they are large against t */
export const binOf = (t: number, width: number, of = t): number =>
  Math.floor(t / width + PART + (ULPS * Math.max(Math.abs(t), Math.abs(of))) / width);

/** Bin of the time `t` when the first begins at `from`. */
export const binFrom = (t: number, from: number, width: number): number =>
  binOf(t - from, width, Math.max(Math.abs(t), Math.abs(from)));

/** Whole bins from `from` to `to`; a last part of a bin is left out.
 * @throws DataError when there are more than memory holds */
export function wholeBins(where: string, from: number, to: number, width: number): number {
  const bins = Math.max(0, binFrom(to, from, width));
  if (bins <= MOST_BINS) return bins;
  throw new DataError(
    where,
    `${to - from} ms in bins of ${width} ms are ${bins} values, more than ${MOST_BINS}`,
    "Widen the bins or shorten the span",
  );
}

/** Samples of a record of a length: k * step below it, so a sample at its end belongs to what follows.
 * @throws DataError when there are more than memory holds */
export function samplesIn(where: string, length: number, step: number): number {
  const samples = Math.max(0, Math.ceil(length / step - PART));
  if (samples <= MOST_BINS) return samples;
  throw new DataError(
    where,
    `${length} ms every ${step} ms are ${samples} values, more than ${MOST_BINS}`,
    "Shorten the record or sample less often",
  );
}

/** The nearest number of bins to a width, at least 1.
 * @throws DataError when it is not above half a bin, or there are more than memory holds */
export function nearestBins(where: string, length: number, width: number): number {
  const bins = Math.round(length / width);
  if (bins >= 1 && bins <= MOST_BINS) return bins;
  throw new DataError(where, `${length} ms in steps of ${width} ms`, `Give 1 to ${MOST_BINS} steps`);
}

/** What a time is compared with to know whether it has reached an edge: t >= edgeOf(t0). */
export const edgeOf = (t: number): number => t - TIME - ULPS * Math.abs(t);

/** What an edge is compared with to know whether a time has reached it: t0 <= edgeAfter(t). */
export const edgeAfter = (t: number): number => t + TIME + ULPS * Math.abs(t);

/** Whether two times are at most `limit` apart. Both ms. */
export const isWithin = (a: number, b: number, limit: number): boolean =>
  Math.abs(a - b) <= limit * (1 + PART) + TIME + ULPS * Math.max(Math.abs(a), Math.abs(b));
