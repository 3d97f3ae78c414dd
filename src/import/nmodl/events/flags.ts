import type { Expr } from "../../../lang/expr.ts";
import { type Symbols, valueOf } from "../../../lang/symbolic/symbols.ts";

interface Flag {
  readonly flag: Expr;
  /** what counts events, as it is when this one comes. */
  readonly count: Expr;
  /** whether no later event is under way. */
  readonly isLast: boolean;
}

/** What is known of a test that reads a flag which counts events: an event carries the count that it was sent at, above 0, and is the last
 * where that is the count still. */
export function ofFlag(s: Symbols, e: Expr, { flag, count, isLast }: Flag): Expr | undefined {
  if (e.kind !== "binary") return undefined;
  const other = e.left === flag ? e.right : e.right === flag ? e.left : undefined;
  if (other === undefined) return undefined;
  const isZero = valueOf(other) === 0;
  if (isZero && e.left === flag && e.op === ">") return s.number(1);
  if (!isZero && other !== count) return undefined;
  const isEqual = !isZero && isLast;
  return e.op === "==" ? s.number(Number(isEqual)) : e.op === "!=" ? s.number(Number(!isEqual)) : undefined;
}

/** A number below 1 is not what a count has come to. */
export function ofCount(s: Symbols, e: Expr, counts: readonly Expr[]): Expr | undefined {
  if (e.kind !== "binary" || (e.op !== "==" && e.op !== "!=") || !((valueOf(e.left) ?? 1) < 1)) return undefined;
  const { right } = e;
  const isCount = right.kind === "binary" && right.op === "+" && (valueOf(right.right) ?? 0) >= 1 && counts.includes(right.left); // prettier-ignore
  return isCount ? s.number(Number(e.op === "!=")) : undefined;
}
