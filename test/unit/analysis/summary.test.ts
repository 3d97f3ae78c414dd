import { expect, test } from "vitest";
import { fromPerCell } from "../../../src/analysis/spikes.ts";
import {
  activitySummary, activityTable, formatNumber, formatTable, phaseSummary, phaseTable, plateauSummary, plateauTable, WATANABE_WINDOWS,
} from "../../../src/analysis/summary.ts"; // prettier-ignore

const regular = (interval: number, n: number, start: number) =>
  Array.from({ length: n }, (_, k) => start + k * interval);

test("phases: active units, spikes, mean rate and CV inside the windows only", () => {
  const trains = fromPerCell([regular(100, 150, 50), [100, 2500, 2600], [], [5500]]);
  const [first, second] = phaseSummary(trains, WATANABE_WINDOWS);
  expect(first).toMatchObject({ units: 4, active: 2, spikes: 32, unitsForCv: 1 });
  expect(first!.meanRate).toBeCloseTo((10 + 2 / 3) / 2, 12);
  expect(first!.cv).toBeCloseTo(0, 12);
  expect(second).toMatchObject({ active: 1, spikes: 40 });
  expect(phaseTable([first!, second!]).split("\n")[2]).toMatch(/^constant +2-5 +2\/4 +32 +5\.33 +0\.000 \(n=1\)$/);
});

test("a phase without spikes is undefined, not 0", () => {
  const [phase] = phaseSummary(fromPerCell([[]]), [{ name: "rest", from: 0, to: 10 }]);
  expect(phase!.active).toBe(0);
  expect(phase!.cv).toBeNaN();
  expect(phaseTable([phase!])).toContain("n/a");
  expect(phaseTable([phase!])).not.toContain("NaN");
});

test("first block: count / (last - first); one-spike cells are left out and counted", () => {
  const s = activitySummary(fromPerCell([[0, 500, 1000], [0, 1000], [7], []]));
  expect(s).toEqual({ units: 4, active: 3, undefinedRates: 1, mean: 2.5, sd: 0.5, minimum: 2, maximum: 3 });
  expect(activityTable({ aMN: s })).toContain("3/4");
  expect(activitySummary(fromPerCell([[]])).minimum).toBeNaN();
});

test("second block: units with more than two spikes; CV of one interval is 0, of none left out or 0 on request", () => {
  const trains = fromPerCell([
    [2000, 2100, 2400],
    [100, 200, 300],
    [2000, 2100],
  ]);
  const p = plateauSummary(trains);
  expect([...p.cells]).toEqual([0, 1]);
  expect([...p.rate]).toEqual([0.3, 0]);
  expect(p.cv[0]).toBe(0.5);
  expect(p.cv[1]).toBeNaN();
  expect(p.meanCv).toBe(0.5);
  expect(plateauSummary(trains, undefined, { zeroCv: true }).meanCv).toBe(0.25);
  expect(plateauTable(p)).toMatch(/0\.15 +0\.500$/);
});

test("tables line up; numbers keep three figures", () => {
  expect(
    formatTable(
      ["a", "b"],
      [
        ["long", 1],
        ["x", 2.34567],
      ],
    ),
  ).toBe("a        b\n----  ----\nlong     1\nx     2.35");
  expect([5, 123.456, 0.01234, NaN, 17.26].map(formatNumber)).toEqual(["5", "123", "0.0123", "n/a", "17.3"]);
});

test("a summary of 200,000 active cells", () => {
  const n = 200_000;
  const s = activitySummary(fromPerCell(Array.from({ length: n }, (_, k) => [0, k === 7 ? 500 : 1000])));
  expect([s.active, s.minimum, s.maximum]).toEqual([n, 2, 4]);
});
