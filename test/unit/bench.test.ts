import { expect, test } from "vitest";
import { distance, verdictOf } from "../../bench/lib.ts";
import memory from "../../bench/results/memory.json" with { type: "json" };

test("a system agrees when all of it was compared and nothing failed", () => {
  expect(verdictOf({ pass: 42, fail: 0, fault: "" })).toBe("agrees");
  expect(verdictOf({ pass: 42, fail: 1, fault: "" })).toBe("DIFFERS");
  expect(verdictOf({ pass: 3, fail: 1, fault: "not finished in 40 s" })).toBe("DIFFERS");
  expect(verdictOf({ pass: 3, fail: 0, fault: "not finished in 40 s" })).toBe("in part, agrees so far:");
  expect(verdictOf({ pass: 0, fail: 0, fault: "not finished in 40 s" })).toBe("NOT COMPARED");
  expect(verdictOf({ pass: 0, fail: 0, fault: "" })).toBe("NOT COMPARED");
});

test("what was said of memory was within a tenth of what was taken, of every run that was measured", () => {
  const { tables } = memory as { tables: { columns: string[]; rows: (string | number)[][] }[] };
  const rows = tables[0]?.rows ?? [];
  expect(tables[0]?.columns).toEqual(["run", "said", "taken", "taken / said"]);
  expect(rows.length).toBeGreaterThanOrEqual(12);
  for (const [run, said, taken] of rows)
    expect([run, Math.abs(Number(taken) / Number(said) - 1) < 0.1]).toEqual([run, true]);
});

test("the distance of Kolmogorov and Smirnov is SciPy's, with ties and samples of other sizes", () => {
  // scipy.stats.ks_2samp(a, b).statistic
  expect(distance([1, 2, 3], [1, 2, 3])).toBe(0);
  expect(distance([3, 1], [5, 4, 6])).toBe(1);
  expect(distance([1, 2, 3, 4], [2.5, 3.5, 4.5, 5.5])).toBe(0.5);
  expect(distance([1, 1, 2, 5, 7], [1, 2, 2, 3])).toBeCloseTo(0.4, 12);
  expect(distance([0.2, 0.9, 0.4, 0.4, 0.1, 0.7], [0.3, 0.4, 0.8])).toBeCloseTo(1 / 3, 12);
});
