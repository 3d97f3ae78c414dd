import { type Expr, isComparison } from "../expr.ts";

/** Whether an expression is 0 or 1 whatever it reads. */
export const isTruth = (e: Expr): boolean =>
  e.kind === "binary"
    ? isComparison(e.op) || (e.op === "*" && isTruth(e.left) && isTruth(e.right))
    : e.kind === "call" && e.fn === "max" && e.args.every(isTruth);
