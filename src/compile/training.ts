import { ModelError } from "../errors.ts";

/**
 * Trained networks for both engines (`models/trained-network`): LIF and QIF neurons with delay 0, a midpoint step, and
 * recursive least squares on the recurrent weights. Dimensionless; one unit of time is the membrane time constant.
 * Everything a run needs is here as plain arrays; engines draw nothing but the noise, and that only when asked to.
 */
export interface CompiledTraining {
  readonly n: number;
  readonly rules: TrainingRules;
  readonly schedule: TrainingSchedule;
  readonly entries: readonly TrainingEntry[];
}

export interface TrainingRules {
  /** Time step, in membrane time constants. */
  readonly h: number;
  /** Synaptic decay rate, and also the jump of the trace per spike. */
  readonly b: number;
  /** Regulariser: P starts as I / alpha. */
  readonly alpha: number;
  /** What makes a LIF neuron fire: `effective` asks x_new > threshold only, `intended` also x < threshold. */
  readonly spikeRule: "effective" | "intended";
  /** `halves`: two normal values a step, added to the drift; `held`: one a step, added to the current (companion scripts). */
  readonly noiseScheme: "halves" | "held";
}

export interface TrainingSchedule {
  readonly loops: number;
  /** Steps of one loop. */
  readonly stepsPerLoop: number;
  /** Row of every entry's stimulus table used in step `it` of each loop; length stepsPerLoop. */
  readonly stimulusRow: Int32Array;
  /** Loops firstTrained..lastTrained learn (both included; none when last < first), in steps it >= learnFrom. */
  readonly firstTrained: number;
  readonly lastTrained: number;
  readonly learnFrom: number;
}

/** One network of the batch; neurons 0..nqif-1 are QIF, the rest LIF. */
export interface TrainingEntry {
  readonly label: string;
  readonly nqif: number;
  /** LIF threshold and reset; unused where all neurons are QIF. */
  readonly threshold: number;
  readonly reset: number;
  /** Potential (LIF) or phase (QIF) and synaptic trace at the start, length n. */
  readonly x0: Float64Array;
  readonly r0: Float64Array;
  /** Weights by receiving neuron: row i is rowPtr[i]..rowPtr[i + 1]. */
  readonly rowPtr: Int32Array;
  readonly colIdx: Int32Array;
  readonly w: Float64Array;
  /** Currents [row][n]; schedule.stimulusRow says which row a step uses. */
  readonly stimulus: Float64Array;
  /** Wanted synaptic input [stepsPerLoop][n], the same in every loop. */
  readonly target: Float64Array;
  readonly noise: TrainingNoise;
  /** 1 where a neuron learns; all do when absent. */
  readonly trained?: Uint8Array;
  /** P to go on from: per neuron the packed lower triangle, row a from a(a+1)/2; I / alpha when absent. */
  readonly P?: readonly Float64Array[];
  /** Steps already run, so that noise and schedule go on where a state was left; 0 when absent. */
  readonly firstStep?: number;
}

export type TrainingNoise =
  | { readonly kind: "none" }
  /** Philox4x32-10 and Box-Muller, keyed by (seed, neuron, step), times the amplitude. */
  | { readonly kind: "drawn"; readonly seed: number; readonly amplitude: number }
  /** Values [stepsPerLoop][2][n] of a loop, amplitude included; loops are asked for in order. */
  | { readonly kind: "given"; readonly loop: (loop: number) => Float64Array | Float32Array };

/** What can be recorded of each step, per neuron: state after the step, input v = W r of the step (without stimulus),
 *  error before the update, squared norm of the update of the neuron's weights, state at the midpoint. */
export const TRACES = ["x", "r", "v", "error", "update2", "xmid"] as const;
export type TrainingTrace = (typeof TRACES)[number];

export interface SpanRecord {
  /** 0 or 1, [steps][n]. */
  readonly spikes: Uint8Array;
  /** [steps][n] each. */
  readonly traces: Partial<Record<TrainingTrace, Float64Array | Float32Array>>;
}

