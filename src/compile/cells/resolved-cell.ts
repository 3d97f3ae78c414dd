import type { Expr, Stmt } from "../../lang/expr.ts";
import { currentsOf } from "../../mechanisms/currents.ts";
import {
  type Channel,
  ionsOfPool,
  type Pool,
  reversalsOf,
  statesOf,
  type Synapse,
} from "../../mechanisms/mechanism.ts";
import type { Method } from "../../network/cell.ts";
import type { Scheme } from "./kinetics.ts";
import type { NoiseState } from "./noise.ts";

/** A cell type with every value behind an identifier: what the step's equations are built from. Identifiers are made here and
 * in resolve.ts: a letter and an index first, which make them unique, then the user's names, which make them readable. */
export interface ResolvedCell {
  readonly nodes: readonly ResolvedNode[];
  /** conductances between nodes, uS; every i is eliminated before its j, in this order of i. */
  readonly couplings: readonly { readonly i: number; readonly j: number; readonly g: string }[];
  readonly eliminationOrder: readonly number[];
  readonly densities: readonly ResolvedDensity[];
  /** the same of each node, in the same order: texts ask for them node by node, and trees have thousands. */
  readonly densitiesOf: readonly (readonly ResolvedDensity[])[];
  readonly receptors: readonly ResolvedReceptor[];
  /** currents, or with a conductance voltages behind it; what is played into parameters is not among them. */
  readonly clamps: readonly { readonly input: string; readonly node: number; readonly conductance?: string }[];
  /** currents into nodes, with their slopes in V. */
  readonly gathers: readonly { readonly name: string; readonly unit: string; readonly node: number; readonly value: Expr; readonly slope: Expr }[]; // prettier-ignore
  readonly method: Method;
  readonly dt: string; // parameter, ms
}

export interface ResolvedNode {
  readonly label: string;
  readonly V: string; // state
  readonly V0: string; // parameter
  readonly capacitance: string; // parameter, nF: times 1/ms gives uS; 0 where there is no membrane
  readonly area: string; // parameter: turns S/cm2 into uS
  readonly diam: string; // parameter, um
  readonly areaUm2: string; // parameter, um2
  readonly reversals: Readonly<Record<string, string>>; // by ion: parameter
  readonly concentrations: Readonly<Record<string, string>>; // by name: parameter
}

export interface ResolvedDensity {
  readonly node: number;
  readonly prefix: string;
  /** what the insertion is called. */
  readonly as: string;
  readonly mechanism: Channel | Pool;
  readonly params: Readonly<Record<string, string>>;
  readonly exact: boolean; // ignore the mechanism's rate table
}

export interface ResolvedReceptor {
  readonly node: number;
  readonly prefix: string;
  readonly name: string;
  readonly synapse: Synapse;
  readonly params: Readonly<Record<string, string>>;
  readonly input: string | undefined;
  /** of links behind the first: the input and the prefix of the states that each link has. */
  readonly more: readonly { readonly input: string; readonly prefix: string }[];
}

/** The inputs of a receptor's links. */
export const inputsOf = ({ input, more }: ResolvedReceptor): string[] =>
  input === undefined ? [] : [input, ...more.map((m) => m.input)];

export interface Phases {
  readonly receive: Stmt[];
  readonly currents: Stmt[];
  readonly solve: Stmt[];
  readonly advance: Stmt[];
}

/** A state with the expression of its initial value over parameters and states that come before it. */
export interface InitialState {
  readonly name: string;
  readonly value: Expr;
  /** instead: the share of one state of a scheme at rest, its rates over the same names. */
  readonly rest?: { readonly scheme: Scheme; readonly state: number };
  /** instead: a draw from its stationary distribution. */
  readonly noise?: NoiseState;
}

export const currentName = (d: ResolvedDensity, current: string): string => `i_${d.prefix}_${current}`;
export const totalName = (node: number, ion: string): string => `i${node}_${ion}`;
export const reversalName = (d: ResolvedDensity, ion: string): string =>
  d.mechanism.kind === "pool" && d.mechanism.ion !== ion ? `e_${d.prefix}_${ion}` : `e_${d.prefix}`;

/** States and currents of what else is inserted in a place, by the names that a mechanism's texts read them by. */
export const calledByOthers = (here: readonly ResolvedDensity[], reader: ResolvedDensity): [string, string][] =>
  here.flatMap((d): [string, string][] => {
    if (d.mechanism === reader.mechanism) return [];
    const currents = Object.keys(currentsOf(d.mechanism)).map((c): [string, string] => [`i_${d.as}_${c}`, currentName(d, c)]); // prettier-ignore
    return [...statesOf(d.mechanism).map((s): [string, string] => [`${d.as}_${s}`, `${d.prefix}_${s}`]), ...currents];
  });

/** The reversal potentials that a pool computes. */
export const reversalNames = (d: ResolvedDensity): string[] =>
  d.mechanism.kind === "pool" ? reversalsOf(d.mechanism).map((ion) => reversalName(d, ion)) : [];

/** The ions whose totals a mechanism may read. */
export const ions = (d: ResolvedDensity): string[] => [
  ...new Set([
    ...(d.mechanism.kind === "pool" ? ionsOfPool(d.mechanism) : []),
    ...Object.values(currentsOf(d.mechanism)).flatMap((c) => (c.ion === undefined ? [] : [c.ion])),
  ]),
];
