import type { Expr, Stmt } from "../lang/expr.ts";
import type { CellProgram, TreeProgram } from "./cells/step-program.ts";
import type { ProceduralLaw } from "../connect/laws.ts";
import type { Signal } from "../network/signal.ts";
import type { CompiledTraining } from "./trained/training.ts";

/** What both engines run: canonical numbers, float64, flat arrays, frozen plain data that `structuredClone` takes into a worker.
 * Nothing here knows of descriptions or devices; engines copy what controls may change. */
export interface CompiledNetwork {
  readonly dt: number; // ms
  readonly entries: number; // B, copies advanced together
  readonly seeds: Uint32Array; // per entry
  readonly populations: readonly CompiledPopulation[]; // in order of creation
  /** spiking elements per entry that go through the spike log: cells and renewal sources; entry e's ids start at e * nSources. */
  readonly nSources: number;
  readonly stages: readonly CompiledStage[]; // in running order; every cell population is in exactly one
  /** K: the longest block in steps. */
  readonly maxBlock: number;
  /** over all stages; entries of the log this old are still needed. */
  readonly maxDelaySteps: number;
  readonly projections: readonly {
    readonly name: string;
    readonly links: number;
    readonly dropped: number;
    /** not kept: \`links\` is what is expected. */
    readonly procedural?: boolean;
    /** the factors that its weights may get. */
    readonly scale: { readonly min: number; readonly max: number };
  }[];
  /** factor on each projection's weights at the start: [projection * entries + entry]. */
  readonly initialScales: Float64Array;
  readonly clamps: readonly CompiledClamp[];
  /** What cells show to others at the start of every step: values in a ring of so many steps, each of so many words (all entries). */
  readonly exposed: { readonly ring: number; readonly words: number };
  /** in the description's order. */
  readonly readouts: readonly CompiledReadout[];
  /** of projections with links, in their order. */
  readonly plasticity: readonly CompiledPlasticity[];
  /** of projections whose links learn and that have links, in their order. */
  readonly learning: readonly CompiledLearning[];
  /** factors kept beside each logged spike: the most plastic projections that any population of log sources has. */
  readonly lanes: number;
  /** mV on either side of 0; a run stops where a potential goes beyond. */
  readonly voltageLimit: number;
  /** of a network whose one population are trained networks, an entry each: what their engine runs. */
  readonly trained?: CompiledTraining;
  readonly warnings: readonly string[];
  /** hex digest of everything that determines results; a checkpoint of another hash is refused. */
  readonly hash: string;
}

export type CompiledPopulation = CompiledCells | CompiledRenewal | CompiledTrains | CompiledPort | CompiledTrained;

/** Populations of which traces are recorded. */
export type Traced = CompiledCells | CompiledTrained;

/** Parameters of one population as one flat table. Value of parameter p, node k (trees), cell c, entry e is
 * values[offset[p] + k * nodeStride[p] + c * cellStride[p] + e * entryStride[p]]; strides are 0 where it does not vary. */
export interface ParamTable {
  readonly names: readonly string[];
  readonly values: Float64Array;
  readonly offset: Uint32Array;
  readonly cellStride: Uint32Array;
  readonly entryStride: Uint32Array;
  readonly nodeStride: Uint32Array;
}

/** Value of cell c, entry e is values[c * cellStride + e * entryStride]. A live one varies by cell and entry. */
export interface ParamSource {
  readonly id: string;
  readonly values: Float64Array;
  readonly cellStride: number;
  readonly entryStride: number;
  readonly live?: {
    readonly names: readonly string[];
    readonly unit: string;
    readonly min: number;
    readonly max: number;
  };
}

/** A column of a ParamTable over sources: its value at each node of a tree, or once. */
export interface ParamFormula {
  readonly column: number;
  readonly perNode: readonly Expr[];
}

