/// <reference types="@webgpu/types" preserve="true" />
import type { TreeProgram } from "../compile/cells/step-program.ts";
import { CellsPart, type CellStates } from "./cells-part.ts";
import { magnitude } from "../host/soundness.ts";
import type { Shared } from "./group.ts";
import type { Joined } from "./joined.ts";
import type { Sums } from "./sums.ts";
import { type RowLayout, rowLayout, TreeTable } from "./tree-table.ts";
import { treeWgsl } from "./tree-wgsl.ts";

/** Trees are few and heavy: small workgroups spread them over more cores. */
const WORKGROUP = 16;

/** A population of large cells: voltages and receptors in rows, gates four at a time. */
export class TreePart extends CellsPart {
  readonly mutable: readonly [rows: GPUBuffer, gates: GPUBuffer];
  protected readonly size = WORKGROUP;
  protected readonly kernels: CellsPart["kernels"];
  protected readonly heads: number;
  protected readonly table: GPUBuffer;
  protected readonly shape: GPUBuffer;
  readonly #program: TreeProgram;
  readonly #layout: RowLayout;

  private constructor(
    shared: Shared,
    kernels: CellsPart["kernels"],
    joined: Joined,
    sums: Sums,
    program: TreeProgram,
    table: TreeTable,
  ) {
    super(shared, joined, sums);
    const { memory, network } = shared;
    const { name, n, firstSource, state0 } = this.cells;
    const { entries, nSources } = network;
    this.#program = program;
    this.kernels = kernels;
    this.#layout = rowLayout(program);
    const { rows, quads } = this.#layout;
    this.mutable = [
      memory.storage(`${name}.rows`, 4 * rows * n * entries),
      memory.storage(`${name}.gates`, 16 * quads * n * entries),
    ];
    this.table = memory.storage(`${name}.table`, Uint32Array.from(table.words));
    this.heads = table.start("heads");
    const words = [
      n,
      entries,
      firstSource,
      nSources,
      sums.stage.slots,
      this.gains,
      table.start("heads"),
      program.parents.length,
      table.start("parents"),
      table.start("runs"),
      0, // zero
      magnitude(network.voltageLimit),
    ];
    this.shape = this.shapeBuffer(words);
    this.writeStates({ state: Float32Array.from(state0), armed: new Uint32Array(n * entries).fill(1) });
  }

  /** @param joined  of one population */
  static async make(shared: Shared, joined: Joined, sums: Sums, program: TreeProgram): Promise<TreePart> {
    const { network, inputs } = shared;
    const { entries } = network;
    const { cells, members } = joined;
    const clampRow = (clamp: number): Uint32Array => inputs.clampRow[clamp] as Uint32Array;
    const scale = (input: number): ArrayLike<number> => {
      const q = sums.stage.inputScale.find((s) => s.population === members[0]?.index && s.input === input)?.q;
      return Float64Array.from({ length: entries }, (_, e) => 1 / (q?.[e] ?? 1));
    };
    const table = new TreeTable(cells, program, clampRow, scale, network.seeds);
    const options = {
      workgroupSize: WORKGROUP,
      label: `integrate ${cells.name}`,
      model: treeWgsl(cells, program, table),
    };
    const first = cells.detectsFirst === true;
    return new TreePart(
      shared,
      {
        integrate: await shared.kernels.make("integrate_tree", options),
        detect: first ? await shared.kernels.make("detect_tree_first", options) : undefined,
      },
      joined,
      sums,
      program,
      table,
    );
  }

  protected bound() {
    const [rows, gates] = this.mutable;
    return { rows, gates };
  }

  protected async readAll(): Promise<CellStates> {
    const { memory, network } = this.shared;
    const all = this.cells.n * network.entries;
    const rows = new Float32Array(await memory.read(this.mutable[0]));
    const gates = new Float32Array(await memory.read(this.mutable[1]));
    const state = new Float32Array(this.#program.states.length * all);
    this.#places((canonical, buffer, at, stride) => {
      const from = buffer === 0 ? rows : gates;
      for (let g = 0; g < all; g++) state[canonical * all + g] = from[at + g * stride] as number;
    });
    const { armed } = this.#layout;
    return { state, armed: Uint32Array.from(rows.subarray(armed * all, (armed + 1) * all)) };
  }

  protected writeStates({ state, armed }: CellStates): void {
    const { memory, network } = this.shared;
    const all = this.cells.n * network.entries;
    const rows = new Float32Array(this.#layout.rows * all);
    const gates = new Float32Array(4 * this.#layout.quads * all);
    this.#places((canonical, buffer, at, stride) => {
      const to = buffer === 0 ? rows : gates;
      for (let g = 0; g < all; g++) to[at + g * stride] = state[canonical * all + g] as number;
    });
    rows.set(armed, this.#layout.armed * all);
    memory.device.queue.writeBuffer(this.mutable[0], 0, rows);
    memory.device.queue.writeBuffer(this.mutable[1], 0, gates);
  }

  /** Where each state of the program is kept: buffer 0 or 1, the index of cell 0 and the stride from cell to cell. */
  #places(visit: (canonical: number, buffer: 0 | 1, at: number, stride: number) => void): void {
    const { parents, regions, receptors, lowRow } = this.#program;
    const all = this.cells.n * this.shared.network.entries;
    for (let i = 0; i < parents.length; i++) visit(i, 0, i * all, 1);
    for (let i = 0; lowRow >= 0 && i < parents.length; i++) visit(lowRow + i, 0, (this.#layout.low + i) * all, 1);
    let quad = 0;
    for (const r of regions) {
      for (let k = 0; k < r.nodes.length * r.width; k++)
        visit(r.firstRow + k, 1, 4 * (quad + Math.floor(k / 4)) * all + (k % 4), 4);
      quad += (r.nodes.length * r.width) / 4;
    }
    let row = this.#layout.receptors;
    for (const r of receptors)
      for (let k = 0; k < r.nodes.length * r.states.length; k++, row++) visit(r.firstRow + k, 0, row * all, 1);
  }
}
