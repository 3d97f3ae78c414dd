import type { FunctionTexts } from "../lang/functions.ts";
import type { Quantity, Unit } from "../units.ts";

/** A parameter of a mechanism. `live` ones may change while a simulation runs; min and max are inclusive, canonical. */
export interface Param {
  readonly default: Quantity;
  readonly unit: Unit;
  readonly doc: string;
  readonly min?: number;
  readonly max?: number;
  readonly live?: boolean;
}

export const param = (
  value: Quantity,
  doc: string,
  options: { min?: number; max?: number; live?: boolean } = {},
): Param => ({
  default: value,
  unit: value.unit,
  doc,
  ...options,
});

/** A state that relaxes to `inf` with `tau` (ms), or opens with `alpha` and closes with `beta` (1/ms); both are advanced
 * exactly over a step with everything else held. `init` (default: its steady state) is an expression or a number.
 * Or `d`, its slope (its unit per ms): advanced exactly with everything else held where that is linear in the state, else by one implicit Euler step
 * (four iterations of Newton's method). Or `next`, its value after the step, where the author has the solution (or a map). Both need an `init`.
 * Texts are expressions of V, the mechanism's params, `let` names, dt, its own states, and what its kind allows; of a channel or pool also states
 * of what stands beside it ("kv_n") and, for states alone, its currents ("i_kv_k", mA/cm2). */
export type State = (
  | { readonly inf: string; readonly tau: string }
  | { readonly alpha: string; readonly beta: string }
  | { readonly d: string }
  | { readonly next: string }
) & {
  readonly init?: string;
  /** of its value; default: mM for the concentration of an ion that the mechanism carries (`cai`), else "1". */
  readonly unit?: Unit;
};

/** What flows, outward positive: g * (V - E), or `i` as it is. How it depends on V at once is for the compiler to find: the solver's
 * dI/dV is the derivative of the whole of it, factors in g that read V included. */
export type Flow = (
  | {
      readonly g: string; // S/cm2 of channels, uS of receptors
      readonly E: string; // mV; `e<ion>` names an ion's reversal potential
    }
  | { readonly i: string } // mA/cm2 of channels, nA of receptors
) & {
  /** what the solver takes for dI/dV: the derivative, or as NEURON its difference over 0.001 mV, that is the derivative half a uV above V. Where
   * the current bends with V at once, a run agrees with NEURON's to rounding by the second, and to 1e-3 mV by the first (the default). Or its
   * conductance `g` as it is at V, as in NEURON where another block than BREAKPOINT computes g: less exact, and stable at every step, where the
   * slope of an instantaneous activation, which is negative, would outweigh the capacitance over the step. */
  readonly slope?: "derivative" | "difference" | "conductance";
};

/** A current density. `ion` adds it to that ion's total, which pools read as `i<ion>`. */
export type Current = Flow & { readonly ion?: string };

/** A published rate table: linear interpolation on from + k * (to - from) / intervals, ends held. */
export interface Table {
  readonly from: Quantity<"mV">;
  readonly to: Quantity<"mV">;
  readonly intervals: number;
  /** states whose inf and tau are tabulated; every state when left out. */
  readonly of?: readonly string[];
}

export interface MechanismBase {
  readonly name: string;
  readonly doc: string; // first lines: what it is; then the source
  readonly params: Readonly<Record<string, Param>>;
  /** Functions of the mechanism's own, in order: later ones may call earlier ones. `{ ghk: { of: ["v", "ci", "co"], is: "..." } }`
   * is called as ghk(V, cai, cao); its text reads its arguments and whatever the text that calls it may read. */
  readonly functions?: FunctionTexts;
  /** named subexpressions in order, later ones see earlier ones; of V, params, celsius, states. */
  readonly let?: Readonly<Record<string, string>>;
  readonly table?: Table;
}

/** A reaction of first order between two states of a scheme; rates in 1/ms. */
export interface Reaction {
  readonly from: string;
  readonly to: string;
  readonly forward: string;
  readonly backward?: string;
}

/** A kinetic scheme: states whose sum, `total` (1 when left out), its reactions conserve. They start at the steady state, or at `init`, and are
 * advanced by one implicit Euler step with the rates at the new voltage, after the mechanism's other states. */
export interface Kinetics {
  readonly states: readonly string[];
  readonly reactions: readonly Reaction[];
  readonly total?: number;
  /** values at the start over V, params, concentrations, instead of the steady state; one for every state. */
  readonly init?: Readonly<Record<string, string>>;
  /** A state into which every other goes at 1e-9 per ms when the steady state is sought: that is where NEURON's STEADYSTATE ends, which is one
   * implicit step of 1e9 ms. */
  readonly restsInto?: string;
}

/** A density mechanism. States are advanced in declared order, later ones seeing earlier new values. Inside state texts
 * `i_<current>` is this mechanism's own current and `i<ion>` the compartment's total, both of the `currents` phase. */
export interface Channel extends MechanismBase {
  readonly kind: "channel";
  readonly states: Readonly<Record<string, State>>;
  readonly kinetics?: Readonly<Record<string, Kinetics>>;
  readonly currents: Readonly<Record<string, Current>>;
}

