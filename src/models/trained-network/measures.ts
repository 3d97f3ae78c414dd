import { pearson } from "../../analysis/correlation.ts";
import { mean } from "../../analysis/stats.ts";
import {
  learns,
  type CompiledTraining,
  type TrainingTrace,
  type TrainingEntry,
} from "../../compile/trained/training.ts";
import type { SpanRecord } from "../../host/training.ts";
import { dense, motifs, type Motifs } from "./motifs.ts";

/** Traces that the measures of a loop need. */
export const MEASURED: readonly TrainingTrace[] = ["r", "v", "error", "update2"];

/** What is said about one network and loop. Errors: target minus W r (r after the step, W before its update). */
export interface LoopMeasures extends Motifs {
  readonly loop: number;
  /** Mean squared error over neurons and steps after the stimulus (it > itstim), its root, and the median over neurons. */
  readonly mse_err: number;
  readonly rms_err: number;
  readonly mse_median_neuron: number;
  /** Recorded input (stimulus + v) against the target of the same step, it >= itstim. */
  readonly mse_in: number;
  /** Pearson correlation of the target with input and with r, it >= itstim, mean over the neurons that have one (r of a
   * neuron that never fired is constant). */
  readonly cc_in: number;
  readonly cc_out: number;
  /** Spikes per neuron and step after the stimulus (NaN for an absent kind), and during it. */
  readonly rate_all: number;
  readonly rate_qif: number;
  readonly rate_lif: number;
  readonly rate_stim: number;
  /** Mean of r after the stimulus. */
  readonly r_mean: number;
  readonly w_fro: number;
  readonly max_abs_w: number;
  /** log(||dW|| / ||W0||) of every tenth update, with the step of the loop. */
  readonly dw: readonly { readonly it: number; readonly log: number }[];
}

/** Measures of a whole loop of one network.
 * @param w   weights at the end of the loop, in the order of the entry's colIdx
 * @param itstim  steps with stimulus */
export function loopMeasures(
  compiled: CompiledTraining,
  entry: TrainingEntry,
  loop: number,
  record: SpanRecord,
  w: Float64Array,
  itstim: number,
): LoopMeasures {
  const { n, schedule } = compiled;
  const T = schedule.stepsPerLoop;
  const { r, v, error } = record.traces;
  const perNeuron = {
    mse: new Float64Array(n),
    in: new Float64Array(n),
    ccIn: new Float64Array(n),
    ccOut: new Float64Array(n),
  };
  const columns = {
    target: new Float64Array(T - itstim),
    input: new Float64Array(T - itstim),
    r: new Float64Array(T - itstim),
  };
  let rSum = 0;
  for (let i = 0; i < n; i++) {
    let squares = 0;
    for (let it = itstim + 1; it < T; it++) squares += (error?.[it * n + i] ?? NaN) ** 2;
    perNeuron.mse[i] = squares / (T - itstim - 1);
    let inSquares = 0;
    for (let it = itstim, s = 0; it < T; it++, s++) {
      const target = entry.target[it * n + i] as number;
      const input = (v?.[it * n + i] ?? NaN) + (entry.stimulus[(schedule.stimulusRow[it] as number) * n + i] as number);
      columns.target[s] = target;
      columns.input[s] = input;
      columns.r[s] = r?.[it * n + i] ?? NaN;
      inSquares += (target - input) ** 2;
      rSum += columns.r[s] as number;
    }
    perNeuron.in[i] = inSquares / (T - itstim);
    perNeuron.ccIn[i] = pearson(columns.target, columns.input);
    perNeuron.ccOut[i] = pearson(columns.target, columns.r);
  }
  const mse = mean(perNeuron.mse);
  const norms = weightNorms(w);
  return {
    loop,
    mse_err: mse,
    rms_err: Math.sqrt(mse),
    mse_median_neuron: median(perNeuron.mse),
    mse_in: mean(perNeuron.in),
    cc_in: mean(perNeuron.ccIn.filter(Number.isFinite)),
    cc_out: mean(perNeuron.ccOut.filter(Number.isFinite)),
    ...rates(record.spikes, n, entry.nqif, itstim, T),
    r_mean: rSum / (n * (T - itstim)),
    ...motifs(dense(entry, w, n), n),
    ...norms,
    dw: weightChanges(compiled, entry, loop, record),
  };
}

/** log(||dW|| / ||W0||) of every tenth update of the run, as the notebook's older versions wrote it. */
function weightChanges(
  compiled: CompiledTraining,
  entry: TrainingEntry,
  loop: number,
  record: SpanRecord,
): LoopMeasures["dw"] {
  const { n, schedule } = compiled;
  const perLoop = schedule.stepsPerLoop - schedule.learnFrom;
  const first = (loop - schedule.firstTrained) * perLoop;
  const initial = Math.log(weightNorms(entry.w).w_fro);
  const out: { it: number; log: number }[] = [];
  for (let it = schedule.learnFrom; it < schedule.stepsPerLoop; it++) {
    const update = first + it - schedule.learnFrom;
    if (!learns(schedule, loop * schedule.stepsPerLoop + it) || update % 10 !== 0) continue;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += record.traces.update2?.[it * n + i] ?? NaN;
    out.push({ it, log: Math.log(sum) / 2 - initial });
  }
  return out;
}

function rates(spikes: Uint8Array, n: number, nqif: number, itstim: number, T: number) {
  const count = (from: number, to: number, first: number, last: number): number => {
    let sum = 0;
    for (let it = from; it < to; it++) for (let i = first; i < last; i++) sum += spikes[it * n + i] as number;
    return sum / ((to - from) * (last - first)); // 0 / 0 = NaN where there is no such neuron or step
  };
  return {
    rate_all: count(itstim, T, 0, n),
    rate_qif: count(itstim, T, 0, nqif),
    rate_lif: count(itstim, T, nqif, n),
    rate_stim: count(0, itstim, 0, n),
  };
}

function weightNorms(w: Float64Array): { w_fro: number; max_abs_w: number } {
  let [square, largest] = [0, 0];
  for (const x of w) {
    square += x * x;
    largest = Math.max(largest, Math.abs(x));
  }
  return { w_fro: Math.sqrt(square), max_abs_w: largest };
}

export function median(x: ArrayLike<number>): number {
  const sorted = Float64Array.from(x).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
