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

/** base ^ exponent for an exponent that is not a literal integer: negative bases (rounding errors of a state at 0)
 * count as 0, because `pow` of a negative base is undefined in WGSL. */
export const realPower = (base: number, exponent: number): number => Math.max(base, 0) ** exponent;
