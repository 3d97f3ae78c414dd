import { DataError } from "../errors.ts";
import { lowerBound } from "../sorted.ts";
import { binOf } from "./grid.ts";
import { binnedCounts, type RateSeries } from "./rates.ts";
import { checkCount, checkPositive, timesPerCell, type SpikeTrains } from "./spikes.ts";

/** Peri-stimulus time histogram: mean rate (Hz) of a cell around the events; t is the middle of each bin relative to the event.
 * @param events ms; each counts as one trial
 * @param options.before ms of history shown, positive
 * @returns rates; NaN for a population without cells
 * @throws DataError without an event, or for a bin or span that is not above 0 */
export function psth(
  trains: SpikeTrains,
  events: ArrayLike<number>,
  options: { before: number; after: number; binMs: number },
): RateSeries {
  const { before, after, binMs } = options;
  checkPositive("histogram bin (ms)", binMs);
  if (events.length === 0) throw new DataError("histogram around events", "has no events", "Give at least one time");
  const relative: number[] = [];
  for (let e = 0; e < events.length; e++) {
    const event = events[e] as number;
    if (!Number.isFinite(event)) throw new DataError(`event ${e}`, `is at ${event} ms`, "Give finite times");
    const end = lowerBound(trains.times, event + after + binMs); // a bin more on either side: binnedCounts decides
    for (let k = lowerBound(trains.times, event - before - binMs); k < end; k++)
      relative.push((trains.times[k] as number) - event);
  }
  const scale = 1000 / (binMs * events.length * trains.n);
  const hz = binnedCounts(relative, { from: -before, to: after }, binMs).map((c) => c * scale);
  return { t: hz.map((_, k) => -before + (k + 0.5) * binMs), hz };
}

export interface CycleHistogram {
  /** Middle of each bin, 0..1 of the period. */
  readonly phase: Float64Array;
  readonly counts: Float64Array;
}

/** Spikes over the phase of a rhythm of a frequency (Hz) that starts at `origin` (ms). */
export function cycleHistogram(
  times: ArrayLike<number>,
  options: { frequency: number; bins?: number; origin?: number },
): CycleHistogram {
  const { frequency, bins = 20, origin = 0 } = options;
  checkPositive("cycle frequency (Hz)", frequency);
  checkCount("cycle histogram", "bins", bins, 1);
  if (!Number.isFinite(origin)) throw new DataError("cycle histogram", `begins at ${origin} ms`, "Give a finite time");
  const histogram = new Float64Array(bins);
  for (let k = 0; k < times.length; k++) {
    const t = times[k] as number;
    if (!Number.isFinite(t)) throw new DataError(`spike ${k}`, `has time ${t}`, "Give finite times in ms");
    const inAll = binOf(t - origin, 1000 / (frequency * bins), Math.max(Math.abs(t), Math.abs(origin))); // since the origin
    const bin = ((inAll % bins) + bins) % bins;
    histogram[bin] = (histogram[bin] as number) + 1;
  }
  return { phase: histogram.map((_, k) => (k + 0.5) / bins), counts: histogram };
}

export interface VectorStrength {
  /** 0 (no locking) to 1 (all spikes at one phase). */
  readonly strength: number;
  /** Mean phase, 0..1 of the period. */
  readonly phase: number;
  /** Rayleigh test against a uniform phase, with Greenwood & Durand's second-order series (Zar 1999, eq. 27.4). */
  readonly p: number;
}

/** Length of the mean of exp(2 pi i f t) over the spikes (Goldberg & Brown 1969). NaN without a spike. */
export function vectorStrength(times: ArrayLike<number>, frequency: number, origin = 0): VectorStrength {
  checkPositive("cycle frequency (Hz)", frequency);
  const n = times.length;
  let [c, s] = [0, 0];
  for (let k = 0; k < n; k++) {
    const angle = (2 * Math.PI * ((times[k] as number) - origin) * frequency) / 1000;
    c += Math.cos(angle);
    s += Math.sin(angle);
  }
  const R = Math.hypot(c, s);
  const turn = Math.atan2(s, c) / (2 * Math.PI);
  const p = Math.exp(Math.sqrt(1 + 4 * n + 4 * (n * n - R * R)) - (1 + 2 * n));
  return { strength: R / n, phase: turn < 0 ? turn + 1 : turn, p: Math.min(1, p) };
}

/** Vector strength of every cell of a population. */
export function vectorStrengths(trains: SpikeTrains, frequency: number): VectorStrength[] {
  return timesPerCell(trains).map((times) => vectorStrength(times, frequency));
}
