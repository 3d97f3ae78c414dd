import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as analysis from "../../src/analysis/index.ts";
import { fuzzed, result } from "./runs.ts";

const odd = fc.constantFrom(0, -0, -1, 1, 0.1, 1e-12, 1e5, 1e300, -1e300, 5e-324, NaN, Infinity, -Infinity, 2 ** 53);
/** A setting: mostly sensible, sometimes not. */
const setting = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: 0.1, max: 500, noNaN: true }) },
  { weight: 1, arbitrary: odd },
);
const whole = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 60 }) }, { weight: 1, arbitrary: odd });
const signal = fc.oneof(
  fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 80 }),
  fc.tuple(fc.constantFrom(0.1, -70, 1e9, 0), fc.nat(80)).map(([c, n]) => Array<number>(n).fill(c)),
);
const pair = fc.oneof(
  fc.tuple(signal, signal),
  signal.map((x) => [x, x.map((v, k) => v * Math.sin(k))] as [number[], number[]]),
);
const times = fc.array(
  fc.integer({ min: 0, max: 20_000 }).map((k) => k * 0.1),
  { maxLength: 60 },
);
const sorted = times.map((t) => t.sort((a, b) => a - b));
const trains = fc.tuple(fc.integer({ min: 0, max: 6 }), times).map(([n, t]) => {
  const cells = t.map((_, k) => (n === 0 ? 0 : k % n));
  return n === 0 ? analysis.spikeTrains(0, [], []) : analysis.spikeTrains(n, t, cells);
});
const span = fc.record({ from: setting, to: setting });
type Numbers = ArrayLike<number>;
const none = (x: Numbers | undefined, allowed: (v: number) => boolean = Number.isFinite): boolean =>
  x === undefined || Array.from(x).every(allowed);
const between = (low: number, high: number) => (v: number) => v >= low && v <= high;
const orNaN = (is: (v: number) => boolean) => (v: number) => Number.isNaN(v) || is(v);

