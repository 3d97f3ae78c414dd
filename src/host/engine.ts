import type { CompiledNetwork } from "../compile/compiled.ts";
import type { StateError } from "../errors.ts";
import type { MemoryAhead, MemoryUse } from "./memory.ts";

/** Phases of a block, per stage; kernel labels, timings and messages use these names. */
export const PHASES = ["drive", "release", "learn", "deliver", "integrate"] as const;

/** Wall time of each phase so far, ms, where the engine can measure it. */
export type Timings = Readonly<Partial<Record<(typeof PHASES)[number], number>>>;

/** Samples of one trace in a segment: row-major [sample][entry][cell of the trace]. Sample j has the time of step steps[j]. */
export interface TraceSamples {
  readonly population: number;
  readonly trace: number; // index into CompiledCells.traces
  readonly steps: Uint32Array;
  readonly data: Float32Array | Float64Array;
}

/** What an engine gives back of the steps [from, to). Spikes are in no order: id = entry * nSources + source. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly spikeSteps: Uint32Array;
  readonly spikeIds: Uint32Array;
  readonly traces: readonly TraceSamples[];
  /** why it ends before it should: the next step has a state that no cell can have. The engine stays where the segment ends. */
  readonly fault?: StateError;
}

/** Every mutable buffer by name: what a checkpoint holds, and what is restored after an overflow. */
export type EngineState = Readonly<Record<string, Uint32Array | Int32Array | Float32Array | Float64Array>>;

/** What the sources or links of a plasticity carry from spike to spike. */
export interface LinkStates {
  /** [state][element of every entry], each in its own unit. */
  readonly state: Float32Array | Float64Array;
  /** step of the element's last spike. */
  readonly last: Uint32Array;
}

/** Changes that act from the engine's current step on (`sim.every`). */
interface Controls {
  /** the rate signal of a renewal population, per entry or all; Hz. */
  setRate(population: number, signal: import("../network/signal.ts").Signal, entry?: number): void;
  /** rate of each source of a port, Hz: one, or one per element. */
  setPortRate(population: number, hz: number | ArrayLike<number>, entry?: number): void;
  /** factor on a projection's weights, 0 <= |scale| <= maxScale. */
  setScale(projection: number, scale: number, entry?: number): void;
  setGain(clamp: number, gain: number | ArrayLike<number>, entry?: number): void;
  setParam(population: number, name: string, value: number | ArrayLike<number>, entry?: number): void;
  /** whether weights stay. @param learner  index into `learnersOf` (host/learning.ts) */
  setFrozen(learner: number, frozen: boolean, entry?: number): void;
}

export type EngineKind = "gpu" | "reference" | "reference32";

export interface Engine extends Controls {
  readonly kind: EngineKind;
  readonly network: CompiledNetwork;
  /** the step that the next `advance` starts from. */
  readonly step: number;
  /** Steps that take about 200 ms, in a page 50, measured and adapted: how far to ask for at a time. */
  readonly stepsPerSubmit: number;
  /** Advances to exactly `toStep`. A second call may be made before the first has resolved (two in flight). */
  advance(toStep: number): Promise<Segment>;
  /** Call with nothing in flight. */
  save(): Promise<EngineState>;
  /** States of a projection's source-side plasticity as its sources' last spikes left them: [state][entry][source]. Call with nothing in flight.
   * @param plasticity  index into network.plasticity, of one that trains do not feed */
  sourceStates(plasticity: number): Promise<Float32Array | Float64Array>;
  /** States of a projection's links as their last events left them, and the steps of these: [state][link], links of all entries one
   * after another in the order of their tables. Call with nothing in flight.
   * @param learning  index into network.learning */
  linkStates(learning: number): Promise<LinkStates>;
  /** What a read-out keeps now (host/readouts.ts). Call with nothing in flight.
   * @param readout  index into network.readouts */
  readoutState(readout: number): Promise<Float32Array | Float64Array>;
  load(state: EngineState, step: number): Promise<void>;
  /** What it takes now. */
  memory(): MemoryUse;
  /** What running will take beside that, in this process; a run too short for threads that would start later then gets none.
   * @param steps  of the run; a few have been tried */
  ahead(steps: number): MemoryAhead;
  /** wall time spent in each phase so far, ms, where it can be measured. */
  timings(): Timings;
  close(): Promise<void>;
}
