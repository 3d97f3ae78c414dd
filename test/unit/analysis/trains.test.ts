import seedrandom from "seedrandom";
import { describe, expect, test } from "vitest";
import { compositeTrain, drawGroups, movingMean, resample } from "../../../src/analysis/composite.ts";
import { cycleHistogram, psth, vectorStrength } from "../../../src/analysis/cycle.ts";
import { coefficientOfVariation, intervals, localVariation } from "../../../src/analysis/intervals.ts";
import {
  binnedCounts, instantaneousRate, meanIntervalRates, meanRate, meanRates, populationRate, smoothedRates,
} from "../../../src/analysis/rates.ts"; // prettier-ignore
import { recruitmentOf, RecruitmentStream } from "../../../src/analysis/recruitment.ts";
import { counts, fromPerCell, timesPerCell, select, spikeTrains, window } from "../../../src/analysis/spikes.ts";
import { lowerBound } from "../../../src/sorted.ts";
import { DataError } from "../../../src/errors.ts";
import { linearFit, percentile, standardDeviation } from "../../../src/analysis/stats.ts";

const regular = (interval: number, n: number, start = 0) => Array.from({ length: n }, (_, k) => start + k * interval);

function poisson(seed: string, meanInterval: number, n: number): number[] {
  const random = seedrandom(seed);
  let t = 0;
  return Array.from({ length: n }, () => (t -= meanInterval * Math.log(1 - random())));
}

describe("trains", () => {
  const trains = fromPerCell([[30, 10], [], [20, 10]]);

  test("sorted by time, then cell; counts, lists and back", () => {
    expect([...trains.times]).toEqual([10, 10, 20, 30]);
    expect([...trains.cells]).toEqual([0, 2, 2, 0]);
    expect([...counts(trains)]).toEqual([2, 0, 2]);
    expect(timesPerCell(trains).map((t) => [...t])).toEqual([[10, 30], [], [10, 20]]);
    expect(fromPerCell(timesPerCell(trains))).toEqual(trains);
  });

  test("a window holds its start and not its end", () => {
    expect([...window(trains, 10, 30).times]).toEqual([10, 10, 20]);
    expect(window(trains, 11, 12).times).toHaveLength(0);
    expect(window(trains, 30, 10).times).toHaveLength(0);
  });

  test("select renumbers", () => expect([...select(trains, [2, 1]).cells]).toEqual([0, 0]));
  test("lowerBound", () => expect([0, 1, 1.5, 4].map((x) => lowerBound([1, 1, 2, 3], x))).toEqual([0, 0, 2, 4]));

  test.each([
    [[1, 2], [0], /2 times for 1 cells/],
    [[1], [3], /cell 3 in a population of 3/],
    [[NaN], [0], /time NaN/],
  ])("bad trains %j %j", (times, cells, message) => expect(() => spikeTrains(3, times, cells)).toThrow(message));
});

describe("intervals", () => {
  test("a regular train has CV 0 and LV 0", () => {
    const isi = intervals(regular(12.5, 100));
    expect(isi).toHaveLength(99);
    expect(coefficientOfVariation(isi)).toBe(0);
    expect(localVariation(isi)).toBe(0);
  });

  test("a Poisson train has CV 1 and LV 1", () => {
    const n = 20_000;
    const isi = intervals(poisson("cv", 40, n));
    // Var(CV) of exponential intervals is about 1/n, of LV about 0.8/n (by its terms' variance and covariance); 4 SD
    expect(Math.abs(coefficientOfVariation(isi) - 1)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(localVariation(isi) - 1)).toBeLessThan(4 / Math.sqrt(n));
  });

  test("population and sample SD: intervals 1 and 3", () => {
    expect(coefficientOfVariation([1, 3])).toBe(0.5);
    expect(coefficientOfVariation([1, 3], "sample")).toBeCloseTo(Math.SQRT1_2, 14);
    expect(localVariation([1, 3])).toBe(0.75);
  });

  test("too short is NaN, not 0", () => {
    expect(coefficientOfVariation(intervals([5]))).toBeNaN();
    expect(localVariation([10])).toBeNaN();
  });
});

