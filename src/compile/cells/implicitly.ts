import { ModelError } from "../../errors.ts";
import type { Expr, Stmt } from "../../lang/expr.ts";
import { substitute } from "../../lang/names.ts";
import { together } from "../../lang/symbolic/coupled.ts";
import { Symbols } from "../../lang/symbolic/symbols.ts";

/** One implicit step of x' = f(x) for states together: statements on the way, and the change of each state.
 * @param where  for errors
 * @throws ModelError where the equations are too large to be eliminated */
export function implicitly(
  where: string,
  states: readonly string[],
  f: readonly Expr[],
  dt: Expr,
): { readonly lets: readonly Stmt[]; readonly changes: readonly Expr[] } {
  const symbols = new Symbols(() => {
    throw new ModelError(where, "has equations too large for an implicit step", 'Use "euler", "midpoint" or "heun", or fewer terms'); // prettier-ignore
  });
  const made = together(symbols, states, f.map((d) => symbols.adopt(d)), implicitName, { changes: true }); // prettier-ignore
  const value = (e: Expr): Expr => substitute(e, { dt });
  const lets = made.slice(0, made.length - states.length);
  return {
    lets: lets.map((one): Stmt => ({ op: "let", name: implicitName(one.name), value: value(one.value) })),
    changes: made.slice(lets.length).map((one) => value(one.value)),
  };
}

/** What an implicit step computes on its way. */
export const implicitName = (id: string): string => `implicit_${id}`;
