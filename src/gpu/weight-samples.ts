/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledTrace } from "../compile/compiled.ts";
import type { Shared, Turn } from "./group.ts";
import type { OwnTrace, Samples } from "./samples.ts";
import { bind, type Kernel, workgroups } from "./kernels.ts";

/** A weight trace, and which words of the group's states it samples. */
interface WeightTrace extends OwnTrace {
  /** place of the trace in the group. */
  readonly k: number;
  readonly words: Uint32Array;
}

/** Samples of weights at the ends of blocks (shaders/weigh.wgsl). */
export class WeightSamples {
  readonly #shared: Shared;
  readonly #kernel: Kernel<"weigh">;
  readonly #samples: Samples;
  readonly #states: GPUBuffer;
  readonly #of: readonly { readonly k: number; readonly trace: CompiledTrace; readonly shape: GPUBuffer; readonly links: GPUBuffer }[]; // prettier-ignore

  constructor(shared: Shared, kernel: Kernel<"weigh">, label: string, states: GPUBuffer, samples: Samples, traces: readonly WeightTrace[]) {
    const { memory } = shared;
    [this.#shared, this.#kernel, this.#states, this.#samples] = [shared, kernel, states, samples];
    this.#of = traces.map(({ k, trace, words }) => ({
      k,
      trace,
      shape: memory.uniform(`${label}: sample shape`, Uint32Array.of(words.length, 0, 0, 0)),
      links: memory.storage(`${label}: sampled`, words),
    }));
  } // prettier-ignore

  turn(): Turn {
    const { memory, network, workgroupSize } = this.#shared;
    const bound = this.#of.map(({ k, trace, shape, links }) => ({
      k,
      every: trace.everySteps,
      label: "learn" as const,
      pipeline: this.#kernel.pipeline,
      group: bind(memory.device, this.#kernel, { shape, states: this.#states, links, samples: this.#samples.buffer }),
      workgroups: workgroups(this.#samples.width(trace), workgroupSize),
    }));
    const of: Turn["of"] = ({ step, steps }) =>
      bound.flatMap(({ k, every, ...d }) =>
        (step + steps) % every === 0 ? [{ ...d, events: [this.#samples.wordAt(k, step + steps), 0] as const }] : [],
      );
    return { stage: network.stages.length, at: "sample", of };
  }
}
