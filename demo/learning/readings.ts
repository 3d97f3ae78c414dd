import type { CompiledTraining, TrainingEntry } from "../../src/compile/trained/training.ts";
import type { SpanRecord, TrainingSpan } from "../../src/host/training.ts";
import { covariance, participationRatio } from "../../src/models/trained-network/dimension.ts";
import type { TrainedNetworkParameters } from "../../src/network/trained-parameters.ts";

const ERROR_STEPS = 50;

/** What the page shows of one network, kept up to date span by span. */
export class Readings {
  readonly chosen: readonly number[];
  readonly entry: TrainingEntry;
  readonly #compiled: CompiledTraining;
  readonly #from: number;
  /** W r of the chosen neurons over one loop: this loop up to `at`, the last one from there on. [chosen][step] */
  readonly output: readonly Float64Array[];
  /** last and this loop's spikes as [step][neuron]. */
  readonly spikes: Uint8Array;
  /** loop (with fraction) and root mean square error over all neurons, every 50 steps after the stimulus. */
  readonly error: { loop: number[]; rms: number[] } = { loop: [], rms: [] };
  /** loop that is over, and the participation ratio of the recurrent inputs of all neurons in it after the stimulus. */
  readonly dimension: { loop: number[]; ratio: number[] } = { loop: [], ratio: [] };
  /** recurrent inputs of this loop after the stimulus, [step][neuron]. */
  readonly #inputs: Float64Array;
  step = 0;
  #sum = 0;
  #count = 0;
  #spiked = 0;
  #spikedSteps = 0;
  /** spikes per neuron and second over the last loop, Hz. */
  rate = 0;

  constructor(compiled: CompiledTraining, { itstim }: TrainedNetworkParameters, stepMs: number) {
    this.#compiled = compiled;
    this.#from = itstim;
    this.entry = compiled.entries[0] as TrainingEntry;
    this.stepMs = stepMs;
    const { stepsPerLoop } = compiled.schedule;
    this.chosen = largestTargets(this.entry, compiled.n, stepsPerLoop, 6);
    this.output = this.chosen.map(() => new Float64Array(stepsPerLoop).fill(NaN));
    this.spikes = new Uint8Array(stepsPerLoop * compiled.n);
    this.#inputs = new Float64Array((stepsPerLoop - itstim) * compiled.n);
  }

  readonly stepMs: number;

  /** Wanted input of the k-th chosen neuron at a step of the loop. */
  target(k: number, step: number): number {
    return this.entry.target[step * this.#compiled.n + (this.chosen[k] as number)] as number;
  }

  add({ firstStep, steps, entries }: TrainingSpan): void {
    const { n, schedule } = this.#compiled;
    const record = entries[0] as SpanRecord;
    const [v, error] = [record.traces.v, record.traces.error];
    if (v === undefined || error === undefined) return;
    for (let s = 0; s < steps; s++) {
      const it = (firstStep + s) % schedule.stepsPerLoop;
      this.chosen.forEach((i, k) => ((this.output[k] as Float64Array)[it] = v[s * n + i] as number));
      this.spikes.set(record.spikes.subarray(s * n, (s + 1) * n), it * n);
      for (let i = 0; i < n; i++) this.#spiked += record.spikes[s * n + i] as number;
      if (++this.#spikedSteps === 200) {
        this.rate = (1000 * this.#spiked) / (n * this.#spikedSteps * this.stepMs);
        this.#spiked = this.#spikedSteps = 0;
      }
      if (it < this.#from) continue;
      this.#addError(error.subarray(s * n, (s + 1) * n), firstStep + s);
      this.#inputs.set(v.subarray(s * n, (s + 1) * n), (it - this.#from) * n);
      if (it === schedule.stepsPerLoop - 1) this.#addDimension((firstStep + s + 1) / schedule.stepsPerLoop);
    }
    this.step = firstStep + steps;
  }

  #addDimension(loop: number): void {
    const { n, schedule } = this.#compiled;
    this.dimension.loop.push(loop);
    this.dimension.ratio.push(participationRatio(covariance(this.#inputs, schedule.stepsPerLoop - this.#from, n), n));
  }

  #addError(errors: Float32Array | Float64Array, step: number): void {
    for (const e of errors) this.#sum += e * e;
    this.#count += errors.length;
    if (this.#count < ERROR_STEPS * errors.length) return;
    this.error.loop.push((step + 1) / this.#compiled.schedule.stepsPerLoop);
    this.error.rms.push(Math.sqrt(this.#sum / this.#count));
    this.#sum = this.#count = 0;
  }
}

/** In each of `count` equal parts of the network the neuron with the largest target: QIF ones first, LIF ones last. */
function largestTargets({ target }: TrainingEntry, n: number, steps: number, count: number): number[] {
  const amplitude = (i: number): number => {
    let top = 0;
    for (let s = 0; s < steps; s += 5) top = Math.max(top, Math.abs(target[s * n + i] as number));
    return top;
  };
  return Array.from({ length: count }, (_, part) => {
    const [from, to] = [Math.floor((part * n) / count), Math.floor(((part + 1) * n) / count)];
    const candidates = Array.from({ length: to - from }, (_, k) => from + k);
    return candidates.reduce((best, i) => (amplitude(i) > amplitude(best) ? i : best), from);
  });
}