describe("rates", () => {
  const trains = fromPerCell([regular(100, 10, 50), regular(50, 20, 25), []]);

  test("count over duration, 1 / mean interval, population over all cells", () => {
    expect([...meanRates(trains, { from: 0, to: 1000 })]).toEqual([10, 20, 0]);
    expect(meanRate(trains, { from: 0, to: 1000 })).toBe(10);
    expect([...meanIntervalRates(trains)]).toEqual([10, 20, NaN]);
    const rate = populationRate(trains, { from: 0, to: 1000 });
    expect([...rate.hz]).toEqual(Array.from({ length: 10 }, () => 10));
    expect(rate.t[0]).toBe(50);
  });

  test("instantaneous rate stands at the later spike", () => {
    expect(instantaneousRate(Float64Array.of(0, 100, 150))).toEqual({
      t: Float64Array.of(100, 150),
      hz: Float64Array.of(10, 20),
    });
  });

  test("grid times fall in their own bin", () => {
    const times = Array.from({ length: 1000 }, (_, k) => k * 0.1);
    expect(binnedCounts(times, { from: 0, to: 100 }, 0.1).every((c) => c === 1)).toBe(true);
  });

  test("smoothing keeps the number of spikes and reads the rate of a regular train", () => {
    const { t, hz } = smoothedRates(fromPerCell([regular(50, 100, 25), [2500]]), { from: 0, to: 5000 });
    expect(t).toHaveLength(5000);
    // 50 ms divides the window of 400 samples spaced 399 apart only nearly: Hann ripple below 1 % there
    for (let k = 500; k < 4500; k += 97) expect(Math.abs(hz[0]![k]! - 20)).toBeLessThan(0.2);
    expect(hz[1]!.reduce((a, b) => a + b, 0) * 1e-3).toBeCloseTo(1, 12);
    expect(hz[1]!.indexOf(Math.max(...hz[1]!)) - 2500).toBeLessThanOrEqual(1);
  });

  test("smoothing is the convolution of the 0/1 train", () => {
    const [dt, width] = [2, 20];
    const times = [11, 12.5, 13, 40, 99];
    const { hz } = smoothedRates(fromPerCell([times]), { from: 0, to: 100, dt, width });
    const w = Array.from({ length: 10 }, (_, k) => Math.sin((Math.PI * k) / 9) ** 2);
    const area = w.reduce((a, b) => a + b, 0) * dt * 1e-3;
    const train = new Float64Array(50);
    for (const s of times) train[Math.floor(s / dt)] = 1;
    const full = new Float64Array(59);
    train.forEach((x, i) => w.forEach((v, j) => (full[i + j]! += (x * v) / area)));
    hz[0]!.forEach((v, k) => expect(v).toBeCloseTo(full[k + 4]!, 10)); // "same": from (10 - 1) >> 1
  });

  test("an empty span is refused", () => expect(() => meanRates(trains, { from: 5, to: 5 })).toThrow(/5 to 5 ms/));
});

describe("rhythm", () => {
  test("PSTH: a spike 5 ms after every event", () => {
    const events = regular(100, 20, 100);
    const h = psth(fromPerCell([events.map((e) => e + 5), []]), events, { before: 10, after: 20, binMs: 2 });
    expect(h.hz).toHaveLength(15);
    expect(h.t[7]).toBe(5);
    expect(h.hz[7]).toBe(250); // one spike a trial in 2 ms over two cells
    expect(h.hz.reduce((a, b) => a + b, 0)).toBe(250);
  });

  test("locked spikes: strength 1 at their phase, one bin of the cycle", () => {
    const times = regular(50, 200, 12.5);
    const v = vectorStrength(times, 20);
    expect(v.strength).toBeCloseTo(1, 12);
    expect(v.phase).toBeCloseTo(0.25, 12);
    expect(v.p).toBeLessThan(1e-50);
    const h = cycleHistogram(times, { frequency: 20, bins: 10 });
    expect(Math.max(...h.counts)).toBe(200);
  });

  test("a density 1 + m cos has strength m / 2", () => {
    const random = seedrandom("vs");
    const times: number[] = [];
    while (times.length < 20_000) {
      const t = random() * 1e5;
      if (random() * 2 < 1 + 0.6 * Math.cos(2 * Math.PI * 20 * t * 1e-3)) times.push(t);
    }
    // SD of the mean of a cosine over n spikes is at most 1/sqrt(2n) = 0.005; 4 SD
    expect(Math.abs(vectorStrength(times, 20).strength - 0.3)).toBeLessThan(0.02);
    expect(vectorStrength(poisson("none", 37, 500), 20).p).toBeGreaterThan(0.001);
  });
});

