/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledTraining } from "../../compile/trained/training.ts";
import { bind, BLOCK_STRIDE, Records, type Kernel } from "../kernels.ts";
import type { Memory } from "../memory.ts";
import { constantInputs, shardData, slotWords } from "./buffers.ts";
import { DEFER, inputRows, type Shard, type TrainingLayout } from "./layout.ts";

export const SPAN_WORDS = 16;

/** Values of each neuron in the state: traces of two steps, potential, input, alarm and what raised it. */
export const STATE_ROWS = 6;
export const ALARM_ROW = 4;

interface ShardBuffers {
  readonly shard: Shard;
  readonly P: GPUBuffer;
  readonly U: GPUBuffer;
  readonly w: GPUBuffer;
  readonly links: GPUBuffer;
  readonly slots: GPUBuffer;
}

/** Buffers of one batch of trained networks. */
export class TrainingResources {
  readonly memory: Memory;
  readonly state: GPUBuffer;
  readonly inputs: GPUBuffer;
  readonly span: GPUBuffer;
  readonly steps: Records;
  readonly shards: readonly ShardBuffers[];
  readonly #kernel: Kernel<"train_step">;
  #record: GPUBuffer;
  #bindings: readonly GPUBindGroup[] = [];

  constructor(memory: Memory, kernel: Kernel<"train_step">, compiled: CompiledTraining, layout: TrainingLayout) {
    this.memory = memory;
    this.#kernel = kernel;
    const { neurons } = layout;
    this.state = memory.storage("training.state", STATE_ROWS * neurons * 4);
    this.inputs = memory.storage("training.inputs", inputRows(compiled) * neurons * 4);
    this.span = memory.uniform("training.span", SPAN_WORDS * 4);
    this.steps = new Records(
      memory.device,
      memory.uniform("training.steps", (compiled.schedule.stepsPerLoop + 1) * layout.shards.length * BLOCK_STRIDE),
    );
    memory.device.queue.writeBuffer(this.inputs, 3 * neurons * 4, constantInputs(compiled, neurons));
    this.shards = layout.shards.map((shard) => {
      const { P, w, links } = shardData(compiled, layout, shard);
      return {
        shard,
        P: memory.storage("training.P", P),
        U: memory.storage("training.U", shard.linkVectors * 16 * DEFER),
        w: memory.storage("training.w", w),
        links: memory.storage("training.links", links),
        slots: memory.storage("training.slots", 4 * slotWords(layout, shard)),
      };
    });
    this.#record = memory.storage("training.record", 16);
  }

  get recordBytes(): number {
    return this.#record.size;
  }

  /** Of each shard, with the record buffer as it is. */
  get bindings(): readonly GPUBindGroup[] {
    if (this.#bindings.length === 0) this.#bindings = this.shards.map((shard) => this.#bind(shard));
    return this.#bindings;
  }

  /** The record buffer, at least as large as asked for.
   * @throws DeviceError where the device binds less */
  recording(bytes: number): GPUBuffer {
    if (this.#record.size < bytes) {
      this.memory.release(this.#record);
      this.#record = this.memory.storage("training.record", bytes);
      this.#bindings = [];
    }
    return this.#record;
  }

  #bind({ P, U, w, links, slots }: ShardBuffers): GPUBindGroup {
    const { state, inputs, span } = this;
    const buffers = { P, U, w, links, state, inputs, slots, record: this.#record, span };
    return bind(this.memory.device, this.#kernel, buffers);
  }
}
