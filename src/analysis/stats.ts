import { DataError } from "../errors.ts";

/** Which standard deviation: "population" divides by n, "sample" by n - 1. */
export type Sd = "population" | "sample";

/** NaN when empty. The first value goes first, so that the mean of a constant is the constant. */
export function mean(x: ArrayLike<number>): number {
  const first = Number.isFinite(x[0]) ? (x[0] as number) : 0;
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] as number) - first;
  return first + sum / x.length;
}

/** Two passes, so a large mean does not cancel. NaN when empty; "sample" of one value is NaN too. */
export function standardDeviation(x: ArrayLike<number>, kind: Sd): number {
  return Math.sqrt(variance(x, kind));
}

export function variance(x: ArrayLike<number>, kind: Sd): number {
  let sum = 0;
  for (const v of centred(x)) sum += v ** 2;
  return sum / (kind === "sample" ? x.length - 1 : x.length);
}

/** x less its mean. The first value goes first, so that a constant leaves exactly 0, whatever the constant. */
export function centred(x: ArrayLike<number>): Float64Array {
  const first = x[0] ?? 0;
  const out = Float64Array.from(x, (v) => v - first);
  const offset = mean(out);
  return out.map((v) => v - offset);
}

/** Percentile q in 0..100 by linear interpolation between order statistics; NaN when empty. NaNs are left out. */
export function percentile(x: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(x)
    .filter((v) => !Number.isNaN(v))
    .sort();
  if (sorted.length === 0) return NaN;
  const at = (Math.min(100, Math.max(0, q)) / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(at)] as number;
  return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] as number) - low);
}

/** Smallest and largest finite value; [NaN, NaN] when there is none. */
export function extent(x: ArrayLike<number>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < x.length; i++) {
    const v = x[i] as number;
    if (!Number.isFinite(v)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return low <= high ? [low, high] : [NaN, NaN];
}

/** Least-squares straight line y = intercept + slope x; NaN where x is constant.
 * @throws DataError when lengths differ */
export function linearFit(x: ArrayLike<number>, y: ArrayLike<number>): { slope: number; intercept: number } {
  sameLength("straight-line fit", x, y);
  const [dx, dy] = [centred(x), centred(y)];
  let [sxy, sxx] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    sxy += (dx[i] as number) * (dy[i] as number);
    sxx += (dx[i] as number) ** 2;
  }
  const slope = sxy / sxx;
  return { slope, intercept: mean(y) - slope * mean(x) };
}

/** @throws DataError when the two differ in length */
export function sameLength(where: string, x: ArrayLike<unknown>, y: ArrayLike<unknown>): void {
  if (x.length === y.length) return;
  throw new DataError(where, `has ${x.length} values against ${y.length}`, "Give two series of equal length");
}
