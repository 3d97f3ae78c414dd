import { derivative } from "../../lang/derivative.ts";
import { binary, call, div, type Expr, mul, name, num, sub } from "../../lang/expr.ts";
import { dependsOn, freeNames, substitute } from "../../lang/names.ts";
import type { NoiseState } from "./noise.ts";
import type { Params } from "./params.ts";

/** Which time constants are looked at: those of every state that relaxes, decays or belongs to a scheme, of every noise, of traces and states of
 * plasticity, of equations and maps (`next`) by their slope, and of the membrane. Silent where there is none to know before the run: what an
 * expression reads that only a run gives (states of schemes, other cells, events), a map that is no step of an equation (it does not read dt, or
 * with dt = 0 it changes its state otherwise than by adding), a tau of plasticity that means "at once", a membrane without channels. */

/** mV: where time constants are looked at; membranes spend their time here. */
const VOLTAGES = Float64Array.from({ length: 15 }, (_, k) => 10 * k - 100);
/** Cells (links) and entries that are looked at, evenly spaced: all of a few hundred; fewer at every voltage, where they vary smoothly along a pool. */
const LOOKED_AT = 256;
const LOOKED_AT_OVER_VOLTAGES = 4;
/** Time constants in a step from which on it is said: at its slowest voltage, a state then loses 86 % of its way in one step, and its
 * course is no longer that of the equations (an explicit step becomes unstable). Published models stay below at their published
 * steps; the nearest is the sodium gate of the motor neurons at 0.1 ms, 1.6. */
const MOST_STEPS = 2;

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
  /** not advanced by exp(-steps): one of a kinetic scheme, by the rates that lead away from it; one that is given its next value; one by an
   * implicit step, by its slope at the start. */
  readonly by?: "scheme" | "map" | "newton";
}

interface Fast {
  readonly relaxation: Relaxation;
  readonly steps: number;
  /** with the voltage. */
  readonly varies: boolean;
}

/** dt/tau of a state whose value after a step is `next`: a step of an equation, exact or not, takes x to x - x dt/tau + ... where dt is small. 0
 * where it is none. */
export function stepsOfMap(next: Expr, state: string, dt: string): Expr {
  if (!dependsOn(next, dt)) return num(0);
  const slope = derivative(next, state);
  const atOnce = (expr: Expr): Expr => substitute(expr, { [dt]: num(0) });
  const stays = binary("<", call("abs", sub(atOnce(slope), num(1))), num(1e-9));
  return call("select", stays, call("abs", mul(name(dt), atOnce(derivative(slope, dt)))), num(0));
}

/** Noises of a population. @param voltages  that their correlation times may depend on */
export const noiseRelaxations = (noises: readonly NoiseState[], dt: string, owner: string, voltages: ReadonlySet<string>): Relaxation[] =>
  noises.map((noise) => {
    const V = [...freeNames(noise.tau)].find((id) => voltages.has(id)) ?? "";
    return { state: noise.id, called: "noise", owner: noise.owner === "" ? owner : noise.owner, place: "", V, steps: div(name(dt), noise.tau) };
  }); // prettier-ignore

/** A warning for each mechanism of a population with states that one step is too long for, wherever the voltage is.
 * @param known  what states start at, put in for those that time constants read
 * @param membrane  the compartments' voltages: the slowest of them counts, since it holds the others */
export function tooFast(
  population: string,
  relaxations: readonly Relaxation[],
  known: Readonly<Record<string, Expr>>,
  params: Params,
  dt: number,
  membrane: Iterable<Relaxation> = [],
): string[] {
  const owners = new Map<string, Map<string, Fast>>();
  const take = ({ relaxation, steps, varies }: Fast): void => {
    const { owner, called } = relaxation;
    const states = owners.get(owner) ?? new Map<string, Fast>();
    owners.set(owner, states);
    if (steps > Math.max(MOST_STEPS, states.get(called)?.steps ?? 0)) states.set(called, { relaxation, steps, varies });
  };
  for (const relaxation of relaxations) take({ relaxation, ...fewestSteps(relaxation, known, params) });
  const slowest = slowestOf(membrane, known, params);
  if (slowest !== undefined) take(slowest);
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

/** The slowest of compartments that a step is too long for, where it is too long for all that have a membrane. */
function slowestOf(
  compartments: Iterable<Relaxation>,
  known: Readonly<Record<string, Expr>>,
  params: Params,
): Fast | undefined {
  let slowest: Fast | undefined;
  for (const relaxation of compartments) {
    const found = fewestSteps(relaxation, known, params);
    if (Number.isNaN(found.steps)) continue; // 0 / 0: no membrane
    if (found.steps <= MOST_STEPS) return undefined;
    if (slowest === undefined || found.steps < slowest.steps) slowest = { relaxation, ...found };
  }
  return slowest;
}

const shown = (x: number): string => String(Number(x.toPrecision(3)));

/** dt/tau at the voltage where it is least, of the fastest of the cells that are looked at; 0 where it reads what is not known, NaN where it has no
 * value. */
function fewestSteps(
  { steps, V }: Relaxation,
  known: Readonly<Record<string, Expr>>,
  params: Params,
): { steps: number; varies: boolean } {
  const expr = substitute(steps, known);
  const names = freeNames(expr);
  const varies = names.has(V);
  if ([...names].some((id) => id !== V && !params.constants.has(id))) return { steps: 0, varies };
  let most = NaN;
  params.each(expr, V, VOLTAGES, varies ? LOOKED_AT_OVER_VOLTAGES : LOOKED_AT, (values) => {
    const least = Math.min(...values);
    if (Number.isFinite(least)) most = Math.max(least, Number.isNaN(most) ? 0 : most);
  });
  return { steps: most, varies };
}
