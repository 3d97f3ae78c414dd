import { describe, expect, test } from "vitest";
import { drawLinks, eachLink } from "../../../src/connect/draw.ts";
import {
  checkRule,
  distanceLaw,
  fixedInDegree,
  fixedOutDegree,
  fixedTotal,
  list,
  type Rule,
} from "../../../src/connect/rules.ts";
import {
  checkDrawn,
  type Drawn,
  DrawnValues,
  exponentialValues,
  lognormalValues,
  normalValues,
  uniformValues,
} from "../../../src/connect/values.ts";
import { compile } from "../../../src/compile/compile.ts";
import iafDelta from "../../../src/mechanisms/neurons/iaf_delta.ts";
import { Network } from "../../../src/network/network.ts";
import { ms, mV } from "../../../src/units.ts";

const pairs = (rule: Rule, sources: number, targets: number, same = false, seed = 1): [number, number][] => {
  checkRule("p", rule, { sources, targets, same });
  const found: [number, number][] = [];
  eachLink(drawLinks(rule, { sources, targets, same }, seed, "p"), (s, t) => found.push([s, t]));
  return found;
};
const counts = (of: number[], n: number): number[] => {
  const all = new Array<number>(n).fill(0);
  for (const k of of) all[k]!++;
  return all;
};

describe("fixed degrees", () => {
  test("each target has so many different sources", () => {
    const found = pairs(fixedInDegree(7), 30, 20);
    expect(counts(found.map((p) => p[1]), 20)).toEqual(new Array(20).fill(7)); // prettier-ignore
    expect(new Set(found.map(String)).size).toBe(140);
  });
  test("each source has so many targets, never itself without autapses", () => {
    const found = pairs(fixedOutDegree(9, { autapses: false }), 10, 10, true);
    expect(counts(found.map((p) => p[0]), 10)).toEqual(new Array(10).fill(9)); // prettier-ignore
    expect(found.every(([s, t]) => s !== t)).toBe(true);
  });
  test("multapses are drawn with replacement, uniformly", () => {
    const found = pairs(fixedInDegree(4000, { multapses: true, autapses: false }), 10, 10, true);
    expect(counts(found.map((p) => p[1]), 10)).toEqual(new Array(10).fill(4000)); // prettier-ignore
    const matrix = counts(found.map(([s, t]) => 10 * s + t), 100); // prettier-ignore
    matrix.forEach((n, k) => {
      if (k % 11 === 0) return expect(n).toBe(0);
      expect(Math.abs(n - 4000 / 9)).toBeLessThan(5 * Math.sqrt(4000 / 9)); // five standard deviations, of 90 numbers
    });
  });
  test("a target's sources are its own: more targets change nothing", () => {
    const few = pairs(fixedInDegree(5), 30, 10).sort();
    const more = pairs(fixedInDegree(5), 30, 25).filter(([, t]) => t < 10).sort(); // prettier-ignore
    expect(more).toEqual(few);
  });
});

test("a fixed total is drawn over all pairs, some of them twice", () => {
  const found = pairs(fixedTotal(40_000, { autapses: false }), 10, 10, true);
  expect(found.length).toBe(40_000);
  const matrix = counts(found.map(([s, t]) => 10 * s + t), 100); // prettier-ignore
  matrix.forEach((n, k) => {
    if (k % 11 === 0) return expect(n).toBe(0);
    expect(Math.abs(n - 40_000 / 90)).toBeLessThan(5 * Math.sqrt(40_000 / 90));
  });
});

test("a distance law links near cells, on a line and on a ring", () => {
  const places = Array.from({ length: 100 }, (_, k) => [10 * k]);
  const law = (period?: number) => distanceLaw("select(d < 15, 1, 0)", { sources: places, autapses: false, ...(period === undefined ? {} : { period }) }); // prettier-ignore
  expect(pairs(law(), 100, 100, true).length).toBe(198);
  const ring = pairs(law(1000), 100, 100, true);
  expect(ring.length).toBe(200);
  expect(ring).toContainEqual([0, 99]);
  const soft = pairs(distanceLaw("0.5 * exp(-d / 100)", { sources: places }), 100, 100, true);
  const at = (d: number) => soft.filter(([s, t]) => Math.abs(s - t) * 10 === d).length;
  expect(Math.abs(at(50) - 190 * 0.5 * Math.exp(-0.5))).toBeLessThan(4 * Math.sqrt(190 * 0.25));
});

test("lists of arrays are lists of pairs", () => {
  expect(pairs(list({ source: Uint32Array.of(2, 0, 2), target: [1, 1, 0] }), 3, 2)).toEqual(pairs(list([[2, 1], [0, 1], [2, 0]]), 3, 2)); // prettier-ignore
});

