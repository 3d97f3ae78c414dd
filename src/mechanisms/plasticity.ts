import type { Unit, Given } from "../units.ts";
import type { Param } from "./mechanism.ts";

/** A state of a link mechanism. It relaxes to `inf` with `tau` (ms; 0: at once) between spikes, exactly over the whole interval, or
 * stays as it is. Both are constants: expressions of parameters. */
export type LinkState = ({ readonly inf: string; readonly tau: string } | { readonly inf?: never; readonly tau?: never }) & {
  /** its value at t = 0, an expression of parameters. */
  readonly init: string;
  /** default "1". */
  readonly unit?: Unit;
}; // prettier-ignore

interface Rule {
  readonly kind: "plasticity";
  readonly name: string;
  /** what it is; then the source. */
  readonly doc: string;
  /** named subexpressions in order, later ones see earlier ones. */
  readonly let?: Readonly<Record<string, string>>;
}

/** Short-term plasticity: what a spike transmits depends on its source's earlier spikes alone. Its states are kept once per source and
 * projection and change at the birth of the spike, whatever the delays and weights of its links. */
export interface SourcePlasticity extends Rule {
  readonly side: "pre";
  readonly params: Readonly<Record<string, Param>>;
  readonly states: Readonly<Record<string, LinkState>>;
  /** new values at a spike of the source, in order: later ones see earlier ones. */
  readonly onPre: Readonly<Record<string, string>>;
  /** the factor on the weight of every link of this spike, read after `onPre`. */
  readonly transmit: string;
  /** what |transmit| never exceeds, an expression of parameters. Sums of inputs are scaled by it. */
  readonly largest: string;
  /** of a factor beyond `largest`: it is held there (the default), or ends the run. */
  readonly beyond?: "hold" | "stop";
}

/** A trace of one side's spikes: decays to 0 with `tau` (ms, an expression of parameters), exactly, and jumps at each event. */
export interface LinkTrace {
  /** whose spikes: those that arrive over the link, or those of its target. */
  readonly of: "pre" | "post";
  readonly tau: string;
  /** its value after an event, an expression of itself and of parameters; default "<name> + 1", and "1" counts the nearest event only. */
  readonly onEvent?: string;
}

/** A parameter in the unit of the projection's weights; it has to be given. min and max are inclusive, canonical. */
export interface WeightParam {
  readonly unit: "weight";
  readonly doc: string;
  readonly min?: number;
  readonly max?: number;
}

export const weightParam = (doc: string, limits: { min?: number; max?: number } = {}): WeightParam => ({
  unit: "weight",
  doc,
  ...limits,
});

/** Plasticity of every link on its own. Texts read `w`, the link's weight in the unit of its projection, traces, states and
 * parameters. A spike of the source reaches the link after the link's delay: `transmit` is read, then `onPre` acts, then the
 * traces of "pre" jump. A spike of the target reaches it after the projection's `dendriticDelay`: `onPost` acts, then the traces of "post" jump.
 * On one step the target's spike comes first. */
export interface LinkPlasticity extends Rule {
  readonly side: "link";
  readonly params: Readonly<Record<string, Param | WeightParam>>;
  readonly traces?: Readonly<Record<string, LinkTrace>>;
  /** of each link, beside its weight; changed by onPre or onPost. */
  readonly states?: Readonly<Record<string, LinkState>>;
  /** new values of `w` and of states where a spike of the source arrives, in order: later ones see earlier ones. */
  readonly onPre?: Readonly<Record<string, string>>;
  /** and where a spike of the target does. */
  readonly onPost?: Readonly<Record<string, string>>;
  /** what arrives at the receptor, in the weight's unit, read before `onPre`; default "w". */
  readonly transmit?: string;
  /** what |transmit| never exceeds, an expression of parameters in the weight's unit; it is held there. Sums of inputs are scaled by it. */
  readonly largest: string;
}

export type Plasticity = SourcePlasticity | LinkPlasticity;

/** One value for all, or one per source (side "pre") or per link (side "link", in the order of the projection's links). */

/** A mechanism on a projection: plain data that survives JSON. */
export interface PlasticityUse<M extends Plasticity = Plasticity> {
  readonly mechanism: M;
  /** left-out ones take the mechanism's defaults. */
  readonly params: Readonly<Record<string, Given>>;
}

export type LinkPlasticityUse = PlasticityUse<LinkPlasticity>;
export type SourcePlasticityUse = PlasticityUse<SourcePlasticity>;

/** Whether it changes every link on its own. */
export const changesLinks = (use: PlasticityUse | undefined): use is LinkPlasticityUse =>
  use?.mechanism.side === "link";

/** Whether spikes of the target act on the links. */
export const hearsTarget = ({ onPost = {}, traces = {} }: LinkPlasticity): boolean =>
  Object.keys(onPost).length > 0 || Object.values(traces).some((t) => t.of === "post");

/** A kind of plasticity: call it for a projection, read `mechanism` for its data. */
export interface PlasticityType<P extends string = string, M extends Plasticity = Plasticity> {
  (params?: Readonly<Partial<Record<P, Given>>>): PlasticityUse<M>;
  readonly mechanism: M;
}

export type PlasticityData<M extends Plasticity, P extends string> = Omit<M, "kind" | "params"> & {
  readonly params: Readonly<Record<P, M["params"][string]>>;
};

/** A kind of plasticity from its equations: `net.connect(a, b.excitatory, rule, { plasticity: tsodyks_markram(), ... })`. */
export function plasticity<P extends string>(
  data: PlasticityData<SourcePlasticity, P>,
): PlasticityType<P, SourcePlasticity>;
export function plasticity<P extends string>(
  data: PlasticityData<LinkPlasticity, P>,
): PlasticityType<P, LinkPlasticity>;
export function plasticity<P extends string>(
  data: PlasticityData<SourcePlasticity, P> | PlasticityData<LinkPlasticity, P>,
): PlasticityType<P> {
  return plasticityType({ kind: "plasticity", ...data } as Plasticity);
}

/** A kind of plasticity from its data. */
export function plasticityType<M extends Plasticity>(mechanism: M): PlasticityType<string, M> {
  const use = (params?: Readonly<Partial<Record<string, Given>>>): PlasticityUse<M> => ({
    mechanism,
    params: (params ?? {}) as PlasticityUse["params"],
  });
  return Object.assign(use, { mechanism });
}
