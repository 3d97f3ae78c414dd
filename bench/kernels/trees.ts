// Large trees: an invocation per cell over many steps, or per step one per node for the currents and one per cell for the solution?
import { compileCells } from "../../src/compile/cells/cells.ts";
import type { CompiledCells } from "../../src/compile/compiled.ts";
import type { TreeProgram } from "../../src/compile/cells/step-program.ts";
import { linkKernel } from "../../src/gpu/link.ts";
import { rowLayout, TreeTable } from "../../src/gpu/tree-table.ts";
import { treeWgsl } from "../../src/gpu/tree-wgsl.ts";
import { cellModel } from "../../src/models/cortical-column/index.ts";
import { jones2009 } from "../../src/models/cortical-column/published.ts";
import { benchDevice, spread, timed, type Benchmark, type BenchOptions, type Cell, type Findings } from "../lib.ts";

const STEPS = 40; // K of the column
const PARTS = ["regions", "solve"] as const; // receptors cannot be left out: they begin the sums
const ENTRIES = ["integrate_tree", "per_node", "per_cell"] as const;

/** The second candidate from the same printed equations: the region's loop, as `turned` prints it, becomes one invocation per node. */
const perStep = (linked: string, nodes: number): string => {
  const loop = /(fn region_0\([\s\S]*?)var j = 0u;([\s\S]*?)break if !\(\s*j < length\s*\);/;
  if (!loop.test(linked)) throw new Error("the kernel has no loop over the nodes of its region");
  return `${linked.replace(loop, "$1var j = one_node;$2break if true;")}
var<private> one_node: u32;
@compute @workgroup_size(WORKGROUP_SIZE)
fn per_node(@builtin(global_invocation_id) id: vec3u) {
  all = shape.n * shape.entries;
  g = id.x % all;
  one_node = id.x / all;
  if (one_node >= ${nodes}u) { return; }
  load(g % shape.n, g / shape.n);
  region_0(true, true, 0u);
}
@compute @workgroup_size(WORKGROUP_SIZE)
fn per_cell(@builtin(global_invocation_id) id: vec3u) {
  all = shape.n * shape.entries;
  g = id.x;
  if (g >= all) { return; }
  load(g % shape.n, g / shape.n);
  solve();
  receptors(true, true, 0u, g % shape.n, g / shape.n);
}
`;
};

class Trees {
  readonly #device: GPUDevice;
  readonly #cells: CompiledCells;
  readonly #program: TreeProgram;
  readonly #table: TreeTable;

  constructor(device: GPUDevice, type: "L2_pyramidal" | "L5_pyramidal", n: number) {
    const model = cellModel(jones2009().cellTypes.find((t) => t.name === type) as Parameters<typeof cellModel>[0], n);
    const slots = new Map(model.receptors.map((r, k) => [r.name, k * n]));
    this.#device = device;
    this.#cells = compileCells(type, model, {
      dt: 0.025,
      method: "backwardEuler",
      entries: 1,
      seeds: [1],
      shown: [],
      gathers: [],
      firstSource: 0,
      slots,
      clamps: [],
      recordings: [],
      warn: () => undefined,
      vary: new Map(),
    });
    this.#program = this.#cells.program as TreeProgram;
    this.#table = new TreeTable(
      this.#cells,
      this.#program,
      () => [0],
      () => [1],
      [1],
    );
  }

  get nodes(): number {
    return this.#program.parents.length;
  }

  /** Time of STEPS steps of all cells: [per cell, per step], wall and CPU in ms.
   * @param without  a call left out of each step, to see its share */
  async measure(times: number, without?: (typeof PARTS)[number]): Promise<{ wall: number; cpu: number }[][]> {
    const { n } = this.#cells;
    const full = await linkKernel("integrate_tree", treeWgsl(this.#cells, this.#program, this.#table));
    const linked =
      without === undefined
        ? full
        : full.replace(new RegExp(`(fn integrate_tree[\\s\\S]*?)\\n\\s*${without}\\([^\\n]*;`), "$1");
    if (without !== undefined && linked === full) throw new Error(`there is no call of ${without} in the kernel`);
    const nodes = (this.#program.regions[0] as TreeProgram["regions"][number]).nodes.length;
    const modules = [linked, perStep(linked, nodes)].map((code) => this.#device.createShaderModule({ code })) as [
      GPUShaderModule,
      GPUShaderModule,
    ];
    const kinds = [
      "uniform",
      "uniform",
      "storage",
      "storage",
      "read-only-storage",
      "read-only-storage",
      "read-only-storage",
      "storage",
      "read-only-storage",
      "storage",
    ] as const;
    const buffers = this.#buffers(kinds);
    const all = kinds.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } }));
    const [record, ...own] = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const layouts = [all.slice(1), all.slice(0, 1)].map((entries) => this.#device.createBindGroupLayout({ entries }));
    const groups = [own, [record as GPUBindGroupEntry]].map((entries, k) =>
      this.#device.createBindGroup({ layout: layouts[k] as GPUBindGroupLayout, entries }),
    );
    const pipelineLayout = this.#device.createPipelineLayout({ bindGroupLayouts: layouts });
    const [whole, node, cell] = (await Promise.all(
      ENTRIES.map((entryPoint) =>
        this.#device.createComputePipelineAsync({
          layout: pipelineLayout,
          compute: {
            module: modules[entryPoint === "integrate_tree" ? 0 : 1],
            entryPoint,
            constants: { WORKGROUP_SIZE: entryPoint === "per_node" ? 64 : 16 },
          },
        }),
      ),
    )) as [GPUComputePipeline, GPUComputePipeline, GPUComputePipeline];
    const run = (encode: (pass: GPUComputePassEncoder) => void) => async (): Promise<void> => {
      const encoder = this.#device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      groups.forEach((group, k) => pass.setBindGroup(k, group));
      encode(pass);
      pass.end();
      this.#device.queue.submit([encoder.finish()]);
      await this.#device.queue.onSubmittedWorkDone();
    };
    const candidates = [
      run((pass) => {
        pass.setPipeline(whole);
        pass.dispatchWorkgroups(Math.ceil(n / 16));
      }),
      run((pass) => {
        for (let t = 0; t < STEPS; t++) {
          pass.setPipeline(node);
          pass.dispatchWorkgroups(Math.ceil((n * nodes) / 64));
          pass.setPipeline(cell);
          pass.dispatchWorkgroups(Math.ceil(n / 16));
        }
      }),
    ];
    const measured: { wall: number; cpu: number }[][] = [];
    for (const candidate of candidates) {
      await candidate();
      const runs: { wall: number; cpu: number }[] = [];
      for (let k = 0; k < times; k++) runs.push(await timed(candidate));
      measured.push(runs);
    }
    for (const b of buffers) b.destroy();
    return measured;
  }

  #buffers(kinds: readonly string[]): GPUBuffer[] {
    const { n, params, state0, receptors } = this.#cells;
    const { rows, quads } = rowLayout(this.#program);
    const region = this.#program.regions[0] as TreeProgram["regions"][number];
    const voltages = new Float32Array(rows * n);
    voltages.set(state0.subarray(0, this.nodes * n));
    const gates = new Float32Array(4 * quads * n);
    for (let k = 0; k < region.nodes.length * region.width; k++) {
      for (let g = 0; g < n; g++)
        gates[4 * (Math.floor(k / 4) * n + g) + (k % 4)] = state0[(region.firstRow + k) * n + g] as number;
    }
    const shape = new Uint32Array(12 + 4 * 512);
    shape.set([
      n,
      1,
      0,
      n,
      receptors.length * n,
      params.values.length,
      this.#table.start("heads"),
      this.nodes,
      this.#table.start("parents"),
      this.#table.start("runs"),
      0,
      0x7f7fffff, // any potential is sound
    ]);
    params.names.forEach((_, k) =>
      shape.set(
        [params.offset[k], params.cellStride[k], params.entryStride[k], params.nodeStride[k]] as number[],
        12 + 4 * k,
      ),
    );
    const contents = [
      Uint32Array.of(0, STEPS, 0, STEPS, 0, 0, 0, 0), shape, voltages, gates, Float32Array.from(params.values),
      Uint32Array.from(this.#table.words), new Int32Array(STEPS * receptors.length * n), new Uint32Array(64), new Float32Array(16), new Float32Array(16),
    ]; // prettier-ignore
    return contents.map((content, k) => {
      const usage =
        (kinds[k] === "uniform" ? GPUBufferUsage.UNIFORM : GPUBufferUsage.STORAGE) | GPUBufferUsage.COPY_DST;
      const buffer = this.#device.createBuffer({ size: Math.max(64, content.byteLength), usage });
      this.#device.queue.writeBuffer(buffer, 0, content);
      return buffer;
    });
  }
}

