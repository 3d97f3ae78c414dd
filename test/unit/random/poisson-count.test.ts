import { describe, expect, test } from "vitest";
import { countOf, countThresholds, countWords } from "../../../src/random/poisson-count.ts";

/** P(N <= k), summed from the small end. */
const below = (mean: number, k: number): number => {
  let [term, sum] = [Math.exp(-mean), 0];
  for (let j = 0; j <= k; j++) {
    sum += term;
    term *= mean / (j + 1);
  }
  return sum;
};

describe("thresholds of a Poisson number", () => {
  test.each([0, 1e-6, 0.02, 1.7, 20, 300])("are floor(P(N <= k) 2^32) for a mean of %d", (mean) => {
    const thresholds = countThresholds("t", mean);
    thresholds.forEach((t, k) => expect(Math.abs(t - below(mean, k) * 2 ** 32)).toBeLessThan(1.01 + 1e-3)); // 2^32 * 1e-13
    expect(below(mean, thresholds.length)).toBeGreaterThan(1 - 2 ** -31);
    for (let k = 1; k < thresholds.length; k++) expect(thresholds[k]!).toBeGreaterThanOrEqual(thresholds[k - 1]!);
  });
  test("a word counts the thresholds that it reaches", () => {
    const thresholds = Uint32Array.of(10, 20, 2 ** 32 - 1);
    expect([0, 9, 10, 19, 20, 2 ** 32 - 2, 2 ** 32 - 1].map((w) => countOf(thresholds, w))).toEqual([0, 0, 1, 1, 2, 2, 3]); // prettier-ignore
    expect(countOf(countThresholds("t", 0), 2 ** 32 - 1)).toBe(0);
  });
  test("a step of too many events is refused", () => {
    expect(() => countThresholds("external", 501)).toThrow(/external: asks for 501 events in a step/);
    expect(() => countThresholds("external", NaN)).toThrow(/asks for NaN/);
  });
});

test("drawn numbers have the mean and the variance of their rate", () => {
  const thresholds = countThresholds("t", 1.7);
  const [words, n] = [new Uint32Array(4), 20_000];
  let [sum, squares] = [0, 0];
  for (let step = 0; step < n; step += 4) {
    countWords(words, 7, 99, 3, step);
    for (const word of words) {
      const k = countOf(thresholds, word);
      sum += k;
      squares += k * k;
    }
  }
  const mean = sum / n;
  const variance = squares / n - mean * mean;
  expect(Math.abs(mean - 1.7)).toBeLessThan(4 * Math.sqrt(1.7 / n)); // four standard errors
  expect(Math.abs(variance - 1.7)).toBeLessThan(4 * Math.sqrt((1.7 + 2 * 1.7 ** 2) / n)); // of a Poisson sample's variance
});
