import { derivative } from "../../lang/derivative.ts";
import { add, type Expr, mul, name, num, sub } from "../../lang/expr.ts";
import { dependsOn, substitute } from "../../lang/names.ts";
import type { Flow } from "../../mechanisms/mechanism.ts";

/** A current out of a node (nA) and its whole derivative by the voltage (uS): slope * (V - E) where conductance and reversal do not
 * depend on V at once, else `i`. */
export type Path = { readonly slope: Expr } & ({ readonly E: Expr } | { readonly i: Expr });

/** What a mechanism's texts say, over the cell's names. */
export type FlowExprs = ({ readonly g: Expr; readonly E: Expr } | { readonly i: Expr }) & Pick<Flow, "slope">;

/** mV: the middle of NEURON's difference over 0.001 mV, where the derivative is that difference to 1e-9 of its value. */
const HALF_RISE = 0.0005;

/** @param scale  what turns densities into uS and nA */
export function pathOf(flow: FlowExprs, V: string, scale?: Expr): Path {
  const scaled = (expr: Expr): Expr => (scale === undefined ? expr : mul(expr, scale));
  if ("g" in flow && !dependsOn(flow.g, V) && !dependsOn(flow.E, V)) return { slope: scaled(flow.g), E: flow.E };
  const i = currentOf(flow, V);
  const slope = derivative(i, V);
  const above = add(name(V), num(HALF_RISE));
  return { slope: scaled(flow.slope === "difference" ? substitute(slope, { [V]: above }) : slope), i: scaled(i) };
}

export const currentOf = (flow: FlowExprs, V: string): Expr =>
  "i" in flow ? flow.i : mul(flow.g, sub(name(V), flow.E));

/** The current of a path whose slope has a name. */
export const flowing = (path: Path, slope: Expr, V: Expr): Expr => ("E" in path ? mul(slope, sub(V, path.E)) : path.i);
