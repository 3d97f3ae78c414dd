/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledCells, CompiledStage } from "../compile/compiled.ts";
import type { TraceSamples } from "../host/engine.ts";
import { ModelError } from "../errors.ts";
import { withoutLinkTraces } from "../host/learning.ts";
import { CellParams } from "../host/params.ts";
import { sampleSteps } from "../host/samples.ts";
import type { Dispatch, Setting, Shared, Words } from "./parts.ts";

/** Length of `strides` in shaders/cells.wgsl and trees.wgsl. */
const MOST_PARAMS = 512;

/** States and armed bits of a population as a checkpoint holds them: [state][entry][cell], [entry][cell]. */
export interface CellStates {
  readonly state: Float32Array<ArrayBuffer>;
  readonly armed: Uint32Array;
}

/** One cell population on the device; small cells and trees differ in kernel and in where states are kept. */
export abstract class CellsPart implements Setting {
  readonly index: number;
  readonly cells: CompiledCells;
  /** the engine's own, which controls change. */
  readonly params: CellParams;
  readonly setting: GPUBuffer; // parameters, then gains of its clamps [clamp][entry][cell]
  readonly traces: GPUBuffer;
  protected readonly shared: Shared;
  protected readonly stage: CompiledStage;

  protected constructor(shared: Shared, index: number, stage: CompiledStage, maxSteps: number) {
    this.shared = shared;
    this.index = index;
    this.stage = stage;
    this.cells = withoutLinkTraces(shared.network.populations[index] as CompiledCells);
    this.params = new CellParams(this.cells, shared.network.entries);
    const { memory } = shared;
    this.traces = memory.storage(`${this.cells.name}.traces`, 4 * this.traceWords(maxSteps));
    this.setting = memory.storage(`${this.cells.name}.params`, this.words());
  }

  /** The buffers that steps change, the voltages' first. */
  abstract readonly mutable: readonly GPUBuffer[];
  abstract dispatch(acc: GPUBuffer): Dispatch;
  /** of cells that detect before delivery. */
  abstract detectDispatch(acc: GPUBuffer): Dispatch | undefined;
  abstract readStates(): Promise<CellStates>;
  abstract writeStates(states: CellStates): void;
  /** where the traces' heads are written: a buffer and an offset in bytes. */
  protected abstract readonly heads: { readonly buffer: GPUBuffer; readonly offset: number };

  words(): Words {
    const { inputs, network } = this.shared;
    const { program, n } = this.cells;
    const { params } = this;
    const words = new Float32Array(params.values.length + program.clampInputs.length * n * network.entries);
    words.set(params.values);
    program.clampInputs.forEach(({ clamp }, k) =>
      words.set(inputs.gains[clamp] as Float64Array, params.values.length + k * n * network.entries),
    );
    return words;
  }

  /** Floats that the traces of so many steps take. */
  traceWords(steps: number): number {
    return this.cells.traces.reduce(
      (sum, t) => sum + (Math.floor(steps / t.everySteps) + 1) * this.shared.network.entries * t.cells.length,
      0,
    );
  }

  /** Says where each trace of the submit [from, to) goes, and how its words are to be read. */
  placeTraces(from: number, to: number): { samples: Omit<TraceSamples, "data">[]; words: number } {
    const heads = new Uint32Array(2 * this.cells.traces.length);
    let words = 0;
    const samples = this.cells.traces.map((t, trace) => {
      const steps = sampleSteps(t, from, to);
      heads[2 * trace] = (steps[0] ?? 0) / t.everySteps;
      heads[2 * trace + 1] = words;
      words += steps.length * this.shared.network.entries * t.cells.length;
      return { population: this.index, trace, steps };
    });
    if (heads.length > 0) this.shared.memory.device.queue.writeBuffer(this.heads.buffer, this.heads.offset, heads);
    return { samples, words };
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
      shape.set([offset[k], cellStride[k], entryStride[k], nodeStride[k]] as number[], words.length + 4 * k);
    });
    return this.shared.memory.uniform(`${name}.shape`, shape);
  }

  /** 1/q of an input, per entry. */
  protected inverseScale(input: number): Float64Array {
    const found = this.stage.inputScale.find((s) => s.population === this.index && s.input === input);
    return (found?.q ?? new Float64Array(this.shared.network.entries).fill(1)).map((q) => 1 / q);
  }
}
