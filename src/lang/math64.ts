import { expDifference } from "./exp-difference.ts";
import { exp, expm1 } from "./exponential.ts";
import { realPower } from "./powers.ts";

/** What float64 JavaScript printed by `toJs` calls beside Math; pass it with `new Function(...Object.keys(jsMath), ...)`.
 * The `_with` forms take ex = exp(x), computed elsewhere (shared exponentials, see optimise.ts). */
export const jsMath = {
  exp,
  expm1,
  /** (exp(x) - 1) / x, 1 at 0; relative error a few 1e-16. */
  exprel: (x: number): number => (x === 0 ? 1 : expm1(x) / x),
  /** Below 1 the given ex would cancel, so it is not used there. */
  expm1_with: (x: number, ex: number): number => (Math.abs(x) < 1 ? expm1(x) : ex - 1),
  exprel_with: (x: number, ex: number): number => (Math.abs(x) < 1 ? jsMath.exprel(x) : (ex - 1) / x),
  /** x / (exp(x) - 1), 1 at 0. */
  inverse_exprel: (x: number): number => (x === 0 ? 1 : x / expm1(x)),
  inverse_exprel_with: (x: number, ex: number): number => (Math.abs(x) < 1 ? jsMath.inverse_exprel(x) : x / (ex - 1)),
  exp_dd2: expDifference,
  exp_dd3: expDifference,
  exp_dd4: expDifference,
  exp_dd5: expDifference,
  exp_dd6: expDifference,
  exp_dd7: expDifference,
  exp_dd8: expDifference,
  exp_dd9: expDifference,
  pow_real: realPower,
  pow_int: (x: number, n: number): number => x ** n,
  pow2: (x: number): number => x * x,
  pow3: (x: number): number => x * x * x,
  pow4: (x: number): number => x * x * x * x,
  pow5: (x: number): number => x * x * x * x * x,
  pow6: (x: number): number => x * x * x * x * x * x,
  pow7: (x: number): number => x * x * x * x * x * x * x,
  pow8: (x: number): number => x * x * x * x * x * x * x * x,
} as const;