/** A stretch of steps within one loop. */
export interface TrainingSpan {
  readonly firstStep: number;
  readonly steps: number;
  readonly entries: readonly SpanRecord[];
}

/** All that changes in a run; put into an entry (x0, r0, w, P, firstStep) it goes on exactly there. */
export interface TrainingState {
  readonly x: Float64Array;
  readonly r: Float64Array;
  readonly w: Float64Array;
  readonly P: readonly Float64Array[];
  readonly step: number;
}

/** All that changes in a run as an engine holds it: what the same engine on the same networks goes on from, bit for bit. */
export type TrainingSnapshot = Readonly<Record<string, Uint32Array | Float32Array | Float64Array>>;

/** Runs the networks of a CompiledTraining side by side. Methods are called one at a time. */
export interface TrainingEngine {
  readonly kind: "gpu" | "reference" | "reference32";
  readonly compiled: CompiledTraining;
  /** Steps run so far. */
  readonly step: number;
  /** Runs `steps` steps, at most to the end of the current loop.
   * @throws StateError where one leaves what a neuron can be; the engine is then good for `load` only */
  advance(steps: number, record?: readonly TrainingTrace[]): Promise<TrainingSpan>;
  /** Weights of each entry now, in the order of its colIdx. */
  weights(): Promise<Float64Array[]>;
  state(): Promise<TrainingState[]>;
  /** Bytes that it takes beside the CompiledTraining, these traces of whole loops recorded. */
  memory(record: readonly TrainingTrace[]): { readonly host: number; readonly device: number };
  save(): Promise<TrainingSnapshot>;
  /** Goes back, or on, to a snapshot of the same networks; noise that is given must be of the loop that the engine stands in. */
  load(snapshot: TrainingSnapshot): Promise<void>;
  close(): Promise<void>;
}

/** Factor of the trace in one step: the midpoint rule on r' = -b r. */
export const traceDecay = (rules: TrainingRules): number => 1 - rules.h * rules.b + (rules.h * rules.b) ** 2 / 2;

/** Whether the step (counted from the start of the run) is followed by learning. */
export function learns(schedule: TrainingSchedule, step: number): boolean {
  const loop = Math.floor(step / schedule.stepsPerLoop);
  const it = step - loop * schedule.stepsPerLoop;
  return loop >= schedule.firstTrained && loop <= schedule.lastTrained && it >= schedule.learnFrom;
}

/** Refuses `steps` that an engine cannot run as one span. */
export function checkSpan(schedule: TrainingSchedule, step: number, steps: number): void {
  const left = schedule.stepsPerLoop - (step % schedule.stepsPerLoop);
  if (!Number.isInteger(steps) || steps < 1 || steps > left || step >= schedule.loops * schedule.stepsPerLoop) {
    throw new ModelError(
      "training span",
      `${steps} steps from step ${step} do not fit loops of ${schedule.stepsPerLoop} steps, ${schedule.loops} in all`,
      "Advance by 1 to the number of steps left in the loop",
    );
  }
}

/** Checks all there is to check and returns the same data; throws ModelError before any engine is made. */
export function compileTraining(training: CompiledTraining): CompiledTraining {
  checkRules(training);
  checkSchedule(training);
  if (training.entries.length === 0) throw new ModelError("training", "has no network", "Give at least one entry");
  for (const entry of training.entries) checkEntry(training, entry);
  const first = training.entries[0]?.firstStep ?? 0;
  for (const entry of training.entries) {
    if ((entry.firstStep ?? 0) !== first) {
      throw new ModelError(entry.label, "starts at another step than the first network", "Run it by itself");
    }
  }
  return training;
}

function checkRules({ n, rules }: CompiledTraining): void {
  if (!Number.isInteger(n) || n < 1) throw new ModelError("n", `is ${n}`, "Give a whole number of neurons, 1 or more");
  for (const name of ["h", "b", "alpha"] as const) {
    if (!(rules[name] > 0) || !Number.isFinite(rules[name])) {
      throw new ModelError(name, `is ${rules[name]}`, "Give a positive number");
    }
  }
  if (rules.h * rules.b >= 1) {
    throw new ModelError("h", `times b is ${rules.h * rules.b}, so one step loses the trace`, "Choose h below 1 / b");
  }
}

