import { DataError } from "../errors.ts";
import { lowerBound } from "../sorted.ts";
import { realPair, nextPowerOfTwo, transform } from "./fft.ts";
import { binOf, edgeOf, isWithin, wholeBins } from "./grid.ts";
import { checkPositive } from "./spikes.ts";
import { centred, mean, sameLength, variance } from "./stats.ts";

/** Pearson's correlation, -1 to 1; NaN when one series is constant, whatever the constant, or empty. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  sameLength("correlation", x, y);
  return cosine(unitScale(centred(x)), unitScale(centred(y)));
}

/** x times the power of two that brings its largest value to 1 .. 2, so that squares neither overflow nor vanish; exact. */
function unitScale(x: Float64Array): Float64Array {
  let largest = 0;
  for (const v of x) largest = Math.max(largest, Math.abs(v));
  if (largest === 0) return x;
  const power = Math.floor(Math.log2(largest)); // -1074 to 1023: of one factor more than a number holds
  const [half, rest] = [2 ** -Math.trunc(power / 2), 2 ** -(power - Math.trunc(power / 2))];
  return x.map((v) => v * half * rest);
}

/** Of the angle between two vectors; NaN when one is 0. */
function cosine(x: Float64Array, y: Float64Array): number {
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i] as number, y[i] as number];
    xy += a * b;
    xx += a * a;
    yy += b * b;
  }
  return Math.min(1, Math.max(-1, xy / Math.sqrt(xx * yy)));
}

/** Ranks from 1; equal values share the mean of theirs. */
export function ranks(x: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: x.length }, (_, k) => k).sort((a, b) => (x[a] as number) - (x[b] as number));
  const rank = new Float64Array(x.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && x[order[end] as number] === x[order[start] as number]) end++;
    for (let k = start; k < end; k++) rank[order[k] as number] = (start + 1 + end) / 2;
    start = end;
  }
  return rank;
}

/** Spearman's rank correlation: Pearson's of the ranks. Pairs with a NaN are left out. */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  sameLength("rank correlation", x, y);
  const keep = Array.from({ length: x.length }, (_, k) => k).filter((k) => !Number.isNaN(x[k]) && !Number.isNaN(y[k]));
  return pearson(ranks(keep.map((k) => x[k] as number)), ranks(keep.map((k) => y[k] as number)));
}

/** Normalised cross-correlation of two sampled signals: r[lag] = mean over t of (x(t) - mx)(y(t + lag) - my) / (sx sy), the
 * sum divided by the full length at every lag (biased), so |r| <= 1. A peak at a positive lag: y follows x.
 * @returns lag (samples, -maxLag .. maxLag) and r; NaN when one signal is constant
 * @throws DataError when lengths differ, or maxLag is not a whole number below the length */
export function crossCorrelation(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  maxLag: number,
): { lag: Float64Array; r: Float64Array } {
  sameLength("cross-correlation", x, y);
  const n = x.length;
  if (!(Number.isInteger(maxLag) && maxLag >= 0 && maxLag < n)) {
    throw new DataError(
      "cross-correlation",
      `has a largest lag of ${maxLag} samples of ${n}`,
      "Give 0 to the length less 1",
    );
  }
  const plan = transform(nextPowerOfTwo(n + maxLag + 1));
  const [a, b] = [unitScale(centred(x)), unitScale(centred(y))];
  const padded = (of: Float64Array) => {
    const out = new Float64Array(plan.n);
    out.set(of);
    return out;
  };
  const [X, Y] = realPair(plan, padded(a), padded(b));
  const product = { re: new Float64Array(plan.n), im: new Float64Array(plan.n) };
  for (let k = 0; k < plan.n; k++) {
    const bin = Math.min(k, plan.n - k);
    const [xr, xi, yr, yi] = [X.re[bin] as number, X.im[bin] as number, Y.re[bin] as number, Y.im[bin] as number];
    product.re[k] = xr * yr + xi * yi;
    const imaginary = xr * yi - xi * yr;
    product.im[k] = bin === k ? -imaginary : imaginary; // conjugated: forward then gives n times the inverse
  }
  const sums = plan.forward(product).re;
  const scale = plan.n * Math.sqrt(squares(a) * squares(b)); // 0 for a constant: then nothing of the sums means anything
  const lag = Float64Array.from({ length: 2 * maxLag + 1 }, (_, k) => k - maxLag);
  return { lag, r: lag.map((l) => (scale > 0 ? (sums[(l + plan.n) % plan.n] as number) / scale : NaN)) };
}

