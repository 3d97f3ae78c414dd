import { DataError } from "../errors.ts";
import { upperBound } from "../sorted.ts";
import { binFrom, edgeAfter } from "./grid.ts";
import { binEdges } from "./rates.ts";
import { checkCount, select, type Span, type SpikeTrains } from "./spikes.ts";
import { sameLength } from "./stats.ts";

export interface CompositeOptions extends Span {
  /** Bin (ms). */
  readonly dt: number;
  /** "sum" counts spikes; "or" is 1 where any unit fired (the published coherence analysis). */
  readonly combine?: "sum" | "or";
}

/** The trains of chosen units as one signal, a value per bin. A unit named twice counts once.
 * @param units cell indices; all when left out */
export function compositeTrain(
  trains: SpikeTrains,
  options: CompositeOptions,
  units?: ArrayLike<number>,
): Float64Array {
  const { from, dt, combine = "sum" } = options;
  const signal = new Float64Array(binEdges(options, dt).length - 1);
  const { times } = units ? select(trains, units) : trains;
  for (const t of times) {
    const bin = binFrom(t, from, dt);
    if (bin < 0 || bin >= signal.length) continue;
    signal[bin] = combine === "or" ? 1 : (signal[bin] as number) + 1;
  }
  return signal;
}

/** Random groups of units, each drawn with replacement, for composite trains.
 * @param random uniform on [0, 1); pass a seeded one
 * @throws DataError when there is no unit to draw from */
export function drawGroups(units: ArrayLike<number>, size: number, groups: number, random: () => number): number[][] {
  checkCount("groups of units", "groups", groups);
  checkCount("groups of units", "units in a group", size);
  if (units.length === 0 && size > 0)
    throw new DataError("groups of units", "are drawn from no units", "Give at least one");
  const draw = () => units[Math.floor(random() * units.length)] as number;
  return Array.from({ length: groups }, () => Array.from({ length: size }, draw));
}

/** Centred moving mean over an odd number of samples (a rectangle of unit area); the ends average what is there. An even width
 * counts as the next odd one. */
export function movingMean(x: ArrayLike<number>, width: number): Float64Array {
  checkCount("moving mean", "samples in its window", width, 1);
  const half = Math.floor(width / 2);
  const first = x[0] ?? 0; // goes first, so that a constant stays one
  const sums = new Float64Array(x.length + 1);
  for (let i = 0; i < x.length; i++) sums[i + 1] = (sums[i] as number) + (x[i] as number) - first;
  return Float64Array.from({ length: x.length }, (_, i) => {
    const [a, b] = [Math.max(0, i - half), Math.min(x.length, i + half + 1)];
    return first + ((sums[b] as number) - (sums[a] as number)) / (b - a);
  });
}

/** Value of a sampled signal at a time, by linear interpolation; ends held, NaN without a sample. t sorted. Of samples at one time
 * the last holds from there on, also for a time that rounds to just below. */
export function valueAt(t: ArrayLike<number>, x: ArrayLike<number>, want: number): number {
  sameLength("sampled signal", t, x);
  if (Number.isNaN(want)) return NaN;
  const next = upperBound(t, edgeAfter(want)); // the first sample after it
  if (next === 0) return x[0] ?? NaN;
  const [t0, x0] = [t[next - 1] as number, x[next - 1] as number];
  if (next === t.length) return x0;
  return x0 + Math.max(0, (want - t0) / ((t[next] as number) - t0)) * ((x[next] as number) - x0);
}

/** A sampled signal at other times, by linear interpolation; ends held. t sorted. */
export const resample = (t: ArrayLike<number>, x: ArrayLike<number>, at: ArrayLike<number>): Float64Array =>
  Float64Array.from(at, (want) => valueAt(t, x, want));
