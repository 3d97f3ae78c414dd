import { describe, expect, test } from "vitest";
import { disjointPairs, meanBetween } from "../../../src/studies/watanabe-pipeline/coherence.ts";
import { coherencePhases, measuredPhases, realisedMean } from "../../../src/studies/watanabe-pipeline/drives.ts";
import { checkReached, searchRate, type Trial } from "../../../src/studies/watanabe-pipeline/search.ts";
import { planOf } from "../../../src/studies/watanabe-pipeline/plan.ts";
import { compared } from "../../../src/studies/watanabe-pipeline/steps12.ts";
import { watanabePipeline } from "../../../src/studies/watanabe-pipeline/study.ts";
import { settings as schema, STEPS, type PipelineSettings } from "../../../src/studies/watanabe-pipeline/settings.ts"; // prettier-ignore
import { thresholdsOf } from "../../../src/studies/watanabe/network.ts";
import { unitsOf } from "../../../src/studies/watanabe-pipeline/pool.ts";
import { WATANABE_WINDOWS } from "../../../src/analysis/summary.ts";
import { drawn, expectPage, inMemory, keeping, textOf } from "./context.ts";

const DEFAULTS = schema.parse({});

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

test("force.twitchRange is the largest twitch over the smallest; left out, thresholds say it", () => {
  const given = schema.parse({ force: { twitchRange: 50 } });
  const n = given.cells.motorNeurons;
  // Fuglevand et al. (1993), eq. 13: P(i) = exp(ln(RP) i / n), i from 1
  [...unitsOf(given, given.force).peak].forEach((P, k) => expect(P).toBeCloseTo(Math.exp((Math.log(50) * (k + 1)) / n), 9)); // prettier-ignore
  const thresholds = thresholdsOf(DEFAULTS);
  const range = (thresholds.at(-1) as number) / (thresholds[0] as number);
  expect(unitsOf(DEFAULTS, DEFAULTS.force).peak.at(-1)).toBeCloseTo(range, 9);
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

test("rates that do not ascend are refused", () => {
  const search = { ...DEFAULTS.search, from: 50, to: 20 };
  expect(() => planOf({ ...DEFAULTS, search })).toThrow(/from 50 to 20 Hz/);
});

test("phases that silence leaves nothing of are refused before anything is computed", () => {
  const settings = (silence: number): PipelineSettings => ({
    ...DEFAULTS,
    phase: 1,
    drive: { ...DEFAULTS.drive, silence },
  });
  expect(() => planOf(settings(1))).toThrow(/phase: is 1 s with 1 s of silence: 0 ms of "constant" are left/);
  expect(() => planOf(settings(0.5))).not.toThrow();
  expect(() => planOf({ ...settings(1), duration: 0.9 })).not.toThrow(); // the run ends before its phase does
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
  const { context, out } = inMemory({}, { seed: 42 });
  const json = async <T>(name: string): Promise<T> => JSON.parse(await textOf(out, name)) as T;

  test("a later step says which one is missing", async () => {
    await expect(watanabePipeline.run({ ...small, step: "02" }, context)).rejects.toThrow(/Run step 01/);
  });

  test.each(["[]", "null", "1", '"x"', "{}", '{ "network_parameters": { "dd_drive__Hz": "65" } }'])(
    "an earlier step's file that is %s is refused by what it lacks",
    async (text) => {
      const spoiled = inMemory();
      for (const name of ["force_reference.json", "dc_offset_optimized.json", "watanabe_simulation_params.json"])
        await spoiled.out.write(name, new TextEncoder().encode(text));
      for (const [step, number, before] of [
        ["02", "network_parameters.dd_drive__Hz", "01"],
        ["03", "reference_drive__Hz", "02"],
        ["04", "DD_drive_constant__Hz", "03"],
      ] as const)
        await expect(watanabePipeline.run({ ...small, step }, spoiled.context)).rejects.toMatchObject({
          name: "DataError",
          problem: `has no number ${number}`,
          remedy: `Run step ${before} again`,
        });
    },
  );

  test("calibrates the constant drive to a wished force, axons included", async () => {
    const { context, out } = inMemory({}, { seed: 42 });
    const settings: PipelineSettings = {
      ...small,
      step: "01",
      drive: { ...small.drive, target: 12 },
      force: { ...small.force, axonDelays: true },
    };
    await watanabePipeline.run(settings, context);
    const found = JSON.parse(await textOf(out, "force_reference.json")) as { percent_mvc: number };
    expect(Math.abs(found.percent_mvc / 12 - 1)).toBeLessThan(small.search.tolerance);
  });

  test("step by step, each reads what the one before wrote", async () => {
    const [figures, drawings]: [string[], string[]] = [[], []];
    for (const step of STEPS) {
      const result = await watanabePipeline.run({ ...small, step }, context);
      expect(result.text.length).toBeGreaterThan(20);
      for (const [name, svg] of await drawn(result)) {
        figures.push(name);
        drawings.push(svg);
      }
    }
    expectPage(watanabePipeline, drawings);
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

  test("interrupted anywhere, it goes on behind the last finished part with the same results", async () => {
    const whole = inMemory({}, { seed: 42 });
    const want = await watanabePipeline.run(small, await keeping(whole.context));
    const cut = inMemory({}, { seed: 42 });
    const computed: string[] = [];
    for (let tries = 0; ; tries++) {
      const context = await keeping(cut.context, { resume: tries > 0 });
      let parts = 0;
      const keep: typeof context.keep = (part, compute) =>
        context.keep(part, async () => {
          if (parts++ === 1) throw new Error("killed");
          computed.push(part);
          return compute();
        });
      const done = await watanabePipeline.run(small, { ...context, keep }).catch((error: Error) => error.message);
      if (done === "killed") continue;
      expect((done as typeof want).text).toBe(want.text);
      break;
    }
    expect(new Set(computed).size).toBe(computed.length); // nothing twice
    expect(computed.length).toBeGreaterThanOrEqual(3);
    for (const name of ["force_reference.json", "dc_offset_optimized.json", "watanabe_force.csv", "coherence.json"])
      expect(await textOf(cut.out, name)).toBe(await textOf(whole.out, name));
  });
});