function checkSchedule({ schedule }: CompiledTraining): void {
  const { loops, stepsPerLoop, stimulusRow, learnFrom } = schedule;
  if (!Number.isInteger(loops) || loops < 1 || !Number.isInteger(stepsPerLoop) || stepsPerLoop < 1) {
    throw new ModelError("schedule", `has ${loops} loops of ${stepsPerLoop} steps`, "Give whole numbers, 1 or more");
  }
  if (stimulusRow.length !== stepsPerLoop) {
    throw new ModelError(
      "stimulusRow",
      `has ${stimulusRow.length} rows for ${stepsPerLoop} steps`,
      "Give one per step",
    );
  }
  if (!Number.isInteger(learnFrom) || learnFrom < 0) {
    throw new ModelError("learnFrom", `is ${learnFrom}`, "Give the first learning step of a loop, 0 or more");
  }
}

function checkEntry({ n, schedule }: CompiledTraining, entry: TrainingEntry): void {
  const { label } = entry;
  if (!Number.isInteger(entry.nqif) || entry.nqif < 0 || entry.nqif > n) {
    throw new ModelError(label, `has ${entry.nqif} QIF neurons of ${n}`, `Give a whole number in 0..${n}`);
  }
  if (entry.nqif < n && !(Number.isFinite(entry.threshold) && Number.isFinite(entry.reset))) {
    throw new ModelError(label, "has LIF neurons without threshold or reset", "Give both");
  }
  const rows = 1 + schedule.stimulusRow.reduce((a, b) => Math.max(a, b), 0);
  const lengths: [string, ArrayLike<number>, number][] = [
    ["x0", entry.x0, n],
    ["r0", entry.r0, n],
    ["rowPtr", entry.rowPtr, n + 1],
    ["target", entry.target, schedule.stepsPerLoop * n],
    ["stimulus", entry.stimulus, rows * n],
    ["trained", entry.trained ?? new Uint8Array(n), n],
  ];
  for (const [name, array, length] of lengths) {
    if (array.length < length || (name !== "stimulus" && array.length !== length)) {
      throw new ModelError(`${label}.${name}`, `has ${array.length} values`, `Give ${length}`);
    }
    for (let i = 0; i < array.length; i++) {
      if (!Number.isFinite(array[i]))
        throw new ModelError(`${label}.${name}`, `value ${i} is not finite`, "Correct it");
    }
  }
  checkWeights(label, n, entry);
}

function checkWeights(label: string, n: number, { rowPtr, colIdx, w, P }: TrainingEntry): void {
  if (w.length !== colIdx.length || rowPtr[0] !== 0 || rowPtr[n] !== w.length) {
    throw new ModelError(
      label,
      `${w.length} weights, ${colIdx.length} columns, rows end at ${rowPtr[n]}`,
      "Match them",
    );
  }
  for (let i = 0; i < n; i++) {
    const [from, to] = [rowPtr[i] as number, rowPtr[i + 1] as number];
    if (to < from) throw new ModelError(`${label}.rowPtr`, `falls at row ${i}`, "Rows must follow each other");
    for (let a = from; a < to; a++) {
      const column = colIdx[a] as number;
      if (column < 0 || column >= n || (a > from && column <= (colIdx[a - 1] as number))) {
        throw new ModelError(`${label}.colIdx`, `row ${i} has column ${column}`, `Give rising columns in 0..${n - 1}`);
      }
      if (!Number.isFinite(w[a])) throw new ModelError(`${label}.w`, `weight ${a} is not finite`, "Correct it");
    }
    const k = to - from;
    if (P !== undefined && P[i]?.length !== (k * (k + 1)) / 2) {
      throw new ModelError(`${label}.P`, `neuron ${i} has ${P[i]?.length} values`, `Give ${(k * (k + 1)) / 2}`);
    }
  }
}
