import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crossCorrelation, pairCorrelations, pearson, spearman, synchrony } from "../../../src/analysis/correlation.ts";
import { movingMean, resample } from "../../../src/analysis/composite.ts";
import { anticorrelation, average, savitzkyGolay } from "../../../src/analysis/dipole.ts";
import { forceStatistics } from "../../../src/analysis/force.ts";
import { coherence, welch } from "../../../src/analysis/spectrum.ts";
import { linearFit, mean, variance } from "../../../src/analysis/stats.ts";
import { covariance, dimension, participationRatio } from "../../../src/models/trained-network/dimension.ts";

/** A constant whose mean, summed up, is not the constant itself for most lengths. */
const constants = fc.oneof(
  fc.constantFrom(0.1, 1e9, -70, -65.3, 0, 1 / 3, 1e-9),
  fc.double({ min: -1e12, max: 1e12, noNaN: true }),
);
const run = { seed: 20261128, numRuns: 100 };

describe("constant signals have no correlation, whatever the constant and the length", () => {
  test("each measure says NaN, or its error", () => {
    fc.assert(
      fc.property(constants, constants, fc.integer({ min: 2, max: 400 }), (c, d, n) => {
        const [flat, other] = [new Float64Array(n).fill(c), new Float64Array(n).fill(d)];
        const varies = Float64Array.from({ length: n }, (_, k) => Math.sin(k));
        expect(variance(flat, "population")).toBe(0);
        expect(pearson(flat, varies)).toBeNaN();
        expect(pearson(varies, flat)).toBeNaN();
        expect(spearman(flat, varies)).toBeNaN();
        expect([...pairCorrelations([flat, varies, other])].every(Number.isNaN)).toBe(true);
        expect(synchrony([flat, other])).toBeNaN();
        expect([...crossCorrelation(flat, varies, 1).r].every(Number.isNaN)).toBe(true);
        expect([...crossCorrelation(varies, flat, 1).r].every(Number.isNaN)).toBe(true);
        expect(linearFit(flat, varies).slope).toBeNaN();
        expect(() => anticorrelation(flat, varies)).toThrow(/a trace is constant/);
        const C = covariance(
          Float64Array.from({ length: 3 * n }, (_, at) => [c, d, -c][at % 3]!),
          n,
          3,
        );
        expect([...C]).toEqual(Array(9).fill(0));
        expect(participationRatio(C, 3)).toBeNaN();
        expect(dimension(C, 3, n).participationRatio).toBeNaN();
      }),
      run,
    );
  });

  test("and what is made of one is constant again, to the last bit", () => {
    fc.assert(
      fc.property(constants, fc.integer({ min: 7, max: 400 }), (c, n) => {
        const flat = new Float64Array(n).fill(c);
        const same = (x: ArrayLike<number>): boolean => Array.from(x).every((v) => Object.is(v, c) || v === c);
        expect(mean(flat)).toBe(c);
        expect(linearFit(Float64Array.from({ length: n }, (_, k) => k), flat)).toEqual({ slope: 0, intercept: c });
        for (const width of [1, 3, 7, 100]) expect(same(movingMean(flat, width))).toBe(true);
        expect(same(savitzkyGolay(flat, 1, 1000 / 7))).toBe(true);
        expect(same(average([flat, flat, flat]))).toBe(true);
        const grid = Float64Array.from({ length: n }, (_, k) => 0.1 * k);
        expect(same(resample(grid, flat, grid.map((t) => 0.7 * t)))).toBe(true);
        expect(forceStatistics(flat, 1000, { from: 0, to: n })).toMatchObject({ mean: c, sd: 0 });
      }),
      run,
    ); // prettier-ignore
  });

  test("coherence is NaN in every bin, for every detrending, and has no power where a mean is taken off", () => {
    const n = 1000;
    const noise = Float64Array.from({ length: n }, (_, k) => Math.sin(k * k));
    for (const c of [0.1, 1e9, -70, 1 / 3]) {
      const flat = new Float64Array(n).fill(c);
      for (const detrend of ["constant", "linear"] as const) {
        const options = { fs: 1000, segment: 200, detrend };
        expect([...coherence(flat, noise, options).coherence].every(Number.isNaN)).toBe(true);
        expect([...coherence(flat, flat, options).coherence].every(Number.isNaN)).toBe(true);
        expect([...welch(flat, options).density].every((v) => v === 0)).toBe(true);
      }
      const raw = coherence(flat, noise, { fs: 1000, segment: 256, detrend: "none" }).coherence;
      expect([...raw.subarray(3)].every(Number.isNaN)).toBe(true); // a Hann window puts a constant into bins 0 and 1
      const ramp = Float64Array.from({ length: n }, (_, k) => c * k);
      expect(
        [...coherence(ramp, noise, { fs: 1000, segment: 200, detrend: "linear" }).coherence].every(Number.isNaN),
      ).toBe(true);
    }
  });

  test("and signals that vary keep theirs, however large their level or small their size", () => {
    const n = 500;
    const x = Float64Array.from({ length: n }, (_, k) => Math.sin(k / 3));
    const y = Float64Array.from({ length: n }, (_, k) => Math.sin(k / 3 + 1));
    const r = pearson(x, y);
    for (const scale of [1e-200, 1e-9, 1e150])
      expect(
        pearson(
          x.map((v) => v * scale),
          y,
        ),
      ).toBeCloseTo(r, 12);
    expect(
      pearson(
        x.map((v) => v + 1e6),
        y,
      ),
    ).toBeCloseTo(r, 9); // an ulp of 1e6 is 1e-10
    expect(pearson(x, x)).toBe(1);
    expect(synchrony([x, x, x])).toBeCloseTo(1, 14);
    expect(coherence(x, x, { fs: 1, segment: 100 }).coherence[5]).toBeCloseTo(1, 12);
  });
});
