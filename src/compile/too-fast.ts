import { type Expr } from "../lang/expr.ts";
import { freeNames, substitute } from "../lang/names.ts";
import type { Params } from "./params.ts";

/** mV: where time constants are looked at; membranes spend their time here. */
const VOLTAGES = Float64Array.from({ length: 15 }, (_, k) => 10 * k - 100);
/** Cells and entries that are looked at, evenly spaced: time constants vary smoothly along a pool. */
const LOOKED_AT = 3;
/** Time constants in a step from which on it is said: at its slowest voltage, a state then loses 86 % of its way in one step, and its
 * course is no longer that of the equations (an explicit step becomes unstable). Published models stay below at their published
 * steps; the nearest is the sodium gate of the motor neurons at 0.1 ms, 1.6. */
export const MOST_STEPS = 2;

/** A state that goes somewhere by itself. */
export interface Relaxation {
  readonly state: string;
  /** in its mechanism. */
  readonly called: string;
  /** its mechanism or receptor. */
  readonly owner: string;
  /** where in the cell; "" where that says nothing. */
  readonly place: string;
  /** the state that is its voltage; "" without one. */
  readonly V: string;
  /** dt/tau. */
  readonly steps: Expr;
  /** one of a kinetic scheme: by the rates that lead away from it. */
  readonly scheme?: true;
}

interface Fast {
  readonly relaxation: Relaxation;
  readonly steps: number;
  /** with the voltage. */
  readonly varies: boolean;
}

/** A warning for each mechanism of a population with states that one step is too long for, wherever the voltage is.
 * @param known  what states start at, put in for those that time constants read */
export function tooFast(
  population: string,
  relaxations: readonly Relaxation[],
  known: Readonly<Record<string, Expr>>,
  params: Params,
  dt: number,
): string[] {
  const owners = new Map<string, Map<string, Fast>>();
  for (const relaxation of relaxations) {
    const { owner, called } = relaxation;
    const { steps, varies } = fewestSteps(relaxation, known, params);
    const states = owners.get(owner) ?? new Map<string, Fast>();
    owners.set(owner, states);
    if (steps > Math.max(MOST_STEPS, states.get(called)?.steps ?? 0)) states.set(called, { relaxation, steps, varies });
  }
  return [...owners].flatMap(([owner, states]) => {
    const [fastest, ...more] = [...states.values()].sort((a, b) => b.steps - a.steps);
    if (fastest === undefined) return [];
    const { called, place } = fastest.relaxation;
    const tau = dt / fastest.steps;
    const others = more.length === 0 ? "" : `, and too long for ${more.map((m) => `"${m.relaxation.called}"`).join(", ")}`;
    const range = fastest.varies ? " at its slowest between -100 and 40 mV" : "";
    return [
      `${population}: a step of ${shown(dt)} ms is ${shown(fastest.steps)} time constants of "${called}" of ${owner}${place} ` +
        `(${shown(tau)} ms${range})${others}: what happens within a step is lost. Use a dt of at most ${shown(tau)} ms`,
    ];
  }); // prettier-ignore
}

const shown = (x: number): string => String(Number(x.toPrecision(3)));

/** dt/tau at the voltage where it is least, of the fastest of the cells that are looked at; 0 where it reads what is not known. */
function fewestSteps(
  { steps, V }: Relaxation,
  known: Readonly<Record<string, Expr>>,
  params: Params,
): { steps: number; varies: boolean } {
  const expr = substitute(steps, known);
  const names = freeNames(expr);
  const varies = names.has(V);
  if ([...names].some((id) => id !== V && !params.constants.has(id))) return { steps: 0, varies };
  let most = 0;
  params.each(expr, V, VOLTAGES, LOOKED_AT, (values) => {
    const least = Math.min(...values);
    if (least > most && Number.isFinite(least)) most = least;
  });
  return { steps: most, varies };
}
