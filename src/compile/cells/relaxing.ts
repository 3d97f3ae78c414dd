import { add, call, div, type Expr, mul, name, negate, type Stmt, sub } from "../../lang/expr.ts";
import { readFunctions } from "../../lang/functions.ts";
import { freeNames, substitute } from "../../lang/names.ts";
import { parse } from "../../lang/parse.ts";
import type { Mechanism, ReceptorState, State } from "../../mechanisms/mechanism.ts";

export type Relaxing = Exclude<State, { next: string }>;
export const isRelaxing = (state: ReceptorState): state is Relaxing => "inf" in state || "alpha" in state;
export const isDecaying = (state: ReceptorState): state is { tau: string } => "tau" in state && !("inf" in state);

/** Steady state of what relaxes, without a table. */
export const steadyOf = (state: Relaxing, text: (t: string) => Expr): Expr =>
  "inf" in state ? text(state.inf) : div(text(state.alpha), add(text(state.alpha), text(state.beta)));

/** dt/tau, the same. */
export const stepsOf = (state: Relaxing, text: (t: string) => Expr, dt: Expr): Expr =>
  "inf" in state ? div(dt, text(state.tau)) : mul(dt, add(text(state.alpha), text(state.beta)));

/** 1 - exp(-dt/tau), written so that slow gates keep their digits. */
export const lost = (steps: Expr): Expr => negate(call("expm1", negate(steps)));

/** x += factor * (inf - x). */
export const relax = (state: string, inf: Expr, factor: Expr): Stmt => ({
  op: "add",
  name: state,
  value: mul(factor, sub(inf, name(state))),
});

/** Texts of a mechanism with the lets that they read written out; a let sees those before it, and is read and written out once.
 * @param map  what names stand for */
export function withLets(
  { let: lets = {}, functions }: Pick<Mechanism, "let" | "functions">,
  map: Readonly<Record<string, Expr>>,
  where: string,
): (text: string) => Expr {
  const own = readFunctions(where, functions);
  const places = new Map(Object.keys(lets).map((id, k) => [id, k]));
  const done = new Map<string, Expr>();
  const written = (of: string, at: string, before: number): Expr => {
    const expr = parse(of, at, own);
    const seen: Record<string, Expr> = {};
    for (const id of freeNames(expr)) {
      const found = (places.get(id) ?? before) < before ? value(id) : Object.hasOwn(map, id) ? map[id] : undefined;
      if (found !== undefined) seen[id] = found;
    }
    return substitute(expr, seen);
  };
  const value = (id: string): Expr => {
    const known = done.get(id) ?? written(lets[id] as string, `${where}.${id}`, places.get(id) as number);
    done.set(id, known);
    return known;
  };
  return (text) => written(text, where, places.size);
}
