import seedrandom from "seedrandom";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dipoleScale } from "../../../demo/column/network.ts";
import { IN_DRIVE, IN_FORCE } from "../../../demo/motor-pool/facts.ts";
import { Readings } from "../../../demo/motor-pool/readings.ts";
import { DrawingBudget } from "../../../demo/site/budget.ts";
import { motorUnits, muscleForce } from "../../../src/analysis/force.ts";
import { jones2009, morphologyOf } from "../../../src/models/cortical-column/index.ts";
import { recruitmentThresholds } from "../../../src/models/motor-pool/index.ts";

const read = (name: string): string => readFileSync(new URL(`../../../demo/${name}`, import.meta.url), "utf8");

describe("what the pages say", () => {
  test("layer 5 cells have as many compartments as the model's have segments", () => {
    const segments = (name: string): number => {
      const type = jones2009().cellTypes.find((t) => t.name === name);
      return type === undefined ? NaN : morphologyOf(type).nodes.filter((n) => n.kind === "segment").length;
    };
    expect(read("column.html").replace(/\s+/g, " ")).toContain(
      `Layer 5 cells have ${segments("L5_pyramidal")} compartments and layer 2 cells ${segments("L2_pyramidal")}`,
    );
  });

  test("a small mesh's dipole is scaled to as many cells as the published column's", () => {
    expect(dipoleScale(3000, 100)).toBe(3000);
    expect(dipoleScale(3000, 9)).toBeCloseTo(33_333.3, 0);
  });
});

describe("readings of the motor pool", () => {
  const { rt } = recruitmentThresholds({ n: 4, mode: "combined", range: 10, slope: 5 });
  const drive = { mean: (t: number) => t / 100, now: () => 0 };
  const spikes = (from: number, to: number, times: number[], cells: number[]) => ({
    n: 4,
    from,
    to,
    times: Float64Array.from(times),
    cells: Uint32Array.from(cells),
  });

  test("the start's spikes recruit nobody; three in a row do, and a pause of 0.5 s ends them", () => {
    const readings = new Readings(rt);
    const [times, cells] = [
      [5, 100, 200, 400, 500, 600, 900],
      [0, 0, 0, 1, 1, 1, 2],
    ];
    readings.add(spikes(0, 1000, times, cells), drive);
    expect(readings.thresholds(IN_DRIVE)).toEqual({ of: IN_DRIVE, began: Float64Array.of(NaN, 4, NaN, NaN), stopped: new Float64Array(4).fill(NaN) }); // prettier-ignore
    readings.add(spikes(1000, 1200, [], []), drive);
    expect(Array.from(readings.thresholds(IN_DRIVE).stopped)).toEqual([NaN, 6, NaN, NaN]);
  });

  test("thresholds in force are what the force was at the first and the last spike, in whatever pieces spikes come", () => {
    const trains = [
      [400, 450, 500, 550, 600, 650, 700, 750, 800],
      [520, 580, 640],
    ] as const;
    const all = trains.flatMap((times, cell) => times.map((t) => [t, cell] as const)).sort((a, b) => a[0] - b[0]);
    const until = (piece: number) => {
      const readings = new Readings(rt);
      for (let from = 0; from < 2000; from += piece) {
        const own = all.filter(([t]) => t >= from && t < from + piece);
        readings.add(spikes(from, from + piece, own.map(([t]) => t), own.map(([, c]) => c)), drive); // prettier-ignore
      }
      return readings;
    };
    const units = motorUnits({ thresholds: rt, frequency: 512 });
    const whole = spikes(0, 2000, all.map(([t]) => t), all.map(([, c]) => c)); // prettier-ignore
    const { percentMvc } = muscleForce(whole, units, { duration: 2000 });
    const at = (t: number): number => percentMvc[Math.floor((t * 512) / 1000)] as number;
    const want = { of: IN_FORCE, began: Float64Array.of(at(400), at(520), NaN, NaN), stopped: Float64Array.of(at(800), at(640), NaN, NaN) }; // prettier-ignore
    expect(want.began[1]).toBeGreaterThan(0);
    for (const piece of [2000, 100, 10]) {
      const { began, stopped } = until(piece).thresholds(IN_FORCE);
      for (const [got, wanted] of [[began, want.began], [stopped, want.stopped]] as const) got.forEach((x, k) => (Number.isNaN(wanted[k]) ? expect(x).toBeNaN() : expect(x).toBeCloseTo(wanted[k] as number, 9))); // prettier-ignore
    }
  });

  test("rates are over the last second, at first over what there is", () => {
    const readings = new Readings(rt);
    readings.add(spikes(0, 500, [100, 300], [0, 1]), drive);
    expect([...readings.rates()]).toEqual([2, 2, 0, 0]);
    readings.add(spikes(500, 1200, [1100], [1]), drive);
    expect([...readings.rates()]).toEqual([0, 2, 0, 0]);
  });

  test("intervals of a unit: counts in bins of 5 ms, mean and CV without pauses, of the last 30 s", () => {
    const readings = new Readings(rt);
    readings.add(spikes(0, 5000, [100, 150, 204, 304, 2000, 2050], [2, 2, 2, 2, 2, 2]), drive);
    const { from, counts, n, pauses, mean, cv } = readings.intervals(2); // 50, 54, 100, 1696, 50
    expect(from.flatMap((ms, k) => (counts[k] === 0 ? [] : [[ms, counts[k]]]))).toEqual([[50, 3], [100, 1]]); // prettier-ignore
    expect([n, pauses, mean]).toEqual([4, 1, 63.5]);
    expect(cv).toBeCloseTo(Math.sqrt((2 * 13.5 ** 2 + 9.5 ** 2 + 36.5 ** 2) / 4) / 63.5, 12);
    readings.add(spikes(5000, 31_000, [30_000, 30_480], [2, 2]), drive);
    expect(readings.intervals(2)).toMatchObject({ n: 2, pauses: 1, mean: 265 }); // 50, 27950, 480
    expect(readings.intervals(1)).toMatchObject({ n: 0, pauses: 0, mean: NaN });
  });

  test("rates against force: of one second each, in order of force, silence left out", () => {
    const readings = new Readings(rt);
    const regular = Array.from({ length: 40 }, (_, k) => 50 * k + 25); // 20 Hz for 2 s, then nothing
    for (let from = 0; from < 6000; from += 100) {
      const times = regular.filter((t) => t >= from && t < from + 100);
      readings.add(spikes(from, from + 100, times, times.map(() => 3)), drive); // prettier-ignore
    }
    const { force, rates } = readings.byForce([3, 0]);
    expect(force).toHaveLength(51); // 1 s to 6 s
    expect(force).toEqual(force.toSorted((a, b) => a - b));
    expect(rates[1]).toEqual(force.map(() => null));
    expect(rates[0]?.filter((hz) => hz === 20)).toHaveLength(11); // 1 s to 2 s
    expect(rates[0]?.filter((hz) => hz === null)).toHaveLength(31); // from 3 s on
    expect(rates[0]?.at(-1)).not.toBe(null); // the most force is while it fires, the least long after
    expect(rates[0]?.[0]).toBe(null);
  });

  test("coherence of two halves: 1 where both have the same spikes, chance where they are independent, above the level once in twenty", () => {
    const random = seedrandom("halves");
    const trains = (shared: boolean): Readings => {
      const readings = new Readings(rt);
      for (let from = 0; from < 40_000; from += 1000) {
        const draw = (): number[] => Array.from({ length: 200 }, () => from + 1000 * random()).sort((a, b) => a - b);
        const odd = draw();
        const all = [odd, shared ? odd : draw()].flatMap((times, half) =>
          times.map((t): [number, number] => [t, half]),
        );
        all.sort(([a], [b]) => a - b);
        readings.add(spikes(from, from + 1000, all.map(([t]) => t), all.map(([, half]) => half)), drive); // prettier-ignore
      }
      return readings;
    };
    const same = trains(true).coherence;
    expect(same.f).toEqual(Array.from({ length: 45 }, (_, k) => k + 1));
    for (const x of same.coherence) expect(x).toBeCloseTo(1, 9);
    const apart = trains(false).coherence;
    expect(apart.seconds).toBe(32);
    expect(apart.level[0]).toBeCloseTo(1 - 0.05 ** (1 / 31), 12);
    // Hann windows join neighbours, so of 45 frequencies about 22 count: above 5 of 22 by chance less than once in 1,000
    expect(apart.coherence.filter((x) => (x ?? NaN) > (apart.level[0] as number)).length).toBeLessThanOrEqual(10);
    expect(new Readings(rt).coherence).toMatchObject({ f: [], seconds: 0 });
  });

  // 2.5 s are one segment of 2 s: the newest one, so what happens after 2 s counts
  test("the spectrum ends with the newest sample", () => {
    const density = (last: number): number[] => {
      const readings = new Readings(rt);
      readings.add(spikes(0, 2500, [100, 500, 900, 1300, 1700, last], [3, 3, 3, 3, 3, 3]), drive);
      return readings.spectrum(45).density;
    };
    expect(density(2250).length).toBeGreaterThan(10);
    expect(density(2250)).not.toEqual(density(2350));
  });
});

