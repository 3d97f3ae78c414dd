import { readFileSync } from "node:fs";
import seedrandom from "seedrandom";
import { describe, expect, test } from "vitest";
import { realPair, transform, type Complex } from "../../../src/analysis/fft.ts";
import {
  coherence, coherenceOf, confidenceLevel, detrendLinear, pooledCoherence, publishedEstimator, segmentSpectra, welch,
  type WelchOptions,
} from "../../../src/analysis/spectrum.ts"; // prettier-ignore

const largest = (x: ArrayLike<number>, y: ArrayLike<number>) =>
  Array.from(x).reduce((worst, v, k) => Math.max(worst, Math.abs(v - y[k]!)), 0);

function gaussian(seed: string, n: number): Float64Array {
  const random = seedrandom(seed);
  return Float64Array.from(
    { length: n },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}

function slowTransform({ re, im }: Complex): Complex {
  const n = re.length;
  const out = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      const a = (-2 * Math.PI * ((j * k) % n)) / n;
      out.re[j]! += re[k]! * Math.cos(a) - im[k]! * Math.sin(a);
      out.im[j]! += re[k]! * Math.sin(a) + im[k]! * Math.cos(a);
    }
  }
  return out;
}

describe("Fourier transform", () => {
  test.each([1, 2, 3, 7, 12, 64, 100, 125, 128, 250])("length %i against the sum", (n) => {
    const x = { re: gaussian("re", n), im: gaussian("im", n) };
    const [got, want] = [transform(n).forward(x), slowTransform(x)];
    // unit-variance input, sums of up to 250 terms of a few ulp (2e-16): 1e-12 leaves a factor of 20
    expect(largest(got.re, want.re)).toBeLessThan(1e-12);
    expect(largest(got.im, want.im)).toBeLessThan(1e-12);
  });

  test("a cosine of 80,000 samples by Bluestein is one line, and the chirp keeps its digits", () => {
    const n = 80_000;
    const x = Float64Array.from({ length: n }, (_, k) => Math.cos((2 * Math.PI * 1234 * k) / n));
    const [X] = realPair(transform(n), x, new Float64Array(n));
    expect(X.re[1234]).toBeCloseTo(n / 2, 6);
    expect(Math.hypot(X.re[1235]!, X.im[1235]!) / n).toBeLessThan(1e-12);
  });

  test("two real signals at once are the two alone", () => {
    const [x, y] = [gaussian("x", 96), gaussian("y", 96)];
    const plan = transform(96);
    const [X, Y] = realPair(plan, x, y);
    const alone = plan.forward({ re: y, im: new Float64Array(96) });
    expect(largest(X.re, plan.forward({ re: x, im: new Float64Array(96) }).re)).toBeLessThan(1e-12);
    expect(largest(Y.re, alone.re)).toBeLessThan(1e-12);
    expect(largest(Y.im, alone.im)).toBeLessThan(1e-12);
  });

  test.each([0, -2, 2.5])("length %d is refused", (n) => expect(() => transform(n)).toThrow(/has length/));
});

describe("against scipy.signal", () => {
  const fixture = JSON.parse(readFileSync(new URL("../../fixtures/scipy_spectra.json", import.meta.url), "utf8")) as {
    fs: number;
    x: number[];
    y: number[];
    cases: (Required<Omit<WelchOptions, "fs">> & { f: number[]; density: number[]; coherence: number[] })[];
  };
  test.each(fixture.cases)("$window, segment $segment, overlap $overlap, detrend $detrend", (c) => {
    const options = { fs: fixture.fs, segment: c.segment, overlap: c.overlap, window: c.window, detrend: c.detrend };
    const spectrum = welch(fixture.x, options);
    expect(largest(spectrum.f, c.f)).toBeLessThan(1e-12);
    // float64 both, density about 1e-3..1 V^2/Hz; at 0 Hz the detrended remainder (1e-32) is noise in both
    expect(largest(spectrum.density, c.density)).toBeLessThan(1e-12);
    expect(largest(coherence(fixture.x, fixture.y, options).coherence, c.coherence)).toBeLessThan(1e-9);
  });
});

