/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledNetwork, CompiledTrace } from "../compile/compiled.ts";
import { sampleSteps } from "../host/samples.ts";
import type { Memory } from "./memory.ts";

/** A trace as a kernel samples it: the cells of a population's trace, or of several populations' one after another. */
export interface OwnTrace {
  readonly trace: CompiledTrace;
  /** Each one's population, its place among those of the population, and its cells among all. */
  readonly of: readonly { readonly population: number; readonly index: number; readonly first: number; readonly n: number }[];
} // prettier-ignore

/** Samples of one part's traces, as they lie in a submit's record: each [sample][entry][width]. */
export type Placed = (Pick<OwnTrace, "of"> & { readonly steps: Uint32Array; readonly width: number })[];

export const ownTrace = (population: number, index: number, trace: CompiledTrace): OwnTrace => ({
  trace,
  of: [{ population, index, first: 0, n: trace.cells.length }],
});

/** How often so many steps meet multiples of each of these intervals, at most. */
export const samplesOf = (intervals: readonly number[], steps: number): number =>
  intervals.reduce((sum, every) => sum + Math.floor(steps / every) + 1, 0);

/** What samples are kept in, and of which network. */
interface Place {
  readonly memory: Memory;
  readonly network: CompiledNetwork;
  /** of a submit. */
  readonly maxSteps: number;
}

/** Where a group's traces leave their samples of a submit: trace after trace, each [sample][entry][cell of the trace]. */
export class Samples {
  readonly buffer: GPUBuffer;
  readonly #entries: number;
  readonly #traces: readonly OwnTrace[];
  #places: { readonly first: number; readonly word: number }[] = []; // step of the first sample, and its word

  constructor({ memory, network, maxSteps }: Place, label: string, traces: readonly OwnTrace[]) {
    [this.#entries, this.#traces] = [network.entries, traces];
    this.buffer = memory.storage(`${label}: samples`, 4 * this.words(maxSteps));
  }

  /** Floats that the samples of so many steps take. */
  words(steps: number): number {
    const most = ({ trace: t }: OwnTrace): number => samplesOf([t.everySteps], steps) * this.width(t);
    return this.#traces.reduce((sum, t) => sum + most(t), 0);
  }

  /** Floats of one sample. */
  width({ cells }: CompiledTrace): number {
    return this.#entries * cells.length;
  }

  /** Says where each trace of the submit [from, to) goes, and how its words are to be read. */
  place(from: number, to: number): { samples: Placed; words: number } {
    let words = 0;
    this.#places = [];
    const samples = this.#traces.map(({ trace, of }) => {
      const steps = sampleSteps(trace, from, to);
      this.#places.push({ first: steps[0] ?? 0, word: words });
      words += steps.length * this.width(trace);
      return { steps, width: trace.cells.length, of };
    });
    return { samples, words };
  }

  /** Of each trace the number (step / everySteps) of the submit's first sample, and its word. */
  get heads(): Uint32Array<ArrayBuffer> {
    return Uint32Array.from(this.#places.flatMap(({ first, word }, k) => [first / (this.#traces[k] as OwnTrace).trace.everySteps, word]));
  } // prettier-ignore

  /** Word of a trace's sample at a step of the submit. @param k  place of the trace in the group */
  wordAt(k: number, step: number): number {
    const { trace } = this.#traces[k] as OwnTrace;
    const { first, word } = this.#places[k] as { first: number; word: number };
    return word + ((step - first) / trace.everySteps) * this.width(trace);
  }
}
