import { DataError, didYouMean } from "../errors.ts";
import { realPair, transform, type Complex } from "./fft.ts";
import { checkPositive } from "./spikes.ts";
import { centred, sameLength } from "./stats.ts";

export type WindowName = "hann" | "hamming" | "rectangle";

/** Welch's method: overlapping segments, detrended, windowed, transformed. */
export interface WelchOptions {
  /** Samples per second (Hz). */
  readonly fs: number;
  /** Samples of a segment. Any length; powers of two are about six times cheaper. */
  readonly segment?: number;
  /** Part of a segment shared with the next, 0 <= overlap < 1. */
  readonly overlap?: number;
  readonly window?: WindowName;
  readonly detrend?: "none" | "constant" | "linear";
}

const DEFAULTS = { segment: 8192, overlap: 0.5, window: "hann", detrend: "constant" } as const;

/** The settings of the published coherence analysis for a signal of `length` samples: Hamming window,
 * min(fs / 0.5, 80 % of the length, 300,000) samples, 75 % overlap, linear detrend. It also sets undefined values to 0. */
export function publishedEstimator(length: number, fs: number): Required<WelchOptions> & { undefinedAs: number } {
  const segment = Math.floor(Math.min(fs / 0.5, 0.8 * length, 300_000));
  return { fs, segment, overlap: 0.75, window: "hamming", detrend: "linear", undefinedAs: 0 };
}

/** Fourier transforms of the segments of a signal, and what is needed to scale and judge averages over them. */
export interface SegmentSpectra {
  /** Hz, 0 .. fs/2, length floor(segment/2) + 1. */
  readonly f: Float64Array;
  readonly segments: readonly Complex[];
  /** Segments that would give the same variance if they did not overlap. */
  readonly independent: number;
  /** 1 / (fs sum w^2): from |X|^2 to a density. */
  readonly scale: number;
  readonly segmentLength: number;
}

/** @throws DataError when the signal is shorter than a segment, or an option is out of range */
export function segmentSpectra(x: ArrayLike<number>, options: WelchOptions): SegmentSpectra {
  const { fs, segment: n, overlap, window, detrend } = { ...DEFAULTS, ...options };
  checkPositive("sampling rate (Hz)", fs);
  if (!Number.isInteger(n) || n < 2 || n > x.length) {
    throw new DataError(
      "spectrum",
      `has segments of ${n} samples for a signal of ${x.length}`,
      "Give 2 .. length samples",
    );
  }
  if (!(overlap >= 0 && overlap < 1))
    throw new DataError("spectrum", `has overlap ${overlap}`, "Give 0 or more, below 1");
  if (!Object.hasOwn(WINDOWS, window))
    throw new DataError("spectrum", `has the window "${window}"`, didYouMean(window, Object.keys(WINDOWS)));
  if (!DETRENDS.includes(detrend))
    throw new DataError("spectrum", `has the detrending "${detrend}"`, didYouMean(detrend, DETRENDS));
  const w = windowOf(window, n);
  const hop = Math.max(1, n - Math.floor(n * overlap));
  const starts = Array.from({ length: Math.floor((x.length - n) / hop) + 1 }, (_, k) => k * hop);
  return {
    f: Float64Array.from({ length: Math.floor(n / 2) + 1 }, (_, k) => (k * fs) / n),
    segments: transformPairs(
      starts.map((start) => prepare(x, start, w, detrend)),
      n,
    ),
    independent: independentSegments(w, hop, starts.length),
    scale: 1 / (fs * w.reduce((sum, v) => sum + v * v, 0)),
    segmentLength: n,
  };
}

function transformPairs(segments: readonly Float64Array[], n: number): Complex[] {
  const plan = transform(n);
  const out: Complex[] = [];
  for (let k = 0; k < segments.length; k += 2) {
    const second = segments[k + 1];
    const pair = realPair(plan, segments[k] as Float64Array, second ?? new Float64Array(n));
    out.push(...(second ? pair : [pair[0]]));
  }
  return out;
}

const WINDOWS: Readonly<Record<WindowName, number>> = { hann: 0.5, hamming: 0.54, rectangle: 1 };
const DETRENDS: readonly string[] = ["none", "constant", "linear"];

/** Periodic (n, not n - 1, in the cosine), as spectral estimates use. */
function windowOf(name: WindowName, n: number): Float64Array {
  const a = WINDOWS[name];
  return Float64Array.from({ length: n }, (_, k) => a - (1 - a) * Math.cos((2 * Math.PI * k) / n));
}

function prepare(
  x: ArrayLike<number>,
  start: number,
  w: Float64Array,
  kind: "none" | "constant" | "linear",
): Float64Array {
  const segment = w.map((_, k) => x[start + k] as number);
  const left = kind === "linear" ? detrendLinear(segment) : kind === "constant" ? centred(segment) : segment;
  return left.map((v, k) => v * (w[k] as number));
}

/** The signal minus its least-squares straight line. What is left of a straight line is 0, not its rounding. */
export function detrendLinear(x: ArrayLike<number>): Float64Array {
  const n = x.length;
  const middle = (n - 1) / 2;
  const level = centred(x);
  let moment = 0;
  for (let k = 0; k < n; k++) moment += (k - middle) * (level[k] as number);
  const slope = n > 1 ? (moment * 12) / (n * (n * n - 1)) : 0;
  let [largest, left] = [0, 0];
  const out = level.map((v, k) => {
    const rest = v - slope * (k - middle);
    largest = Math.max(largest, Math.abs(x[k] as number), Math.abs(v));
    left = Math.max(left, Math.abs(rest));
    return rest;
  });
  return left <= 8 * Number.EPSILON * largest ? out.fill(0) : out; // the line itself has an ulp of its largest value
}

