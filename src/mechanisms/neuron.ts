import type { GivenOrDrawn } from "../connect/values.ts";
import type { Unit } from "../units.ts";
import type { FunctionTexts } from "../lang/functions.ts";
import type { Param } from "./mechanism.ts";

/** A state of a point neuron. It relaxes to `inf` with `tau` (ms), opens with `alpha` and closes with `beta` (1/ms), follows an
 * ordinary differential equation `d` (its unit per ms; with a `tau` the equation's linear part is -x/tau and is advanced exactly, everything
 * else is held: exponential Euler), or is given its value of the next step (`next`). Every text is
 * evaluated at step n: all states are advanced together. */
export type NeuronState = (
  | { readonly inf: string; readonly tau: string }
  | { readonly alpha: string; readonly beta: string }
  | { readonly d: string; readonly tau?: string }
  | { readonly next: string }
) & {
  readonly unit: Unit;
  /** initial value, over parameters and states declared before. */
  readonly init: string;
};

/** Where events arrive. */
export interface Port {
  /** of a weight. */
  readonly unit: Unit;
  readonly doc: string;
  /** what the summed `weight` of a step's events adds to each state: linear in it. */
  readonly onEvent: Readonly<Record<string, string>>;
}

/** What clamps give at every step; 0 where none is. */
export interface Input {
  readonly unit: Unit;
  readonly doc: string;
}

/** How states with `d` are advanced: `exact` (a cascade of linear equations with constant coefficients, by its propagator),
 * `exponentialEuler` (exact in the state itself, everything else held; the equation must be linear in it), `euler`, `midpoint`, `heun`, `backwardEuler` (implicit, all such states together: one
 * solution of a linear system where the equations are linear, else four iterations of Newton's method).
 * `auto` takes the first of exact, exponentialEuler and euler that fits each state. */
export const METHODS = ["auto", "exact", "exponentialEuler", "euler", "midpoint", "heun", "backwardEuler"] as const;
export type Method = (typeof METHODS)[number];

/** A point neuron as data. Within a step: where `spike` holds (and the neuron is not refractory) a spike is born and `reset` is
 * done, in its order; then what is due arrives (before that where it `fires` afterEvents); then every state advances from n to n + 1. */
export interface Neuron {
  readonly kind: "neuron";
  readonly name: string;
  /** what it is; then the source. */
  readonly doc: string;
  readonly params: Readonly<Record<string, Param>>;
  /** functions of its own, as a mechanism's. */
  readonly functions?: FunctionTexts;
  /** named subexpressions in order, later ones see earlier ones. */
  readonly let?: Readonly<Record<string, string>>;
  readonly states: Readonly<Record<string, NeuronState>>;
  readonly ports: Readonly<Record<string, Port>>;
  readonly inputs?: Readonly<Record<string, Input>>;
  /** the condition of a spike, over states, parameters and lets. */
  readonly spike: string;
  /** `beforeEvents` (default): the condition is asked before what is due at a step arrives, so that an event fires one step later at the
   * earliest. `afterEvents`: then, so that it fires at the event's own step, as cells do that are computed event by event. */
  readonly fires?: "beforeEvents" | "afterEvents";
  /** new values after a spike, in order: later ones see earlier ones. */
  readonly reset: Readonly<Record<string, string>>;
  /** ms, over parameters: floor(refractory/dt + 1/2) steps after a spike in which the states of `held` stay and events to them are lost. */
  readonly refractory?: string;
  /** default: V. */
  readonly held?: readonly string[];
  readonly method?: Method;
}

export interface NeuronOptions {
  /** how many. */
  readonly n: number;
  /** One value for all, one for each or one drawn for each; left-out ones take the neuron's defaults. */
  readonly params?: Readonly<Record<string, GivenOrDrawn>>;
  /** initial values by state, instead of the neuron's own. */
  readonly initial?: Readonly<Record<string, GivenOrDrawn>>;
  /** parameters that `control.param` may change while the neurons run, beside those that the neuron declares so. Each is kept for every neuron. */
  readonly live?: readonly string[];
  /** conduction time, added to the delay of every connection that starts here. */
  readonly axonDelay?: GivenOrDrawn<"ms">;
  /** facts about each neuron that no equation uses: kept in run.json. */
  readonly about?: Readonly<Record<string, readonly number[]>>;
}

/** A population of point neurons: plain data that survives JSON. */
export interface NeuronModel<P extends string = string> extends NeuronOptions {
  readonly kind: "neurons";
  readonly neuron: Neuron & { readonly ports: Readonly<Record<P, Port>> };
}

/** A kind of neuron: call it for a population, read `mechanism` for its data. */
export interface NeuronType<P extends string = string> {
  (options: NeuronOptions): NeuronModel<P>;
  readonly mechanism: Neuron & { readonly ports: Readonly<Record<P, Port>> };
}

/** A kind of neuron from its equations: `net.cells("E", adex({ n: 100 }))`. */
export function neuron<P extends string>(
  data: Omit<Neuron, "kind" | "ports"> & { readonly ports: Readonly<Record<P, Port>> },
): NeuronType<P> {
  const mechanism = { kind: "neuron", ...data } as const;
  return Object.assign(
    (options: NeuronOptions): NeuronModel<P> => ({ kind: "neurons", neuron: mechanism, ...options }),
    {
      mechanism,
    },
  );
}
