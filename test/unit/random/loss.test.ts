import { describe, expect, test } from "vitest";
import { checkHighestRate, lossByStep } from "../../../src/random/increments.ts";
import { stream } from "../../../src/random/philox.ts";
import {
  advanceConstantSources,
  constantIncrements,
  initSources,
  sourceStateLength,
} from "../../../src/random/source.ts";

describe("spikes lost to long steps", () => {
  test("a Poisson source at one event a step fires in 1 - 1/e of them", () => {
    expect(checkHighestRate("DD", 1000, 1, 1)).toMatch(/the rate is about 36\.8 % lower/);
    for (const x of [1e-6, 0.1, 0.5, 1]) expect(lossByStep(x, 1)).toBeCloseTo(1 - (1 - Math.exp(-x)) / x, 9);
  });

  test.each([
    [1, 1],
    [1, 0.3],
    [2, 0.5],
    [5, 0.2],
    [5, 0.15],
    [64, 1 / 64],
  ])("order %i, %f a step: what sources do", (order, x) => {
    const [n, steps] = [400, 10_000];
    const s = { n, entries: 1, entry: 0, order, seed: 20261128, stream: stream("source", "loss") };
    const state = new Uint32Array(sourceStateLength(s));
    initSources(state, s);
    let spikes = 0;
    advanceConstantSources(state, s, steps, constantIncrements(new Float64Array(n).fill(1000 * x), 1), () => spikes++);
    const wanted = n * steps * x * (1 - lossByStep(x, order));
    // a count of renewals has at most the variance CV^2 N <= N of a Poisson count; 4 SD, and half a spike a source for the cut end
    expect(Math.abs(spikes - wanted)).toBeLessThan(4 * Math.sqrt(wanted) + n / 2);
  });
});