/** L / (1 + 2 sum_m (1 - m/L) rho(m)^2), rho(m) the window's correlation with itself m hops later (Welch 1967, eq. 15). */
function independentSegments(w: Float64Array, hop: number, L: number): number {
  const power = w.reduce((sum, v) => sum + v * v, 0);
  let inflation = 1;
  for (let m = 1; m < L && m * hop < w.length; m++) {
    let rho = 0;
    for (let k = m * hop; k < w.length; k++) rho += (w[k] as number) * (w[k - m * hop] as number);
    inflation += 2 * (1 - m / L) * (rho / power) ** 2;
  }
  return L / inflation;
}

export interface Spectrum {
  /** Hz. */
  readonly f: Float64Array;
  /** One-sided density, unit of the signal squared per Hz: its integral over f is the signal's variance. */
  readonly density: Float64Array;
}

/** Power spectral density by Welch's method. */
export function welch(x: ArrayLike<number>, options: WelchOptions): Spectrum {
  const { f, segments, scale, segmentLength } = segmentSpectra(x, options);
  const density = new Float64Array(f.length);
  for (const { re, im } of segments) {
    for (let k = 0; k < f.length; k++)
      density[k] = (density[k] as number) + (re[k] as number) ** 2 + (im[k] as number) ** 2;
  }
  const sides = (k: number) => (k === 0 || (segmentLength % 2 === 0 && k === f.length - 1) ? 1 : 2);
  return { f, density: density.map((v, k) => (v * scale * sides(k)) / segments.length) };
}

export interface Coherence {
  /** Hz. */
  readonly f: Float64Array;
  /** Magnitude squared, 0..1. NaN where a signal has no power (a constant one has none), unless `undefinedAs` says otherwise. */
  readonly coherence: Float64Array;
  readonly segments: number;
  /** Segments corrected for overlap; what `confidenceLevel` wants. */
  readonly independent: number;
}

export type CoherenceOptions = WelchOptions & { readonly undefinedAs?: number };

/** Magnitude-squared coherence |S_xy|^2 / (S_xx S_yy) by Welch's method. One segment gives 1 everywhere.
 * @throws DataError when the signals differ in length */
export function coherence(x: ArrayLike<number>, y: ArrayLike<number>, options: CoherenceOptions): Coherence {
  return pooledCoherence([x], [y], options);
}

/** Coherence over the segments of several pairs of signals (trials, or entries of a batch) together. */
export function pooledCoherence(
  xs: readonly ArrayLike<number>[],
  ys: readonly ArrayLike<number>[],
  options: CoherenceOptions,
): Coherence {
  sameLength("coherence", xs, ys);
  xs.forEach((x, k) => sameLength(`coherence, pair ${k}`, x, ys[k] as ArrayLike<number>));
  return coherenceOf(
    xs.map((x) => segmentSpectra(x, options)),
    ys.map((y) => segmentSpectra(y, options)),
    options.undefinedAs,
  );
}

/** Coherence from spectra already made, so that a signal compared with many is transformed once. */
export function coherenceOf(a: readonly SegmentSpectra[], b: readonly SegmentSpectra[], undefinedAs = NaN): Coherence {
  const f = a[0]?.f ?? new Float64Array(0);
  const [xx, yy, re, im] = [f.slice().fill(0), f.slice().fill(0), f.slice().fill(0), f.slice().fill(0)];
  const add = (to: Float64Array, k: number, v: number) => (to[k] = (to[k] as number) + v);
  const pairs = a.flatMap((spectra, trial) => spectra.segments.map((s, k) => [s, b[trial]?.segments[k]] as const));
  for (const [X, Y] of pairs) {
    if (Y === undefined)
      throw new DataError("coherence", "has spectra of unequal number", "Use equal options for both signals");
    for (let k = 0; k < f.length; k++) {
      const [xr, xi, yr, yi] = [X.re[k] as number, X.im[k] as number, Y.re[k] as number, Y.im[k] as number];
      add(xx, k, xr * xr + xi * xi);
      add(yy, k, yr * yr + yi * yi);
      add(re, k, xr * yr + xi * yi);
      add(im, k, xr * yi - xi * yr);
    }
  }
  const [leastX, leastY] = [roundingPower(xx), roundingPower(yy)];
  const value = f.map((_, k) => {
    const [px, py] = [xx[k] as number, yy[k] as number];
    if (!(px > leastX && py > leastY)) return undefinedAs;
    return Math.min(1, ((re[k] as number) / px) * ((re[k] as number) / py) + ((im[k] as number) / px) * ((im[k] as number) / py)); // prettier-ignore
  });
  return { f, coherence: value, segments: pairs.length, independent: a.reduce((sum, s) => sum + s.independent, 0) };
}

/** Power of a bin that is nothing but the transform's rounding: a few ulps of the whole signal, squared (-277 dB). A signal that is
 * constant but for that has no phase to compare. */
const roundingPower = (power: Float64Array): number => (64 * Number.EPSILON) ** 2 * power.reduce((a, b) => a + b, 0);

/** Coherence that independent signals exceed with probability alpha: 1 - alpha^(1/(L-1)), L independent segments
 * (Rosenberg et al. 1989, Prog. Biophys. Mol. Biol. 53:1-31). 1 when there is no more than one segment.
 * @throws DataError unless 0 < alpha <= 1 */
export function confidenceLevel(independent: number, alpha = 0.05): number {
  if (!(alpha > 0 && alpha <= 1))
    throw new DataError("confidence level", `alpha is ${alpha}`, "Give a number above 0, at most 1");
  return independent > 1 ? 1 - alpha ** (1 / (independent - 1)) : 1;
}
