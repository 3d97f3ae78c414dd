import type { Expr } from "../../../lang/expr.ts";
import type { At } from "../reading/lexer.ts";
import { labelOnce, type Context } from "./context.ts";
import { isSet } from "./fixing.ts";
import { interpolated } from "../reading/given.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { FunctionTable, TableStatement, Term } from "../reading/syntax.ts";

interface Range {
  readonly from: number;
  readonly to: number;
  readonly intervals: number;
}

/** What gives terms their values. */
interface Valued {
  readonly shared: Context;
  value(term: Term): Expr;
}

/** What a TABLE covers. */
export function rangeOf(run: Valued, table: TableStatement, at: At): Range {
  const [from, to, intervals] = [table.from, table.to, table.intervals].map((t) => limit(run, t));
  if (from !== undefined && to !== undefined && intervals !== undefined && from < to && intervals >= 1) {
    return { from, to, intervals };
  }
  return run.shared.lexer.fail(at, "has a TABLE whose limits are no ascending numbers", "Give numbers");
}

/** A number, or the default of a parameter, with which NEURON makes the table. */
function limit(run: Valued, term: Term): number | undefined {
  const value = run.value(term);
  const variable = value.kind === "name" ? run.shared.variables.find(value.name) : undefined;
  return variable?.kind === "parameter" ? variable.declared.value : valueOf(value);
}

/** A FUNCTION_TABLE at its arguments, as a script gives it. */
export function fromScript({ symbols, lexer }: Context, { name, points, args }: FunctionTable, given: readonly Expr[], place: At): Expr {
  if (args.length < 1 || args.length > 2) return lexer.fail(place, `calls the FUNCTION_TABLE ${name} of ${args.length} arguments, which is refused: tables are over one or two`, "Write a FUNCTION");
  if (given.length !== args.length) return lexer.fail(place, `gives ${name} ${given.length} arguments`, `Give it ${args.length}`);
  if (points === undefined) return lexer.fail(place, `calls the FUNCTION_TABLE ${name}, whose values a script gives in NEURON`, `Give nmodl the option functionTables: { ${name}: { x: [...], y: [...]${args.length === 2 ? ", z: [[...], ...]" : ""} } }, or hillock import the option --table ${name}=points.csv`);
  return interpolated(symbols, points, given);
} // prettier-ignore

/** Linear interpolation as NEURON's tables do it, ends held; or the function itself. */
export function between(shared: Context, range: Range, x: Expr, f: (x: Expr) => Expr[]): Expr[] {
  const { symbols: s, interpolate } = shared;
  if (!interpolate) return f(x);
  const { from, to, intervals } = range;
  const spacing = (to - from) / intervals;
  const at = s.call("max", s.number(0), s.call("min", s.number(intervals), s.div(s.sub(x, s.number(from)), s.number(spacing)))); // prettier-ignore
  const low = s.call("min", s.number(intervals - 1), s.call("floor", at));
  const node = (k: Expr): Expr => s.add(s.number(from), s.mul(s.number(spacing), k));
  labelOnce(shared, at, "place");
  labelOnce(shared, low, "low");
  const [below, above] = [f(node(low)), f(node(s.add(low, s.number(1))))];
  const part = s.sub(at, low);
  return below.map((b, k) => s.add(b, s.mul(part, s.sub(above[k] as Expr, b))));
}

/** Says where a table holds something else in NEURON: a file that sets no GLOBAL, whose tables NEURON makes before it runs INITIAL. */
export function noteEarlyTables({ tables, symbols: s, variables, program, notes }: Context, initial: ReadonlyMap<string, Expr>): void {
  if ([...program.globals].some((name) => isSet(program, name)) || program.linears.size > 0 || program.pointers.length > 0) return;
  for (const { name, value } of tables) {
    const early = [...s.reads(value)].filter((read) => initial.has(read) && !program.globals.has(read) && ["kept", "parameter"].includes(variables.find(read)?.kind ?? ""));
    if (early.length > 0) notes.push(`the TABLE of ${name} reads ${early.join(", ")}, which INITIAL sets: NEURON makes the table before, when an ASSIGNED variable is 0`);
  }
} // prettier-ignore
