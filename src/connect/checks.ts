import { ModelError } from "../errors.ts";

/** @throws ModelError for what is no number from 0 to 1 */
export function checkFraction(where: string, what: string, p: unknown): void {
  if (typeof p === "number" && p >= 0 && p <= 1) return; // false for NaN
  throw new ModelError(where, `${what} ${String(p)} is outside 0..1`, "Give a number from 0 to 1");
}
