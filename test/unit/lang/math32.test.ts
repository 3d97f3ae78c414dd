import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as own from "../../../src/lang/math32.ts";
import { jsMath } from "../../../src/lang/math64.ts";

/** Half a unit in the last place of float32, relative: one rounding. */
const U = 2 ** -24;
const BRANCH = Math.fround(0.35);

const float = (min: number, max: number): fc.Arbitrary<number> =>
  fc.float({ min: Math.fround(min), max: Math.fround(max), noNaN: true });
const holds = (arbitrary: fc.Arbitrary<number>, check: (x: number) => void): void =>
  fc.assert(fc.property(arbitrary, check), { numRuns: 5000 });

/** Relative error bound of expm1. Below 0.35 the polynomial's 1.7e-8, the last addition (1 U, over a result >= 0.84), three
 * roundings of the part x/2 + ... <= 0.2, and the product with x. Above: one rounding of e^x, and of the difference. */
const expm1Bound = (x: number): number =>
  Math.abs(x) < BRANCH ? 1.7e-8 + (U + 3 * U * 0.2) / 0.84 + U : U * (Math.exp(x) / Math.abs(Math.expm1(x)) + 1);

describe("exponentials in float32", () => {
  test("expm1 from -80 to 80, closely around 0 and the branch at 0.35", () => {
    for (const range of [float(-80, 80), float(-0.4, 0.4), float(-1e-30, 1e-30), float(0.3499, 0.3501)]) {
      holds(range, (x) => {
        const want = Math.expm1(x);
        expect(Math.abs(own.expm1(x) - want)).toBeLessThanOrEqual(expm1Bound(x) * Math.abs(want) + 2 ** -149);
      });
    }
  });

  test("exprel: as expm1 with a division, and 1 at 0", () => {
    expect(own.exprel(0)).toBe(1);
    for (const range of [float(-80, 80), float(-0.4, 0.4), float(-1e-30, 1e-30)]) {
      holds(range, (x) => {
        const want = jsMath.exprel(x);
        expect(Math.abs(own.exprel(x) / want - 1)).toBeLessThanOrEqual(expm1Bound(x) + U);
      });
    }
  });

  test("given an exponential that is some ulps off, the same to within those, magnified by the difference", () => {
    holds(float(-20, 20), (x) => {
      const ex = Math.fround(Math.exp(x) * (1 + 4 * U));
      const magnified = Math.abs(x) < BRANCH ? 0 : (5 * U * Math.exp(x)) / Math.abs(Math.expm1(x));
      expect(Math.abs(own.exprel_with(x, ex) / jsMath.exprel(x) - 1)).toBeLessThanOrEqual(
        expm1Bound(x) + U + magnified,
      );
      // below the branch: the series ends 4e-9 off, and its five sums and products round terms of at most 1.2
      const inverse = Math.abs(x) < BRANCH ? 5 * U : expm1Bound(x) + U + magnified;
      expect(Math.abs(own.inverse_exprel_with(x, ex) / jsMath.inverse_exprel(x) - 1)).toBeLessThanOrEqual(inverse);
      expect(Math.abs(own.expm1_with(x, ex) - Math.expm1(x))).toBeLessThanOrEqual(
        (expm1Bound(x) + magnified) * Math.abs(Math.expm1(x)) + 2 ** -149,
      );
    });
  });

  test("held past 80, finite everywhere", () => {
    holds(float(-3e38, 3e38), (x) => {
      for (const f of [own.exp, own.expm1, own.exprel, own.tanh_own]) expect(Number.isFinite(f(x))).toBe(true);
    });
    expect(own.exp(1e9)).toBe(Math.fround(Math.exp(80)));
  });

  test("tanh: expm1's error times 2 / (e + 2), an addition and a division", () => {
    for (const range of [float(-90, 90), float(-0.5, 0.5)]) {
      holds(range, (x) => {
        const want = Math.tanh(x);
        const bound = (expm1Bound(2 * x) * 2) / (Math.expm1(2 * x) + 2) + 2 * U;
        expect(Math.abs(own.tanh_own(x) - want)).toBeLessThanOrEqual(bound * Math.abs(want) + 2 ** -149);
      });
    }
  });
});

describe("cosine and sine in float32", () => {
  // y - y^3/6 ...: five roundings of the cubic part (0.65 at pi/2), one of the sum, and the polynomial's 4.7e-9
  const QUARTER = 5 * U * 0.65 + U + 4.7e-9;
  // pi/2 as a float32 (4.4e-8) and the rounding of the difference
  const HALF = QUARTER + 4.4e-8 + U;

  test("on [-pi, pi]", () => {
    holds(float(-Math.PI, Math.PI), (x) => {
      expect(Math.abs(own.cos_pi(x) - Math.cos(x))).toBeLessThanOrEqual(HALF);
      expect(Math.abs(own.sin_pi(x) - Math.sin(x))).toBeLessThanOrEqual(HALF + 4.4e-8); // pi is off by twice as much
    });
  });

  test("beyond, with the price of each turn", () => {
    holds(float(-60, 60), (x) => {
      const turns = Math.ceil(Math.abs(x) / (2 * Math.PI) + 0.5);
      // 2 pi is off by 1.75e-7; its multiple is rounded (to 1 U of itself), and so is the difference (4 U)
      const bound = HALF + 4.4e-8 + turns * (1.75e-7 + U * 2 * Math.PI) + 4 * U;
      expect(Math.abs(own.cos_own(x) - Math.cos(x))).toBeLessThanOrEqual(bound);
      expect(Math.abs(own.sin_own(x) - Math.sin(x))).toBeLessThanOrEqual(bound);
      expect(Math.abs(own.wrap_pi(x))).toBeLessThanOrEqual(Math.PI + turns * 3 * U * Math.PI + 1e-6);
    });
  });
});

describe("powers in float32", () => {
  test("products are one rounding a factor, with the sign of the base", () => {
    const powers = [own.pow2, own.pow3, own.pow4, own.pow5, own.pow6, own.pow7, own.pow8];
    holds(float(-30, 30), (x) => {
      fc.pre(Math.abs(x) > 1e-4); // below, the eighth power leaves the normal range
      powers.forEach((power, i) => expect(Math.abs(power(x) / x ** (i + 2) - 1)).toBeLessThanOrEqual((i + 1.01) * U));
    });
  });

  test("a real power of a negative base is 0, an integer one has its sign", () => {
    expect([own.pow_real(-1e-9, 0.3), own.pow_real(0, 0.3), own.pow_real(0, -1), own.pow_real(0, 0)]).toEqual([
      0, 0, 0, 1,
    ]);
    expect(own.pow_int(-2, 9)).toBe(-512);
  });
});
