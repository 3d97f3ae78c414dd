/// <reference types="@webgpu/types" preserve="true" />
import type { CellProgram } from "../compile/cells/step-program.ts";
import { CellsPart, type CellStates } from "./cells-part.ts";
import { gatherWords } from "./gather-wgsl.ts";
import { clampOffset, modelWgsl, type TableLayout, tableLayout } from "./model-wgsl.ts";
import { magnitude, potentialLimit } from "../host/soundness.ts";
import type { Shared } from "./group.ts";
import type { Joined } from "./joined.ts";
import type { Sums } from "./sums.ts";

/** A population of small cells: state in registers while a block runs, one buffer between blocks. */
export class SmallPart extends CellsPart {
  readonly mutable: readonly [GPUBuffer];
  protected readonly size: number;
  protected readonly kernels: CellsPart["kernels"];
  protected readonly heads: number;
  protected readonly table: GPUBuffer;
  protected readonly shape: GPUBuffer;
  readonly #layout: TableLayout;

  private constructor(shared: Shared, kernels: CellsPart["kernels"], joined: Joined, sums: Sums) {
    super(shared, joined, sums);
    const { memory, network } = shared;
    const { name, n, program, state0 } = this.cells;
    const { entries, nSources } = network;
    this.kernels = kernels;
    this.size = shared.workgroupSize;
    this.#layout = tableLayout(this.cells, entries, this.members.length);
    const state = new Float32Array((program.states.length + 1) * n * entries).fill(1); // the last row: armed
    state.set(state0);
    this.mutable = [memory.storage(`${name}.state`, state)];
    this.table = memory.storage(`${name}.table`, this.#tableWords());
    this.heads = this.#layout.heads;
    this.shape = this.shapeBuffer([
      n,
      entries,
      this.cells.firstSource,
      nSources,
      sums.stage.slots,
      this.gains,
      this.#layout.heads,
      0, // zero
      magnitude(potentialLimit(this.cells, network.voltageLimit)),
      0, // to a multiple of 16 bytes
      0,
      0,
    ]);
  }

  static async make(shared: Shared, joined: Joined, sums: Sums, program: CellProgram): Promise<SmallPart> {
    const { cells, members } = joined;
    const populations = members.length;
    const first = cells.detectsFirst === true;
    const options = {
      workgroupSize: shared.workgroupSize,
      label: `integrate ${cells.name}`,
      model: modelWgsl(cells, program, { detects: !first, populations }),
    };
    const model = modelWgsl(cells, program, { populations });
    const detect = first ? await shared.kernels.make("detect_first", { ...options, model }) : undefined;
    const kernels = { integrate: await shared.kernels.make("integrate", options), detect };
    return new SmallPart(shared, kernels, joined, sums);
  }

  protected bound() {
    return { state: this.mutable[0], exposed: this.shared.exposed };
  }

  protected async readAll(): Promise<CellStates> {
    const words = new Float32Array(await this.shared.memory.read(this.mutable[0]));
    const all = this.cells.n * this.shared.network.entries;
    const states = this.cells.program.states.length * all;
    return { state: words.slice(0, states), armed: Uint32Array.from(words.subarray(states, states + all)) };
  }

  protected writeStates({ state, armed }: CellStates): void {
    const { queue } = this.shared.memory.device;
    queue.writeBuffer(this.mutable[0], 0, state);
    queue.writeBuffer(this.mutable[0], state.byteLength, Float32Array.from(armed));
  }

  #tableWords(): Uint32Array {
    const { program, traces, n } = this.cells;
    const { network, inputs } = this.shared;
    const { entries } = network;
    const at = this.#layout;
    const words = new Uint32Array(at.length);
    const floats = new Float32Array(words.buffer);
    const populations = this.members.length;
    this.members.forEach(({ index, cells, first }, p) => {
      if (populations > 1) [words[at.firsts + p], words[at.sources + p]] = [first, cells.firstSource - first];
      cells.receptors.forEach(({ slot }, k) => {
        words[at.slots + k * populations + p] = slot - first;
        this.inverseScale(index, k).forEach((scale, e) => (floats[at.inputScale + (k * entries + e) * populations + p] = scale)); // prettier-ignore
      });
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