describe("closed forms", () => {
  const fs = 1000;

  test("the integral of the density is the variance: white noise and a sine of amplitude 2", () => {
    const noise = gaussian("noise", 2 ** 16);
    const total = (x: Float64Array, options: WelchOptions) => {
      const { f, density } = welch(x, options);
      return density.reduce((a, b) => a + b, 0) * f[1]!;
    };
    // 65,536 unit-variance samples: SD of the variance is sqrt(2/65536) = 0.0055; 4 SD
    expect(Math.abs(total(noise, { fs, segment: 1024 }) - 1)).toBeLessThan(0.022);
    const sine = Float64Array.from({ length: 8192 }, (_, k) => 2 * Math.sin((2 * Math.PI * 125 * k) / fs));
    expect(total(sine, { fs, segment: 1024 })).toBeCloseTo(2, 10);
  });

  test("equal signals have coherence 1, also scaled; one segment always", () => {
    const x = gaussian("x", 20_000);
    for (const v of coherence(
      x,
      x.map((a) => -3 * a),
      { fs, segment: 512 },
    ).coherence)
      expect(v).toBeCloseTo(1, 10);
    for (const v of coherence(x, gaussian("y", 20_000), { fs, segment: 20_000 }).coherence) expect(v).toBeCloseTo(1, 8);
  });

  test("shared noise of variance s^2 beside private of 1: coherence (s^2/(1+s^2))^2", () => {
    const n = 400_000;
    const shared = gaussian("shared", n);
    const mix = (seed: string) => gaussian(seed, n).map((v, k) => v + 2 * shared[k]!);
    const c = coherence(mix("a"), mix("b"), { fs, segment: 512 });
    const want = (4 / 5) ** 2;
    const got = c.coherence.reduce((a, b) => a + b, 0) / c.coherence.length;
    // bias (1-c)^2/L = 1e-4, SD of a bin sqrt(2c)(1-c)/sqrt(L) = 0.012 over 257 bins, every second independent: 0.001; 4 SD
    expect(Math.abs(got - want)).toBeLessThan(0.005);
  });

  test.each([
    ["hann", 0.5],
    ["hann", 0],
    ["hamming", 0.75],
  ] as const)(
    "independent signals exceed the confidence level in alpha of the bins: %s, overlap %d",
    (window, overlap) => {
      const alpha = 0.05;
      let [above, bins] = [0, 0];
      for (let trial = 0; trial < 40; trial++) {
        const [x, y] = [gaussian(`x${trial}`, 6144), gaussian(`y${trial}`, 6144)];
        const c = coherence(x, y, { fs, segment: 256, overlap, window });
        const level = confidenceLevel(c.independent, alpha);
        // every fourth bin, away from the detrended ends: beyond the window's main lobe, so independent
        for (let k = 4; k < 124; k += 4, bins++) if (c.coherence[k]! > level) above++;
      }
      // binomial of 1200 bins: SD 0.0063, 3.3 SD (p 0.001) = 0.021; with overlap the number of segments is an
      // equivalent (Welch's, for variances): its own error is of the order of 1/L = 0.04 of the tail's logarithm, 0.006
      expect(Math.abs(above / bins - alpha)).toBeLessThan(0.021 + (overlap > 0 ? 0.006 : 0));
    },
  );

  test("without overlap every segment counts; with more than the window forgets, none is won", () => {
    const of = (overlap: number) => segmentSpectra(gaussian("x", 10_240), { fs, segment: 256, overlap });
    expect(of(0).independent).toBe(40);
    expect(of(0.5).independent).toBeGreaterThan(70); // Hann at 50 %: rho^2 = 1/36, so 79 / (1 + 2/36) = 74.9
    expect(of(0.5).independent).toBeCloseTo(79 / (1 + (2 * (1 - 1 / 79)) / 36), 1);
    expect(of(0.75).independent).toBeLessThan(of(0.75).segments.length / 1.8);
  });

  test("level: half of independent pairs of two segments lie above 0.5; alpha 1 gives 0", () => {
    expect(confidenceLevel(2, 0.5)).toBe(0.5);
    expect(confidenceLevel(10, 1)).toBe(0);
    expect(confidenceLevel(60)).toBeCloseTo(0.0495, 4);
    expect(confidenceLevel(1)).toBe(1);
  });

  test("pooled trials are one estimate; ready spectra give the same", () => {
    const [a, b, c, d] = ["a", "b", "c", "d"].map((s) => gaussian(s, 1024)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const options = { fs, segment: 256 };
    const pooled = pooledCoherence([a, c], [b, d], options);
    expect(pooled.segments).toBe(14);
    const spectra = (x: Float64Array[]) => x.map((s) => segmentSpectra(s, options));
    expect(coherenceOf(spectra([a, c]), spectra([b, d])).coherence).toEqual(pooled.coherence);
  });

  test("a line is removed by linear detrending", () => {
    expect(largest(detrendLinear([3, 5, 7, 9]), [0, 0, 0, 0])).toBeLessThan(1e-14);
  });
});

test("the published estimator: segment, and 0 for the undefined", () => {
  expect(publishedEstimator(80_000, 40_000)).toMatchObject({
    segment: 64_000,
    overlap: 0.75,
    window: "hamming",
    detrend: "linear",
  });
  expect(publishedEstimator(10_000_000, 200_000).segment).toBe(300_000);
  expect(publishedEstimator(100_000, 1000).segment).toBe(2000);
  const [silent, x] = [new Float64Array(512), gaussian("x", 512)];
  expect(coherence(silent, x, publishedEstimator(512, 100)).coherence.every((v) => v === 0)).toBe(true);
  expect(coherence(silent, x, { fs: 100, segment: 128 }).coherence.every(Number.isNaN)).toBe(true);
});

test.each([
  [{ fs: 0, segment: 8 }, /above 0/],
  [{ fs: 5e-324, segment: 8 }, /from 1e-12 to 1e12/],
  [{ fs: 1, segment: 200 }, /segments of 200 samples for a signal of 100/],
  [{ fs: 1, segment: 8, overlap: 1 }, /overlap 1/],
])("bad options: %o", (options, message) => expect(() => welch(new Float64Array(100), options)).toThrow(message));
test("signals of unequal length are refused", () => {
  expect(() => coherence([1, 2, 3], [1, 2], { fs: 1, segment: 2 })).toThrow(/3 values against 2/);
});