describe("every function of analysis refuses with a typed error or is right, and ends", () => {
  test("correlations lie in -1 .. 1; NaN for constants only", () => {
    fc.assert(
      fc.property(pair, whole, ([x, y], lag) => {
        const varies = (s: number[]) => s.some((v) => v !== s[0]);
        for (const r of [result(() => analysis.pearson(x, y)), result(() => analysis.spearman(x, y))]) {
          if (r !== undefined) expect(Number.isNaN(r) ? !varies(x) || !varies(y) : between(-1, 1)(r)).toBe(true);
        }
        const c = result(() => analysis.crossCorrelation(x, y, lag));
        expect(none(c?.r, orNaN(between(-1.000001, 1.000001)))).toBe(true);
        expect(
          none(
            result(() => analysis.pairCorrelations([x, y])),
            orNaN(between(-1, 1)),
          ),
        ).toBe(true);
        const chi = result(() => analysis.synchrony([x, y]));
        expect(chi === undefined || orNaN(between(0, 1))(chi)).toBe(true);
        result(() => analysis.linearFit(x, y));
        result(() => analysis.anticorrelation(x, y));
      }),
      fuzzed(300),
    );
  });

  test("spectra, coherence, wavelets, filters", () => {
    const names = fc.constantFrom(
      "hann",
      "hamming",
      "rectangle",
      "boxcar",
      "__proto__",
      "constructor",
    ) as fc.Arbitrary<"hann">;
    const detrends = fc.constantFrom("none", "constant", "linear", "quadratic") as fc.Arbitrary<"none">;
    fc.assert(
      fc.property(
        pair,
        setting,
        whole,
        fc.oneof(fc.double({ min: 0, max: 1 }), odd),
        names,
        detrends,
        (xy, fs, segment, overlap, window, detrend) => {
          const [x, y] = xy;
          const options = { fs, segment, overlap, window, detrend };
          expect(none(result(() => analysis.welch(x, options))?.density, (v) => v >= 0)).toBe(true);
          expect(none(result(() => analysis.coherence(x, y, options))?.coherence, orNaN(between(0, 1)))).toBe(true);
          expect(none(result(() => analysis.detrendLinear(x)))).toBe(true);
          const power = result(() => analysis.morletSpectrogram(x, fs, [overlap, 10, 40], segment))?.power ?? [];
          expect(power.every((trace) => none(trace, (v) => v >= 0))).toBe(true);
          expect(none(result(() => analysis.smooth(x, fs, segment)))).toBe(true);
          expect(none(result(() => analysis.savitzkyGolay(x, fs, segment)))).toBe(true);
          expect(none(result(() => analysis.movingMean(x, segment)))).toBe(true);
          result(() => analysis.average([x, y]));
          result(() => analysis.rootMeanSquareError(x, y, segment));
          result(() => analysis.confidenceLevel(segment, overlap));
        },
      ),
      fuzzed(150),
    );
  });

  test("rates and bins: no spike inside is lost, none outside is counted", () => {
    fc.assert(
      fc.property(trains, span, setting, whole, setting, (t, s, bin, every, width) => {
        const counts = result(() => analysis.binnedCounts(t.times, s, bin));
        if (counts !== undefined) {
          const total = counts.reduce((a, b) => a + b, 0);
          const end = s.from + counts.length * bin;
          const inside = t.times.filter((v) => v > s.from + 1e-6 && v < end - 1e-6 * (1 + bin)).length;
          expect(total).toBeGreaterThanOrEqual(inside);
          expect(total).toBeLessThanOrEqual(
            t.times.filter((v) => v > s.from - 1e-6 * (1 + bin) && v < end + 1e-6).length,
          );
        }
        expect(
          none(
            result(() => analysis.meanRates(t, s)),
            (v) => v >= 0,
          ),
        ).toBe(true);
        expect(
          none(result(() => analysis.populationRate(t, s, bin))?.hz, t.n === 0 ? Number.isNaN : (v) => v >= 0),
        ).toBe(true);
        const smooth = result(() => analysis.smoothedRates(t, { ...s, dt: bin, width, every }));
        expect((smooth?.hz ?? []).every((hz) => none(hz, (v) => v >= -1e-9 && hz.length === smooth?.t.length))).toBe(
          true,
        );
        result(() => analysis.compositeTrain(t, { ...s, dt: bin }, [every]));
        result(() => analysis.select(t, [every]));
        expect(
          none(
            result(() => analysis.psth(t, [s.from], { before: bin, after: width, binMs: bin }))?.hz,
            t.n === 0 ? Number.isNaN : (v) => v >= 0,
          ),
        ).toBe(true);
        result(() => analysis.phaseTable(analysis.phaseSummary(t, [{ name: "x", ...s }])));
        const tables = [
          result(() => analysis.plateauTable(analysis.plateauSummary(t, s))),
          result(() => analysis.activityTable({ t: analysis.activitySummary(t) })),
        ];
        expect(tables.join()).not.toContain("NaN");
      }),
      fuzzed(150),
    );
  });

  test("trains against rhythms, events, each other and a command", () => {
    fc.assert(
      fc.property(sorted, sorted, setting, whole, setting, trains, (a, b, x, n, y, t) => {
        const cycle = result(() => analysis.cycleHistogram(a, { frequency: x, bins: n, origin: y }));
        if (cycle !== undefined) expect(cycle.counts.reduce((p, q) => p + q, 0)).toBe(a.length);
        const v = result(() => analysis.vectorStrength(a, x, 0));
        expect(v === undefined || a.length === 0 || between(0, 1.000001)(v.strength)).toBe(true);
        result(() => analysis.crossCorrelogram(a, b, { maxLag: x, binMs: y }));
        const c = result(() => analysis.coincidences(a, b, { window: x, duration: y }));
        expect(c === undefined || c.observed <= a.length).toBe(true);
        const command = { t: [0, 1000], value: [0, 1] };
        expect(
          none(
            result(() => analysis.recruitmentOf(t, command, { spikes: n, maxInterval: x }))?.first,
            orNaN(Number.isFinite),
          ),
        ).toBe(true);
        result(() => analysis.drawGroups(a, n < 100 ? n : 3, 2, () => 0.5));
        expect(none(analysis.intervals(a), (v2) => v2 >= 0)).toBe(true);
      }),
      fuzzed(150),
    );
  });

  test("force is finite", () => {
    fc.assert(
      fc.property(
        trains,
        fc.array(setting, { maxLength: 6 }),
        setting,
        setting,
        setting,
        fc.boolean(),
        (t, thresholds, frequency, range, duration, given) => {
          const options = { thresholds: thresholds.slice(0, t.n), frequency, ...(given ? { twitchRange: range } : {}) };
          const units = result(() => analysis.motorUnits(options));
          if (units === undefined || units.frequency > 1e5) return;
          for (const gain of ["preceding", "following", "myogen"] as const) {
            const force = result(() => analysis.muscleForce(t, units, { duration, gain }));
            expect(none(force?.force)).toBe(true);
            if (force)
              result(() => analysis.forceStatistics(force.force, units.frequency, { from: range, to: duration }));
          }
        },
      ),
      fuzzed(60),
    );
  });
});