const squares = (x: Float64Array): number => x.reduce((sum, v) => sum + v * v, 0);

/** Spikes of b around each spike of a: counts per bin of b - a (ms); t is the middle of each bin, symmetric about 0. A difference
 * on the edge of two bins belongs to the later one. Both trains sorted. */
export function crossCorrelogram(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: { maxLag: number; binMs: number },
): { t: Float64Array; counts: Float64Array } {
  const { maxLag, binMs } = options;
  checkPositive("correlogram bin (ms)", binMs);
  if (!(maxLag >= 0)) throw new DataError("correlogram", `has a largest lag of ${maxLag} ms`, "Give 0 or more");
  const half = wholeBins("correlogram", 0, maxLag, binMs);
  const edge = (half + 0.5) * binMs;
  const histogram = new Float64Array(2 * half + 1);
  for (let k = 0; k < a.length; k++) {
    const t = a[k] as number;
    const last = t + edge + binMs; // a bin more on either side: binOf decides
    for (let j = lowerBound(b, t - edge - binMs); j < b.length && (b[j] as number) < last; j++) {
      const other = b[j] as number;
      const bin = binOf(other - t + edge, binMs, Math.max(Math.abs(t), Math.abs(other)));
      if (bin >= 0 && bin < histogram.length) histogram[bin] = (histogram[bin] as number) + 1;
    }
  }
  return { t: histogram.map((_, k) => (k - half) * binMs), counts: histogram };
}

/** Correlations of all pairs of signals (conductances, binned trains): one per pair, i < j, row by row. NaN where one is constant. */
export function pairCorrelations(signals: readonly ArrayLike<number>[]): Float64Array {
  const unit = signals.map((x) => {
    const scaled = unitScale(centred(x));
    const length = Math.sqrt(squares(scaled));
    return scaled.map((v) => v / length);
  });
  const out: number[] = [];
  unit.forEach((x, i) => {
    for (const y of unit.slice(i + 1)) {
      sameLength("pair correlation", x, y);
      let dot = 0;
      for (let k = 0; k < x.length; k++) dot += (x[k] as number) * (y[k] as number);
      out.push(Math.min(1, Math.max(-1, dot)));
    }
  });
  return Float64Array.from(out);
}

/** Synchrony chi of Golomb & Rinzel (1993), Phys. Rev. E 48:4810: square root of the variance of the mean signal over the mean
 * variance. 1 when all signals are equal, about 1/sqrt(n) for independent ones; NaN when all are constant. Signals: potentials,
 * rates, binned trains. */
export function synchrony(signals: readonly ArrayLike<number>[]): number {
  const first = signals[0] ?? [];
  for (const x of signals) sameLength("synchrony", first, x);
  const together = new Float64Array(first.length);
  for (const x of signals.map(centred)) {
    for (let k = 0; k < together.length; k++) together[k] = (together[k] as number) + (x[k] as number) / signals.length;
  }
  const chi = Math.sqrt(variance(together, "population") / mean(signals.map((x) => variance(x, "population"))));
  return Math.min(1, chi); // equal signals: their mean rounds
}

/** Spikes of a with a spike of b within +-window (ms), against chance for two stationary independent Poisson trains.
 * @returns observed and expected numbers, and (observed - expected) / spikes of a (NaN without one)
 * @throws DataError for a window below 0 or a duration that is not above 0 */
export function coincidences(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: { window: number; duration: number },
): { observed: number; expected: number; excess: number } {
  const { window, duration } = options;
  if (!(window >= 0)) throw new DataError("coincidences", `have a window of ${window} ms`, "Give 0 or more");
  checkPositive("coincidences, duration (ms)", duration);
  let observed = 0;
  for (let k = 0; k < a.length; k++) {
    const t = a[k] as number;
    const nearest = b[lowerBound(b, edgeOf(t - window))];
    if (nearest !== undefined && (nearest <= t || isWithin(nearest, t, window))) observed++;
  }
  const expected = a.length * -Math.expm1((-2 * window * b.length) / duration);
  return { observed, expected, excess: (observed - expected) / a.length };
}