describe("composite trains", () => {
  const trains = fromPerCell([[0.5, 3.5], [0.6], [2.5]]);
  test("sum and or, chosen units", () => {
    const options = { from: 0, to: 4, dt: 1 };
    expect([...compositeTrain(trains, options)]).toEqual([2, 0, 1, 1]);
    expect([...compositeTrain(trains, { ...options, combine: "or" }, [0, 1])]).toEqual([1, 0, 0, 1]);
  });
  test("groups repeat with the seed and hold only the units given", () => {
    const draw = () => drawGroups([3, 5, 8], 5, 10, seedrandom("42"));
    expect(draw()).toEqual(draw());
    expect(draw()).toHaveLength(10);
    expect(new Set(draw().flat())).toEqual(new Set([3, 5, 8]));
  });
  test("moving mean and resampling", () => {
    expect([...movingMean([0, 3, 0, 0], 3)]).toEqual([1.5, 1, 1, 0]);
    expect([...resample([0, 1, 3], [0, 10, 30], [-1, 0.5, 2, 9])]).toEqual([0, 5, 20, 30]);
  });
});

test("recruitment on a ramp: the command at the first and last sustained spike", () => {
  const ramp = { t: [0, 1000, 2000], value: [0, 50, 0] };
  const trains = fromPerCell([regular(100, 11, 500), [100, ...regular(100, 5, 800), 1900], [700], []]);
  const r = recruitmentOf(trains, ramp);
  expect([...r.first]).toEqual([500, 800, NaN, NaN]);
  expect([...r.recruitment]).toEqual([25, 40, NaN, NaN]);
  expect([...r.derecruitment]).toEqual([25, 40, NaN, NaN]);
  expect([...recruitmentOf(trains, ramp, { spikes: 1 }).first]).toEqual([500, 100, 700, NaN]);
});

describe("recruitment while spikes come", () => {
  /** Rises to 50 at 1 s and falls to 0 at 2 s, over and over. */
  const triangle = (t: number): number => 50 * (1 - Math.abs((t % 2000) / 1000 - 1));
  const first = regular(100, 11, 500); // 500 to 1500 ms: 25 up and 25 down
  const second = [...regular(80, 5, 2600), 2990]; // 2600 to 2920, 2990: at 30, until 49.5

  test("the command when each cell last began and last stopped, whatever the pieces", () => {
    for (const piece of [10, 130, 4000]) {
      const stream = new RecruitmentStream(3);
      const [all, seen] = [fromPerCell([[...first, ...second], [700, 1900], []]), new Map<number, number[]>()];
      for (let from = 0; from < 4000; from += piece) {
        stream.push(window(all, from, from + piece), from + piece, triangle);
        seen.set(from + piece, [stream.recruitment[0] as number, stream.derecruitment[0] as number]);
      }
      expect([...stream.recruitment]).toEqual([30, NaN, NaN]);
      expect([...stream.derecruitment]).toEqual([49.5, NaN, NaN]);
      if (piece !== 10) continue;
      // the third spike (700 ms) makes it sustained; 250 ms without one end it
      expect([690, 710, 1750, 1760, 2770, 3240, 3250].map((t) => seen.get(t))).toEqual([
        [NaN, NaN], [25, NaN], [25, NaN], [25, 25], [30, 25], [30, 25], [30, 49.5],
      ]); // prettier-ignore
    }
  });
  test("one run gives what recruitmentOf gives", () => {
    const [trains, ramp] = [fromPerCell([first, [100, ...regular(100, 5, 800)]]), { t: [0, 1000, 2000], value: [0, 50, 0] }]; // prettier-ignore
    const stream = new RecruitmentStream(2);
    stream.push(trains, 3000, triangle);
    const { recruitment, derecruitment } = recruitmentOf(trains, ramp);
    expect(stream).toMatchObject({ recruitment, derecruitment });
  });
  test("refusals", () => {
    expect(() => new RecruitmentStream(2, { spikes: 0 })).toThrow(DataError);
    expect(() => new RecruitmentStream(2, { maxInterval: 0 })).toThrow(DataError);
    expect(() => new RecruitmentStream(-1)).toThrow(DataError);
    expect(() => new RecruitmentStream(2).push(fromPerCell([[1]]), 10, triangle)).toThrow(/spikes of 1 cells for 2/);
  });
});

test("descriptive statistics", () => {
  expect(standardDeviation([2, 4], "population")).toBe(1);
  expect(standardDeviation([2, 4], "sample")).toBeCloseTo(Math.SQRT2, 14);
  expect(standardDeviation([1e9, 1e9 + 2], "population")).toBe(1);
  expect([0, 50, 95, 100].map((q) => percentile([4, 1, 3, 2, NaN], q))).toEqual([1, 2.5, 3.8499999999999996, 4]);
  expect(linearFit([-2, -1, 0], [1, 3, 5])).toEqual({ slope: 2, intercept: 5 });
  expect(() => linearFit([1], [1, 2])).toThrow(/1 values against 2/);
});
