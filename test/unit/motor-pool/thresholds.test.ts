import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DataError, ModelError } from "../../../src/errors.ts";
import {
  parseThresholds,
  recruitmentThresholds,
  type ThresholdMode,
} from "../../../src/models/motor-pool/thresholds.ts";

const table = readFileSync(new URL("../../reference/motor-pool/rt_thresholds.csv", import.meta.url), "utf8");
const rows = table
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(","));
const cases = [...new Set(rows.map((r) => r.slice(0, 5).join(",")))];

describe.each(cases)("%s", (key) => {
  const [mode, range, slope, max, n] = key.split(",") as [ThresholdMode, string, string, string, string];
  const given = slope === "" ? {} : { slope: Number(slope) };
  const options = { mode, range: Number(range), max: Number(max), n: Number(n), ...given };
  const own = rows.filter((r) => r.slice(0, 5).join(",") === key);

  // 17 digits are given and the laws need some ten operations of half an ulp, one of them an exponential: 1e-14 relative,
  // and as much of the largest value where rtz subtracts
  it.each([
    ["rt", 6],
    ["rtz", 7],
  ] as const)("%s equals the reference", (which, column) => {
    const values = recruitmentThresholds(options)[which];
    expect(values.length).toBe(own.length);
    const top = Math.max(...own.map((r) => Math.abs(Number(r[column]))));
    own.forEach((r, i) =>
      expect(Math.abs((values[i] as number) - Number(r[column])), `unit ${i}`).toBeLessThanOrEqual(1e-14 * top),
    );
  });
});

it("covers every case of the table", () => expect(cases.length).toBe(27));

it("costs as much per unit for a large pool as for a small one", () => {
  const seconds = (n: number): number => {
    const begun = performance.now();
    recruitmentThresholds({ n, mode: "combined", range: 100, slope: 10 });
    return (performance.now() - begun) * 1e-3;
  };
  seconds(1000); // warm
  expect(seconds(80_000)).toBeLessThan(2); // some 10 ms; a law that looks at all units for each takes 50 s
});

it("uses konstantin and a largest threshold of 1 by default", () => {
  const { rt, rtz } = recruitmentThresholds({ n: 5, range: 100 });
  expect(rt[1]).toBeCloseTo(0.01, 15);
  expect([(rt[0] as number) < 0.01, (rt[4] as number) < 1, (rtz[0] as number) < 0]).toEqual([true, true, true]);
  const { rt: r2 } = recruitmentThresholds({ n: 4, range: 10, mode: "combined", slope: 2, max: 3 });
  expect([r2[0], r2[3]]).toEqual([expect.closeTo(0.3, 14), expect.closeTo(3, 14)]);
});

it.each([
  [{ n: 5, range: 100, mode: "deluca" as const }, /needs a slope/],
  [{ n: 5, range: 100, mode: "combined" as const, slope: 0 }, /slope is 0/],
  [{ n: 5, range: 100, mode: "fuglevan" as ThresholdMode }, /Did you mean "fuglevand"/],
  [{ n: 0, range: 100 }, /n is 0/],
  [{ n: 1e9, range: 100 }, /has 1000000000 motor neurons/],
  [{ n: 2.5, range: 100 }, /n is 2.5/],
  [{ n: 1, range: 100 }, /at least 2 units/],
  [{ n: 5, range: 1 }, /range is 1/],
  [{ n: 5, range: NaN }, /range is NaN/],
  [{ n: 5, range: 100, max: -1 }, /max is -1/],
  [{ n: 5, range: 100, mode: "combined" as const, slope: 1e9 }, /Give a slope of at most e times the range, 271\.8/],
  [{ n: 50, range: 10, mode: "deluca" as const, slope: 40 }, /at slope 40 and range 10/],
])("refuses %o", (options, message) => {
  expect(() => recruitmentThresholds(options)).toThrow(ModelError);
  expect(() => recruitmentThresholds(options)).toThrow(message);
});

describe("thresholds from text", () => {
  it.each([
    ["one a line", "0.01\n0.5\n1e0\n"],
    ["comments and blank lines", "# rt\n\n0.01\r\n0.5\r\n\n1\r\n"],
    ["a header", "threshold\n0.01\n0.5\n1"],
    ["the column rt among others", "index,rt,rtz\n0,0.01,0\n1,0.5,0.4\n2,1,1\n"],
  ])("reads %s", (_, text) => expect([...parseThresholds(text)]).toEqual([0.01, 0.5, 1]));

  it.each([
    ["0.01\nnone\n1", /line 2: "none"/],
    ["index,rt\n0,0.01\n1,\n", /line 3: ""/],
    ["0,0.01\n1,0.5\n", /2 columns and none is named "rt"/],
    ["0.01\nInfinity", /line 2/],
    ["0.0l\n0.5\n1", /line 1: "0\.0l" is not a threshold/],
    ["0,01\n0,5\n1", /2 columns/],
    ["0.01\n0,5\n1", /line 2: has 2 columns, line 1 has 1\. Give all lines alike; decimals have a point/],
    ["# a\nrt\n0,01\n", /line 3: has 2 columns, line 2 has 1/],
    ["index,rt\n0,0.01\n1\n", /line 3: has 1 columns, line 1 has 2/],
    ["0.01\n0x1\n", /line 2: "0x1" is not a threshold/],
    ["0.01\n-0.5\n", /line 2: is below 0: -0\.5/],
    ["NaN\n0.5", /line 1: "NaN"/],
    ["# nothing\n", /holds no threshold/],
    ["", /holds no threshold/],
  ])("names the line of %j", (text, message) => {
    expect(() => parseThresholds(text, "pool.csv")).toThrow(DataError);
    expect(() => parseThresholds(text, "pool.csv")).toThrow(message);
  });
});

it("konstantin's law for two units has no threshold below 0", () => {
  const { rt, rtz } = recruitmentThresholds({ n: 2, range: 100 });
  expect([...rt]).toEqual([expect.closeTo(1e-4, 12), expect.closeTo(0.01, 12)]);
  expect([...rtz]).toEqual([0, expect.closeTo(0.01, 12)]);
});
