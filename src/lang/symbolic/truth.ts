import type { Expr } from "../expr.ts";

const COMPARISONS: ReadonlySet<string> = new Set(["<", "<=", ">", ">=", "==", "!="]);

export const isComparison = (op: string): boolean => COMPARISONS.has(op);

/** Whether an expression is 0 or 1 whatever it reads. */
export const isTruth = (e: Expr): boolean =>
  e.kind === "binary"
    ? isComparison(e.op) || (e.op === "*" && isTruth(e.left) && isTruth(e.right))
    : e.kind === "call" && e.fn === "max" && e.args.every(isTruth);
