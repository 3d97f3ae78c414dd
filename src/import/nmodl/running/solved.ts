import { derivative } from "../../../lang/derivative.ts";
import type { Expr } from "../../../lang/expr.ts";
import { valueOf } from "../../../lang/symbolic/symbols.ts";
import type { Routine } from "../reading/syntax.ts";
import { bar } from "./barred.ts";
import type { Context } from "./context.ts";
import { Execution } from "./execute.ts";

/** Values of the states of a LINEAR block that INITIAL solves, by Gauss's elimination; of what has no solution by it, why it is refused.
 * @param before  what INITIAL had set */
export function solved(context: Context, block: Routine, before: ReadonlyMap<string, Expr>): Map<string, Expr> {
  const { symbols: s, variables } = context;
  const equations = equationsOf(context, block, before);
  const isState = (name: string): boolean => variables.find(name)?.kind === "state";
  const states = [...new Set(equations.flatMap((e) => [...s.reads(e)].filter(isState)))];
  const refused = (why: string): Map<string, Expr> => new Map(states.map((state) => [state, bar(context, block, `solves the LINEAR ${block.name}, which is refused: ${why}`, "Write the values in INITIAL")])); // prettier-ignore
  if (equations.length !== states.length) return refused(`it has ${equations.length} equations for ${states.length} states`); // prettier-ignore
  const zero = new Map(states.map((state) => [state, s.number(0)]));
  const rows = equations.map((e) => [...states.map((state) => s.adopt(derivative(e, state))), s.negate(s.substitute(e, zero))]); // prettier-ignore
  if (rows.some((row) => row.some((e) => [...s.reads(e)].some(isState)))) return refused("an equation is not linear in the states"); // prettier-ignore
  const at = (row: number, column: number): Expr => (rows[row] as Expr[])[column] as Expr;
  for (const k of states.keys()) {
    const pivots = rows.map((_, row) => row).filter((row) => row >= k && valueOf(at(row, k)) !== 0);
    const pivot = pivots.find((row) => valueOf(at(row, k)) !== undefined) ?? pivots[0];
    if (pivot === undefined) return refused("its equations leave a state open");
    [rows[k], rows[pivot]] = [rows[pivot] as Expr[], rows[k] as Expr[]];
    for (let row = k + 1; row < rows.length; row++) {
      if (valueOf(at(row, k)) === 0) continue;
      const factor = s.div(at(row, k), at(k, k));
      rows[row] = (rows[row] as Expr[]).map((e, c) => (c <= k ? s.number(0) : s.sub(e, s.mul(factor, at(k, c)))));
    }
  }
  const found: Expr[] = [];
  for (let k = states.length - 1; k >= 0; k--) {
    let sum = at(k, states.length);
    for (let j = k + 1; j < states.length; j++) sum = s.sub(sum, s.mul(at(k, j), found[j] as Expr));
    found[k] = s.div(sum, at(k, k));
  }
  return new Map(states.map((state, k) => [state, found[k] as Expr]));
}

/** What each equation of a LINEAR block sets to 0. */
export function equationsOf(context: Context, block: Routine, before: ReadonlyMap<string, Expr>): Expr[] {
  const found: Expr[] = [];
  const run = new Execution(context, {
    other: (statement, at) => {
      if (statement.kind !== "linear") context.lexer.fail(statement, `has ${statement.kind} in LINEAR`, "Move it out");
      const { left, right } = statement as Extract<typeof statement, { kind: "linear" }>;
      found.push(context.symbols.sub(at.value(left), at.value(right)));
    },
  });
  for (const [name, value] of before) if (context.variables.find(name)?.kind !== "state") run.set(name, value);
  run.scoped(new Map(), block.body);
  return found;
}
