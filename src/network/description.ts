import type { Rule } from "../connect/rules.ts";
import type { Drawn } from "../connect/values.ts";
import type { NeuronModel } from "../mechanisms/neuron.ts";
import type { PlasticityUse } from "../mechanisms/plasticity.ts";
import type { Quantities, Quantity, Unit } from "../units.ts";
import type { Method, WholeCell } from "./cell.ts";
import type { Signal } from "./signal.ts";
import type { TrainedDefaults } from "./trained-parameters.ts";

/** Sources that draw their own spikes: renewal processes of integer `order` (1 = Poisson) whose hazard follows `rate`.
 * Several signals with an index per cell, or one constant per cell, are allowed. `latency`: time between the draw and
 * the spike; the source at step m uses the rate of step m - latency/dt. */
export interface RenewalSources {
  readonly kind: "renewal";
  readonly order: number; // 1..64
  readonly rate:
    Signal | { readonly signals: readonly Signal[]; readonly signalOfCell: readonly number[] } | Quantities<"Hz">;
  readonly latency: Quantity<"ms">;
}

/** Spike trains given as data: exact times (ms), any order, of each cell. They keep their exact times in files. */
export interface TrainSources {
  readonly kind: "trains";
  readonly times: readonly (readonly number[])[]; // [cell][spike], ms
}

/** Summed inputs: each element gives the events of so many independent Poisson sources as a number per step. They are delivered, not recorded. */
export interface PortSources {
  readonly kind: "port";
  /** how many sources each element sums. */
  readonly sources: number;
  /** of each source, one rate or one per element. */
  readonly rate: Quantity<"Hz"> | Quantities<"Hz">;
  /** the highest rate that `control.rate` may set; the rate stays as it is where it is left out. */
  readonly maxRate?: Quantity<"Hz">;
}

export type SourceModel = RenewalSources | TrainSources | PortSources;

/** A constant, a distribution from which each link draws, or one value per link in the order of the rule's links (sorted by source, then target; lists keep their order). */
export type PerLink<U extends Unit> = Quantity<U> | Quantities<U> | Drawn<U>;

export interface ProjectionDescription {
  readonly name: string;
  readonly source: string;
  readonly target: string;
  /** names of receptors; with several, each link picks one by a keyed draw. */
  readonly receptors: readonly string[];
  readonly rule: Rule;
  /** in the unit of what it ends on: uS for receptors of cells, the port's for point neurons. */
  readonly weight: PerLink<Unit>;
  readonly delay: PerLink<"ms">;
  /** the largest factor `control.scale` may put on the weights while running (default 1). */
  readonly maxScale: number;
  /** links slower than this are dropped, counted and reported. */
  readonly maxDelay?: Quantity<"ms">;
  /** the links are drawn again for each spike instead of being kept: the same ones. */
  readonly procedural?: boolean;
  /** what of a weight a spike transmits, or how weights change. */
  readonly plasticity?: PlasticityUse;
  /** ms, from a spike of the target to its links; with plasticity of links that hears the target (default 0). */
  readonly dendriticDelay?: Quantity<"ms">;
}

/** One signal for all cells, or several with an index per cell. */
export type CellSignals<U extends Unit = Unit> =
  Signal<U> | { readonly signals: readonly Signal<U>[]; readonly signalOfCell: readonly number[] };

/** gain(cell) * signal(t), on while delay <= t + dt/2 < delay + duration: a current into a compartment (nA) or into an input of point
 * neurons (its unit); with `resistance` the voltage (mV) that a clamp commands; with `param` the value of a parameter (its unit). */
export interface ClampDescription {
  readonly name: string;
  readonly population: string;
  readonly section?: string;
  readonly at?: number;
  /** of point neurons, instead of section and at. */
  readonly input?: string;
  /** MOhm between the clamp and the compartment: (command - V) / resistance flows in. */
  readonly resistance?: Quantity<"MOhm"> | Quantities<"MOhm">;
  /** played into this parameter, by its path within the population: "soma.pas.g", "exc.tau", "tau_m". */
  readonly param?: string;
  readonly signal: CellSignals;
  readonly gain: Quantity<"1"> | Quantities<"1">;
  readonly delay: Quantity<"ms">;
  readonly duration: Quantity<"ms">;
}

export type CellChoice = "all" | { readonly every: number } | { readonly cells: readonly number[] };

/** A variable of chosen cells sampled every so often. Variables: "V" (the detector's compartment), "<section>.V",
 * "<section>.<insertion>.<state>", "<receptor>.g", "<receptor>.i", "<section>.<insertion>.i_<current>"; of point neurons any state. */
export interface RecordingDescription {
  readonly population: string;
  readonly variable: string;
  /** cells; with a `projection`, links in its order. */
  readonly cells: CellChoice;
  readonly every: Quantity<"ms">;
  /** of links onto the population, whose weights ("w") are sampled; of a trained network's own links, its name. */
  readonly projection?: string;
  /** of a read-out of the population, whose values ("z"), error or weights ("w") are sampled. */
  readonly readout?: string;
}

export type PopulationDescription =
  | { readonly name: string; readonly model: WholeCell }
  | { readonly name: string; readonly model: NeuronModel }
  | { readonly name: string; readonly n: number; readonly model: SourceModel };

/** One value per entry for one path of the description: "seed", "structureSeed",
 * "<population>.rate" (Signal), "<population>.times" (trains: a list of times per cell, ms), "<population>.<section>.<insertion>.<param>", "<population>.<receptor>.<param>",
 * "<projection>.scale", "<clamp>.gain", "<clamp>.signal", "<trained network>.<param>". All variations have the same length. */
