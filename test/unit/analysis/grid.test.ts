import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coincidences, crossCorrelogram } from "../../../src/analysis/correlation.ts";
import { cycleHistogram, psth } from "../../../src/analysis/cycle.ts";
import { ForceStream, motorUnits, muscleForce, type GainRule } from "../../../src/analysis/force.ts";
import { binFrom, binOf, samplesIn } from "../../../src/analysis/grid.ts";
import { binnedCounts, meanRates, smoothedRates } from "../../../src/analysis/rates.ts";
import { resample, valueAt } from "../../../src/analysis/composite.ts";
import { recruitmentOf } from "../../../src/analysis/recruitment.ts";
import { fromPerCell, spikeTrains, window, type SpikeTrains } from "../../../src/analysis/spikes.ts";
import { ratesByType, spikeHistogram } from "../../../src/models/cortical-column/index.ts";
import { drive } from "../../../src/network/signal.ts";
import { sampledRate } from "../../../src/studies/sampled-rate.ts";
import { Hz } from "../../../src/units.ts";

const SEED = 20261128;

describe("times on a grid, decided with one slack", () => {
  test("a time k dt is in bin floor(k / m) of bins of m steps, from any origin", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0.025, 0.05, 0.1, 0.3, 1 / 3, 1),
        fc.integer({ min: 0, max: 10 ** 6 }),
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 0, max: 10 ** 6 }),
        (dt, k, m, origin) => {
          expect(binOf(k * dt, m * dt)).toBe(Math.floor(k / m));
          expect(binFrom((origin + k) * dt, origin * dt, m * dt)).toBe(Math.floor(k / m));
          expect(binFrom((origin + k) * dt - 1e-10, origin * dt, m * dt)).toBe(Math.floor(k / m)); // NEURON's
          expect(samplesIn("record", k * dt, m * dt)).toBe(Math.ceil(k / m));
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });

  test("a window holds the steps from .. to - 1", () => {
    for (const dt of [0.1, 0.3, 0.025]) {
      const n = 2000;
      const trains = fromPerCell([Array.from({ length: n }, (_, k) => k * dt)]);
      for (let from = 0; from < n; from += 37) {
        const to = Math.min(n, from + 111);
        expect(window(trains, from * dt, to * dt).times.length).toBe(to - from);
        expect(window(trains, Number((from * dt).toFixed(6)), Number((to * dt).toFixed(6))).times.length).toBe(
          to - from,
        );
      }
    }
  });

  test("phases of a train on the grid fill every bin alike", () => {
    // 20 bins of a 10 Hz rhythm are 5 ms; a spike every 5 ms for 1 s: 10 a bin
    for (const [dt, m] of [
      [0.1, 50],
      [0.025, 200],
      [0.05, 100],
    ] as const) {
      for (const origin of [0, 100.3, -7.1]) {
        const times = Array.from({ length: 200 }, (_, k) => origin + k * m * dt);
        expect([...cycleHistogram(times, { frequency: 10, bins: 20, origin }).counts]).toEqual(Array(20).fill(10));
      }
    }
  });

  test("a correlogram of two regular trains counts every pair once", () => {
    // both at every 0.1 ms, bins of 0.2 ms: each bin holds two differences, but for the ends of the trains
    const a = Array.from({ length: 2000 }, (_, k) => 50 + k * 0.1);
    const b = Array.from({ length: 3000 }, (_, k) => k * 0.1);
    expect([...crossCorrelogram(a, b, { maxLag: 2, binMs: 0.2 }).counts]).toEqual(Array(21).fill(4000));
  });

  test("a command that jumps has its new value from the jump on, wherever the time rounds to", () => {
    for (const dt of [0.1, 0.3, 0.025])
      for (let k = 1; k < 3000; k += 7) {
        const at = Number((k * dt).toFixed(6)); // what a user writes: 0.3, not 0.30000000000000004
        for (const [knot, time] of [[at, k * dt], [k * dt, at], [at, at], [at, at - 1e-10]] as const) {
          expect(valueAt([0, knot, knot, knot + 5], [0, 0, 7, 7], time)).toBe(7);
          expect(valueAt([0, knot, knot, knot + 5], [0, 0, 7, 7], time - dt / 2)).toBe(0);
        }
      } // prettier-ignore
    expect([...resample([5, 5, 9], [1, 3, 3], [0, 5, 7, 9, 10])]).toEqual([1, 3, 3, 3, 3]);
    expect([...resample([5, 5], [1, 3], [4, 5, 6])]).toEqual([1, 3, 3]);
    expect(valueAt([1, 2], [1, 2], NaN)).toBeNaN();
    const { recruitment, derecruitment } = recruitmentOf(fromPerCell([[0.1 * 3, 100, 200, 300.3]]), {
      t: [0, 0.3, 0.3, 300.3, 300.3], value: [0, 0, 10, 10, 4],
    }); // prettier-ignore
    expect([recruitment[0], derecruitment[0]]).toEqual([10, 4]);
  });

  test("the column's histogram and rates decide by the same rule", () => {
    const spikes = Array.from({ length: 490 }, (_, k) => ({ timeMs: k * 0.1, gid: 0, type: "L2_basket" }));
    expect([...(spikeHistogram(spikes, 49, ["L2"]).counts["L2"] ?? [])]).toEqual(Array(49).fill(10));
    for (let k = 1; k < 480; k++) { // open at both ends, as published: ten spikes from k * 0.1 ms on, but the first
      const window = [Number((k * 0.1).toFixed(6)), Number(((k + 10) * 0.1).toFixed(6))] as const;
      expect(ratesByType([spikes], { L2_basket: { first: 0, n: 1 } }, window, "all")["L2_basket"]).toBeCloseTo(9000, 6);
    } // prettier-ignore
  });

  test("a drive is drawn to its end", () => {
    const at = { owner: "DD", seed: 1, dt: 0.1, everyMs: 0.1 };
    for (let k = 1; k < 2000; k++)
      expect(sampledRate(drive.constant(Hz(3)), { ...at, untilMs: Number((k * 0.1).toFixed(6)) }).t.length).toBe(k);
  });

  test("coincidences at exactly the window count", () => {
    expect(coincidences([0], [0.1 + 0.2], { window: 0.3, duration: 1 }).observed).toBe(1);
    expect(coincidences([0.1 + 0.2], [0], { window: 0.3, duration: 1 }).observed).toBe(1);
    expect(coincidences([0], [0.31], { window: 0.3, duration: 1 }).observed).toBe(0);
    const a = Array.from({ length: 1000 }, (_, k) => 15_000 + k * 7);
    for (const w of [0.1, 0.3, 0.7, 2.9]) {
      expect(
        coincidences(
          a,
          a.map((t) => t + w),
          { window: w, duration: 7000 },
        ).observed,
      ).toBe(1000);
      expect(
        coincidences(
          a,
          a.map((t) => t - w),
          { window: w, duration: 7000 },
        ).observed,
      ).toBe(1000);
    }
  });

  test("trains at exactly the longest interval are sustained whole", () => {
    for (let train = 0; train < 400; train++) {
      const start = train * 0.1;
      const times = Array.from({ length: 12 }, (_, k) => start + k * (train % 2 ? 250 : 2500 * 0.1));
      const { first, last } = recruitmentOf(fromPerCell([times]), { t: [0, 5000], value: [0, 5000] });
      expect([first[0], last[0]]).toEqual([times[0], times[11]]);
    }
    const { first } = recruitmentOf(fromPerCell([[0, 250.01, 500.02]]), { t: [0, 1], value: [0, 1] });
    expect(first[0]).toBeNaN();
  });

  test("histograms around events, rates and smoothed rates see every spike once", () => {
    const times = Array.from({ length: 1000 }, (_, k) => k * 0.3);
    const trains = fromPerCell([times]);
    const { hz } = psth(trains, [30.0, 60.3], { before: 3, after: 6, binMs: 0.3 });
    expect(hz.every((r) => Math.abs(r - 1000 / 0.3) < 1e-6)).toBe(true);
    expect([...binnedCounts(times, { from: 0.9, to: 290.1 }, 0.3)]).toEqual(Array(964).fill(1));
    expect(meanRates(trains, { from: 0.9, to: 290.1 })[0]).toBeCloseTo(1000 / 0.3, 9);
    const smooth = smoothedRates(trains, { from: 0, to: 300, dt: 0.3, width: 3 }).hz[0]!;
    expect(smooth.slice(10, -10).every((r) => Math.abs(r - 1000 / 0.3) < 1e-6)).toBe(true);
  });
});

