import type { Drawn } from "../connect/values.ts";
import type { Mechanism, Synapse } from "../mechanisms/mechanism.ts";
import type { Point3d } from "../morphology/frusta.ts";
import type { Given, Quantities, Quantity, Unit } from "../units.ts";

/** How voltages are solved within a step: NEURON's secondorder 0 (its default, and the default here) and 2. Crank-Nicolson is of
 * second order, but rings for some steps after a jump of current into a finely cut cell: 0.7 % of the range in the first sample of
 * Rallpack 1, where 0.5 % is allowed. State it for smooth input, or where a published network was simulated by it. */
export const METHODS = ["backwardEuler", "crankNicolson"] as const;
export type Method = (typeof METHODS)[number];

/** A cylinder of `L` and `diam`, or frusta through `points`, cut into `nseg` compartments of equal length. A child's 0 end hangs on
 * its parent's `parentEnd` (1 when left out). */
export type SectionSpec = SectionRest & (CylinderSpec | FrustaSpec);

export interface CylinderSpec {
  readonly L: Given<"um">;
  readonly diam: Given<"um">;
  readonly points?: undefined;
}

export interface FrustaSpec {
  /** [x, y, z, diam] in um, at least two, of all cells; the diameter changes linearly between them. Compartments' areas and axial
   * resistances are integrals over the frusta, as in NEURON. */
  readonly points: readonly Point3d[];
  readonly L?: undefined;
  readonly diam?: undefined;
}

export interface SectionRest {
  readonly name: string;
  readonly Ra: Given<"ohm cm">;
  readonly cm: Given<"uF/cm2">;
  /** default 1. */
  readonly nseg?: number;
  /** the section it hangs on; exactly one section has none. */
  readonly parent?: string;
  /** Its place on the parent, 0 to 1: an end, or in between the middle of the compartment that holds it. Default 1. */
  readonly parentEnd?: number;
  /** default: the cell model's. */
  readonly V0?: Given<"mV">;
}

/** A mechanism inserted in whole sections. Left-out parameters take the mechanism's defaults. A parameter that differs
 * along a section is given as one Given per compartment, in order from the 0 end. `as` (default: the mechanism's name)
 * names the insertion in recordings, live changes and the batch: `soma.napp.g_na`. */
export interface Insertion {
  readonly sections: readonly string[];
  readonly mechanism: Mechanism;
  readonly as?: string;
  readonly params?: Readonly<Record<string, Given<Unit> | readonly Given<Unit>[]>>;
}

/** A place where events arrive. Its name is unique in the cell, for example "exc_dend". */
export interface ReceptorSpec {
  readonly name: string;
  readonly synapse: Synapse;
  readonly section: string;
  /** position along the section, 0..1; the compartment that holds it is used. Default 0.5. */
  readonly at?: number;
  readonly params?: Readonly<Record<string, Given<Unit>>>;
}

export interface VoltageSum {
  readonly unit: string;
  readonly terms: readonly { readonly section: string; readonly at: number; readonly weight: number }[];
}

/** A kind of cell and how many: plain data that survives JSON. `groups` names receptors that a connection may address
 * together; each link then picks one of them by a keyed draw. R is the union of group names. */
export interface CellModel<R extends string = string> {
  readonly kind?: "cells";
  /** for labels and files; default "cell". */
  readonly model?: string;
  /** how many cells; may be said in `net.cells(name, n, model)` instead. */
  readonly n?: number;
  readonly sections: readonly SectionSpec[];
  /** density mechanisms; default none. */
  readonly insertions?: readonly Insertion[];
  /** Names of insertions in the order in which, at each place, their currents are summed and their states advance; a later state
   * sees an earlier one's new value. Those not named come after. Default: a pool before what reads its concentration, otherwise
   * by name; never the order of `insertions`. */
  readonly advance?: readonly string[];
  /** default none. */
  readonly receptors?: readonly ReceptorSpec[];
  /** default none: a connection then aims at a receptor by its name. */
  readonly groups?: Readonly<Record<R, readonly string[]>>;
  /** a spike is an upward crossing of `threshold` in the middle (or `at`, 0..1) of this section. */
  readonly detector: { readonly section: string; readonly at?: number; readonly threshold: Given<"mV"> };
  /** the voltage at the start, of sections that give none. */
  readonly V0: Given<"mV">;
  readonly celsius: Quantity<"degC">;
  /** conduction time from the soma to the axon's end, added to the delay of every connection that starts here. */
  readonly axonDelay?: Given<"ms">;
  /** reversal potentials by ion, mV, where no pool computes them: { na: mV(50), k: mV(-77) }. */
  readonly reversals?: Readonly<Record<string, Given<"mV">>>;
  /** Concentrations by the names that mechanisms read them by, "<ion>i" inside and "<ion>o" outside, where no pool computes them:
   * { cao: mM(2), cai: mM(5e-5) }. */
  readonly concentrations?: Readonly<Record<string, Given<"mM">>>;
  /** weighted sums of voltages that recordings may name, for example a dipole moment: weight in `unit` per mV. Places at 0 and 1
   * are the sections' ends. */
  readonly sums?: Readonly<Record<string, VoltageSum>>;
  /** the method that the published cell was simulated with. Default backward Euler. */
  readonly method?: Method;
  /** published rate tables, where a mechanism states one. Default "asPublished". */
  readonly tables?: "asPublished" | "exact";
  /** facts about each cell that no equation uses (recruitment threshold, global id): kept in run.json. */
  readonly about?: Readonly<Record<string, readonly number[]>>;
}

/** With a value drawn for each cell wherever one may be given for each. */
export type WithDrawn<T> =
  T extends Quantities<infer U> ? T | Drawn<U>
  : T extends Quantity | Mechanism | string | number | undefined ? T
  : { readonly [K in keyof T]: WithDrawn<T[K]> }; // prettier-ignore

/** A kind of cell as a network takes it: every value that may be given for each cell (geometry, parameters, V0, thresholds) may be drawn for each,
 * `diam: normalValues({ mean: um(20), sd: um(2) })`. */
export type CellModelToDraw<R extends string = string> = Pick<CellModel<R>, "groups"> &
  WithDrawn<Omit<CellModel, "groups">>;

/** A cell model with nothing left out, as it stands in a description that was checked. */
export type WholeCell<R extends string = string> = CellModel<R> &
  Required<Pick<CellModel<R>, "kind" | "model" | "n" | "insertions" | "receptors" | "groups">>;
