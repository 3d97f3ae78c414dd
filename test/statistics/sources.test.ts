import { describe, expect, test } from "vitest";
import { drive } from "../../src/network/signal.ts";
import { rateOf } from "../../src/network/signal-values.ts";
import { RateIncrements } from "../../src/random/increments.ts";
import { stream } from "../../src/random/philox.ts";
import {
  advanceConstantSources,
  advanceSources,
  constantIncrements,
  initSources,
  runningSums,
  sourceStateLength,
  thresholdOf,
  type Sources,
} from "../../src/random/source.ts";
import { Q27 } from "../../src/random/threshold.ts";
import { sourceStep } from "../unit/random/source-step.ts";
import { Hz } from "../../src/units.ts"; // prettier-ignore

/** Chance that a right program fails any one test of this file with another seed; divided by the comparisons of the test. */
const LEVEL = 1e-4;

/** Chance of a standard normal number above z: Mills' ratio as a continued fraction, exact to 1e-6 for z > 2. */
function upperTail(z: number): number {
  let fraction = z;
  for (let k = 60; k >= 1; k--) fraction = z + k / fraction;
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / fraction;
}

/** Standard deviations that `comparisons` two-sided comparisons may differ by at LEVEL in all. */
function zLimit(comparisons: number): number {
  let [low, high] = [2, 12];
  for (let i = 0; i < 60; i++) {
    const z = (low + high) / 2;
    if (2 * upperTail(z) * comparisons > LEVEL) low = z;
    else high = z;
  }
  return high;
}

/** Smaller of the chances P(X <= k) and P(X >= k) of a Poisson number of mean mu. */
function poissonTail(k: number, mu: number): number {
  let term = Math.exp(-mu);
  let below = 0;
  for (let i = 0; i < k; i++) {
    below += term;
    term *= mu / (i + 1);
  }
  return Math.min(below + term, 1 - below);
}

const population = (n: number, order = 1, name = "DD", seed = 2024): Sources => ({
  n,
  entries: 1,
  entry: 0,
  order,
  seed,
  stream: stream("source", name),
});

/** Spike steps of every cell under signals that are given by their increments. */
function trains(s: Sources, steps: number, increments: Uint32Array): number[][] {
  const state = new Uint32Array(sourceStateLength(s));
  initSources(state, s);
  const spikes: number[][] = Array.from({ length: s.n }, () => []);
  advanceSources(state, s, steps, runningSums(increments, steps), new Uint32Array(s.n), (step, cell) =>
    spikes[cell]!.push(step),
  );
  return spikes;
}

describe.each([1, 5, 16])("intervals of order %i", (order) => {
  const lambda = 0.05; // y dt: 500 Hz at 0.1 ms, so that the effect of the step (2.5 %) is far above the noise
  const perCell = 500;
  const s = population(Math.round(160 / order), order);
  const inc = Math.floor(lambda * Q27);
  const intervals: number[] = [];
  for (let cell = 0; cell < s.n; cell++) {
    const source = { sum: 0, theta: thresholdOf(s.seed, s.stream, cell, 0), stage: 0, draws: 1, remainder: 0 };
    for (let spikes = 0, steps = 1; spikes < perCell; steps++) {
      if (!sourceStep(source, inc, s, cell)) continue;
      intervals.push(steps);
      spikes++;
      steps = 0;
    }
  }
  const n = intervals.length;
  const mean = intervals.reduce((a, b) => a + b) / n;
  const variance = intervals.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);

  test("have the mean of a rate y / (1 + y dt / 2000)", () => {
    // Times are rounded up to whole steps: half a step more. The next term, lambda / 12 steps, is the allowance beside the noise.
    const want = (1 + lambda / 2) / lambda;
    const sd = 1 / (lambda * Math.sqrt(order * n));
    expect(Math.abs(mean - want)).toBeLessThan(zLimit(3) * sd + lambda / 12);
    expect(Math.abs(mean - 1 / lambda)).toBeGreaterThan(zLimit(3) * sd + lambda / 12); // the plain rate is refused
  });

  test("have CV 1 / sqrt(N)", () => {
    // Variance of Gamma(N) intervals; a sample variance varies by sqrt((kurtosis - 1) / n), kurtosis 3 + 6 / N. Whole steps: 1/12 step^2.
    const want = 1 / (order * lambda ** 2);
    const sd = want * Math.sqrt((2 + 6 / order) / n);
    expect(Math.abs(variance - want)).toBeLessThan(zLimit(3) * sd + 1 / 12);
  });

  test("do not depend on the ones before", () => {
    let sum = 0;
    let pairs = 0;
    for (let i = 1; i < n; i++) {
      if (i % perCell === 0) continue;
      sum += (intervals[i]! - mean) * (intervals[i - 1]! - mean);
      pairs++;
    }
    expect(Math.abs(sum / pairs / variance)).toBeLessThan(zLimit(3) / Math.sqrt(pairs));
  });
});