async function run({ quick }: BenchOptions): Promise<Findings> {
  const opened = await benchDevice();
  const rows: Cell[][] = [];
  for (const type of ["L2_pyramidal", "L5_pyramidal"] as const) {
    for (const n of [100, 1600]) {
      const trees = new Trees(opened.device, type, n);
      const [whole, split] = await trees.measure(quick ? 3 : 9);
      const ns = (runs: readonly { wall: number; cpu: number }[] | undefined, key: "wall" | "cpu") =>
        spread((runs ?? []).map((r) => (r[key] * 1e6) / (STEPS * n * trees.nodes)));
      rows.push([type, n, ns(whole, "wall"), ns(whole, "cpu"), ns(split, "wall"), ns(split, "cpu")]);
    }
  }
  const shares: Cell[][] = [];
  for (const type of ["L2_pyramidal", "L5_pyramidal"] as const) {
    const trees = new Trees(opened.device, type, 100);
    const cpu = async (without?: (typeof PARTS)[number]): Promise<number> => {
      const [whole] = await trees.measure(quick ? 3 : 9, without);
      return spread((whole ?? []).map((r) => r.cpu)).median;
    };
    const all = await cpu();
    const row: Cell[] = [type];
    const lost: number[] = [];
    for (const part of PARTS) lost.push(100 * (1 - (await cpu(part)) / all));
    row.push(...[...lost, 100 - lost.reduce((a, b) => a + b)].map((x) => `${x.toFixed(0)} %`));
    shares.push(row);
  }
  opened.device.destroy();
  return {
    adapter: opened.info,
    tables: [
      {
        title:
          "CPU time that one dispatch loses when a part of the step is left out (the rest: receptors, detection, loop)",
        columns: ["cell", "gates and currents", "solution of the tree", "rest"],
        rows: shares,
      },
      {
        title: `${STEPS} steps of the column's pyramidal cells (41 and 65 nodes), ns per node and step; one dispatch, or two a step`,
        columns: ["cell", "cells", "per cell, wall", "per cell, CPU", "per step, wall", "per step, CPU"],
        rows,
      },
    ],
  };
}

export default {
  name: "trees",
  question: "Large trees: an invocation per cell over many steps, or per step one per node and one per cell?",
  run,
} satisfies Benchmark;
