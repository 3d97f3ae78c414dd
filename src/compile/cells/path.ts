import { derivative } from "../../lang/derivative.ts";
import { add, binary, call, div, type Expr, mul, name, num, sub } from "../../lang/expr.ts";
import { children, dependsOn, mapChildren, substitute } from "../../lang/names.ts";
import type { Flow } from "../../mechanisms/mechanism.ts";

/** A current out of a node (nA) and its whole derivative by the voltage (uS): slope * (V - E) where conductance and reversal do not
 * depend on V at once, or are to count as if they did not, else `i`. */
export type Path = { readonly slope: Expr } & ({ readonly E: Expr } | { readonly i: Expr });

/** What a mechanism's texts say, over the cell's names. */
export type FlowExprs = ({ readonly g: Expr; readonly E: Expr } | { readonly i: Expr }) & Pick<Flow, "slope">;

/** mV: of NEURON's difference, whose value is the derivative in its middle to 1e-9. */
const RISE = 0.001;

/** @param scale  what turns densities into uS and nA */
export function pathOf(flow: FlowExprs, V: string, scale?: Expr): Path {
  const scaled = (expr: Expr): Expr => (scale === undefined ? expr : mul(expr, scale));
  if ("g" in flow && (flow.slope === "conductance" || (!dependsOn(flow.g, V) && !dependsOn(flow.E, V))))
    return { slope: scaled(flow.g), E: flow.E };
  const i = currentOf(flow, V);
  const slope = derivative(i, V);
  return { slope: scaled(flow.slope === "difference" ? difference(slope, V) : slope), i: scaled(i) };
}

/** The derivative as a difference from V to V + 0.001 mV. Where it reads a table, V may enter the table's next interval on the way: the slopes of both
 * then count by their shares. */
function difference(slope: Expr, V: string): Expr {
  const to = (by: number): Record<string, Expr> => ({ [V]: add(name(V), num(by)) });
  const places = new Map(floorsOf(slope, V).map((e) => [JSON.stringify(e), e]));
  const [floor] = places.values();
  if (floor === undefined || places.size > 1) return substitute(slope, to(RISE / 2));
  const [key, middle] = [JSON.stringify(floor), to(RISE / 2)];
  const within = (place: Expr, e: Expr): Expr => {
    if (e.kind === "name") return substitute(e, middle);
    if (e.kind === "call" && e.fn === "floor" && JSON.stringify(e) === key) return place;
    return mapChildren(e, (part) => within(place, part));
  };
  const [here, there] = [floor, substitute(floor, to(RISE))] as [Call, Call];
  const [start, end] = [here.args[0], there.args[0]] as [Expr, Expr];
  const [below, above] = [within(here, slope), within(there, slope)];
  const same = binary("==", here, there);
  const share = div(sub(end, call("max", here, there)), call("select", same, num(1), sub(end, start)));
  return call("select", same, above, add(below, mul(share, sub(above, below))));
}

type Call = Extract<Expr, { kind: "call" }>;

/** Where an expression reads which interval of a table a voltage lies in. */
const floorsOf = (e: Expr, V: string): Expr[] =>
  e.kind === "call" && e.fn === "floor" && dependsOn(e, V) ? [e] : children(e).flatMap((part) => floorsOf(part, V));

export const currentOf = (flow: FlowExprs, V: string): Expr =>
  "i" in flow ? flow.i : mul(flow.g, sub(name(V), flow.E));

/** The current of a path whose slope has a name. */
export const flowing = (path: Path, slope: Expr, V: Expr): Expr => ("E" in path ? mul(slope, sub(V, path.E)) : path.i);
