/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledCells, CompiledNetwork } from "../compile/compiled.ts";
import type { EngineState } from "../host/engine.ts";
import { ModelError } from "../errors.ts";
import { withoutLinkTraces } from "../host/learning.ts";
import { CellParams } from "../host/params.ts";
import type { Dispatch, Group, Kind, Saved, Setting, Shared, Turn, Words } from "./group.ts";
import { bind, type Bindings, type Kernel, type KernelName, workgroups } from "./kernels.ts";
import { Samples } from "./samples.ts";
import type { Sums } from "./sums.ts";

/** Length of `strides` in shaders/cells.wgsl and trees.wgsl. */
const MOST_PARAMS = 512;

/** States and armed bits of a population as a checkpoint holds them: [state][entry][cell], [entry][cell]. */
export interface CellStates {
  readonly state: Float32Array<ArrayBuffer>;
  readonly armed: Uint32Array;
}

/** `detect` of cells that detect before delivery. */
interface CellKernels {
  readonly integrate: Kernel;
  readonly detect: Kernel | undefined;
}

const cellsOf = ({ populations }: CompiledNetwork): CompiledCells[] => populations.filter((p) => p.kind === "cells");

export const CELLS: Kind = {
  dispatches: (network) => cellsOf(network).reduce((sum, p) => sum + (p.detectsFirst === true ? 2 : 1), 0),
  bytesPerStep: (network, inputs) => [
    4 * inputs.clampRows,
    4 * cellsOf(network).flatMap((p) => p.traces).reduce((sum, t) => sum + (network.entries * t.cells.length) / t.everySteps, 0),
  ],
}; // prettier-ignore

/** One cell population on the device; small cells and trees differ in kernel and in where states are kept. */
export abstract class CellsPart implements Group, Setting {
  readonly index: number;
  readonly cells: CompiledCells;
  /** the engine's own, which controls change. */
  readonly params: CellParams;
  readonly setting: GPUBuffer; // first value of each parameter, all values, gains of its clamps [clamp][entry][cell]
  readonly samples: Samples;
  protected readonly shared: Shared;
  protected readonly sums: Sums;

  protected constructor(shared: Shared, index: number, sums: Sums) {
    this.shared = shared;
    this.index = index;
    this.sums = sums;
    this.cells = withoutLinkTraces(shared.network.populations[index] as CompiledCells);
    this.params = new CellParams(this.cells, shared.network.entries);
    const traces = this.cells.traces.map((trace, k) => ({ population: index, index: k, trace }));
    this.samples = new Samples(shared, this.cells.name, traces);
    this.setting = shared.memory.storage(`${this.cells.name}.params`, this.words());
  }

  /** The buffers that steps change, the voltages' first. */
  abstract readonly mutable: readonly GPUBuffer[];
  protected abstract readonly kernels: CellKernels;
  /** Invocations of a workgroup. */
  protected abstract readonly size: number;
  protected abstract readonly shape: GPUBuffer;
  protected abstract readonly table: GPUBuffer;
  /** word of the table from which on the traces' heads are written. */
  protected abstract readonly heads: number;
  /** What its kernels bind beside what all cells' do. */
  protected abstract bound(): Readonly<Record<string, GPUBuffer>>;
  abstract readStates(): Promise<CellStates>;
  protected abstract writeStates(states: CellStates): void;

  turns(): Turn[] {
    const { stage, index } = this.sums;
    const integrate = this.#dispatch(this.kernels.integrate);
    const last = stage.cells.at(-1) === this.index;
    const advance: Turn["of"] = ({ steps }) => [last ? { ...integrate, clear: this.sums.used(steps) } : integrate];
    const turns: Turn[] = [{ stage: index, at: "integrate", of: advance }];
    if (this.kernels.detect === undefined) return turns;
    const detect = [this.#dispatch(this.kernels.detect)];
    return [...turns, { stage: index, at: "detect", of: () => detect }];
  }

  #dispatch(kernel: Kernel): Dispatch {
    const { memory, network, clamps, log } = this.shared;
    const { shape, table, setting: params } = this;
    const own = { shape, params, table, acc: this.sums.acc, log, clamps, traces: this.samples.buffer };
    return {
      label: "integrate",
      pipeline: kernel.pipeline,
      group: bind(memory.device, kernel, { ...own, ...this.bound() } as Bindings<KernelName>),
      workgroups: workgroups(this.cells.n * network.entries, this.size),
    };
  }

  upload(): void {
    const { heads } = this.samples;
    if (heads.length > 0) this.shared.memory.device.queue.writeBuffer(this.table, 4 * this.heads, heads);
  }

  async save(): Promise<Saved> {
    const { name } = this.cells;
    const { state, armed } = await this.readStates();
    return {
      [`cells.${name}.state`]: state,
      [`cells.${name}.armed`]: armed,
      [`cells.${name}.params`]: this.params.save(),
    };
  }

  load(saved: EngineState): void {
    const { name } = this.cells;
    this.writeStates({
      state: saved[`cells.${name}.state`] as Float32Array<ArrayBuffer>,
      armed: saved[`cells.${name}.armed`] as Uint32Array,
    });
    this.params.load(saved[`cells.${name}.params`] as Float64Array);
  }

  words(): Words {
    const { inputs, network } = this.shared;
    const { program, n } = this.cells;
    const { values } = this.params;
    const words = new Float32Array(this.gains + program.clampInputs.length * n * network.entries);
    words.set(Array.from(this.cells.params.offset, (at) => values[at] as number));
    words.set(values, this.gains - values.length);
    program.clampInputs.forEach(({ clamp }, k) =>
      words.set(inputs.gains[clamp] as Float64Array, this.gains + k * n * network.entries),
    );
    return words;
  }

  /** Word of the setting where gains begin. */
  protected get gains(): number {
    return this.cells.params.names.length + this.params.values.length;
  }

  /** The Shape uniform of the kernel: its words, then the strides of each parameter.
   * @throws ModelError when the cell type has more parameters than the kernel takes */
  protected shapeBuffer(words: readonly number[]): GPUBuffer {
    const { params, name } = this.cells;
    if (params.names.length > MOST_PARAMS) {
      throw new ModelError(
        name,
        `reads ${params.names.length} parameters, at most ${MOST_PARAMS} are possible`,
        "Use fewer mechanisms per cell",
      );
    }
    const shape = new Uint32Array(words.length + 4 * MOST_PARAMS);
    shape.set(words);
    params.names.forEach((_, k) => {
      const { offset, cellStride, entryStride, nodeStride } = params;
      const at = params.names.length + (offset[k] as number);
      shape.set([at, cellStride[k], entryStride[k], nodeStride[k]] as number[], words.length + 4 * k);
    });
    return this.shared.memory.uniform(`${name}.shape`, shape);
  }

  /** 1/q of an input, per entry. */
  protected inverseScale(input: number): Float64Array {
    const found = this.sums.stage.inputScale.find((s) => s.population === this.index && s.input === input);
    return (found?.q ?? new Float64Array(this.shared.network.entries).fill(1)).map((q) => 1 / q);
  }
}
