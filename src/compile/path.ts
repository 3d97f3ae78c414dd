import { derivative } from "../lang/derivative.ts";
import { type Expr, mul, name, sub } from "../lang/expr.ts";
import { dependsOn } from "../lang/names.ts";

/** A current out of a node (nA) and its whole derivative by the voltage (uS): slope * (V - E) where conductance and reversal do not
 * depend on V at once, else `i`. */
export type Path = { readonly slope: Expr } & ({ readonly E: Expr } | { readonly i: Expr });

/** What a mechanism's texts say, over the cell's names. */
export type FlowExprs = { readonly g: Expr; readonly E: Expr } | { readonly i: Expr };

/** @param scale  what turns densities into uS and nA */
export function pathOf(flow: FlowExprs, V: string, scale?: Expr): Path {
  const scaled = (expr: Expr): Expr => (scale === undefined ? expr : mul(expr, scale));
  if ("g" in flow && !dependsOn(flow.g, V) && !dependsOn(flow.E, V)) return { slope: scaled(flow.g), E: flow.E };
  const i = currentOf(flow, V);
  return { slope: scaled(derivative(i, V)), i: scaled(i) };
}

export const currentOf = (flow: FlowExprs, V: string): Expr =>
  "i" in flow ? flow.i : mul(flow.g, sub(name(V), flow.E));

/** The current of a path whose slope has a name. */
export const flowing = (path: Path, slope: Expr, V: Expr): Expr => ("E" in path ? mul(slope, sub(V, path.E)) : path.i);
