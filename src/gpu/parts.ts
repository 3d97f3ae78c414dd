/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledNetwork, CompiledRenewal, CompiledStage } from "../compile/compiled.ts";
import type { TraceSamples } from "../host/engine.ts";
import type { InputBlock, Inputs } from "../host/inputs.ts";
import { mostWithin } from "../host/samples.ts";
import { lowerBound } from "../sorted.ts";
import { initSources, type Sources, sourceStateLength } from "../random/source.ts";
import { bind, type Kernel, type Kernels, type Records, workgroups } from "./kernels.ts";
import { type LinkTable, makeLinkTables } from "./link-tables.ts";
import type { Memory } from "./memory.ts";
import { RegenerateParts } from "./regenerate-part.ts";

/** Buffers that several kernels share. */
export interface Shared {
  readonly memory: Memory;
  readonly kernels: Kernels;
  readonly network: CompiledNetwork;
  readonly inputs: Inputs;
  readonly workgroupSize: number;
  /** the most that one table of links may take. */
  readonly bindingBytes: number;
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

/** What leaves samples for the host. */
export interface Sampled {
  readonly traces: GPUBuffer;
  /** floats that the samples of so many steps take. */
  traceWords(steps: number): number;
  /** Says where each trace of the submit [from, to) goes, and how its words are to be read. */
  placeTraces(from: number, to: number): { samples: Omit<TraceSamples, "data">[]; words: number };
}

export interface Cleared {
  readonly buffer: GPUBuffer;
  readonly offset?: number;
  readonly bytes: number;
}

export function clearAll(encoder: GPUCommandEncoder, parts: readonly Cleared[]): void {
  for (const { buffer, offset = 0, bytes } of parts) encoder.clearBuffer(buffer, offset, bytes);
}

/** A dispatch that is the same in every block but for its Block record. */
export interface Dispatch {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number];
  /** parts of buffers to be set to zero afterwards. */
  readonly clear?: readonly Cleared[];
}

/** One renewal population on the device. */
export class DrivePart implements Setting {
  readonly index: number;
  readonly renewal: CompiledRenewal;
  readonly sources: GPUBuffer;
  readonly #shared: Shared;
  readonly #kernel: Kernel<"drive">;
  readonly #shape: GPUBuffer;
  readonly setting: GPUBuffer; // rates

  private constructor(shared: Shared, kernel: Kernel<"drive">, index: number, renewal: CompiledRenewal) {
    const { memory, network } = shared;
    this.#shared = shared;
    this.#kernel = kernel;
    this.index = index;
    this.renewal = renewal;
    const { n, name, firstSource, order, stream, latencySteps } = renewal;
    const constant = renewal.constantHz === undefined ? 0 : 1;
    this.sources = memory.storage(`${name}.sources`, this.#initial());
    this.#shape = memory.uniform(
      `${name}.shape`,
      Uint32Array.of(n, network.entries, firstSource, network.nSources, order, stream, latencySteps, constant),
    );
    this.setting = memory.storage(`${name}.rates`, this.words());
  }

  static async make(shared: Shared, index: number, renewal: CompiledRenewal): Promise<DrivePart> {
    const { workgroupSize } = shared;
    return new DrivePart(
      shared,
      await shared.kernels.make("drive", { workgroupSize, label: `drive ${renewal.name}` }),
      index,
      renewal,
    );
  }

  dispatch(): Dispatch {
    const { memory, network, increments, log, workgroupSize } = this.#shared;
    const group = bind(memory.device, this.#kernel, {
      shape: this.#shape,
      sources: this.sources,
      sums: increments,
      rates: this.setting,
      log,
    });
    return {
      label: "drive",
      pipeline: this.#kernel.pipeline,
      group,
      workgroups: workgroups(this.renewal.n * network.entries, workgroupSize),
    };
  }

  /** Seeds, then per entry and cell the row of its increments, or the constant increment. */
  words(): Words {
    const { network, inputs } = this.#shared;
    const { n, signalOfCell } = this.renewal;
    const { entries, seeds } = network;
    const all = n * entries;
    const constant = inputs.constant.get(this.index);
    const words = new Uint32Array(entries + (constant === undefined ? all : 2 * all));
    words.set(seeds);
    if (constant !== undefined) {
      constant.forEach(({ whole, fraction }, e) => {
        words.set(whole, entries + e * n);
        words.set(fraction, entries + all + e * n);
      });
      return words;
    }
    const rows = inputs.rowsOf(this.index);
    const nSignals = rows.length / entries;
    for (let e = 0; e < entries; e++) {
      for (let c = 0; c < n; c++)
        words[entries + e * n + c] = rows[e * nSignals + (signalOfCell[c] as number)] as number;
    }
    return words;
  }

  /** Steps over which order * increments stays below 2^31, so that the kernel's sums cannot wrap; at least 16, because a source
   * has at most one stage a step (2^27). */
  window({ increments }: InputBlock): number {
    const constant = this.#shared.inputs.constant.get(this.index);
    let largest = 1;
    if (constant !== undefined)
      for (const { whole } of constant) for (const x of whole) largest = Math.max(largest, x + 1);
    else for (const x of increments) largest = Math.max(largest, x);
    return Math.max(1, Math.floor((2 ** 31 - 1) / (this.renewal.order * largest)));
  }

  #initial(): Uint32Array {
    const { entries, seeds } = this.#shared.network;
    const { n, order, stream } = this.renewal;
    const state = new Uint32Array(sourceStateLength({ n, entries }));
    for (let e = 0; e < entries; e++) {
      const s: Sources = { n, entries, entry: e, order, seed: seeds[e] as number, stream };
      initSources(state, s);
    }
    return state;
  }
}

