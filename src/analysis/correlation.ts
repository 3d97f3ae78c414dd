import { realPair, nextPowerOfTwo, transform } from "./fft.ts";
import { checkPositive, lowerBound } from "./spikes.ts";
import { mean, sameLength, standardDeviation, variance } from "./stats.ts";

/** Pearson's correlation; NaN when one series is constant. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  sameLength("correlation", x, y);
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [(x[i] as number) - mx, (y[i] as number) - my];
    xy += a * b;
    xx += a * a;
    yy += b * b;
  }
  return xy / Math.sqrt(xx * yy);
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
 * @returns lag (samples, -maxLag .. maxLag) and r */
export function crossCorrelation(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  maxLag: number,
): { lag: Float64Array; r: Float64Array } {
  sameLength("cross-correlation", x, y);
  const n = x.length;
  const plan = transform(nextPowerOfTwo(n + maxLag + 1));
  const centred = (of: ArrayLike<number>) => {
    const m = mean(of);
    return Float64Array.from({ length: plan.n }, (_, k) => (k < n ? (of[k] as number) - m : 0));
  };
  const [X, Y] = realPair(plan, centred(x), centred(y));
  const product = { re: new Float64Array(plan.n), im: new Float64Array(plan.n) };
  for (let k = 0; k < plan.n; k++) {
    const bin = Math.min(k, plan.n - k);
    const [xr, xi, yr, yi] = [X.re[bin] as number, X.im[bin] as number, Y.re[bin] as number, Y.im[bin] as number];
    product.re[k] = xr * yr + xi * yi;
    const imaginary = xr * yi - xi * yr;
    product.im[k] = bin === k ? -imaginary : imaginary; // conjugated: forward then gives n times the inverse
  }
  const sums = plan.forward(product).re;
  const scale = plan.n * n * standardDeviation(x, "population") * standardDeviation(y, "population");
  const lag = Float64Array.from({ length: 2 * maxLag + 1 }, (_, k) => k - maxLag);
  return { lag, r: lag.map((l) => (sums[(l + plan.n) % plan.n] as number) / scale) };
}

/** Spikes of b around each spike of a: counts per bin of b - a (ms); t is the middle of each bin, symmetric about 0. */
export function crossCorrelogram(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: { maxLag: number; binMs: number },
): { t: Float64Array; counts: Float64Array } {
  const { maxLag, binMs } = options;
  checkPositive("correlogram bin (ms)", binMs);
  const half = Math.floor(maxLag / binMs + 1e-9);
  const edge = (half + 0.5) * binMs;
  const histogram = new Float64Array(2 * half + 1);
  for (let k = 0; k < a.length; k++) {
    const t = a[k] as number;
    for (let j = lowerBound(b, t - edge); j < b.length && (b[j] as number) < t + edge; j++) {
      const bin = Math.round(((b[j] as number) - t) / binMs) + half;
      if (bin >= 0 && bin < histogram.length) histogram[bin] = (histogram[bin] as number) + 1;
    }
  }
  return { t: histogram.map((_, k) => (k - half) * binMs), counts: histogram };
}

/** Correlations of all pairs of signals (conductances, binned trains): one per pair, i < j, row by row. */
export function pairCorrelations(signals: readonly ArrayLike<number>[]): Float64Array {
  const unit = signals.map((x) => {
    const [m, s] = [mean(x), standardDeviation(x, "population") * Math.sqrt(x.length)];
    return Float64Array.from({ length: x.length }, (_, k) => ((x[k] as number) - m) / s);
  });
  const out: number[] = [];
  unit.forEach((x, i) => {
    for (const y of unit.slice(i + 1)) {
      sameLength("pair correlation", x, y);
      let dot = 0;
      for (let k = 0; k < x.length; k++) dot += (x[k] as number) * (y[k] as number);
      out.push(dot);
    }
  });
  return Float64Array.from(out);
}

/** Synchrony chi of Golomb & Rinzel (1993), Phys. Rev. E 48:4810: square root of the variance of the mean signal over the mean
 * variance. 1 when all signals are equal, about 1/sqrt(n) for independent ones. Signals: potentials, rates, binned trains. */
export function synchrony(signals: readonly ArrayLike<number>[]): number {
  const first = signals[0] ?? [];
  for (const x of signals) sameLength("synchrony", first, x);
  const together = new Float64Array(first.length);
  for (const x of signals) {
    for (let k = 0; k < together.length; k++) together[k] = (together[k] as number) + (x[k] as number) / signals.length;
  }
  return Math.sqrt(variance(together, "population") / mean(signals.map((x) => variance(x, "population"))));
}

/** Spikes of a with a spike of b within +-window (ms), against chance for two stationary independent Poisson trains.
 * @returns observed and expected numbers, and (observed - expected) / spikes of a */
export function coincidences(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: { window: number; duration: number },
): { observed: number; expected: number; excess: number } {
  const { window, duration } = options;
  let observed = 0;
  for (let k = 0; k < a.length; k++) {
    const t = a[k] as number;
    if ((b[lowerBound(b, t - window)] ?? Infinity) <= t + window) observed++;
  }
  const expected = a.length * -Math.expm1((-2 * window * b.length) / duration);
  return { observed, expected, excess: (observed - expected) / a.length };
}
