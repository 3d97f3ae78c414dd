import type { Expr } from "../../../lang/expr.ts";
import type { At } from "../reading/lexer.ts";
import { type Form, nextOf } from "../../../lang/symbolic/relax.ts";
import type { Symbols } from "../../../lang/symbolic/symbols.ts";

/** state' = f. */
export interface Equation extends At {
  readonly state: string;
  readonly f: Expr;
}

/** An equation, or by an IF one for each branch; a branch without one leaves the state as it is. */
export type Written = Equation | Chosen;

interface Chosen extends At {
  readonly state: string;
  readonly test: Expr;
  readonly then: Written | undefined;
  readonly otherwise: Written | undefined;
}

/** A state where a variable holds what was computed from it. */
export const through = (state: string): string => `${state}@through`;

/** Equations as they were met, from `from` on each run of a branch. */
export function chosen(found: Written[], test: Expr, then: () => void, otherwise: () => void): string[] {
  const from = found.length;
  then();
  const yes = found.splice(from);
  otherwise();
  const no = found.splice(from);
  const states = [...new Set([...yes, ...no].map(({ state }) => state))];
  for (const state of states) {
    const [a, b] = [yes, no].map((branch) => branch.find((e) => e.state === state));
    const { line, column } = (a ?? b) as Written;
    found.push({ state, test, then: a, otherwise: b, line, column });
  }
  return states;
}

/** What one step does, of the forms of each branch. @param of  of a plain equation; undefined where it has none */
export function formOf(s: Symbols, written: Written, of: (e: Equation) => Form | undefined): Form | undefined {
  if ("f" in written) return of(written);
  const { state, test, then, otherwise } = written;
  const [a, b] = [then, otherwise].map((e): Form | undefined => (e === undefined ? { next: s.name(state) } : formOf(s, e, of))); // prettier-ignore
  if (a === undefined || b === undefined) return undefined;
  const pick = (x: Expr, y: Expr): Expr => s.call("select", test, x, y);
  if ("inf" in a && "inf" in b) return { inf: pick(a.inf, b.inf), tau: pick(a.tau, b.tau) };
  if ("alpha" in a && "alpha" in b) return { alpha: pick(a.alpha, b.alpha), beta: pick(a.beta, b.beta) };
  return { next: pick(nextOf(s, { state, form: a }), nextOf(s, { state, form: b })) };
}

/** f of all branches in one; undefined where one has no equation. */
export function slopeOf(s: Symbols, written: Written | undefined): Expr | undefined {
  if (written === undefined || "f" in written) return written?.f;
  const [a, b] = [slopeOf(s, written.then), slopeOf(s, written.otherwise)];
  return a === undefined || b === undefined ? undefined : s.call("select", written.test, a, b);
}
