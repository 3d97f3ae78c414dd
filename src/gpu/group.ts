/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledNetwork } from "../compile/compiled.ts";
import type { EngineState } from "../host/engine.ts";
import type { Inputs } from "../host/inputs.ts";
import type { Kernels, Records } from "./kernels.ts";
import type { Memory } from "./memory.ts";
import type { Samples } from "./samples.ts";
import type { InputBlock } from "../host/inputs.ts";

/** What all groups of a network on a device have in common. */
export interface Shared {
  readonly memory: Memory;
  readonly kernels: Kernels;
  readonly network: CompiledNetwork;
  readonly inputs: Inputs;
  readonly workgroupSize: number;
  /** the most that one table of links may take, and a buffer of populations or ports that are joined. */
  readonly bindingBytes: number;
  /** Into how many the slots of a stage are divided that a spike reaches by so many links, see shaders/deliver.wgsl. */
  readonly parts: (links: number) => number;
  /** Links of a spike at most that one invocation adds alone; undefined: as the device likes it. */
  readonly alone: number | undefined;
  /** of a submit. */
  readonly maxSteps: number;
  readonly records: Records; // of blocks, one a dispatch
  readonly increments: GPUBuffer;
  readonly clamps: GPUBuffer;
  readonly positions: GPUBuffer;
  readonly exposed: GPUBuffer; // ring of CompiledNetwork.exposed
  log: GPUBuffer; // replaced when it is enlarged
  releases: GPUBuffer; // and with it these: factors beside each logged spike
}

export type Words = Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/** What a control may change: a buffer, and its content as it should be from now on. */
export interface Setting {
  readonly setting: GPUBuffer;
  words(): Words;
}

export interface Cleared {
  readonly buffer: GPUBuffer;
  readonly offset?: number;
  readonly bytes: number;
}

export function clearAll(encoder: GPUCommandEncoder, parts: readonly Cleared[]): void {
  for (const { buffer, offset = 0, bytes } of parts) encoder.clearBuffer(buffer, offset, bytes);
}

export interface BlockPlan {
  readonly step: number;
  readonly steps: number;
  readonly slot: number;
  readonly slotFrom: number;
}

/** One submit from encoding to its segment; kept until it is known that the log held. */
export interface Submit {
  readonly from: number;
  readonly to: number;
  readonly inputs: InputBlock;
  /** where its inputs began, see Inputs.mark. */
  readonly rates: Float64Array;
  /** per row of increments: their sum before each step and at the end, modulo 2^32. */
  readonly sums: Uint32Array<ArrayBuffer>;
  readonly blocks: readonly BlockPlan[];
  readonly parity: 0 | 1;
  /** content of each of the engine's settings while it runs. */
  readonly values: readonly Words[];
  encoded: boolean;
}

/** A dispatch that is the same in every block but for its Block record. */
export interface Dispatch {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number];
  /** In place of a Block record. */
  readonly record?: readonly number[];
  /** `events` and `events_end` of its Block record, 0 where left out. */
  readonly events?: readonly [from: number, to: number];
  /** parts of buffers to be set to zero afterwards. */
  readonly clear?: readonly Cleared[];
}

/** Where in a block dispatches come: all of a stage in this order, before those of the next stage. Sources are stage -1; the stage
 * behind all of the network's ends the block. */
export const ORDER = ["drive", "read", "detect", "mark", "learn", "deliver", "integrate", "release", "sample"] as const;

/** A group's dispatches at one place of every block. */
export interface Turn {
  readonly stage: number;
  readonly at: (typeof ORDER)[number];
  of(b: BlockPlan): readonly Dispatch[];
}

/** A kind of group, as it says what it will take before any group exists: what all share is made that large. */
export interface Kind {
  /** Dispatches of a block at most. @param tables  of links, kept and drawn again, of all stages */
  dispatches?(network: CompiledNetwork, tables: number): number;
  /** Dispatches of a submit at most that come besides, each at a place where a block may be cut for it. */
  cuts?(network: CompiledNetwork, steps: number): number;
  /** Bytes that a submit takes for each of its steps, buffer by buffer. */
  bytesPerStep?(network: CompiledNetwork, inputs: Inputs): readonly number[];
  /** Bytes that the fullest submit of so many steps takes, buffer by buffer, where they do not grow evenly. */
  bytes?(network: CompiledNetwork, steps: number): readonly number[];
}

/** Under the names of a checkpoint. */
export type Saved = Record<string, EngineState[string]>;

/** What an engine advances on a device: sources, cells, what is delivered to a stage, links that learn, read-outs and so on. It says
 * what it keeps and when its kernels run; log, memory, submits, settings and repetitions are common to all. */
export interface Group extends Partial<Setting> {
  /** Buffers that a submit changes and that must be put back to repeat it; accumulators are zero between blocks and not named. */
  readonly mutable?: readonly GPUBuffer[];
  /** What it leaves for the host. */
  readonly samples?: Samples;
  /** Uploads what it needs for a submit whose samples have their places. */
  upload?(submit: Submit): void;
  /** Bound once a submit: a bind group costs more than a small dispatch.
   * @param looking  workgroups of a stride loop over the log's last spikes */
  turns?(submit: Submit, looking: number): readonly Turn[];
  /** What goes on from step to step and what controls have changed. Call with nothing in flight. @param step  the engine's */
  save?(step: number): Promise<Saved>;
  load?(state: EngineState): void;
}