/** Pieces of trains by an index and a time that no later spike lies before. */
function pieces(trains: SpikeTrains, cuts: readonly number[]): [SpikeTrains, number][] {
  const at = [...new Set([...cuts.map((c) => Math.floor(c * trains.times.length))])].sort((a, b) => a - b);
  let from = 0;
  return at.map((to) => {
    const piece = { n: trains.n, times: trains.times.subarray(from, to), cells: trains.cells.subarray(from, to) };
    from = to;
    return [piece, trains.times[to] ?? trains.times.at(-1) ?? 0];
  });
}

describe("force does not depend on the pieces", () => {
  const spike = fc.record({ step: fc.integer({ min: 0, max: 4000 }), cell: fc.integer({ min: 0, max: 3 }) });
  test.each<GainRule>(["preceding", "following", "myogen"])(
    "%s: any partition, any axon delays, bit for bit",
    (gain) => {
      fc.assert(
        fc.property(
          fc.array(spike, { maxLength: 60 }),
          fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 8 }),
          fc.array(fc.constantFrom(0, 0.5, 2, 12, 80, 0.033), { minLength: 4, maxLength: 4 }),
          fc.constantFrom(100, 101.3, 250, 125),
          fc.constantFrom(2048, 1000, 333),
          (spikes, cuts, axonDelays, duration, frequency) => {
            const units = motorUnits({ thresholds: [0.01, 0.02, 0.1, 1], frequency, longestRise: 20 });
            const trains = spikeTrains(4, spikes.map((s) => s.step * 0.025), spikes.map((s) => s.cell)); // prettier-ignore
            const whole = muscleForce(trains, units, { gain, axonDelays, duration }).force;
            expect(whole).toHaveLength(Math.ceil((duration * frequency) / 1000 - 1e-9));
            const stream = new ForceStream(units, { gain, axonDelays });
            const out: number[] = [];
            let done = 0;
            for (const [piece, until] of pieces(trains, cuts)) {
              out.push(...stream.push(piece, until));
              done += piece.times.length;
            }
            const rest = { n: 4, times: trains.times.subarray(done), cells: trains.cells.subarray(done) };
            out.push(...stream.push(rest, duration), ...stream.finish(duration));
            expect(out).toHaveLength(whole.length);
            expect(whole.findIndex((F, k) => !Object.is(F, out[k]))).toBe(-1);
          },
        ),
        { seed: SEED, numRuns: 150 },
      );
    },
  );

  test("delays [12, 2, 2] ms, unit 0 at 0 and unit 1 at 1 ms, pushed at 10 ms: the twitch of unit 1 is not lost", () => {
    const units = motorUnits({ thresholds: [0.01, 0.1, 1], longestRise: 20 });
    const options = { gain: "following", axonDelays: [12, 2, 2] } as const;
    const trains = fromPerCell([[0], [1], []]);
    const whole = muscleForce(trains, units, { ...options, duration: 100 }).force;
    const stream = new ForceStream(units, options);
    const out = [...stream.push(trains, 10), ...stream.finish(100)];
    expect(out).toEqual([...whole]);
    expect(Math.max(...whole.subarray(0, 24))).toBeGreaterThan(1); // before the first unit's twitch arrives at 12 ms
    expect(() => new ForceStream(units, options).push(trains, Infinity)).toThrow(/Give a finite time/);
    const ended = new ForceStream(units);
    ended.push(trains, 500);
    expect(() => ended.finish(100)).toThrow(
      "force: ends at 100 ms, but was pushed until 500 ms. End it there or later",
    );
  });
});