test("drawing takes at most a fifth of the time, whatever a drawing costs", () => {
  for (const cost of [0.5, 20, 200]) {
    const budget = new DrawingBudget(80, false);
    let drawn = 0;
    for (let now = 0; now < 20_000; now += 1) {
      if (!budget.due(now)) continue;
      drawn += cost;
      budget.spent(now + cost, cost);
    }
    expect(drawn / 20_000).toBeLessThanOrEqual(0.2 + cost / 20_000);
    expect(drawn).toBeGreaterThan(0);
  }
});

describe("colours", () => {
  const css = read("style.css");
  const token = (name: string): [light: string, dark: string] => {
    const found = css.match(new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`));
    return [found?.[1] ?? "", found?.[2] ?? ""];
  };
  /** Relative luminance of WCAG 2. */
  const luminance = (hex: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5]
      .map((k) => parseInt(hex.slice(k, k + 2), 16) / 255)
      .map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string): number => {
    const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };

  test.each([
    ...["ink", "muted", "accent", "bad"].map((name) => [name, 4.5] as const),
    ...["edge", "warm", "violet", "small-unit", "middle-unit", "large-unit"].map((name) => [name, 3] as const),
    ...["v-low", "v-rest", "v-spike"].map((name) => [name, 3] as const),
    ...["l2-basket", "l2-pyramidal", "l5-basket", "l5-pyramidal"].map((name) => [name, 3] as const),
  ])("%s stands out from panel and paper by %f : 1", (name, least) => {
    for (const ground of ["panel", "paper"]) {
      for (const k of [0, 1] as const)
        expect(contrast(token(name)[k], token(ground)[k]), `${name} on ${ground} ${k}`).toBeGreaterThanOrEqual(least);
    }
  });
});
