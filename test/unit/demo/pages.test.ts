import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dipoleScale } from "../../../demo/column/network.ts";
import { Readings } from "../../../demo/motor-pool/readings.ts";
import { DrawingBudget } from "../../../demo/site/budget.ts";
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

  test("the start's spikes recruit nobody", () => {
    const readings = new Readings(rt);
    readings.add(spikes(0, 1000, [5, 400, 900], [0, 1, 2]), drive);
    expect(Array.from(readings.began)).toEqual([NaN, 4, 9, NaN]);
  });

  test("a spike on the edge of two bins is in the later one", () => {
    for (let bin = 1; bin < 600; bin++)
      for (const dt of [0.1, 0.7]) {
        const r = new Readings(rt);
        const edge = Math.round((bin * 100) / dt) * dt;
        if (Math.abs(edge - bin * 100) > 1e-9) continue;
        r.add(spikes(0, bin * 100 + 950, [edge], [0]), drive); // nine bins later it is there, ten later it is not
        expect(r.rates()[0]).toBeCloseTo(1, 9);
      } // prettier-ignore
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
