import { describe, expect, test } from "vitest";
import { disjointPairs, meanBetween } from "../../../src/studies/watanabe-pipeline/coherence.ts";
import { coherencePhases, measuredPhases, realisedMean } from "../../../src/studies/watanabe-pipeline/drives.ts";
import { checkReached, searchRate, type Trial } from "../../../src/studies/watanabe-pipeline/search.ts";
import { DEFAULTS, planOf, type PipelineSettings } from "../../../src/studies/watanabe-pipeline/settings.ts";
import { compared } from "../../../src/studies/watanabe-pipeline/steps12.ts";
import { watanabePipeline } from "../../../src/studies/watanabe-pipeline/study.ts";
import type { StudyContext } from "../../../src/studies/study.ts";
import { WATANABE_WINDOWS } from "../../../src/analysis/summary.ts";
import { decode } from "../../../src/storage/files.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";

describe("search for a rate", () => {
  const trialsOf = (f: (rate: number) => number, target: number) => (rates: readonly number[]) =>
    Promise.resolve(rates.map((rate): Trial => ({ rate, value: f(rate), error: Math.abs(f(rate) / target - 1) })));
  const range = { from: 1, to: 100, trials: 10, refine: 5 };

  test("meets the target of a smooth curve to what a straight line over 2 Hz leaves", async () => {
    const force = (rate: number): number => rate ** 1.5;
    const target = force(61.37);
    const { best, trials } = await searchRate(target, range, trialsOf(force, target));
    expect(trials).toHaveLength(16);
    // a chord over h = 1.9 Hz errs by f'' h^2 / (8 f') = h^2 / (16 rate) = 0.004 Hz, and rates come in hundredths
    expect(Math.abs(best.rate - 61.37)).toBeLessThan(0.004 + 0.005 + 1e-9);
  });

  test("keeps the best trial when the target is out of reach, and the error names it", async () => {
    const { best } = await searchRate(500, range, trialsOf((rate) => rate, 500)); // prettier-ignore
    expect(best.rate).toBe(100);
    expect(() => checkReached("search", best, 500, 0.05, "%MVC")).toThrow(
      /500.* %MVC.*closest trial, 100.00 Hz, gave 100/,
    );
    expect(() => checkReached("search", best, 101, 900, "%MVC")).not.toThrow();
  });

  test("passes over trials that were too quiet to count", async () => {
    const { best } = await searchRate(30, range, async (rates) =>
      rates.map((rate) => ({ rate, value: rate < 20 ? NaN : rate, error: rate < 20 ? 2000 : Math.abs(rate / 30 - 1) })),
    );
    expect(best.rate).toBeCloseTo(30, 2);
  });

  test("refuses a range that is none", async () => {
    await expect(searchRate(1, { ...range, to: 0.5 }, trialsOf((x) => x, 1))).rejects.toThrow(/ascending/); // prettier-ignore
  });
});

test("too few active units cost what the published objective charges", () => {
  const m = { percentMvc: 10, percentOfOwnMaximum: 80, active: 7 };
  expect(compared(m, "absolute", 10, 10).error).toBe(1000 + 100 * 3);
  expect(compared({ ...m, active: 10 }, "own maximum", 100, 10).error).toBeCloseTo(0.2, 12);
});

test("windows are the published ones", () => {
  expect(measuredPhases(DEFAULTS).map(({ from, to }) => [from, to])).toEqual(
    WATANABE_WINDOWS.map(({ from, to }) => [from, to]),
  );
  expect(coherencePhases(DEFAULTS)[1]).toMatchObject({ from: 6000, to: 10_000 }); // 20 % of 5 s
});

test("the realised mean of a rectified sine", () => {
  for (const offset of [-25, -10, 0, 7, 20, 65]) {
    const n = 100_000; // midpoint rule: error below amplitude (pi/n)^2, kinks included
    let sum = 0;
    for (let k = 0; k < n; k++) sum += Math.max(0, offset + 20 * Math.sin((2 * Math.PI * (k + 0.5)) / n));
    expect(realisedMean(offset, 20)).toBeCloseTo(sum / n, 6);
  }
});

test("settings that name nothing are refused with what there is", () => {
  expect(() => planOf({ ...DEFAULTS, step: "07" })).toThrow(/step.*"07"/);
  expect(() => planOf({ ...DEFAULTS, search: { ...DEFAULTS.search, objective: "best" } })).toThrow(/absolute/);
  expect(() => planOf({ ...DEFAULTS, search: { ...DEFAULTS.search, trials: 1 } })).toThrow(/1 trials/);
  expect(() => planOf({ ...DEFAULTS, drive: { ...DEFAULTS.drive, constant: -5 } })).toThrow(/drive.constant.*-5/);
  expect(planOf({ ...DEFAULTS, step: "2" }).steps).toEqual(new Set(["02"]));
});