describe("refused", () => {
  const places = [[0], [1]];
  test.each([
    ["more different sources than there are", fixedInDegree(3), /3 different sources per cell, but there are 2/],
    ["half a link", fixedOutDegree(0.5), /not a whole number/],
    ["a total below 0", fixedTotal(-1), /not a whole number/],
    ["a law out of bounds", distanceLaw("d / 0.25", { sources: places }), /probability/],
    ["a law of an unknown name", distanceLaw("exp(-r)", { sources: places }), /"r" is not defined/],
    ["places of others", distanceLaw("0.1", { sources: [[0]] }), /1 places of 2 sources/],
    ["flat and solid places", distanceLaw("0.1", { sources: [[0], [0, 1]] }), /different numbers of coordinates/],
    ["columns of two lengths", list({ source: [0], target: [] }), /1 sources and 0 targets/],
    ["an index beyond", list({ source: [2], target: [0] }), /2 -> 0 is not below 2 -> 2/],
  ] as [string, Rule, RegExp][])("%s", (_, rule, message) => expect(() => pairs(rule, 2, 2, true)).toThrow(message));
  test("distributions that are none", () => {
    expect(() => checkDrawn("w", normalValues({ mean: mV(1), sd: mV(-1) }), "mV")).toThrow(/sd: is -1/);
    expect(() => checkDrawn("w", lognormalValues({ mean: mV(0), sd: mV(1) }), "mV")).toThrow(/mean: is 0/);
    expect(() => checkDrawn("w", uniformValues({ from: mV(2), to: mV(1) }), "mV")).toThrow(/from 2 to 1/);
    expect(() => checkDrawn("w", normalValues({ mean: mV(1), sd: mV(1), min: mV(2), max: mV(1) }), "mV")).toThrow(/min below max/); // prettier-ignore
    expect(() => checkDrawn("d", exponentialValues({ mean: ms(1) }), "mV")).toThrow(/has unit "ms"/);
    expect(() => checkDrawn("d", exponentialValues({ mean: ms(1), min: ms(-1) }), "ms")).toThrow(/min: is -1 ms/);
  });
});

describe("drawn values", () => {
  const n = 40_000;
  const links = drawLinks(fixedTotal(n), { sources: 50, targets: 50, same: false }, 1, "p");
  const of = (d: Drawn) => new DrawnValues("w", d, d.unit, links, { seed: 3, name: "p", use: "weight" }).all(); // prettier-ignore
  const moments = (x: Float64Array): [number, number] => {
    const mean = x.reduce((s, v) => s + v, 0) / x.length;
    return [mean, Math.sqrt(x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length)];
  };
  test.each([
    ["normal", normalValues({ mean: mV(2), sd: mV(0.5) }), 2, 0.5, 3],
    ["lognormal", lognormalValues({ mean: mV(2), sd: mV(1) }), 2, 1, 10],
    ["uniform", uniformValues({ from: mV(1), to: mV(4) }), 2.5, 3 / Math.sqrt(12), 1.8],
    ["exponential", exponentialValues({ mean: mV(3) }), 3, 3, 9],
  ] as const)("%s has its mean and standard deviation", (_, d, mean, sd, kurtosis) => {
    const [m, s] = moments(of(d));
    expect(Math.abs(m - mean)).toBeLessThan((4.5 * sd) / Math.sqrt(n));
    expect(Math.abs(s / sd - 1)).toBeLessThan((4.5 * Math.sqrt((kurtosis - 1) / 4)) / Math.sqrt(n));
  });
  test("limits clip, or draw again", () => {
    const limits = { mean: mV(0), sd: mV(1), min: mV(0), max: mV(1) };
    const clipped = of(normalValues(limits));
    expect(clipped.filter((x) => x === 0).length / n).toBeCloseTo(0.5, 1);
    const again = of(normalValues({ ...limits, outside: "redraw" }));
    expect(again.filter((x) => x === 0 || x === 1).length).toBe(0);
    expect([Math.min(...again) >= 0, Math.max(...again) <= 1]).toEqual([true, true]);
  });
  // 10^9 with 64 draws each took minutes; normal numbers of 32 bits go to 6.8 standard deviations
  test.each([
    [normalValues({ mean: mV(0), sd: mV(1), min: mV(8), outside: "redraw" })],
    [normalValues({ mean: mV(0), sd: mV(1), max: mV(-8), outside: "redraw" })],
    [lognormalValues({ mean: mV(1), sd: mV(0.1), min: mV(1e9), outside: "redraw" })],
    [uniformValues({ from: mV(1), to: mV(4), min: mV(4.1), outside: "redraw" })],
    [exponentialValues({ mean: mV(3), min: mV(90), outside: "redraw" })],
  ])("limits that no draw reaches are refused, not drawn for: %o", (d) => {
    expect(() => of(d as never)).toThrow(/and never lies from .*outside: "clip"/);
    expect(of({ ...d, outside: "clip" } as never)).toHaveLength(n);
  });
  test("limits that few draws reach are drawn for", () => {
    expect(Math.min(...of(normalValues({ mean: mV(0), sd: mV(1), min: mV(5), outside: "redraw" })))).toBe(5);
  });
  test("in a network: the same again from JSON, delays never below 0, another structure other values", () => {
    const net = (structureSeed: number) => {
      const made = new Network({ seed: 1, structureSeed });
      const cells = made.cells("c", iafDelta({ n: 20 }));
      made.connect(cells, cells.jump, fixedInDegree(5), { name: "p", weight: normalValues({ mean: mV(1), sd: mV(0.2) }), delay: normalValues({ mean: ms(1.5), sd: ms(1), min: ms(0.1) }) }); // prettier-ignore
      return made;
    };
    const rows = (n: Network) => compile(n, { dt: ms(0.1) }).stages[0]!.rows[0]!;
    expect(rows(Network.fromJSON(JSON.parse(JSON.stringify(net(1)))))).toEqual(rows(net(1)));
    expect(rows(net(2))).not.toEqual(rows(net(1)));
    expect(Math.min(...rows(net(1)).segmentDelay)).toBeGreaterThanOrEqual(1);
  });
});
