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
 * Texts are expressions of V, the mechanism's params, `let` names, its own states, and what its kind allows. */
export type State = (
  { readonly inf: string; readonly tau: string } | { readonly alpha: string; readonly beta: string }
) & {
  readonly init?: string;
  /** of its value; default: mM for the concentration of an ion that the mechanism carries (`cai`), else "1". */
  readonly unit?: Unit;
};

/** A current density (mA/cm2) g * (V - E), outward positive. `ion` adds it to that ion's total, which pools read as `i<ion>`. */
export interface Current {
  readonly g: string; // S/cm2
  readonly E: string; // mV; `e<ion>` names an ion's reversal potential
  readonly ion?: string;
}

/** A published rate table: linear interpolation on from + k * (to - from) / intervals, ends held. */
export interface Table {
  readonly from: Quantity<"mV">;
  readonly to: Quantity<"mV">;
  readonly intervals: number;
  /** states whose inf and tau are tabulated; every state when left out. */
  readonly of?: readonly string[];
}

interface Common {
  readonly name: string;
  readonly doc: string; // first lines: what it is; then the source
  readonly params: Readonly<Record<string, Param>>;
  /** named subexpressions in order, later ones see earlier ones; of V, params, celsius, states. */
  readonly let?: Readonly<Record<string, string>>;
  readonly table?: Table;
}

/** A density mechanism. States are advanced in declared order, later ones seeing earlier new values. Inside state texts
 * `i_<current>` is this mechanism's own current and `i<ion>` the compartment's total, both of the `currents` phase. */
export interface Channel extends Common {
  readonly kind: "channel";
  readonly states: Readonly<Record<string, State>>;
  readonly currents: Readonly<Record<string, Current>>;
}

/** An ion's concentration inside a compartment. One state, named `<ion>i` (mM); its texts may read `i<ion>`.
 * `nernst` recomputes e<ion> every step before the currents: RT/zF (mV) * log(out / <ion>i). */
export interface Pool extends Common {
  readonly kind: "pool";
  readonly ion: string;
  readonly states: Readonly<Record<string, State>>;
  readonly nernst?: { readonly RT_zF: Quantity<"mV">; readonly out: Quantity<"mM"> };
}

/** A receptor: linear states, what an event of weight `w` (uS) adds to each, and the point current g * (V - E), nA.
 * Events must add linearly, so that the weights of a step may be summed before they are applied. */
export interface Synapse extends Common {
  readonly kind: "synapse";
  /** decay to 0 with `tau` (ms); in `unit`, uS when left out. */
  readonly states: Readonly<Record<string, { readonly tau: string; readonly unit?: Unit }>>;
  /** per state: what an event of weight w (uS) adds, w times an expression of params. */
  readonly onEvent: Readonly<Record<string, string>>;
  readonly g: string; // uS
  readonly E: string; // mV
}

export type Mechanism = Channel | Pool | Synapse;

export const channel = (c: Omit<Channel, "kind">): Channel => ({ kind: "channel", ...c });
export const pool = (p: Omit<Pool, "kind">): Pool => ({ kind: "pool", ...p });
export const synapse = (s: Omit<Synapse, "kind">): Synapse => ({ kind: "synapse", ...s });
