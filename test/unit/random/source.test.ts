import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { drawU32 } from "../../../src/random/philox.ts";
import {
  advanceConstantSources,
  advanceSources,
  checkOrder,
  constantIncrements,
  initSources,
  runningSums,
  sourceStateLength,
  sourceWord,
  thresholdOf,
  type Source,
  type Sources,
} from "../../../src/random/source.ts";
import { negLogQ27, Q27 } from "../../../src/random/threshold.ts"; // prettier-ignore
import { loadSource, sourceStep } from "./source-step.ts";

const FULL = 0xffffffff;

describe("negLogQ27", () => {
  // ln of a 33-bit number in float64 is exact to 1e-14 of 2^27 units here; 0.5 of the last rounding + 0.1 of truncation (see its text).
  const exact = (k: number) => -Math.log((k + 0.5) * 2 ** -32) * Q27;

  test("is within 0.6 unit of the exact value, over every octave and at the ends", () => {
    const ks = [0, 1, 2, 3, 0x7fffffff, 0x80000000, 0x80000001, FULL - 1, FULL];
    for (let octave = 0; octave < 32; octave++) {
      for (let i = 0; i < 500; i++) ks.push(drawU32(5, 6, i, octave, "threshold") >>> octave);
      ks.push(2 ** octave - 1, 2 ** octave);
    }
    for (const k of ks) expect(Math.abs(negLogQ27(k) - exact(k))).toBeLessThan(0.6);
    expect(negLogQ27(0)).toBe(3070077112); // 33 ln 2 * 2^27 = 3070077111.56
    expect(negLogQ27(FULL)).toBe(0);
  });

  test("never increases with k", () => {
    for (const start of [0, 1000, 0x3fffff00, 0x7fffff00, 0x80000000, 0xffffff00]) {
      for (let k = start; k < start + 255; k++) expect(negLogQ27(k + 1)).toBeLessThanOrEqual(negLogQ27(k));
    }
  });
});

const sources: Sources = { n: 3, entries: 2, entry: 1, order: 1, seed: 42, stream: 99 };

describe("a source", () => {
  const fresh = (s: Sources, cell = 0): Source => ({
    sum: 0,
    theta: thresholdOf(s.seed, s.stream, cell, 0),
    stage: 0,
    draws: 1,
    remainder: 0,
  });

  test("does nothing, and draws nothing, while the increment is 0", () => {
    const source = { ...fresh(sources), sum: 5, theta: 5 };
    expect(sourceStep(source, 0, sources, 0)).toBe(false);
    expect(source).toEqual({ ...fresh(sources), sum: 5, theta: 5 });
  });

  test("fires when the sum reaches the threshold exactly, and drops the excess", () => {
    const source = { ...fresh(sources), theta: 100 };
    expect(sourceStep(source, 99, sources, 0)).toBe(false);
    expect(sourceStep(source, 1, sources, 0)).toBe(true);
    expect(source).toEqual({ sum: 0, theta: thresholdOf(42, 99, 0, 1), stage: 0, draws: 2, remainder: 0 });
    expect(sourceStep({ ...fresh(sources), theta: 100 }, 1e6, sources, 0)).toBe(true);
  });

  test("of order 3 keeps the excess at inner stages and fires at the third", () => {
    const s = { ...sources, order: 3 };
    const source = fresh(s);
    const thetas = [0, 1, 2].map((draw) => thresholdOf(s.seed, s.stream, 0, draw));
    const total = thetas.reduce((a, b) => a + b, 0);
    const steps = 1000;
    const inc = Math.floor(total / steps / 3); // N * inc * steps <= total: fires within steps + 3
    let n = 1;
    while (!sourceStep(source, inc, s, 0)) n++;
    expect(n).toBe(Math.ceil(total / (3 * inc))); // excess was kept: the sum of the three thresholds decides
    expect(source).toMatchObject({ sum: 0, stage: 0, draws: 4 });
  });

  test("of high order may cross several inner thresholds in one step", () => {
    const s = { ...sources, order: 64 };
    const source = fresh(s);
    sourceStep(source, Q27 / 64, s, 0);
    let crossed = 0;
    for (let rest = Q27; rest >= thresholdOf(42, 99, 0, crossed); crossed++) rest -= thresholdOf(42, 99, 0, crossed);
    expect(source.stage).toBe(crossed);
    expect(source.draws).toBe(crossed + 1);
  });

  test.each([0, 1.5, 65, NaN])("order %s is refused", (order) =>
    expect(() => checkOrder("DD", order)).toThrow(ModelError),
  );
});