/** What is delivered to one stage. */
export class StagePart implements Setting {
  readonly stage: CompiledStage;
  readonly acc: GPUBuffer;
  readonly hasLinks: boolean;
  readonly #shared: Shared;
  readonly #kernels: StageKernels;
  readonly setting: GPUBuffer; // scale * q
  readonly #again: RegenerateParts;
  readonly #tables: readonly { readonly shape: GPUBuffer; readonly rows: GPUBuffer; readonly links: GPUBuffer }[];
  readonly #given: { readonly shape: GPUBuffer; readonly events: GPUBuffer };

  private constructor(shared: Shared, stage: CompiledStage, kernels: StageKernels, made: StageBuffers) {
    const { memory, network } = shared;
    this.#shared = shared;
    this.stage = stage;
    this.#kernels = kernels;
    this.hasLinks = made.tables.length > 0 || stage.procedural.length > 0;
    this.#again = made.again;
    const { entries, nSources, maxBlock, lanes } = network;
    const { label, note } = made;
    this.acc = memory.storage(`${label}: accumulators`, 16 * Math.ceil(maxBlock / 4) * entries * stage.slots);
    this.#tables = made.tables.map(({ shape, ...buffers }, k) => {
      const words = [entries, stage.slots, nSources, stage.rows.length, note && k === 0 ? 1 : 0, lanes, ...shape];
      return { ...buffers, shape: memory.uniform(`${label}: shape`, Uint32Array.from(words)) };
    });
    this.#given = {
      shape: memory.uniform(`${label}: given shape`, Uint32Array.of(entries, stage.slots, 0, 0)),
      events: memory.storage(`${label}: given events`, GIVEN_BYTES * mostWithin(stage.given.step, made.maxSteps)),
    };
    this.setting = memory.storage(`${label}: scales`, this.words());
  }

  /** @param note  whether this stage notes the log's position
   * @param maxSteps  of a submit */
  static async make(shared: Shared, stage: CompiledStage, note: boolean, maxSteps: number): Promise<StagePart> {
    const { workgroupSize, memory, network, bindingBytes } = shared;
    const label = `stage ${stage.cells.map((c) => network.populations[c]?.name).join(", ")}`;
    const tables = await makeLinkTables(memory, label, stage, network, bindingBytes);
    const deliver = tables.length > 0 ? await shared.kernels.make("deliver", { workgroupSize }) : undefined;
    const given = stage.given.step.length > 0 ? await shared.kernels.make("given", { workgroupSize }) : undefined;
    const again = await RegenerateParts.make(shared, label, stage, note && tables.length === 0);
    return new StagePart(shared, stage, { deliver, given }, { label, tables, again, note, maxSteps });
  }

  /** One dispatch per table and per procedural projection. @param groups  workgroups of the stride loop over spikes */
  deliverDispatches(groups: number): Dispatch[] {
    const { deliver } = this.#kernels;
    const again = this.#again.dispatches(groups, this.setting, this.acc);
    if (deliver === undefined) return again;
    const { memory, positions, log, releases } = this.#shared;
    const kept = this.#tables.map(({ shape, rows, links }): Dispatch => {
      const group = bind(memory.device, deliver, {
        shape,
        log,
        positions,
        rows,
        links,
        scales: this.setting,
        releases,
        acc: this.acc,
      });
      return { label: "deliver", pipeline: deliver.pipeline, group, workgroups: [groups, 1] };
    });
    return [...kept, ...again];
  }

  /** Bytes of the accumulators that a block of so many steps uses; they are zero before it and must be after it. */
  usedBytes(steps: number): number {
    const learns = this.#shared.network.learning.some((l) => this.stage.cells.includes(l.target));
    return this.hasLinks || learns || this.stage.ports.length > 0 || this.#kernels.given !== undefined
      ? 16 * Math.ceil(steps / 4) * this.#shared.network.entries * this.stage.slots
      : 0;
  }

  /** Without its workgroups: they depend on how many events fall due. */
  givenDispatch(): Omit<Dispatch, "workgroups"> | undefined {
    const { given } = this.#kernels;
    if (given === undefined) return undefined;
    const { memory, log } = this.#shared;
    const group = bind(memory.device, given, {
      shape: this.#given.shape,
      flag: log,
      events: this.#given.events,
      scales: this.setting,
      acc: this.acc,
    });
    return { label: "deliver", pipeline: given.pipeline, group };
  }

  /** Uploads the given events of the submit [from, to). */
  placeGiven(from: number, to: number): void {
    const { step, slot, projection, weight } = this.stage.given;
    const first = lowerBound(step, from);
    const length = lowerBound(step, to) - first;
    if (length === 0) return;
    const words = new Uint32Array((GIVEN_BYTES / 4) * length);
    const weights = new Float32Array(words.buffer);
    for (let k = first, at = 0; k < first + length; k++, at += 4) {
      words[at] = step[k] as number;
      words[at + 1] = slot[k] as number;
      words[at + 2] = projection[k] as number;
      weights[at + 3] = weight[k] as number;
    }
    this.#shared.memory.device.queue.writeBuffer(this.#given.events, 0, words);
  }

  words(): Words {
    const { scales } = this.#shared.inputs;
    return Float32Array.from(this.stage.q, (q, k) => Math.fround(scales[k] as number) * q);
  }
}

interface StageBuffers {
  readonly label: string;
  readonly tables: readonly LinkTable[];
  readonly again: RegenerateParts;
  readonly note: boolean;
  readonly maxSteps: number;
}

interface StageKernels {
  readonly deliver: Kernel<"deliver"> | undefined;
  readonly given: Kernel<"given"> | undefined;
}

/** One given event on the device: step, slot, projection, weight. */
export const GIVEN_BYTES = 16;
