import { TRACES, type TrainingTrace } from "../../network/trained-parameters.ts";

/**
 * Trained networks for both engines (`models/trained-network`): LIF and QIF neurons with delay 0, a midpoint step, and
 * recursive least squares on the recurrent weights. Dimensionless; one unit of time is the membrane time constant.
 * Everything a run needs is here as plain arrays; engines draw nothing but the noise, and that only when asked to.
 */
export interface CompiledTraining {
  /** Of its population in errors; "neurons" where left out. */
  readonly name?: string;
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

export { TRACES, type TrainingTrace };

/** Factor of the trace in one step: the midpoint rule on r' = -b r. */
export const traceDecay = (rules: TrainingRules): number => 1 - rules.h * rules.b + (rules.h * rules.b) ** 2 / 2;

/** Whether the step (counted from the start of the run) is followed by learning. */
export function learns(schedule: TrainingSchedule, step: number): boolean {
  const loop = Math.floor(step / schedule.stepsPerLoop);
  const it = step - loop * schedule.stepsPerLoop;
  return loop >= schedule.firstTrained && loop <= schedule.lastTrained && it >= schedule.learnFrom;
}