describe("a population", () => {
  const run = (blocks: readonly number[], s: Sources) => {
    const state = new Uint32Array(sourceStateLength(s));
    initSources(state, s);
    const spikes: string[] = [];
    let from = 0;
    for (const steps of blocks) {
      const increments = new Uint32Array(2 * steps);
      for (let i = 0; i < steps; i++) {
        increments[i] = drawU32(1, 1, from + i, 0, "signal") >>> 7;
        increments[steps + i] = 2e6;
      }
      advanceSources(state, s, steps, runningSums(increments, steps), Uint32Array.of(0, 1, 0), (step, cell) =>
        spikes.push(`${from + step}:${cell}`),
      );
      from += steps;
    }
    return { state, spikes: spikes.sort() };
  };

  test("gives the same spikes and state whatever the blocks", () => {
    const whole = run([1200], sources);
    expect(whole.spikes.length).toBeGreaterThan(100);
    expect(run([1, 399, 40, 760], sources)).toEqual(whole);
  });

  const kinds = [1, 3, 64].flatMap((order) => [0, 7, 24].map((shift) => ({ order, shift })));

  test.each(kinds)("of order $order crosses where single steps do, whatever the increments (2^27 and $shift halvings), often 0", ({ order, shift }) => {
    const s = { ...sources, order };
    const steps = 700;
    const increments = Uint32Array.from({ length: 2 * steps }, (_, i) => (i % 5 === 0 ? 0 : (drawU32(1, 2, i, 0, "signal") >>> 5 >>> shift) / order));
    const state = new Uint32Array(sourceStateLength(s));
    initSources(state, s);
    const single = [0, 1, 2].map((cell) => loadSource(state, s, cell));
    const rows = Uint32Array.of(0, 1, 0);
    const want = single.flatMap((source, cell) =>
      Array.from({ length: steps }, (_, t) => t).filter((t) => sourceStep(source, increments[rows[cell]! * steps + t]!, s, cell)).map((t) => [t, cell]),
    );
    const got: number[][] = [];
    const sums = runningSums(increments, steps);
    const spike = (step: number, cell: number) => got.push([step, cell]);
    // by shares, as threads do
    advanceSources(state, s, steps, sums, rows, spike, { first: 0, end: 2 });
    advanceSources(state, s, steps, sums, rows, spike, { first: 2, end: 3 });
    expect(got).toEqual(want);
    expect([0, 1, 2].map((cell) => loadSource(state, s, cell))).toEqual(single);
    if (shift !== 7) expect(want.length > 0).toBe(shift === 0);
  }); // prettier-ignore

  test.each([1, 5])(
    "of order %i with constant rates: one block has the spikes and the state of single steps",
    (order) => {
      const s = { ...sources, order };
      const rates = constantIncrements([0, 7000 / order, 333.3], 0.1);
      const run = (blocks: readonly number[]) => {
        const [state, spikes] = [new Uint32Array(sourceStateLength(s)), [] as number[][]];
        initSources(state, s);
        let from = 0;
        for (const steps of blocks) {
          advanceConstantSources(state, s, steps, rates, (step, cell) => spikes.push([cell, from + step]));
          from += steps;
        }
        return { state, spikes: spikes.sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!) };
      };
      const want = run(new Array<number>(900).fill(1));
      expect(want.spikes.length).toBeGreaterThan(100);
      expect(run([900])).toEqual(want);
      expect(run([40, 1, 859])).toEqual(want);
    },
  );

  test("touches only its entry of the batch, laid out [field][entry][cell]", () => {
    const { state } = run([100], sources);
    expect(sourceWord(sources, "theta", 1, 2)).toBe((1 * 2 + 1) * 3 + 2);
    for (let field = 0; field < 5; field++) expect([...state.subarray(field * 6, field * 6 + 3)]).toEqual([0, 0, 0]);
    expect(loadSource(state, sources, 2).draws).toBeGreaterThan(1);
  });

  test("constant rates per cell add up to the exact integral", () => {
    const s = { ...sources, entries: 1, entry: 0, n: 1 };
    const rates = constantIncrements([0.0123], 0.025);
    const state = new Uint32Array(sourceStateLength(s));
    initSources(state, s);
    state[sourceWord(s, "theta", 0, 0)] = FULL; // out of reach: the sum shows the integral
    let fired = 0;
    advanceConstantSources(state, s, 100_000, rates, () => fired++);
    expect(fired).toBe(0);
    const { sum, remainder } = loadSource(state, s, 0);
    // rate * dt * steps * 2^27 with the fraction cut at 2^-32 per step: 1e5 steps lose at most 2.4e-5
    const want = 0.0123 * 0.025e-3 * 100_000 * Q27;
    expect(Math.abs(sum + remainder * 2 ** -32 - want)).toBeLessThan(2.4e-5);
  });
});
