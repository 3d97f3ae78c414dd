import { derivative } from "../../lang/derivative.ts";
import { add, call, div, type Expr, mul, name, negate, type Stmt, sub } from "../../lang/expr.ts";
import { readFunctions } from "../../lang/functions.ts";
import { linearIn } from "../../lang/linear.ts";
import { freeNames, substitute } from "../../lang/names.ts";
import { parse } from "../../lang/parse.ts";
import type { Mechanism, ReceptorState, State } from "../../mechanisms/mechanism.ts";
import { implicitly } from "./implicitly.ts";
import { type Relaxation, stepsOfMap } from "./too-fast.ts";

export type Relaxing = Exclude<State, { next: string } | { d: string }>;
/** A state that says its slope or its next value. */
export type Stepping = Exclude<State, { tau: string } | { alpha: string }>;
export const isRelaxing = (state: ReceptorState): state is Relaxing => "inf" in state || "alpha" in state;
export const isDecaying = (state: ReceptorState): state is { tau: string } => "tau" in state && !("inf" in state);

/** What a state's step is made of. */
export const textsOf = (s: ReceptorState): readonly string[] =>
  "alpha" in s ? [s.alpha, s.beta] : "inf" in s ? [s.inf, s.tau] : "next" in s ? [s.next] : "d" in s ? [s.d] : [s.tau];

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

/** A state's step by its slope or its next value. */
export function ownStep(state: Stepping, text: (t: string) => Expr, id: string, dt: Expr): Stmt[] {
  if ("next" in state) return [{ op: "set", name: id, value: text(state.next) }];
  const d = text(state.d);
  const own = linearIn(d, id);
  if (own !== undefined) return [{ op: "add", name: id, value: mul(mul(dt, call("exprel", mul(dt, own.slope))), d) }];
  const { lets, changes } = implicitly(id, [id], [d], dt);
  return [...lets, { op: "add", name: id, value: changes[0] as Expr }];
}

/** How many of its time constants a step is, of such a state. @param dt  name of the step */
export function ownSteps(
  state: Stepping,
  text: (t: string) => Expr,
  id: string,
  dt: string,
): Pick<Relaxation, "steps" | "by"> {
  // prettier-ignore
  if ("next" in state) return { by: "map", steps: stepsOfMap(text(state.next), id, dt) };
  const d = text(state.d);
  const own = linearIn(d, id);
  if (own !== undefined) return { steps: mul(name(dt), negate(own.slope)) };
  return { by: "newton", steps: call("abs", mul(name(dt), derivative(d, id))) };
}

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
