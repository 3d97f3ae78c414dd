/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledCells, CompiledNetwork } from "../compile/compiled.ts";
import type { EngineState } from "../host/engine.ts";
import { ModelError } from "../errors.ts";
import type { Dispatch, Group, Kind, Saved, Setting, Shared, Turn, Words } from "./group.ts";
import { besides, columns, type Joined, joinedValues, type Member } from "./joined.ts";
import { bind, type Bindings, type Kernel, type KernelName, workgroups } from "./kernels.ts";
import { Samples } from "./samples.ts";
import type { Sums } from "./sums.ts";

/** Length of `strides` in shaders/cells.wgsl and trees.wgsl. */
const MOST_PARAMS = 512;

/** States and armed bits of populations, as a checkpoint holds them: [state][entry][cell], [entry][cell]. */
export interface CellStates {
  readonly state: Float32Array<ArrayBuffer>;
  readonly armed: Uint32Array<ArrayBuffer>;
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

/** Cell populations that one kernel advances; small cells and trees differ in kernel and in where states are kept. */
export abstract class CellsPart implements Group, Setting {
  readonly members: readonly Member[];
  /** all members' as if of one population. */
  readonly cells: CompiledCells;
  readonly setting: GPUBuffer; // first value of each parameter, all values, gains of its clamps [clamp][entry][cell]
  readonly samples: Samples;
  protected readonly shared: Shared;
  protected readonly sums: Sums;
  readonly #joined: Joined;

  protected constructor(shared: Shared, joined: Joined, sums: Sums) {
    [this.shared, this.sums, this.#joined] = [shared, sums, joined];
    [this.members, this.cells] = [joined.members, joined.cells];
    this.samples = new Samples(shared, this.cells.name, joined.traces);
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
  /** Of all members. */
  protected abstract readAll(): Promise<CellStates>;
  protected abstract writeStates(states: CellStates): void;

  turns(): Turn[] {
    const { index } = this.sums;
    const integrate = this.#dispatch(this.kernels.integrate);
    const advance: Turn["of"] = ({ steps }) => [
      this.#joined.last ? { ...integrate, clear: this.sums.used(steps) } : integrate,
    ];
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
    const all = await this.readStates();
    return Object.assign({}, ...this.members.map(({ index, cells: { name }, params }): Saved => {
      const { state, armed } = all.get(index) as CellStates;
      return { [`cells.${name}.state`]: state, [`cells.${name}.armed`]: armed, [`cells.${name}.params`]: params.save() };
    })) as Saved;
  } // prettier-ignore

  /** By index of the population. */
  async readStates(): Promise<ReadonlyMap<number, CellStates>> {
    const { state, armed } = await this.readAll();
    const of = ({ first, cells: { n } }: Member): CellStates => ({
      state: columns(state, this.cells.n, { first, n }),
      armed: columns(armed, this.cells.n, { first, n }),
    });
    return new Map(this.members.map((m) => [m.index, of(m)]));
  }

  load(saved: EngineState): void {
    const rows = (what: string) =>
      this.members.map(({ cells: { name, n }, first }) => ({ first, n, rows: saved[`cells.${name}.${what}`] as Float32Array })); // prettier-ignore
    this.writeStates({ state: besides(Float32Array, rows("state")), armed: besides(Uint32Array, rows("armed")) });
    for (const { cells, params } of this.members) params.load(saved[`cells.${cells.name}.params`] as Float64Array);
  }

  words(): Words {
    const { inputs, network } = this.shared;
    const { program, n, params } = this.cells;
    const values = joinedValues(this.#joined, network.entries);
    const words = new Float32Array(this.gains + program.clampInputs.length * n * network.entries);
    words.set(Array.from(params.offset, (at) => values[at] as number));
    words.set(values, this.gains - values.length);
    program.clampInputs.forEach(({ clamp }, k) =>
      words.set(inputs.gains[clamp] as Float64Array, this.gains + k * n * network.entries),
    );
    return words;
  }

  /** Word of the setting where gains begin. */
  protected get gains(): number {
    return this.cells.params.names.length + this.cells.params.values.length;
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

  /** 1/q of an input of a population, per entry. */
  protected inverseScale(population: number, input: number): Float64Array {
    const found = this.sums.stage.inputScale.find((s) => s.population === population && s.input === input);
    return (found?.q ?? new Float64Array(this.shared.network.entries).fill(1)).map((q) => 1 / q);
  }
}
