import type { CompiledTraining, TrainingSchedule, TrainingTrace } from "../compile/trained/training.ts";
import { ModelError } from "../errors.ts";
import type { EngineKind, EngineState } from "./engine.ts";
import type { TrainedControls } from "./trained-controls.ts";

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

/** Runs the networks of a CompiledTraining side by side. Methods are called one at a time. */
export interface TrainingEngine {
  readonly kind: EngineKind;
  readonly compiled: CompiledTraining;
  /** Steps run so far. */
  readonly step: number;
  /** Runs `steps` steps, at most to the end of the current loop.
   * @throws StateError where one leaves what a neuron can be; the engine is then good for `load` only */
  advance(steps: number, record?: readonly TrainingTrace[]): Promise<TrainingSpan>;
  /** Weights of each entry now, in the order of its colIdx. */
  weights(): Promise<Float64Array[]>;
  state(): Promise<TrainingState[]>;
  /** What may be changed between two spans; `changed` takes it over. */
  readonly controls: TrainedControls;
  changed(): Promise<void>;
  /** Bytes that it takes beside the CompiledTraining, these traces of whole loops recorded. */
  memory(record: readonly TrainingTrace[]): { readonly host: number; readonly device: number };
  /** All that changes in a run as the engine holds it: what the same engine on the same networks goes on from, bit for bit. */
  save(): Promise<EngineState>;
  /** Keeps what it holds now, where it holds it: `back` returns there. One mark at a time. */
  mark(): void;
  back(): void;
  /** Goes back, or on, to a snapshot of the same networks; noise that is given must be of the loop that the engine stands in. */
  load(snapshot: EngineState): Promise<void>;
  close(): Promise<void>;
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
