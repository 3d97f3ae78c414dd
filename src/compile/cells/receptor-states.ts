import { call, div, type Expr, mul, name, negate, num, type Stmt } from "../../lang/expr.ts";
import type { ReceptorState } from "../../mechanisms/mechanism.ts";
import { isDecaying, isRelaxing, lost, ownStep, ownSteps, relax, stepsOf, steadyOf } from "./relaxing.ts";
import type { ResolvedReceptor } from "./resolved-cell.ts";
import type { Relaxation } from "./too-fast.ts";

/** A receptor's states where each of its links has some of its own: all in the place of its first link, these again in every other. */

type Texts = (text: string) => Expr;

/** The identifier of a state, of the link in a place where each link has its own. */
export function stateId({ prefix, more, synapse }: ResolvedReceptor, state: string, place: number): string {
  const own = place > 0 && synapse.perLink?.includes(state) === true;
  return `${own ? (more[place - 1] as { prefix: string }).prefix : prefix}_${state}`;
}

export const placesOf = ({ more, synapse }: ResolvedReceptor) => [
  { place: 0, states: Object.keys(synapse.states) },
  ...more.map((_, k) => ({ place: k + 1, states: Object.keys(synapse.states).filter((s) => synapse.perLink?.includes(s)) })), // prettier-ignore
];

export function startOf(state: ReceptorState, text: Texts): Expr {
  if ("init" in state && state.init !== undefined) return text(state.init);
  return isRelaxing(state) ? steadyOf(state, text) : num(0);
}

/** What a receptor does for one of its links at the beginning of every step; all of it reads the states as they were. */
export function beginning(
  r: ResolvedReceptor,
  receive: Readonly<Record<string, string>>,
  place: number,
  text: Texts,
): Stmt[] {
  const made = Object.entries(receive).map(([s, t]) => ({ id: stateId(r, s, place), value: text(t) }));
  if (made.length === 1) return made.map(({ id, value }) => ({ op: "set", name: id, value }));
  const received = (id: string): string => `${id}_received${place === 0 ? "" : place + 1}`;
  return [
    ...made.map(({ id, value }): Stmt => ({ op: "let", name: received(id), value })),
    ...made.map(({ id }): Stmt => ({ op: "set", name: id, value: name(received(id)) })),
  ];
}

/** All states over one step. @param decay  of those that decay to 0, in the first place */
export function advanceReceptor(
  r: ResolvedReceptor,
  decay: readonly Stmt[],
  textsOf: (place: number) => Texts,
  dt: Expr,
): readonly Stmt[] {
  const own = r.synapse.states;
  if (r.more.length === 0 && Object.values(own).every(isDecaying)) return decay;
  return placesOf(r).flatMap(({ place, states }) => {
    const text = textsOf(place);
    return states.flatMap((s): Stmt[] => {
      const [id, state] = [stateId(r, s, place), own[s] as ReceptorState];
      if (isDecaying(state)) {
        if (place === 0) return decay.filter((stmt) => stmt.name === id);
        return [{ op: "add", name: id, value: mul(call("expm1", negate(div(dt, text(state.tau)))), name(id)) }];
      }
      if (!isRelaxing(state)) return ownStep(state, text, id, dt);
      return [relax(id, steadyOf(state, text), lost(stepsOf(state, text, dt)))];
    });
  });
}

/** How many of its time constants a step is, of each state, and the voltage that this may depend on. @param dt  name of the step */
export function receptorRelaxations(
  r: ResolvedReceptor,
  V: string,
  textsOf: (place: number) => Texts,
  dt: string,
): Relaxation[] {
  return placesOf(r).flatMap(({ place, states }) => {
    const text = textsOf(place);
    return states.map((s): Relaxation => {
      const state = r.synapse.states[s] as ReceptorState;
      const base = { state: stateId(r, s, place), called: s, owner: `receptor "${r.name}"`, place: "", V };
      if (isRelaxing(state)) return { ...base, steps: stepsOf(state, text, name(dt)) };
      if (isDecaying(state)) return { ...base, steps: div(name(dt), text(state.tau)) };
      return { ...base, ...ownSteps(state, text, base.state, dt) };
    });
  });
}