test("pairs of groups share no unit", () => {
  let state = 1;
  const random = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
  const units = Array.from({ length: 12 }, (_, k) => 3 * k);
  for (const [a, b] of disjointPairs(units, 5, 20, random)) {
    expect(new Set([...a, ...b]).size).toBe(10);
    expect([...a, ...b].every((unit) => units.includes(unit))).toBe(true);
  }
  expect(disjointPairs(units, 7, 20, random)).toEqual([]);
  expect(meanBetween(Float64Array.of(0, 1, 2, 3), Float64Array.of(9, 1, 3, 9), 1, 2)).toBe(2);
});

describe("the whole study, small", () => {
  const small: PipelineSettings = {
    ...DEFAULTS,
    cells: { motorNeurons: 30, descending: 40, independent: 30 },
    probability: 0.9,
    weight: { descending: 0.5, independent: 0.05 },
    drive: { ...DEFAULTS.drive, constant: 60, silence: 0.1 },
    search: { ...DEFAULTS.search, duration: 0.8, baseline: 0.8, from: 20, to: 100, trials: 5, refine: 3 },
    phase: 1.3,
    dt: 0.1,
    chunk: 1.3,
    coherence: { ...DEFAULTS.coherence, groups: 4, size: 2, segment: 0.256 },
  };
  const folders = new Map<string, MemoryFiles>();
  const figures: string[] = [];
  const at = (name: string): MemoryFiles => {
    const found = folders.get(name) ?? new MemoryFiles();
    folders.set(name, found);
    return found;
  };
  const context: StudyContext = {
    seed: 42, files: {}, engine: "reference", out: at(""), folder: async (name) => at(name), force: false,
    say: () => undefined, progress: () => undefined, draw: async ({ name }) => void figures.push(name),
  }; // prettier-ignore
  const json = async <T>(name: string): Promise<T> => JSON.parse(decode(await at("").read(name))) as T;

  test("a later step says which one is missing", async () => {
    await expect(watanabePipeline.run({ ...small, step: "02" }, context)).rejects.toThrow(/Run step 01/);
  });

  test("calibrates the constant drive to a wished force, axons included", async () => {
    const out = new MemoryFiles();
    const settings = {
      ...small,
      step: "01",
      drive: { ...small.drive, target: 12 },
      force: { ...small.force, axonDelays: true },
    };
    await watanabePipeline.run(settings, { ...context, out });
    const found = JSON.parse(decode(await out.read("force_reference.json"))) as { percent_mvc: number };
    expect(Math.abs(found.percent_mvc / 12 - 1)).toBeLessThan(small.search.tolerance);
  });

  test("step by step, each reads what the one before wrote", async () => {
    for (const step of ["01", "02", "03", "04", "05", "06"]) {
      expect((await watanabePipeline.run({ ...small, step }, context)).length).toBeGreaterThan(20);
    }
    const reference = await json<{ percent_mvc: number }>("force_reference.json");
    const offset = await json<{
      force_error: number;
      optimization_ratio: number;
      trials: { percent_mvc: number; dc_offset__Hz: number }[];
    }>("dc_offset_optimized.json");
    expect(offset.force_error).toBeLessThan(0.05);
    const best = offset.trials.reduce((a, b) =>
      Math.abs(a.percent_mvc - reference.percent_mvc) < Math.abs(b.percent_mvc - reference.percent_mvc) ? a : b,
    );
    expect(best.dc_offset__Hz / 60).toBeCloseTo(offset.optimization_ratio, 12);
    const parameters = await json<object>("watanabe_simulation_params.json");
    expect(parameters).toMatchObject({ naMN: 30, nDD: 40, n_steps: 39_000, DD_drive_constant__Hz: 60 });
    const coherence = await json<{ phases: { with_potential_at_oscillation: number }[] }>("coherence.json");
    const at20 = coherence.phases.map((phase) => phase.with_potential_at_oscillation);
    expect(at20).toHaveLength(3);
    expect(at20.every((c) => c >= 0 && c <= 1)).toBe(true);
    expect(figures).toEqual([
      "dc_offset_objective", "watanabe", "thresholds", "watanabe_force_timeseries",
      "coherence_spectra_all_windows", "watanabe_raster_full_duration",
    ]); // prettier-ignore
  });
});
