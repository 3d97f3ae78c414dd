import seedrandom from "seedrandom";
import { describe, expect, test } from "vitest";
import {
  coincidences, crossCorrelation, crossCorrelogram, pairCorrelations, pearson, ranks, spearman, synchrony,
} from "../../../src/analysis/correlation.ts"; // prettier-ignore
import { extent, mean } from "../../../src/analysis/stats.ts";

function gaussian(seed: string, n: number): Float64Array {
  const random = seedrandom(seed);
  return Float64Array.from(
    { length: n },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}

describe("Pearson and Spearman", () => {
  test("straight lines and a monotone curve", () => {
    expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 14);
    expect(pearson([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 14);
    expect(spearman([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1, 14);
    expect(pearson([1, 1], [1, 2])).toBeNaN();
  });
  test("ties share their mean rank; Spearman with ties as published: 1 - 6 sum d^2 / (n (n^2 - 1)) without", () => {
    expect([...ranks([10, 20, 10, 30])]).toEqual([1.5, 3, 1.5, 4]);
    const [x, y] = [
      [1, 2, 3, 4, 5],
      [2, 1, 4, 3, 5],
    ];
    expect(spearman(x, y)).toBeCloseTo(1 - (6 * 4) / (5 * 24), 14);
  });
  test("pairs with NaN are left out", () => expect(spearman([1, NaN, 3, 4], [1, 7, NaN, 2])).toBeCloseTo(1, 14));
});

describe("cross-correlation", () => {
  test("against the plain sum, and a shifted copy peaks at its shift", () => {
    const x = gaussian("x", 500);
    const y = x.map((_, k) => x[(k + 493) % 500]!); // y follows x by 7
    const { lag, r } = crossCorrelation(x, y, 20);
    const [mx, my] = [mean(x), mean(y)];
    const scale = Math.sqrt(x.reduce((s, v) => s + (v - mx) ** 2, 0) * y.reduce((s, v) => s + (v - my) ** 2, 0));
    lag.forEach((l, k) => {
      let sum = 0;
      for (let i = Math.max(0, -l); i < Math.min(500, 500 - l); i++) sum += (x[i]! - mx) * (y[i + l]! - my);
      expect(r[k]).toBeCloseTo(sum / scale, 12);
    });
    expect(lag[r.indexOf(Math.max(...r))]).toBe(7);
  });
  test("the smallest and the largest signals a number holds are as any other", () => {
    const [x, y] = [[3, -1, 2, 0], [0, 1, -2, 1]];
    const { r } = crossCorrelation(x, y, 2);
    for (const [a, b] of [[5e-324, 2 ** 1000], [2 ** -1022, 5e-324]] as const)
      crossCorrelation(x.map((v) => v * a), y.map((v) => v * b), 2).r.forEach((v, k) => expect(v).toBeCloseTo(r[k]!, 12));
  }); // prettier-ignore
  test("a signal with itself is 1 at lag 0", () => {
    const x = gaussian("x", 1000);
    expect(crossCorrelation(x, x, 3).r[3]).toBeCloseTo(1, 12);
  });
});

test("cross-correlogram: b follows a by 4 ms", () => {
  const a = Array.from({ length: 50 }, (_, k) => 100 + 100 * k);
  const { t, counts } = crossCorrelogram(
    a,
    a.map((v) => v + 4),
    { maxLag: 10, binMs: 1 },
  );
  expect([...t]).toEqual(Array.from({ length: 21 }, (_, k) => k - 10));
  expect(counts[14]).toBe(50);
  expect(counts.reduce((x, y) => x + y, 0)).toBe(50);
});

test("correlogram: bins of any width, every pair within the largest lag and none beyond, edges to the later bin", () => {
  const [a, b] = [[10, 20.25, 31], [8.25, 9.75, 10, 11.25, 20, 22.75, 33.25, 500]];
  const { t, counts } = crossCorrelogram(a, b, { maxLag: 1.5, binMs: 0.5 });
  expect([...t]).toEqual([-1.5, -1, -0.5, 0, 0.5, 1, 1.5]);
  // 10: -1.75, -0.25, 0, 1.25; 20.25: -0.25, 2.5; 31: 2.25. The bins end at +-0.25, 0.75, ...
  expect([...counts]).toEqual([1, 0, 0, 3, 0, 0, 1]);
  expect([...crossCorrelogram(a, b, { maxLag: 0, binMs: 0.5 }).counts]).toEqual([3]);
  expect(() => crossCorrelogram(a, b, { maxLag: -1, binMs: 1 })).toThrow(/a largest lag of -1 ms/);
}); // prettier-ignore

test("extent: the finite values of any list", () => {
  expect(extent([3, NaN, -2, Infinity, 7, -Infinity])).toEqual([-2, 7]);
  expect(extent([5])).toEqual([5, 5]);
  expect(extent([NaN, -Infinity])).toEqual([NaN, NaN]);
  expect(extent([])).toEqual([NaN, NaN]);
});

describe("pairs and synchrony", () => {
  const n = 100_000;
  const shared = gaussian("shared", n);
  const signals = ["a", "b", "c", "d"].map((s) =>
    gaussian(s, n).map((v, k) => v * Math.sqrt(0.7) + shared[k]! * Math.sqrt(0.3)),
  );

  test("inputs that share 30 % of their variance correlate by 0.30", () => {
    const r = pairCorrelations(signals);
    expect(r).toHaveLength(6);
    // SD of r is (1 - r^2)/sqrt(n) = 0.0029; 4 SD
    for (const v of r) expect(Math.abs(v - 0.3)).toBeLessThan(0.0116);
    expect(r[0]).toBeCloseTo(pearson(signals[0]!, signals[1]!), 12);
  });

  test("chi: 1 for equal signals, 1/sqrt(n) for independent ones", () => {
    expect(synchrony([shared, shared, shared])).toBeCloseTo(1, 12);
    const alone = ["p", "q", "r", "s"].map((s) => gaussian(s, n));
    expect(synchrony(alone)).toBeCloseTo(0.5, 2); // SD of chi^2 = 0.25 sqrt(2/n) = 0.0011
  });

  test("coincidences: equal trains all, independent ones as chance says", () => {
    const random = seedrandom("trains");
    const train = (spikes: number) => Float64Array.from({ length: spikes }, () => random() * 1e6).sort();
    const [a, b] = [train(5000), train(8000)];
    expect(coincidences(a, a, { window: 1, duration: 1e6 }).observed).toBe(5000);
    const c = coincidences(a, b, { window: 5, duration: 1e6 });
    expect(c.expected).toBeCloseTo(5000 * (1 - Math.exp(-0.08)), 8);
    expect(Math.abs(c.observed - c.expected)).toBeLessThan(4 * Math.sqrt(2 * c.expected)); // binomial, clusters of b doubling it at most
  });
});