export interface Variation {
  readonly path: string;
  readonly values: readonly unknown[];
}

/** Everything `compile` needs to know of a network: plain data. */
export interface NetworkDescription {
  readonly seed: number;
  readonly structureSeed: number;
  readonly populations: readonly PopulationDescription[];
  readonly projections: readonly ProjectionDescription[];
  readonly clamps: readonly ClampDescription[];
  /** sums over links at every step. */
  readonly gathers?: readonly GatherDescription[];
  /** weighted sums of a population, at every step. */
  readonly readouts?: readonly ReadoutDescription[];
  /** a trained network, which stands alone. */
  readonly trained?: TrainedDescription;
  readonly recordings: readonly RecordingDescription[];
  readonly entries: number;
  readonly variations: readonly Variation[];
}

export interface CompileOptions {
  readonly dt: Quantity<"ms">;
  /** of all cells, instead of what each model states (`CellModel.method`; backward Euler, NEURON's default, where it states none). */
  readonly method?: Method | undefined;
  /** an upper bound on the block length K in steps, for tests; results do not depend on it. */
  readonly maxBlock?: number;
  /** bytes of memory that compile and the engine may count on; larger networks are refused before any work. Those of the machine, up to 8 GiB, where it is not given. */
  readonly hostMemory?: number;
  /** bytes of the machine, given by `simulate` where they are known. */
  readonly machineMemory?: number | undefined;
  /** bytes that the device binds at once, given by `simulate` for the device in use. */
  readonly deviceBinding?: number;
  /** whether the device's memory is the host's, given by \`simulate\`: a software adapter. */
  readonly deviceOnHost?: boolean;
  /** called with what compile is doing, once a second after the first. */
  readonly onCompile?: (doing: string) => void;
  /** a run stops where a potential goes beyond this on either side of 0, since no membrane holds it; 1 V where it is not given. */
  readonly voltageLimit?: Quantity<"mV">;
  /** the whole duration when known, so that drives are checked before the first step and trains' events are due inside it. */
  readonly duration?: Quantity<"ms">;
}

/** A place of cells; the detector's section where none is given. */
export interface Place {
  readonly section?: string;
  readonly at?: number;
}

/** Sums of weight * value over links, at every step, from what the sources are at that step: gap junctions, graded synapses, read-outs. It flows into
 * a compartment (nA) or into an input of point neurons (its unit). */
export interface GatherDescription extends Place {
  readonly name: string;
  readonly source: string;
  readonly target: string;
  readonly rule: Rule;
  readonly weight: PerLink<Unit>;
  /** Over states of the source ("V_pre", "s_pre": at `from`), the target's own ("V", at its place; linear in them) and `params`. */
  readonly value: string;
  readonly params?: Readonly<Record<string, Quantity>>;
  /** where a source cell is read. */
  readonly from?: Place;
  /** of point neurons, instead of section and at. */
  readonly input?: string;
}

/** Recursive least squares on a read-out's weights, with one matrix P that all its values share: at every learning step
 * e = z - target, k = P r, g = k / (1 + r.k), P -= g k', w -= e g (Sussillo and Abbott 2009; Nicola and Clopath 2017). */
export interface Rls {
  readonly kind: "rls";
  /** what the values should be, one signal each, in the read-out's unit, at the time of the step. */
  readonly targets: readonly Signal[];
  /** ms between learning steps. */
  readonly every: Quantity<"ms">;
  /** P at the start is so many times the identity; in 1/(unit of the read value)^2. */
  readonly P0: number;
  /** ms: the first learning step. */
  readonly start: Quantity<"ms">;
  /** ms: learning steps are before it; for ever where it is not given. */
  readonly stop?: Quantity<"ms">;
}

/** Values that are weighted sums over a population's cells at every step, z = sum of w r, with weights that may be learned. */
export interface ReadoutDescription {
  readonly name: string;
  readonly source: string;
  /** r over states of the source ("V_pre", "s_pre"; of cells at `from`) and `params`. */
  readonly value: string;
  readonly params?: Readonly<Record<string, Quantity>>;
  readonly from?: Place;
  /** how many values. */
  readonly outputs: number;
  readonly unit: Unit;
  /** at the start: one for all, or one per value and cell: [value][cell]. */
  readonly weight: Quantity | Quantities;
  readonly learning?: Rls;
}

/** Links of a trained network, from neuron source[k] to neuron target[k]; no neuron hears itself or another twice. */
export interface TrainedLinks<T = ArrayLike<number>> {
  readonly source: T;
  readonly target: T;
  readonly weight: T;
}

/** LIF and QIF neurons that hear each other without delay, and whose weights recursive least squares trains until the summed input of each
 * follows a target of its own (Kim & Chow 2018, eLife 7:e37124). Dimensionless but for times; parameters have the notebook's names.
 * Time runs in loops, in each of which a stimulus comes first; loops 1 to `nloop_train` learn, those before and after do not. */
export interface TrainedDescription extends TrainedDefaults {
  readonly name: string;
  /** learning begins so long after the start of a loop; left out, one step after the stimulus. */
  readonly learnFrom?: Quantity<"ms">;
  /** the input that neurons should have, over a loop and in units of their input; left out, sinusoids drawn by `amp0` and `cycles`. */
  readonly targets?: CellSignals;
  /** at the start; left out, drawn by `p` and `gsyn`. */
  readonly links?: TrainedLinks<readonly number[]>;
}