/** An ion's concentration inside a compartment. One state is named `<ion>i` (mM), one may be `<ion>o`, outside (or that alone); its texts may read
 * `i<ion>`. It may carry currents beside, as a pump does. `nernst` recomputes e<ion> every step before the currents: RT/zF (mV) * log(out / <ion>i). */
export interface Pool extends MechanismBase {
  readonly kind: "pool";
  readonly ion: string;
  readonly states: Readonly<Record<string, State>>;
  readonly currents?: Readonly<Record<string, Current>>;
  readonly nernst?: Nernst;
  /** Further ions of which it keeps concentrations too, as states by the same names, each with its own `nernst` where it has one. */
  readonly ions?: Readonly<Record<string, { readonly nernst?: Nernst }>>;
  /** Reversal potentials (mV) by ion, recomputed every step before the currents: expressions of its states, params, concentrations. */
  readonly reversals?: Readonly<Record<string, string>>;
  /** Its concentrations are those of the step's beginning for all that reads them while states advance: it advances after its readers, as where
   * NMODL sets a concentration in BREAKPOINT. */
  readonly late?: boolean;
}

/** Every ion of a pool. */
export const ionsOfPool = ({ ion, ions = {} }: Pool): readonly string[] => [ion, ...Object.keys(ions)];

/** Nernst's equation of each ion of a pool that has one. */
export const nernstsOf = ({ ion, nernst, ions = {} }: Pool): readonly (readonly [string, Nernst])[] =>
  [[ion, { nernst }] as const, ...Object.entries(ions)].flatMap(([of, { nernst: its }]) =>
    its === undefined ? [] : [[of, its] as const],
  );

/** The ions whose reversal potentials a pool computes. */
export const reversalsOf = (pool: Pool): readonly string[] => [
  ...nernstsOf(pool).map(([ion]) => ion),
  ...Object.keys(pool.reversals ?? {}),
];

/** RT/zF as a constant, or by the valence at the cell's temperature; `out` is the concentration outside, where the cell gives none among
 * its `concentrations` (by valence only), `inside` likewise the one inside, of a pool that keeps the one outside alone. */
export type Nernst = (
  | { readonly RT_zF: Quantity<"mV">; readonly valence?: undefined }
  | { readonly valence: number; readonly RT_zF?: undefined }
) & { readonly out: Quantity<"mM">; readonly inside?: Quantity<"mM"> };

/** A state of a receptor: one that decays to 0 with `tau` (ms) from 0, or any other. */
export type ReceptorState = State | { readonly tau: string; readonly unit?: Unit };

/** What an event does to a state of a receptor: a text is what it adds, `set` the value that it is given. */
export type EventEffect = string | { readonly set: string };

/** A receptor: states, what an event of weight `w` does to each, and its point current, nA (outward positive). The events of a step
 * are one event whose weight is their sum, so they must act together as they would one by one: an addition is w times an expression
 * that no state changes, and a `set` is the same whatever the weight and the number of events: an expression of params, given to the
 * state in every step with a sum of weights above 0 (so use weights above 0, for example 1). */
export type Synapse = MechanismBase &
  Flow & {
    readonly kind: "synapse";
    /** in `unit`, the weight's when left out; advanced in declared order, later ones seeing earlier new values. */
    readonly states: Readonly<Record<string, ReceptorState>>;
    readonly onEvent: Readonly<Record<string, EventEffect>>;
    /** Instead of `onEvent`, of a receptor that hears links one by one: new values of states at the beginning of every step, before its current.
     * Texts read `w` (the weight of the event that this step brings, else 0), V, params and states, all as they were before it. Events that
     * a receptor sends itself are states that count down. */
    readonly receive?: Readonly<Record<string, string>>;
    /** With it a receptor may hear several links of a cell (up to 32; one in cells of more than 8 compartments): in every step `receive` is done for
     * each of them in turn, in order of projections and links, with the link's `w` and with these states, which every link has for itself: only
     * `receive` and their own equations read them. */
    readonly perLink?: readonly string[];
    /** unit of a weight: uS when left out. */
    readonly weight?: Unit;
  };

export type Mechanism = Channel | Pool | Synapse;

export const channel = (c: Omit<Channel, "kind">): Channel => ({ kind: "channel", ...c });
export const pool = (p: Omit<Pool, "kind">): Pool => ({ kind: "pool", ...p });
export const synapse = (s: MechanismBase & Flow & Omit<Synapse, "kind" | keyof MechanismBase | "g" | "E" | "i">): Synapse => ({ kind: "synapse", ...s }); // prettier-ignore

/** The unit of an event's weight. */
export const weightUnitOf = ({ weight = "uS" }: Synapse): Unit => weight;

/** Names of all states, in the order in which they advance. */
export const statesOf = (m: Mechanism): string[] => [
  ...Object.keys(m.states),
  ...(m.kind === "channel" ? Object.values(m.kinetics ?? {}).flatMap((k) => k.states) : []),
];
