import { ModelError } from "../errors.ts";
import { shown } from "../shapes.ts";

/** @throws ModelError for what is no number from 0 to 1 */
export function checkFraction(where: string, what: string, p: unknown): void {
  if (typeof p === "number" && p >= 0 && p <= 1) return; // false for NaN
  throw new ModelError(where, `${what} ${shown(p)} is outside 0..1`, "Give a number from 0 to 1");
}