/** What a control may change, with the limits of its values. */
export interface LiveParam {
  readonly name: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

export interface CompiledCells {
  readonly kind: "cells";
  readonly name: string;
  readonly n: number; // per entry
  readonly method: string;
  readonly firstSource: number; // id of cell 0 in entry 0
  readonly program: CellProgram | TreeProgram;
  /** values of program.params: given ones and derived ones. */
  readonly params: ParamTable;
  /** columns of params that live parameters change, and everything that their formulas read. */
  readonly formulas: readonly ParamFormula[];
  readonly sources: readonly ParamSource[];
  /** names of the parameters that may change, "<section>.<insertion>.<param>", each with unit and limits. */
  readonly live: readonly LiveParam[];
  /** initial states, SoA: state s, entry e, cell c at (s * entries + e) * n + c. */
  readonly state0: Float64Array;
  /** receptors that have links: its weights of cell c arrive at slot `slot + c` of this population's stage. */
  readonly receptors: readonly { readonly name: string; readonly input: string; readonly slot: number }[];
  readonly traces: readonly CompiledTrace[];
  /** spikes are detected before delivery, since they change in their own step what is delivered. */
  readonly detectsFirst?: boolean;
  /** Shown in every step, after its detection: over states and params, [entry][cell] from word `offset` of the step. */
  readonly exposes: readonly { readonly offset: number; readonly value: Expr }[];
  readonly gathers: readonly CompiledGather[];
  /** starts armed, per cell and entry: 1; engines keep this bit beside the states. */
  readonly about: Readonly<Record<string, readonly number[]>>;
}

/** Sums over links of what others show, by target cell: links start[c] to start[c + 1] add weight * shown value of `source`. */
export interface CompiledGather {
  readonly start: Uint32Array;
  readonly source: Uint32Array;
  readonly weight: Float64Array;
  /** names under which sums are read in a step, where the source's values begin, and how many cells it has per entry. */
  readonly sums: readonly { readonly input: string; readonly offset: number; readonly n: number }[];
}

/** `state` traces are labelled with the time after the step; `current` traces (evaluated in the currents phase) with the time before it.
 * `link` traces are labelled as states: weights of links onto the cells, after all traces of the cells themselves. */
export interface CompiledTrace extends SampledTrace {
  /** over states and params (state phase), or over anything named up to the end of `currents`. */
  readonly value: Expr;
  /** of `link` traces: index into CompiledNetwork.learning. */
  readonly learning?: number;
  /** of a read-out's values and errors ("current") or weights ("link"): index into CompiledNetwork.readouts. */
  readonly readout?: number;
}

/** What chunks and run.json say of a trace. */
export interface SampledTrace {
  readonly variable: string;
  readonly unit: string;
  readonly phase: "state" | "current" | "link";
  readonly everySteps: number;
  /** indices of cells; of `link` traces, of links in the projection's order. */
  readonly cells: Uint32Array;
}

/** The neurons of trained networks, one network an entry; an engine of their own advances them (see compile/trained/training.ts). */
export interface CompiledTrained {
  readonly kind: "trained";
  readonly name: string;
  readonly n: number;
  readonly firstSource: number;
  readonly live: readonly LiveParam[];
  /** amplitude of the normal values at a "sigma" of 1. */
  readonly noisePerSigma: number;
  readonly traces: readonly SampledTrace[];
}

/** Renewal sources. Increments of one step are those of `signals[signalOfCell[c]]`, or constant per cell. */
export interface CompiledRenewal {
  readonly kind: "renewal";
  readonly name: string;
  readonly n: number;
  readonly firstSource: number;
  readonly order: number;
  readonly latencySteps: number;
  readonly stream: number; // of the thresholds
  /** per entry a list of signals (the same object when shared). */
  readonly signals: readonly (readonly Signal[])[];
  readonly signalOfCell: Uint32Array;
  /** Hz per cell [entry * n + cell], instead of signals. */
  readonly constantHz?: Float64Array;
}

/** Summed Poisson inputs. The number of events of element c, entry e at a step is how many thresholds of its table a drawn word reaches. */
export interface CompiledPort {
  readonly kind: "port";
  readonly name: string;
  readonly n: number;
  readonly stream: number;
  readonly tables: readonly Uint32Array[];
  /** index into tables: [entry * n + cell] */
  readonly tableOf: Uint32Array;
  /** how its rate may change while the network runs; undefined where it stays. */
  readonly live?: LivePort;
}

/** What a port's tables are made from when its rate changes. */
export interface LivePort {
  /** Hz of each source: [entry * n + cell]. */
  readonly rate: Float64Array;
  readonly maxHz: number;
  /** how many sources an element sums. */
  readonly sources: number;
  readonly dt: number; // ms
  /** thresholds of the longest table that a rate may have. */
  readonly longest: number;
}

/** Links of a port's projection: shared by all entries, or one list per entry. */
export interface PortLinks {
  readonly projection: number;
  readonly population: number; // the port
  readonly links: readonly {
    readonly source: Uint32Array; // element
    readonly slot: Uint32Array; // in the stage
    readonly delay: Uint32Array; // steps
    readonly weight: Float64Array;
  }[];
}

/** Trains given as data. Exact times are for the files; their events are in the stages' `given`. */
export interface CompiledTrains {
  readonly kind: "trains";
  readonly name: string;
  readonly n: number;
  /** sorted by time, then cell: ms. Same for all entries unless `entry` is given. */
  readonly times: Float64Array;
  readonly cells: Uint32Array;
  /** entry of each spike, where entries have their own trains; spikes are then sorted by entry first. */
  readonly entry?: Uint32Array;
}

/** Cell populations that advance together and what is delivered to them. Slots: one per (receptor with links, cell); slot of
 * entry e is e * slots + slot. Accumulators hold (step of block) * entries * slots. */
export interface CompiledStage {
  readonly cells: readonly number[]; // indices into populations
  readonly slots: number; // per entry
  /** rows[entry] when structureSeed varies, else one shared row table. */
  readonly rows: readonly RowTable[];
  /** projections from summed Poisson inputs. */
  readonly ports: readonly PortLinks[];
  /** projections whose links are drawn again for each spike, in order. */
  readonly procedural: readonly CompiledProcedural[];
  /** events given as data, sorted by (step, slot). */
  readonly given: GivenEvents;
  /** contributions are i32(round(weight * scale * q)); value = sum / q. q[projection * entries + entry], a power of two. 0 where a projection does not end here. */
  readonly q: Float64Array;
  /** 1/q by slot group: one q per target population would do; engines read q of a receptor input through qOfInput[population][input]. */
  readonly inputScale: readonly {
    readonly population: number;
    readonly input: number;
    readonly q: Float64Array; /* per entry */
  }[];
}

/** Links that follow from a law: those of source s are what `rowOf` pushes for it, each at slot slotOf[receptor] + target. */
export interface CompiledProcedural {
  readonly projection: number;
  readonly firstSource: number; // id of source 0 in entry 0
  readonly sources: number;
  readonly targets: number;
  readonly noSelf: boolean;
  readonly law: ProceduralLaw;
  /** key of the draws: seed of all entries, or one per entry, and stream. */
  readonly seeds: Uint32Array;
  readonly stream: number;
  /** steps: of all sources, or one per source. */
  readonly delay: Uint32Array;
  readonly weight: number; // in its receptor's unit
  /** per receptor of which each link picks one. */
  readonly slotOf: Uint32Array;
}

/** CSR by source, cut into segments of one delay and one projection, sorted by delay within a source. */
export interface RowTable {
  readonly rowStart: Uint32Array; // nSources + 1, into segments
  readonly segmentDelay: Uint32Array; // steps
  readonly segmentProjection: Uint32Array;
  readonly segmentStart: Uint32Array; // segments + 1, into links
  readonly target: Uint32Array; // slot
  /** link l of segment s weighs weight[segmentWeight[s] + weightStride[projection of s] * (l - segmentStart[s])], in its receptor's unit. */
  readonly weight: Float64Array;
  readonly segmentWeight: Uint32Array;
  /** by projection: 0 where one weight serves all links, 1 where each has its own. */
  readonly weightStride: Uint8Array;
}

/** Values z = sum of w r over a population's cells, at every step, from what the cells show at it; with recursive least squares on w. */
export interface CompiledReadout {
  readonly name: string;
  readonly population: number; // of the cells
  readonly n: number; // cells per entry
  readonly outputs: number;
  /** word of a step at which r begins [entry][cell], and where z goes [entry][output] and behind it the errors, alike. */
  readonly reads: number;
  readonly shows: number;
  /** [output][cell] */
  readonly weight: Float64Array;
  /** index of the stage before whose cells it is read in a block; the number of stages where it is read after all of them. */
  readonly stage: number;
  readonly learning?: {
    /** steps: learning is at from, from + every, ... before to. */
    readonly from: number;
    readonly to: number;
    readonly every: number;
    readonly P0: number;
    /** index into CompiledNetwork.clamps, whose signals [output] are the targets. */
    readonly targets: number;
  };
}

/** Source-side plasticity of one projection: states per source and entry, changed when the source spikes. */
export interface CompiledPlasticity {
  readonly projection: number;
  readonly population: number; // of the sources
  readonly n: number; // sources per entry
  readonly firstSource: number; // id of source 0 in entry 0; 0 for trains
  readonly states: readonly string[];
  readonly params: readonly string[]; // identifiers in stmts
  /** [param][source] */
  readonly values: Float64Array;
  /** [state][source] */
  readonly state0: Float64Array;
  /** over `s_<state>`, params and `elapsed` (ms since the last spike of the source, or since step 0): new states, then `factor`. */
  readonly stmts: readonly Stmt[];
  /** |factor| never exceeds it. */
  readonly largest: number;
  /** A factor beyond its bound is no state that a source may have: what `stmts` call `raw`, beyond what they call `limit`. `raw` is of the states as
   * the spike leaves them; `largest` is said in errors. */
  readonly stops?: { readonly raw: Expr; readonly limit: Expr; readonly rule: string; readonly largest: string };
  /** place of the factor beside a logged spike; undefined for trains. */
  readonly lane?: number;
  /** of trains: what their spikes release; one for all entries, or one per entry. */
  readonly given?: readonly GivenReleases[];
}

/** In order of the trains' spikes in an entry. */
export interface GivenReleases {
  readonly step: Float64Array; // of birth
  readonly source: Uint32Array;
  readonly factor: Float64Array;
  /** after the spike: [state][spike] */
  readonly states: Float64Array;
}

/** Plasticity of every link of one projection. Each link keeps its states (the weight first) and the step of its last event; events of
 * one link act in order of steps, on one step the target's before the source's. */
export interface CompiledLearning {
  readonly projection: number;
  readonly source: number; // population
  readonly target: number; // population
  readonly sources: number; // per entry
  readonly firstSource: number; // id of source 0 in entry 0; 0 for trains
  readonly targets: number; // per entry
  readonly firstTarget: number; // id of target 0 in entry 0
  /** slot of cell 0 of the target's first receptor; slots of one cell are `targets` apart. */
  readonly firstSlot: number;
  /** whether spikes of the target act; after so many steps. */
  readonly hearsTarget: boolean;
  readonly dendriticSteps: number;
  /** names in texts, "w" first, and their identifiers in statements. */
  readonly names: readonly string[];
  readonly states: readonly string[];
  readonly params: readonly string[];
  /** per parameter one value, or one per link in the tables' order (of one table alone). */
  readonly values: readonly Float64Array[];
  /** over states, params and `elapsed` (ms since the link's last event, or since step 0). */
  readonly relax: readonly Stmt[];
  /** ends with `transmitted`, in the weight's unit, as it was before the event. */
  readonly onPre: readonly Stmt[];
  readonly onPost: readonly Stmt[];
  /** shared by all entries, or one per entry. */
  readonly tables: readonly LinkTable[];
  /** of trains, in order of steps: what arrives; one for all entries, or one per entry. */
  readonly arrivals?: readonly Arrivals[];
}

/** Links by source in segments of one delay, sorted by delay within a source, and by slot within a segment; and by target. */
export interface LinkTable {
  readonly rowStart: Uint32Array; // sources + 1, into segments
  readonly segmentDelay: Uint32Array; // steps; 0 for trains, whose arrivals name segments
  readonly segmentSource: Uint32Array;
  readonly segmentStart: Uint32Array; // segments + 1, into links
  readonly slot: Uint32Array; // per link, in its stage
  readonly segment: Uint32Array; // per link
  /** states at t = 0: [state][link] */
  readonly state0: Float64Array;
  /** place in the projection's own order of links. */
  readonly order: Uint32Array;
  /** of every target, its links: links column[columnStart[t]] .. column[columnStart[t + 1] - 1]. Empty where targets are not heard. */
  readonly columnStart: Uint32Array;
  readonly column: Uint32Array;
}

export interface Arrivals {
  readonly step: Uint32Array;
  readonly segment: Uint32Array;
  /** spikes that arrive at once, 1..15. */
  readonly count: Uint8Array;
}

export interface GivenEvents {
  readonly step: Uint32Array;
  /** entry * slots + slot */
  readonly slot: Uint32Array;
  readonly projection: Uint32Array;
  readonly weight: Float64Array; // uS
}

/** gain * signal, in the unit of what it gives, on in steps [from, to) (delay <= t + dt/2 < delay + duration). */
export interface CompiledClamp {
  readonly name: string;
  readonly population: number;
  /** per entry: one, or those that signalOfCell names. */
  readonly signals: readonly (readonly Signal[])[];
  readonly signalOfCell?: Uint32Array;
  /** the conductance of a voltage clamp, which no control changes. */
  readonly hidden?: boolean;
  readonly gain: Float64Array; // [entry * n + cell]
  readonly from: number;
  readonly to: number;
}
