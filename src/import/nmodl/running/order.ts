import type { Expr } from "../../../lang/expr.ts";
import { fresh } from "./phases.ts";
import type { Symbols } from "../../../lang/symbolic/symbols.ts";

/** A state's step as one or two expressions, to be put in order. */
export interface Step {
  readonly state: string;
  readonly exprs: readonly Expr[];
}

/** States in an order in which each sees the old or new values of others that it asks for. Where none does, a state's old value is kept
 * in one more, `name_old`, before all others.
 * @param old  names by which the old value of a state is read */
export function inOrder<S extends Step>(
  s: Symbols,
  steps: readonly S[],
  old: (state: string) => readonly string[],
): { readonly order: readonly S[]; readonly copies: readonly string[] } {
  const reads = new Map(steps.map((step) => [step.state, new Set(step.exprs.flatMap((e) => [...s.reads(e)]))]));
  const has = (step: S, names: readonly string[]): boolean => names.some((name) => reads.get(step.state)?.has(name));
  const left = [...steps];
  const order: S[] = [];
  const copies: string[] = [];
  const done = new Set<string>();
  while (left.length > 0) {
    const ready = (step: S, ignoreOld: boolean): boolean =>
      left.every((other) => {
        if (other === step) return true;
        const wantsNew = has(step, [fresh(other.state)]);
        const readsMine = !ignoreOld && has(other, old(step.state)) && !copies.includes(step.state);
        return !wantsNew && !readsMine;
      });
    let next = left.find((step) => ready(step, false));
    if (next === undefined) {
      next = left.find((step) => ready(step, true)) ?? (left[0] as S);
      copies.push(next.state);
    }
    order.push(next);
    done.add(next.state);
    left.splice(left.indexOf(next), 1);
  }
  return { order, copies };
}