describe("twitches where thresholds give no range", () => {
  test("one unit, equal thresholds and De Luca's first threshold of 0 take the range itself", () => {
    for (const thresholds of [[0.3], [0.2, 0.2, 0.2], [0, 0.1, 1]]) {
      expect(() => motorUnits({ thresholds })).toThrow(/or the range itself: \{ twitchRange: 100 \}/);
      const n = thresholds.length;
      const units = motorUnits({ thresholds, twitchRange: 100 });
      // Fuglevand et al. (1993), eq. 13: P(i) = exp(ln(RP) i / n), i from 1
      [...units.peak].forEach((P, j) => expect(P).toBeCloseTo(Math.exp((Math.log(100) * (j + 1)) / n), 9));
      expect([...units.rise].every((T) => T > 0 && Number.isFinite(T))).toBe(true);
    }
    const equal = motorUnits({ thresholds: [1, 1], twitchRange: 1 });
    expect([...equal.peak]).toEqual([1, 1]);
    expect([...equal.rise]).toEqual([90 * 2.048, 90 * 2.048]);
    expect(motorUnits({ thresholds: [0.01, 1] }).peak).toEqual(
      motorUnits({ thresholds: [5, 5], twitchRange: 100 }).peak,
    );
    expect(() => motorUnits({ thresholds: [], twitchRange: 3 })).toThrow(/has no thresholds/);
    expect(() => motorUnits({ thresholds: [1], twitchRange: 0.5 })).toThrow(/1 or more/);
  });
});
