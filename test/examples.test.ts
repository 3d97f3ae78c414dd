import { readdirSync, readFileSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { mean } from "../src/analysis/stats.ts";

const folder = fileURLToPath(new URL("../examples/", import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith(".mjs"));

const fixture = (name: string): unknown => JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8")); // prettier-ignore
/** Brian 2's numbers, a list a seed: mean rates (Hz) of the microcircuit's populations, rate and CV of COBAHH (test/fixtures/*.py). */
const MICROCIRCUIT = fixture("microcircuit-brian") as number[][];
const COBAHH = fixture("cobahh-brian") as number[][];

/** Each number lies where 999 of 1000 further runs of Brian 2 would, by Student's t of 5 degrees of freedom (six seeds). */
function expectAsBrian(found: readonly number[], runs: readonly (readonly number[])[]): void {
  expect(runs).toHaveLength(6);
  found.forEach((x, p) => {
    const there = runs.map((run) => run[p] as number);
    const centre = mean(there);
    const sd = Math.sqrt(there.reduce((sum, y) => sum + (y - centre) ** 2, 0) / (there.length - 1));
    expect(Math.abs(x - centre)).toBeLessThan(6.869 * sd * Math.sqrt(1 + 1 / there.length));
  });
}

/** What each example must show when the part `scale` of it is run. */
const EXAMPLES: Record<string, { scale: number; shows: (exported: never) => void }> = {
  "network.mjs": {
    scale: 0.2,
    shows: ({ rates }: { rates: number[] }) => {
      expect(rates).toHaveLength(5);
      expect(rates[4]).toBeGreaterThan(10); // the published network fires at some 25 Hz under this drive
    },
  },
  "coba.mjs": {
    scale: 0.3,
    shows: ({ rate, cv }: { rate: number; cv: number }) => {
      expect(rate).toBeGreaterThan(10); // keeps itself going; the benchmark's rate is some 20 Hz
      expect(rate).toBeLessThan(40);
      expect(cv).toBeGreaterThan(0.7); // irregular
    },
  },
  "cuba.mjs": {
    scale: 0.4,
    shows: ({ rate, cv }: { rate: number; cv: number }) => {
      expect(rate).toBeGreaterThan(3); // keeps itself going; the benchmark's rate is some 6 Hz
      expect(rate).toBeLessThan(12);
      expect(cv).toBeGreaterThan(0.25); // no clockwork (0), though only cells with 4 spikes and more in 0.4 s count, the regular ones
    },
  },
  "cobahh.mjs": {
    scale: 0.3,
    shows: ({ rates, rate, cv }: { rates: number[]; rate: number; cv: number }) => {
      const { Hz } = fixture("traub_fi") as { Hz: number[] }; // LSODA
      expect(rates).toHaveLength(Hz.length);
      rates.forEach((f, k) => expect(Math.abs(f / (Hz[k] as number) - 1)).toBeLessThan(1e-3)); // what halving the step changes
      expectAsBrian([rate, cv], COBAHH);
    },
  },
  "izhikevich.mjs": {
    scale: 1,
    shows: ({ rate, strongest }: { rate: number; strongest: number }) => {
      expect(rate).toBeGreaterThan(4); // the paper's figure has some 8 Hz
      expect(rate).toBeLessThan(14);
      // its rhythms: alpha near 10 Hz and gamma near 40 Hz
      expect((strongest >= 5 && strongest <= 15) || (strongest >= 30 && strongest <= 60)).toBe(true);
    },
  },
  "wang-buzsaki.mjs": {
    scale: 0.5,
    shows: ({ alone, coupled }: Record<"alone" | "coupled", { rate: number; coherence: number }>) => {
      expect(Math.abs(coupled.rate - 40)).toBeLessThan(4); // the paper's rhythm; a cycle of a quarter of a second is 4 Hz
      expect(coupled.coherence).toBeGreaterThan(10); // all cells at once: their number, 100, times what is not in the mean
      expect(coupled.coherence).toBeGreaterThan(3 * alone.coherence);
      expect(alone.rate).toBeGreaterThan(coupled.rate);
    },
  },
  "brunel.mjs": {
    scale: 0.12,
    shows: ({ found }: { found: Record<string, { rate: number; cv: number }> }) => {
      expect(found["SR"]!.rate).toBeGreaterThan(150);
      expect(found["SR"]!.cv).toBeLessThan(0.4); // regular
      expect(Math.abs(found["AI"]!.rate / 37.7 - 1)).toBeLessThan(0.25); // jumps are larger than the paper's 0.1 mV
      expect(found["AI"]!.cv).toBeGreaterThan(0.4); // irregular
      expect(found["SI slow"]!.rate).toBeLessThan(20);
    },
  },
  "microcircuit.mjs": {
    scale: 0.3,
    shows: ({ rates }: { rates: number[] }) => {
      expect(rates).toHaveLength(8);
      expectAsBrian(rates, MICROCIRCUIT); // at the same tenth and time
    },
  },
  "stdp.mjs": {
    scale: 0.1,
    shows: ({ rates, share }: { rates: number[]; share: { weak: number; strong: number } }) => {
      expect(rates).toHaveLength(4);
      expect(rates[3]).toBeLessThan(rates[0]!); // it slows down
      expect(share.weak).toBeGreaterThan(0.3); // weights part: a fifth each at first
    },
  },
  "force.mjs": {
    scale: 0.4,
    shows: ({ errors }: { errors: Record<"before" | "learned" | "alone", number> }) => {
      expect(errors.before).toBeCloseTo(Math.SQRT1_2, 2); // no output yet: the error is the sine
      expect(errors.learned).toBeLessThan(0.15); // the published case: 0.05 after 2 s
      expect(errors.alone).toBeLessThan(0.5);
    },
  },
  "layer5.mjs": {
    scale: 0.2,
    shows: ({ spikes }: { spikes: Float64Array }) => {
      expect(spikes.length).toBe(1); // NEURON's spikes are compared in neuron/layer5.test.ts
      expect(spikes[0]).toBeCloseTo(55.2, 9);
    },
  },
  "current-injection.mjs": {
    scale: 0.5,
    shows: ({ order, recruitment }: { order: number; recruitment: Float64Array }) => {
      expect(recruitment.every((nA) => nA > 3 && nA < 20)).toBe(true); // rheobases are 5 to 18 nA
      expect(order).toBeGreaterThan(0.9);
    },
  },
  "sinusoidal-drive.mjs": {
    scale: 0.2,
    shows: ({ strength }: { strength: { DD: number; aMN: number } }) => {
      // a rate m (1 + a sin) gives a vector strength of a/2 = 0.4; some 10,000 spikes: SD 1/sqrt(2 n) = 0.007
      expect(Math.abs(strength.DD - 0.4)).toBeLessThan(5 * 0.007);
      expect(strength.aMN).toBeGreaterThan(strength.DD); // thresholds sharpen the modulation
    },
  },
  "gamma-drive.mjs": {
    scale: 0.5,
    shows: ({ variation }: { variation: { order: number; source: number; cell: number }[] }) => {
      // 300 intervals of a source in 5 s: SD of its CV below 6 %, of the mean of 100 sources below 0.6 %, bias below 2 %
      for (const { order, source } of variation) expect(Math.abs(source * Math.sqrt(order) - 1)).toBeLessThan(0.04);
      expect(variation[2]?.cell).toBeLessThan(variation[0]?.cell as number);
    },
  },
  "inhibitory-input.mjs": {
    scale: 0.25,
    shows: ({ pool }: { pool: { active: number; rate: number }[] }) => {
      expect(pool[1]?.rate).toBeLessThan(pool[0]?.rate as number);
      expect(pool[1]?.active).toBeLessThan(pool[0]?.active as number);
    },
  },
  "custom-channel.mjs": {
    scale: 0.2,
    shows: ({ found }: { found: Record<"published" | "withChannel", { latency: number[] }> }) => {
      const [before, after] = [found.published.latency, found.withChannel.latency];
      after.forEach((t, cell) => expect(t).toBeGreaterThan(before[cell] as number)); // an outward current, so later
    },
  },
  "parameter-sweep.mjs": {
    scale: 0.25,
    shows: ({ sweep }: { sweep: { gamma: number; rate: number; force: number }[] }) => {
      expect(sweep).toHaveLength(8);
      const rates = sweep.map(({ rate }) => rate);
      expect(rates).toEqual([...rates].sort((a, b) => a - b)); // an inward current raises the rate, entry by entry
    },
  },
  "column-sweep.mjs": {
    scale: 0.04, // 4 strengths x 2 onsets
    shows: ({ sweep }: { sweep: { strength: number; shift: number; spikes: number; peakMs: number }[] }) => {
      expect(sweep).toHaveLength(8);
      for (const { strength, spikes } of sweep) expect(spikes > 0).toBe(strength > 0); // cells are silent without a drive
      const [early, late] = sweep.slice(-2).map(({ peakMs }) => peakMs) as [number, number];
      expect(Math.abs(late - early - 20)).toBeLessThan(1); // the volley was moved by 20 ms, long after cells have settled
    },
  },
  "column-fit.mjs": {
    scale: 0.3, // 3 rounds
    shows: ({ rounds, truth }: { rounds: { error: number; best: number[]; columns: number }[]; truth: number[] }) => {
      const errors = rounds.map(({ error }) => error);
      expect(errors).toEqual([...errors].sort((a, b) => b - a)); // the best so far never gets worse
      expect(errors.at(-1)).toBeLessThan(errors[0] as number);
      for (const { columns } of rounds) expect(columns).toBeGreaterThan(1); // a round is a batch
      expect(Math.abs((rounds.at(-1)?.best[1] as number) - (truth[1] as number))).toBeLessThan(20 / 3); // in the right third
    },
  },
  "live-drive.mjs": {
    scale: 0.5,
    shows: ({ course }: { course: { command: number; measured: number }[] }) => {
      const last = course.slice(-20);
      const mean = last.reduce((sum, { measured }) => sum + measured, 0) / last.length;
      expect(Math.abs(mean - 12)).toBeLessThan(1.5);
    },
  },
};

/** Networks that were published: each draws what its paper shows. */
const PUBLISHED = ["coba", "cuba", "cobahh", "brunel", "microcircuit", "stdp", "izhikevich", "wang-buzsaki", "force"];

beforeEach(() => void vi.spyOn(console, "log").mockImplementation(() => undefined));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test("every example has a check here, and the other way round", () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual([...names].sort());
});

describe.each(names)("%s", (name) => {
  test("fits on a page", () => {
    const lines = readFileSync(`${folder}${name}`, "utf8").trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(60);
  });

  test("runs and shows what it says", async () => {
    const example = EXAMPLES[name];
    vi.stubEnv("HILLOCK_SCALE", String(example?.scale));
    const stem = basename(name, ".mjs");
    rmSync(`out/${stem}.svg`, { force: true });
    const exported = (await import(`../examples/${stem}.mjs`)) as never;
    example?.shows(exported);
    if (PUBLISHED.includes(stem))
      expect(readFileSync(`out/${stem}.svg`, "utf8")).toMatch(/^<svg[^]*<(path|image|use|line|rect)/);
  });
});
