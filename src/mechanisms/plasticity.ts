import type { Quantities, Quantity, Unit } from "../units.ts";
import type { Param } from "./mechanism.ts";

/** A state of a link mechanism. It relaxes to `inf` with `tau` (ms; 0: at once) between spikes, exactly over the whole interval, or
 * stays as it is. Both are constants: expressions of parameters. */
export type LinkState = ({ readonly inf: string; readonly tau: string } | { readonly inf?: never; readonly tau?: never }) & {
  /** its value at t = 0, an expression of parameters. */
  readonly init: string;
  /** default "1". */
  readonly unit?: Unit;
}; // prettier-ignore

/** Short-term plasticity: what a spike transmits depends on its source's earlier spikes alone. Its states are kept once per source and
 * projection and change at the birth of the spike, whatever the delays and weights of its links. */
export interface Plasticity {
  readonly kind: "plasticity";
  readonly side: "pre";
  readonly name: string;
  /** what it is; then the source. */
  readonly doc: string;
  readonly params: Readonly<Record<string, Param>>;
  /** named subexpressions in order, later ones see earlier ones. */
  readonly let?: Readonly<Record<string, string>>;
  readonly states: Readonly<Record<string, LinkState>>;
  /** new values at a spike of the source, in order: later ones see earlier ones. */
  readonly onPre: Readonly<Record<string, string>>;
  /** the factor on the weight of every link of this spike, read after `onPre`. */
  readonly transmit: string;
  /** what |transmit| never exceeds, an expression of parameters; the factor is held there. Sums of inputs are scaled by it. */
  readonly largest: string;
}

/** One value for all sources, or one per source. */
type PerSource = Quantity | Quantities;

/** A mechanism on a projection: plain data that survives JSON. */
export interface PlasticityUse {
  readonly mechanism: Plasticity;
  /** left-out ones take the mechanism's defaults. */
  readonly params: Readonly<Record<string, PerSource>>;
}

/** A kind of plasticity: call it for a projection, read `mechanism` for its data. */
export interface PlasticityType<P extends string = string> {
  (params?: Readonly<Partial<Record<P, PerSource>>>): PlasticityUse;
  readonly mechanism: Plasticity;
}

/** A kind of plasticity from its equations: `net.connect(a, b.excitatory, rule, { plasticity: tsodyks_markram(), ... })`. */
export function plasticity<P extends string>(
  data: Omit<Plasticity, "kind" | "params"> & { readonly params: Readonly<Record<P, Param>> },
): PlasticityType<P> {
  const mechanism: Plasticity = { kind: "plasticity", ...data };
  const use = (params?: Readonly<Partial<Record<P, PerSource>>>): PlasticityUse => ({
    mechanism,
    params: (params ?? {}) as PlasticityUse["params"],
  });
  return Object.assign(use, { mechanism });
}
