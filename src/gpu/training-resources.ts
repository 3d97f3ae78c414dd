/// <reference types="@webgpu/types" preserve="true" />
import type { RoundTrip } from "./round-trip.ts";
import { DeviceError } from "../errors.ts";
import { linkKernel } from "../compile/link.ts";
import type { CompiledTraining } from "../compile/training.ts";
import { constantInputs, shardData } from "./training-buffers.ts";
import { DEFER, inputRows, mib, type Shard, type TrainingLayout } from "./training-layout.ts";

/** A uniform record per step; 256 bytes is the dynamic offset that every device allows. */
export const STEP_BYTES = 256;
export const STEP_WORDS = 10;
export const SPAN_WORDS = 16;

export interface ShardBuffers {
  readonly shard: Shard;
  readonly P: GPUBuffer;
  readonly U: GPUBuffer;
  readonly w: GPUBuffer;
  readonly links: GPUBuffer;
  readonly slots: GPUBuffer;
}

/** Buffers and pipeline of one batch of trained networks. Whoever makes it destroys it; the device is the caller's. */
export class TrainingResources {
  readonly device: GPUDevice;
  readonly state: GPUBuffer;
  readonly trip: RoundTrip;
  readonly inputs: GPUBuffer;
  readonly span: GPUBuffer;
  readonly steps: GPUBuffer;
  readonly shards: readonly ShardBuffers[];
  readonly #owned: GPUBuffer[] = [];
  readonly #bindingLayout: GPUBindGroupLayout;
  #record: GPUBuffer;
  #bindings: GPUBindGroup[] = [];

  constructor(device: GPUDevice, trip: RoundTrip, compiled: CompiledTraining, layout: TrainingLayout) {
    this.device = device;
    this.trip = trip;
    const { neurons } = layout;
    this.state = this.buffer("training.state", 5 * neurons * 4);
    this.inputs = this.buffer("training.inputs", inputRows(compiled) * neurons * 4);
    this.span = this.buffer("training.span", SPAN_WORDS * 4, GPUBufferUsage.UNIFORM);
    this.steps = this.buffer(
      "training.steps",
      (compiled.schedule.stepsPerLoop + 1) * STEP_BYTES,
      GPUBufferUsage.UNIFORM,
    );
    device.queue.writeBuffer(this.inputs, 0, constantInputs(compiled, neurons));
    this.shards = layout.shards.map((shard) => {
      const data = shardData(compiled, layout, shard);
      const U = this.buffer("training.U", shard.linkVectors * 16 * DEFER);
      const [P, w] = [this.#filled("training.P", data.P), this.#filled("training.w", data.w)];
      return {
        shard,
        P,
        U,
        w,
        links: this.#filled("training.links", data.links),
        slots: this.#filled("training.slots", data.slots),
      };
    });
    this.#bindingLayout = bindingLayout(device);
    this.#record = this.buffer("training.record", 16);
  }

  /** Compiles the kernel; a DeviceError carries the compiler's message. */
  async pipeline({ workgroupSize, maxBlocks }: TrainingLayout): Promise<GPUComputePipeline> {
    const sizes = `const WORKGROUP_SIZE = ${workgroupSize}u;\nconst MAX_BLOCKS = ${maxBlocks}u;\n`; // size private arrays
    const code = await linkKernel("train_step", sizes);
    const module = this.device.createShaderModule({ label: "train_step", code });
    try {
      return await this.device.createComputePipelineAsync({
        label: "train_step",
        layout: this.device.createPipelineLayout({ bindGroupLayouts: [this.#bindingLayout] }),
        compute: { module, entryPoint: "train_step" },
      });
    } catch (error) {
      throw new DeviceError("train_step", String(error), "Report this with the adapter's name");
    }
  }

  /** The record buffer, at least as large as asked for, and the bind group of each shard that goes with it. */
  recording(bytes: number): { record: GPUBuffer; bindings: readonly GPUBindGroup[] } {
    const limit = this.device.limits.maxStorageBufferBindingSize;
    if (bytes > limit) {
      throw new DeviceError(
        "training.record",
        `needs ${mib(bytes)}, the device binds ${mib(limit)}`,
        "Advance by fewer steps, record fewer traces, or run the batch in waves",
      );
    }
    if (this.#record.size < bytes) {
      this.#record.destroy();
      this.#record = this.buffer("training.record", bytes);
      this.#bindings = [];
    }
    if (this.#bindings.length === 0) this.#bindings = this.shards.map((shard) => this.#bind(shard));
    return { record: this.#record, bindings: this.#bindings };
  }

  /** Copies out a buffer's first bytes. */
  async read(buffer: GPUBuffer, bytes = buffer.size): Promise<ArrayBuffer> {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const staging = this.device.createBuffer({ label: `${buffer.label}.staging`, size: bytes, usage });
    try {
      const encoder = this.device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, bytes);
      this.device.queue.submit([encoder.finish()]);
      await this.trip.wait(staging.mapAsync(GPUMapMode.READ));
      return staging.getMappedRange().slice(0);
    } finally {
      staging.destroy();
    }
  }

  buffer(label: string, bytes: number, usage = GPUBufferUsage.STORAGE): GPUBuffer {
    const all = usage | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffer = this.device.createBuffer({ label, size: Math.max(16, Math.ceil(bytes / 4) * 4), usage: all });
    this.#owned.push(buffer);
    return buffer;
  }

  destroy(): void {
    for (const buffer of this.#owned.splice(0)) buffer.destroy();
  }

  #filled(label: string, values: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): GPUBuffer {
    const buffer = this.buffer(label, values.byteLength);
    this.device.queue.writeBuffer(buffer, 0, values);
    return buffer;
  }

  #bind({ P, U, w, links, slots }: ShardBuffers): GPUBindGroup {
    const buffers = [P, U, w, links, this.state, this.inputs, slots, this.#record, this.span];
    return this.device.createBindGroup({
      label: "train_step",
      layout: this.#bindingLayout,
      entries: [
        ...buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
        { binding: 9, resource: { buffer: this.steps, size: STEP_WORDS * 4 } },
      ],
    });
  }
}

/** Bindings of train_step.wgsl: P, U, w, links, state, inputs, slots, record; then the two uniforms. */
function bindingLayout(device: GPUDevice): GPUBindGroupLayout {
  const storage = (["rw", "rw", "rw", "r", "rw", "r", "r", "rw"] as const).map((access, binding) => ({
    binding,
    visibility: GPUShaderStage.COMPUTE,
    buffer: { type: access === "rw" ? ("storage" as const) : ("read-only-storage" as const) },
  }));
  const uniforms = [8, 9].map((binding) => ({
    binding,
    visibility: GPUShaderStage.COMPUTE,
    buffer: { type: "uniform" as const, hasDynamicOffset: binding === 9 },
  }));
  return device.createBindGroupLayout({ label: "train_step", entries: [...storage, ...uniforms] });
}
