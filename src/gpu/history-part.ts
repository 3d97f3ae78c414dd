/// <reference types="@webgpu/types" preserve="true" />
import type { EngineState } from "../host/engine.ts";
import type { Cleared, Group, Kind, Shared, Turn, BlockPlan, Submit } from "./group.ts";
import { bind, type Kernel } from "./kernels.ts";

export const HISTORY: Kind = { dispatches: ({ learning, stages }) => (learning.length === 0 ? 0 : stages.length) };

/** When every source and cell spiked, as bits, as far back as links that learn look. */
export class History implements Group {
  readonly mutable: readonly [bits: GPUBuffer];
  /** of each id; words of 32 steps, a power of two. */
  readonly depth: number;
  readonly ids: number;
  readonly #shared: Shared;
  readonly #kernel: Kernel<"mark">;
  readonly #shape: GPUBuffer;

  private constructor(shared: Shared, kernel: Kernel<"mark">, notes: boolean) {
    const { network, memory } = shared;
    [this.#shared, this.#kernel] = [shared, kernel];
    this.depth = 2 ** Math.ceil(Math.log2(Math.ceil(network.maxDelaySteps / 32) + 4));
    this.ids = network.nSources * network.entries;
    this.mutable = [memory.storage("spikes of links that learn", 4 * this.depth * this.ids)];
    this.#shape = memory.uniform("mark: shape", Uint32Array.of(this.depth, this.ids, notes ? 1 : 0, network.maxBlock));
  }

  /** @param notes  nothing else notes the log's position */
  static async make(shared: Shared, notes: boolean): Promise<History> {
    const { kernels, workgroupSize } = shared;
    return new History(shared, await kernels.make("mark", { workgroupSize }), notes);
  }

  turns(_: Submit, looking: number): Turn[] {
    const { memory, log, positions, network } = this.#shared;
    const group = bind(memory.device, this.#kernel, { shape: this.#shape, log, positions, history: this.mutable[0] });
    const mark = { label: "learn", pipeline: this.#kernel.pipeline, group, workgroups: [looking, 1] } as const;
    const learns = network.stages.flatMap((s, stage) => network.learning.some((l) => s.cells.includes(l.target)) ? [stage] : []); // prettier-ignore
    const clearing: Turn["of"] = (b) => [{ ...mark, clear: this.#clearedAfter(b) }];
    return learns.map((stage) => ({ stage, at: "mark", of: stage === learns.at(-1) ? clearing : () => [mark] }));
  }

  /** Brings what is remembered of spikes to what a loaded log says. */
  load(state: EngineState): void {
    const ids = state["log.ids"] as Uint32Array;
    const bits = new Uint32Array(this.depth * this.ids);
    (state["log.steps"] as Uint32Array).forEach((step, k) => {
      const at = ((step >>> 5) % this.depth) * this.ids + (ids[k] as number);
      bits[at] = (bits[at] as number) | (1 << (step & 31));
    });
    this.#shared.memory.device.queue.writeBuffer(this.mutable[0], 0, bits);
  }

  /** The words that begin with the next block. */
  #clearedAfter({ step, steps }: BlockPlan): Cleared[] {
    const end = step + steps;
    const parts: Cleared[] = [];
    for (let word = Math.ceil(end / 32); 32 * word <= end + 32; word++)
      parts.push({ buffer: this.mutable[0], offset: 4 * this.ids * (word % this.depth), bytes: 4 * this.ids });
    return parts;
  }
}
