import type { Expr } from "./expr.ts";

/** Integer exponents up to this size print as products; larger ones as powers of |base| with the sign put back. */
export const LARGEST_PRODUCT = 8;

/** The exponent when it is written as an integer (3, -2), so that a negative base is meant. */
export function integerExponent(exponent: Expr): number | undefined {
  if (exponent.kind === "number") return Number.isInteger(exponent.value) ? exponent.value : undefined;
  if (exponent.kind !== "negate") return undefined;
  const positive = integerExponent(exponent.of);
  return positive === undefined ? undefined : -positive;
}

/** base ^ exponent for an exponent that is not a literal integer. A base at or below 0 (rounding errors of a state at 0)
 * counts as 0 and gives 0, or 1 for exponent 0: `pow` of a negative base is undefined in WGSL, and of 0 inexact. */
export const realPower = (base: number, exponent: number): number =>
  base > 0 ? base ** exponent : Number(exponent === 0);
