/** Twins of shaders/math.wgsl in float32 by Math.fround: the same polynomials and branches; ranges and errors stand there.
 * Builtins (exp, log, pow, division) are rounded correctly here and only to some ulp on a GPU. */

import { exp as exp64 } from "./exponential.ts";
import { realPower } from "./powers.ts";

const fr = Math.fround;
/** Exponents beyond it are taken for it. */
export const LARGEST_EXPONENT = 80;
const SERIES_BELOW = fr(0.35);
const PI = fr(3.1415927);
const HALF_PI = fr(1.5707964);
const TWO_PI = fr(6.2831855);
const EXPREL = [0.0013951, 0.00836921, 0.04166622, 0.16666523, 0.5, 1].map(fr);
const SINE = [2.5998619e-6, -0.00019806528, 0.008333016, -0.16666657].map(fr);

/** Horner's rule, highest coefficient first, every operation rounded. */
const horner = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, c) => fr(fr(sum * x) + c));
const isSmall = (x: number): boolean => Math.abs(x) < SERIES_BELOW;

export const exp = (x: number): number => fr(exp64(Math.min(x, LARGEST_EXPONENT)));
const exprel_series = (x: number): number => horner(EXPREL, x);
export const expm1_with = (x: number, ex: number): number => (isSmall(x) ? fr(x * exprel_series(x)) : fr(ex - 1));
export const exprel_with = (x: number, ex: number): number => (isSmall(x) ? exprel_series(x) : fr(fr(ex - 1) / x));
export const expm1 = (x: number): number => expm1_with(x, exp(x));
export const exprel = (x: number): number => exprel_with(x, exp(x));
export const inverse_exprel_with = (x: number, ex: number): number => {
  if (!isSmall(x)) return fr(x / fr(ex - 1));
  const t = fr(x * x);
  return fr(
    fr(1 - fr(0.5 * x)) + fr(t * fr(fr(0.083333336) - fr(t * fr(fr(0.0013888889) - fr(t * fr(3.3068783e-5)))))),
  );
};
export const inverse_exprel = (x: number): number => inverse_exprel_with(x, exp(x));

export function tanh_own(x: number): number {
  const e = expm1(fr(2 * x));
  return fr(e / fr(e + 2));
}

export const wrap_pi = (x: number): number => fr(x - fr(TWO_PI * Math.floor(fr(fr(x + PI) / TWO_PI))));

function sin_quarter(y: number): number {
  const t = fr(y * y);
  return fr(y + fr(fr(y * t) * horner(SINE, t)));
}

export const cos_pi = (x: number): number => sin_quarter(fr(HALF_PI - Math.abs(x)));
export const sin_pi = (x: number): number => sin_quarter(Math.abs(x) > HALF_PI ? fr((x < 0 ? -PI : PI) - x) : x);
export const cos_own = (x: number): number => cos_pi(wrap_pi(x));
export const sin_own = (x: number): number => sin_pi(wrap_pi(x));

export const pow2 = (x: number): number => fr(x * x);
export const pow3 = (x: number): number => fr(pow2(x) * x);
export const pow4 = (x: number): number => fr(pow3(x) * x);
export const pow5 = (x: number): number => fr(pow4(x) * x);
export const pow6 = (x: number): number => fr(pow5(x) * x);
export const pow7 = (x: number): number => fr(pow6(x) * x);
export const pow8 = (x: number): number => fr(pow7(x) * x);
export const pow_int = (x: number, n: number): number => fr(x ** n);
export const pow_real = (x: number, y: number): number => fr(realPower(x, y));

/** What JavaScript printed by `toJs` with f32: true calls; pass it with `new Function(...Object.keys(jsMath32), ...)`. */
export const jsMath32 = {
  fr, exp, expm1, exprel, expm1_with, exprel_with, inverse_exprel, inverse_exprel_with, tanh_own, cos_own, sin_own,
  pow2, pow3, pow4, pow5, pow6, pow7, pow8, pow_int, pow_real,
} as const; // prettier-ignore
