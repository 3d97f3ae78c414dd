/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledStage } from "../compile/compiled.ts";
import type { CellProgram } from "../compile/step-program.ts";
import { withoutLinkTraces } from "../host/learning.ts";
import { CellsPart, type CellStates } from "./cells-part.ts";
import { bind, type Kernel, workgroups } from "./kernels.ts";
import { gatherWords } from "./gather-wgsl.ts";
import { clampOffset, modelWgsl, type TableLayout, tableLayout } from "./model-wgsl.ts";
import { magnitude } from "../host/soundness.ts";
import type { Dispatch, Shared } from "./parts.ts";

/** A population of small cells: state in registers while a block runs, one buffer between blocks. */
export class SmallPart extends CellsPart {
  readonly mutable: readonly [GPUBuffer];
  protected readonly heads: { readonly buffer: GPUBuffer; readonly offset: number };
  readonly #kernel: Kernel<"integrate">;
  readonly #detect: Kernel<"detect_first"> | undefined;
  readonly #layout: TableLayout;
  readonly #table: GPUBuffer;
  readonly #shape: GPUBuffer;

  private constructor(
    shared: Shared,
    kernel: Kernel<"integrate">,
    detect: Kernel<"detect_first"> | undefined,
    index: number,
    stage: CompiledStage,
    maxSteps: number,
  ) {
    super(shared, index, stage, maxSteps);
    const { memory, network } = shared;
    const { name, n, firstSource, program, params, state0 } = this.cells;
    const { entries, nSources } = network;
    this.#kernel = kernel;
    this.#detect = detect;
    this.#layout = tableLayout(this.cells, entries);
    const state = new Float32Array((program.states.length + 1) * n * entries).fill(1); // the last row: armed
    state.set(state0);
    this.mutable = [memory.storage(`${name}.state`, state)];
    this.#table = memory.storage(`${name}.table`, this.#tableWords());
    this.heads = { buffer: this.#table, offset: 4 * this.#layout.heads };
    this.#shape = this.shapeBuffer([
      n,
      entries,
      firstSource,
      nSources,
      stage.slots,
      params.values.length,
      this.#layout.heads,
      0, // zero
      magnitude(network.voltageLimit),
      0, // to a multiple of 16 bytes
      0,
      0,
    ]);
  }

  static async make(
    shared: Shared,
    index: number,
    stage: CompiledStage,
    program: CellProgram,
    maxSteps: number,
  ): Promise<SmallPart> {
    const cells = withoutLinkTraces(shared.network.populations[index] as CellsPart["cells"]);
    const first = cells.detectsFirst === true;
    const options = {
      workgroupSize: shared.workgroupSize,
      label: `integrate ${cells.name}`,
      model: modelWgsl(cells, program, !first),
    };
    const model = modelWgsl(cells, program);
    const detect = first ? await shared.kernels.make("detect_first", { ...options, model }) : undefined;
    return new SmallPart(shared, await shared.kernels.make("integrate", options), detect, index, stage, maxSteps);
  }

  dispatch(acc: GPUBuffer): Dispatch {
    return this.#dispatch(this.#kernel, acc);
  }

  detectDispatch(acc: GPUBuffer): Dispatch | undefined {
    return this.#detect === undefined ? undefined : this.#dispatch(this.#detect, acc);
  }

  #dispatch(kernel: Kernel<"integrate"> | Kernel<"detect_first">, acc: GPUBuffer): Dispatch {
    const { memory, network, clamps, log, exposed, workgroupSize } = this.shared;
    const [state] = this.mutable;
    const group = bind(memory.device, kernel as Kernel<"integrate">, {
      shape: this.#shape, state, params: this.setting, table: this.#table, acc, log, clamps, traces: this.traces, exposed,
    }); // prettier-ignore
    return {
      label: "integrate",
      pipeline: kernel.pipeline,
      group,
      workgroups: workgroups(this.cells.n * network.entries, workgroupSize),
    };
  }

  async readStates(): Promise<CellStates> {
    const words = new Float32Array(await this.shared.memory.read(this.mutable[0]));
    const all = this.cells.n * this.shared.network.entries;
    const states = this.cells.program.states.length * all;
    return { state: words.slice(0, states), armed: Uint32Array.from(words.subarray(states, states + all)) };
  }

  writeStates({ state, armed }: CellStates): void {
    const { queue } = this.shared.memory.device;
    queue.writeBuffer(this.mutable[0], 0, state);
    queue.writeBuffer(this.mutable[0], state.byteLength, Float32Array.from(armed));
  }

  #tableWords(): Uint32Array {
    const { receptors, program, traces, n } = this.cells;
    const { network, inputs } = this.shared;
    const { entries } = network;
    const at = this.#layout;
    const words = new Uint32Array(at.length);
    const floats = new Float32Array(words.buffer);
    receptors.forEach((r, k) => {
      words[at.slots + k] = r.slot;
      floats.set(this.inverseScale(k), at.inputScale + k * entries);
    });
    program.clampInputs.forEach(({ clamp }, k) =>
      words.set(inputs.clampRow[clamp] as Uint32Array, at.clampRow + clampOffset(this.cells, k, entries)),
    );
    if (program.draws.length > 0) words.set(network.seeds, at.seeds);
    words.set(gatherWords(this.cells, network.exposed, at.gathers), at.gathers);
    traces.forEach((t, k) => {
      words.fill(0xffffffff, at.traceRow + k * n, at.traceRow + (k + 1) * n);
      t.cells.forEach((c, row) => (words[at.traceRow + k * n + c] = row));
    });
    return words;
  }
}
