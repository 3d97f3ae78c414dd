/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledNetwork, CompiledRenewal } from "../compile/compiled.ts";
import type { EngineState } from "../host/engine.ts";
import type { InputBlock } from "../host/inputs.ts";
import { initSources, type Sources, sourceStateLength } from "../random/source.ts";
import type { Group, Kind, Saved, Setting, Shared, Turn, Words, Submit } from "./group.ts";
import { bind, type Kernel, workgroups } from "./kernels.ts";

/** Rows of increments at most: one per signal and entry. */
export const mostRows = ({ populations }: CompiledNetwork): number =>
  populations.reduce((sum, p) => sum + (p.kind === "renewal" ? p.signals.reduce((s, l) => s + l.length, 0) : 0), 0);

export const DRIVE: Kind = {
  dispatches: ({ populations }) => populations.filter((p) => p.kind === "renewal").length,
  bytesPerStep: (network) => [4 * mostRows(network)],
};

/** One renewal population on the device. */
export class DrivePart implements Group, Setting {
  readonly mutable: readonly [sources: GPUBuffer];
  readonly setting: GPUBuffer; // rates
  readonly #index: number;
  readonly #renewal: CompiledRenewal;
  readonly #shared: Shared;
  readonly #kernel: Kernel<"drive">;
  readonly #shape: GPUBuffer;

  private constructor(shared: Shared, kernel: Kernel<"drive">, index: number, renewal: CompiledRenewal) {
    const { memory, network } = shared;
    [this.#shared, this.#kernel, this.#index, this.#renewal] = [shared, kernel, index, renewal];
    const { n, name, firstSource, order, stream, latencySteps } = renewal;
    const constant = renewal.constantHz === undefined ? 0 : 1;
    this.mutable = [memory.storage(`${name}.sources`, this.#initial())];
    this.#shape = memory.uniform(
      `${name}.shape`,
      Uint32Array.of(n, network.entries, firstSource, network.nSources, order, stream, latencySteps, constant),
    );
    this.setting = memory.storage(`${name}.rates`, this.words());
  }

  static async make(shared: Shared, index: number, renewal: CompiledRenewal): Promise<DrivePart> {
    const { workgroupSize, kernels } = shared;
    const kernel = await kernels.make("drive", { workgroupSize, label: `drive ${renewal.name}` });
    return new DrivePart(shared, kernel, index, renewal);
  }

  turns({ inputs }: Submit): Turn[] {
    const { memory, network, increments, log, workgroupSize } = this.#shared;
    const { device } = memory;
    const [sources] = this.mutable;
    const bound = { shape: this.#shape, sources, sums: increments, rates: this.setting, log };
    const dispatch = {
      label: "drive",
      pipeline: this.#kernel.pipeline,
      group: bind(device, this.#kernel, bound),
      workgroups: workgroups(this.#renewal.n * network.entries, workgroupSize),
      events: [this.#window(inputs), 0],
    } as const;
    return [{ stage: -1, at: "drive", of: () => [dispatch] }];
  }

  /** Seeds, then per entry and cell the row of its increments, or the constant increment. */
  words(): Words {
    const { network, inputs } = this.#shared;
    const { n, signalOfCell } = this.#renewal;
    const { entries, seeds } = network;
    const all = n * entries;
    const constant = inputs.constant.get(this.#index);
    const words = new Uint32Array(entries + (constant === undefined ? all : 2 * all));
    words.set(seeds);
    if (constant !== undefined) {
      constant.forEach(({ whole, fraction }, e) => {
        words.set(whole, entries + e * n);
        words.set(fraction, entries + all + e * n);
      });
      return words;
    }
    const rows = inputs.rowsOf(this.#index);
    const nSignals = rows.length / entries;
    for (let e = 0; e < entries; e++) {
      for (let c = 0; c < n; c++)
        words[entries + e * n + c] = rows[e * nSignals + (signalOfCell[c] as number)] as number;
    }
    return words;
  }

  async save(): Promise<Saved> {
    const { memory, network } = this.#shared;
    const { name, n } = this.#renewal;
    const words = new Uint32Array(await memory.read(this.mutable[0]));
    return { [`sources.${name}`]: words.slice(0, sourceStateLength({ n, entries: network.entries })) };
  }

  load(state: EngineState): void {
    const words = state[`sources.${this.#renewal.name}`] as Uint32Array<ArrayBuffer>;
    this.#shared.memory.device.queue.writeBuffer(this.mutable[0], 0, words);
  }

  /** Steps over which order * increments stays below 2^31, so that the kernel's sums cannot wrap; at least 16, because a source
   * has at most one stage a step (2^27). */
  #window({ increments }: InputBlock): number {
    const constant = this.#shared.inputs.constant.get(this.#index);
    let largest = 1;
    if (constant !== undefined)
      for (const { whole } of constant) for (const x of whole) largest = Math.max(largest, x + 1);
    else for (const x of increments) largest = Math.max(largest, x);
    return Math.max(1, Math.floor((2 ** 31 - 1) / (this.#renewal.order * largest)));
  }

  #initial(): Uint32Array {
    const { entries, seeds } = this.#shared.network;
    const { n, order, stream } = this.#renewal;
    const state = new Uint32Array(sourceStateLength({ n, entries }));
    for (let e = 0; e < entries; e++) {
      const s: Sources = { n, entries, entry: e, order, seed: seeds[e] as number, stream };
      initSources(state, s);
    }
    return state;
  }
}
