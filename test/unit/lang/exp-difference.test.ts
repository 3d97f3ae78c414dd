import fc from "fast-check";
import { expect, test } from "vitest";
import { expDifference } from "../../../src/lang/exp-difference.ts";

test("equal points give exp(x) / n!", () => {
  for (const x of [-30, -1, 0, 0.3, 5]) {
    expect(expDifference(x, x) / Math.exp(x)).toBeCloseTo(1, 14);
    expect((expDifference(x, x, x) / Math.exp(x)) * 2).toBeCloseTo(1, 14);
    expect((expDifference(x, x, x, x) / Math.exp(x)) * 6).toBeCloseTo(1, 13);
  }
});

test("two points: (exp(b) - exp(a)) / (b - a), near ones too", () => {
  for (const d of [1e-12, 1e-6, 1e-3, 0.1, 0.9, 1.1, 3])
    expect(expDifference(-2, -2 + d)).toBeCloseTo((Math.exp(-2) * Math.expm1(d)) / d, 14);
});

test("order does not matter, and the integral over the simplex is met", () => {
  const points = fc.array(fc.double({ min: -3, max: 0, noNaN: true }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(points, ([a, b, c]) => {
      const found = expDifference(a!, b!, c!);
      expect(expDifference(c!, a!, b!)).toBe(found);
      // Hermite-Genocchi: the integral of exp over the simplex of barycentric coordinates, here by 200 x 200 midpoints
      let sum = 0;
      const n = 200;
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          const s = (i + 0.5) / n;
          const t = (1 - s) * ((j + 0.5) / n);
          sum += ((1 - s) / n / n) * Math.exp(a! + s * (b! - a!) + t * (c! - a!));
        }
      expect(Math.abs(found - sum) / sum).toBeLessThan(2e-5); // the midpoint rule's (3/200)^2 / 12
    }),
    { seed: 12, numRuns: 40 },
  );
});
