import { derivative } from "./derivative.ts";
import { type Expr, num } from "./expr.ts";
import { dependsOn, substitute } from "./names.ts";

export const isZero = (expr: Expr): boolean => expr.kind === "number" && expr.value === 0;

/** An expression as rest + slope * x, where it is linear in x: the slope does not read x. */
export function linearIn(expr: Expr, x: string): { readonly slope: Expr; readonly rest: Expr } | undefined {
  const slope = derivative(expr, x);
  if (dependsOn(slope, x)) return undefined;
  return { slope, rest: substitute(expr, { [x]: num(0) }) };
}
