import { own } from "../own.ts";
import type { Expr } from "./expr.ts";

/** Every name that an expression reads, in order of first appearance. */
export function freeNames(expr: Expr): Set<string> {
  const found = new Set<string>();
  visit(expr, (e) => {
    if (e.kind === "name") found.add(e.name);
  });
  return found;
}

/** Whether an expression reads `name`, or any name of a set. */
export function dependsOn(expr: Expr, names: string | ReadonlySet<string>): boolean {
  for (const found of freeNames(expr)) if (typeof names === "string" ? found === names : names.has(found)) return true;
  return false;
}

/** The expression with names replaced, all at once: a replacement's own names stay as they are. */
export function substitute(expr: Expr, map: Readonly<Record<string, Expr>>): Expr {
  if (expr.kind === "name") return own(map, expr.name) ?? expr;
  return mapChildren(expr, (child) => substitute(child, map));
}

/** Calls `see` for the expression and everything inside it, outside first. */
export function visit(expr: Expr, see: (e: Expr) => void): void {
  see(expr);
  for (const child of children(expr)) visit(child, see);
}

export function children(expr: Expr): readonly Expr[] {
  if (expr.kind === "negate") return [expr.of];
  if (expr.kind === "binary") return [expr.left, expr.right];
  return expr.kind === "call" ? expr.args : [];
}

/** The same expression over changed children; the same object when no child changed. */
export function mapChildren(expr: Expr, change: (child: Expr) => Expr): Expr {
  const before = children(expr);
  const after = before.map(change);
  if (after.every((child, i) => child === before[i])) return expr;
  const [first, second] = after as [Expr, Expr];
  if (expr.kind === "negate") return { kind: "negate", of: first };
  if (expr.kind === "binary") return { kind: "binary", op: expr.op, left: first, right: second };
  return expr.kind === "call" ? { kind: "call", fn: expr.fn, args: after } : expr;
}
