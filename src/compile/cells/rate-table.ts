import { add, call, div, type Expr, mul, name, num, sub } from "../../lang/expr.ts";
import { freeNames, substitute } from "../../lang/names.ts";
import type { Channel } from "../../mechanisms/mechanism.ts";
import type { ResolvedDensity } from "./resolved-cell.ts";

/** The published rate table that a state of a mechanism is read from; undefined where it is computed. */
export function tableOf(d: ResolvedDensity, state: string): Channel["table"] {
  const { table } = d.mechanism;
  return d.exact || table === undefined || (table.of !== undefined && !table.of.includes(state)) ? undefined : table;
}

/** Linear interpolation between the two nodes of a rate table around the voltage V, ends held; the value itself without a table. The
 * nodes are evaluated directly: two evaluations cost less than two loads from a table in storage on a software adapter. */
export function tabulated(table: Channel["table"], V: string, value: Expr): Expr {
  if (table === undefined || !freeNames(value).has(V)) return value;
  const spacing = num((table.to.value - table.from.value) / table.intervals);
  const place = div(sub(name(V), num(table.from.value)), spacing);
  const at = call("max", num(0), call("min", num(table.intervals), place));
  const low = call("min", num(table.intervals - 1), call("floor", at));
  const node = (k: Expr): Expr => substitute(value, { [V]: add(num(table.from.value), mul(k, spacing)) });
  const below = node(low);
  return add(below, mul(sub(at, low), sub(node(add(low, num(1))), below)));
}
