import type { Expr } from "../expr.ts";
import type { Symbols } from "./symbols.ts";

/** A current as conductance times driving force where it is written so, else as it is. */
export function splitCurrent(s: Symbols, i: Expr): { readonly g: Expr; readonly E: Expr } | { readonly i: Expr } {
  const found = split(s, i);
  return found === undefined || s.reads(found.E).has("V") ? { i } : found;
}

function split(s: Symbols, e: Expr): { g: Expr; E: Expr } | undefined {
  const force = drivingForce(s, e);
  if (force !== undefined) return { g: s.number(1), E: force };
  if (e.kind !== "binary") return undefined;
  if (e.op === "*") {
    const right = split(s, e.right);
    if (right !== undefined) return { g: s.mul(e.left, right.g), E: right.E };
    const left = split(s, e.left);
    return left && { g: s.mul(left.g, e.right), E: left.E };
  }
  if (e.op === "/") {
    const left = split(s, e.left);
    return left && { g: s.div(left.g, e.right), E: left.E };
  }
  return undefined;
}

/** E where an expression is V - E or V + c. */
function drivingForce(s: Symbols, e: Expr): Expr | undefined {
  if (e.kind !== "binary" || e.left.kind !== "name" || e.left.name !== "V") return undefined;
  if (e.op === "-") return e.right;
  return e.op === "+" ? s.negate(e.right) : undefined;
}