test("a cycle histogram follows a 20 Hz modulation", () => {
  const [dt, steps, cells, bins] = [0.1, 100_000, 100, 20]; // 10 s: 200 cycles of 500 steps
  const signal = drive.constant(Hz(65)).plus(drive.sinusoid({ amplitude: Hz(40), frequency: Hz(20) }));
  const increments = new Uint32Array(steps);
  new RateIncrements({ name: "DD", rate: rateOf(signal, { dt, seed: 1, owner: "DD" }), dt }).fill(steps, increments);
  const bin = (step: number) => Math.floor(((step % 500) * bins) / 500);
  const [counts, want, variance] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)];
  for (const train of trains(population(cells), steps, increments)) for (const step of train) counts[bin(step)]!++;
  for (let step = 0; step < steps; step++) {
    // A Poisson source fires in a step with chance 1 - exp(-y dt), whatever happened before; the rate is taken from the formula.
    const y = 65 + 40 * Math.sin((2 * Math.PI * 20 * step * dt) / 1000);
    const p = -Math.expm1(-y * dt * 1e-3);
    want[bin(step)]! += cells * p;
    variance[bin(step)]! += cells * p * (1 - p);
  }
  counts.forEach((count, i) => expect(Math.abs(count - want[i]!)).toBeLessThan(zLimit(bins) * Math.sqrt(variance[i]!)));
  expect(Math.max(...counts) / Math.min(...counts)).toBeGreaterThan(3); // 105 Hz over 25 Hz, and bins of 18 degrees
});

test("cells, populations and seeds are not correlated", () => {
  const [steps, maxLag] = [100_000, 10];
  const increments = new Uint32Array(steps).fill(Math.floor(0.02 * Q27));
  const a = trains(population(8), steps, increments);
  const others = [
    ...trains(population(4, 1, "IN"), steps, increments), // same cells and seed, another population
    ...trains(population(4, 1, "DD", 2025), steps, increments), // same cells and population, the next seed
  ];
  const pairs = [
    ...a.flatMap((x, i) => a.slice(i + 1).map((y) => [x, y] as const)),
    ...others.map((y, i) => [a[i % 4]!, y] as const),
  ];
  const comparisons = pairs.length * (2 * maxLag + 1);
  for (const [x, y] of pairs) {
    const at = new Set(y);
    for (let lag = -maxLag; lag <= maxLag; lag++) {
      const coincidences = x.reduce((sum, step) => sum + Number(at.has(step + lag)), 0);
      const mu = (x.length * y.length) / steps; // about 40
      expect(poissonTail(coincidences, mu) * 2 * comparisons, `lag ${lag}`).toBeGreaterThan(LEVEL);
    }
  }
});

test("constant rates per cell are exact in the mean", () => {
  const [n, dt, steps] = [60, 0.025, 200_000];
  const s = population(n, 1, "II");
  const ratesHz = Float64Array.from({ length: n }, (_, cell) => 0.5 * 1.12 ** cell); // 0.5 .. 400 Hz
  const counts = new Uint32Array(n);
  const state = new Uint32Array(sourceStateLength(s));
  initSources(state, s);
  advanceConstantSources(state, s, steps, constantIncrements(ratesHz, dt), (_, cell) => counts[cell]!++);
  counts.forEach((count, cell) => {
    const p = -Math.expm1(-ratesHz[cell]! * dt * 1e-3);
    if (p * steps < 50) expect(poissonTail(count, p * steps) * 2 * n).toBeGreaterThan(LEVEL);
    else expect(Math.abs(count - p * steps)).toBeLessThan(zLimit(n) * Math.sqrt(steps * p * (1 - p)));
  });
});
