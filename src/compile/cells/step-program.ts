import type { Stmt } from "../../lang/expr.ts";

/** A number that each cell draws in each step: standard normal, or uniform between 0 and 1. */
export interface Draw {
  readonly input: string;
  readonly stream: number;
  readonly law: "normal" | "uniform";
}

/** By the law of a draw, what draws it, in WGSL and in JavaScript. */
export const DRAWN = { normal: "gauss", uniform: "even" } as const satisfies Record<Draw["law"], string>;

/** The word in which a state carries what float32 rounds off, see carry.ts. */
export const lowOf = (state: string): string => `low_${state}`;

/** What both kinds of program say. Names are unique; a state's row in the state array is its index in `states`. */
interface AnyProgram {
  readonly states: readonly string[];
  /** the states that are potentials of membranes, mV; none of a point neuron (see Firing). */
  readonly voltages: readonly string[];
  readonly params: readonly string[];
  readonly inputs: readonly string[]; // one per receptor with links, uS summed over the step's events
  /** clamp: index into CompiledNetwork.clamps; `each`: it has one signal per cell. */
  readonly clampInputs: readonly { readonly input: string; readonly clamp: number; readonly each: boolean }[];
  /** numbers that each cell draws in each step, by the names that statements read them by; none of a tree (see TreeDraw). */
  readonly draws: readonly Draw[];
  /** states that carry what float32 rounds off (see carry.ts); the words are states too. */
  readonly carried: readonly string[];
}

/** A spike where `state` is above the parameter `threshold` and the armed bit is set. */
export interface Crossing {
  readonly state: string;
  readonly threshold: string;
}

/** Statements that name `fired` (1 where a spike is born, else 0) and reset what a spike resets. */
interface Firing {
  readonly fired: string;
  readonly stmts: readonly Stmt[];
  /** they read what is due at the step, and add it themselves: `receive` is empty. */
  readonly hears?: boolean;
  /** the states that a spike replaces and that its condition asks for: a sample may show what they were before. */
  readonly replaced: readonly string[];
  /** the largest of them that the equations make of one at its threshold in a step, without inputs; Infinity where that is not known, or they
   * are no potentials in mV. */
  readonly overshoot: number;
}

/** The states that must stay within a bound of potentials at every step. */
export const potentials = ({ voltages, detect }: { readonly voltages: readonly string[]; readonly detect: Crossing | Firing }): readonly string[] => ("stmts" in detect ? detect.replaced : voltages); // prettier-ignore

/** Whether a step's inputs are there before its detection. */
export const hearsFirst = (detect: Crossing | Firing): boolean => "stmts" in detect && detect.hears === true;

/** A small cell's or a point neuron's step, written once for WGSL and JavaScript alike: statements over scalars. Engines run, for each step:
 * detect -> receive -> currents -> solve -> advance -> sample. */
export interface CellProgram extends AnyProgram {
  readonly kind: "small";
  readonly detect: Crossing | Firing;
  readonly receive: readonly Stmt[];
  readonly currents: readonly Stmt[];
  readonly solve: readonly Stmt[];
  readonly advance: readonly Stmt[];
}

/** A large tree's step: the same phases as loops over nodes. Node k's voltage is state k; parents come before children, node 0
 * is the root. A node's conductance and current are summed from its region and its receptors, then the tree is solved
 * for the change of voltage (children first), then states advance. */
export interface TreeProgram extends AnyProgram {
  readonly kind: "tree";
  readonly detect: Crossing;
  readonly parents: Int32Array; // -1 for the root
  /** conductance to the parent (uS) and constant part of the diagonal (capacitance / dt + axial, uS): parameters per node. */
  readonly axial: string;
  readonly diagonal: string;
  /** 2 for Crank-Nicolson, else 1: the change of voltage is so many times the solution. */
  readonly factor: 1 | 2;
  /** first row of what the voltages carry, per node; -1 where they carry nothing. */
  readonly lowRow: number;
  readonly regions: readonly TreeRegion[];
  readonly receptors: readonly TreeReceptors[];
  /** what clamps inject: with a conductance (an input too, uS) the input is a voltage. */
  readonly injections: readonly { readonly node: number; readonly input: string; readonly conductance?: string }[];
}

/** A number that each node, or receptor, of a loop draws for itself in each step. */
export interface TreeDraw {
  readonly input: string;
  readonly law: Draw["law"];
  /** of each of the loop. */
  readonly streams: Uint32Array;
}

/** Nodes with the same mechanisms. Statements are over `V`, the region's state names (the same for every node) and parameters
 * of `params` (by node in the region where nodeStride > 0). `currents` sets `G` (uS) and `I` (nA, outward at V) and the carried
 * values; `advance` reads these. State s of node j is in row firstRow + j * width + s. */
export interface TreeRegion {
  readonly nodes: Uint32Array;
  readonly states: readonly string[];
  readonly firstRow: number;
  /** states.length rounded up to a multiple of 4, so that a node's states can be moved four at a time. */
  readonly width: number;
  readonly draws: readonly TreeDraw[];
  readonly currents: readonly Stmt[];
  readonly advance: readonly Stmt[];
}

/** Receptors with the same kinetics text, sorted by node. Statements are over `V` (its node's), `w` (summed weights of the step,
 * uS), the state names, and parameters (by receptor where nodeStride > 0). State s of receptor j is in row firstRow + j * states + s. */
export interface TreeReceptors {
  readonly nodes: Uint32Array;
  /** index into inputs, or -1 where nothing is connected. */
  readonly input: Int32Array;
  readonly states: readonly string[];
  readonly firstRow: number;
  readonly draws: readonly TreeDraw[];
  readonly receive: readonly Stmt[];
  /** whether `receive` acts in every step, whatever arrives. */
  readonly everyStep: boolean;
  /** lets; the last two are `g_` (uS, dI/dV) and `i_` (nA, outward at V). */
  readonly currents: readonly Stmt[];
  readonly decay: readonly Stmt[];
}
