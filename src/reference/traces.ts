import type { CompiledNetwork } from "../compile/compiled.ts";
import type { TraceSamples } from "../host/engine.ts";
import { sampledLinks, weightTraces } from "../host/learning.ts";
import { sampleSteps } from "../host/samples.ts";
import type { Arrays, Floats } from "./arrays.ts";
import { type LinkArrays, type Memory, traceList } from "./memory.ts";
import type { Readout } from "./readouts.ts";

/** Samples of one trace in a run; those of its place in `traceList`. */
export interface Sampled {
  readonly population: number;
  readonly trace: number;
  readonly steps: Uint32Array;
  readonly length: number;
}

/** Samples of all traces of a run, each in a buffer that grows. */
export class Traces {
  readonly #network: CompiledNetwork;
  readonly #memory: Memory;
  readonly #arrays: Arrays;
  /** by place in `traceList`. */
  buffers: readonly Floats[];

  constructor(network: CompiledNetwork, memory: Memory, arrays: Arrays) {
    [this.#network, this.#memory, this.#arrays] = [network, memory, arrays];
    this.buffers = traceList(network).map(() => arrays.floats(0));
  }

  /** Makes room for the samples of [from, to). */
  begin(from: number, to: number): Sampled[] {
    return traceList(this.#network).map(({ population, trace, ...t }, place) => {
      const steps = sampleSteps(t, from, to);
      const length = steps.length * this.#network.entries * t.cells.length;
      if (length > (this.buffers[place] as Floats).length)
        this.buffers = this.buffers.with(place, this.#arrays.floats(length));
      this.#memory.traceFrom[place] = (steps[0] ?? 0) / t.everySteps;
      return { population, trace, steps, length };
    });
  }

  /** Puts a sample into its trace's buffer: by trace, row of all samples, column [entry][cell]. */
  writer(population: number, traces: readonly Sampled[]) {
    return (trace: number, row: number, column: number, value: number): void => {
      const place = traces.findIndex((b) => b.population === population && b.trace === trace);
      const sampled = traces[place];
      if (sampled === undefined) return;
      const width = sampled.length / sampled.steps.length;
      (this.buffers[place] as Floats)[(row - (this.#memory.traceFrom[place] as number)) * width + column] = value;
    };
  }

  /** Weights as they are before this step. */
  sampleWeights(step: number, readouts: readonly Readout[], traces: readonly Sampled[]): void {
    const { entries } = this.#network;
    for (const r of readouts) r.sampleWeights(step, this.writer(r.readout.population, traces));
    this.#network.learning.forEach((learning, k) => {
      const { state } = this.#memory.learning[k] as LinkArrays;
      const write = this.writer(learning.target, traces);
      for (const [trace, t] of weightTraces(this.#network, learning)) {
        if (step % t.everySteps !== 0) continue;
        sampledLinks(learning, t, entries).forEach((link, j) =>
          write(trace, step / t.everySteps, j, state[link] as number),
        );
      }
    });
  }

  samples(traces: readonly Sampled[]): TraceSamples[] {
    return traces.map(({ population, trace, steps, length }, t) => {
      const data = (this.buffers[t] as Floats).slice(0, length);
      return { population, trace, steps, data };
    });
  }
}
