import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { timesPerCell } from "../../../src/analysis/index.ts";
import { sonata, type SonataGroup } from "../../../src/import/index.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms } from "../../../src/units.ts";

interface Solved {
  readonly params: Readonly<Record<string, number>>;
  readonly weight: number;
  readonly V: readonly number[];
  readonly spikes: readonly number[];
}

/** By LSODA: test/fixtures/nest_cells.py. */
const LSODA = JSON.parse(readFileSync(new URL("../../fixtures/nest_cells.json", import.meta.url), "utf8")) as {
  readonly every: number;
  readonly stop: number;
  readonly events: readonly (readonly [number, number])[];
} & Readonly<Record<"iaf_psc_alpha" | "aeif_cond_alpha", Solved>>;

interface Tree {
  readonly [key: string]: Tree | readonly number[];
}

/** An HDF5 group in memory: lists are columns. */
function group(tree: Tree, attrs: SonataGroup["attrs"] = {}): SonataGroup {
  return {
    attrs,
    keys: () => Object.keys(tree),
    get: (path) => {
      const found = path.split("/").reduce<Tree | readonly number[] | undefined>((at, key) => (at as Tree | undefined)?.[key], tree); // prettier-ignore
      if (found === undefined) return null; // as h5wasm does
      if (!Array.isArray(found)) return group(found as Tree);
      const end = /^edges\/.*(source|target)_node_id$/.exec(path)?.[1] ?? (path.endsWith("source_node_id") ? "source" : "target"); // prettier-ignore
      return { shape: [found.length], value: Float64Array.from(found as number[]), attrs: path.endsWith("_node_id") ? { node_population: { value: end === "source" ? "inputs" : "cells" } } : path.endsWith("timestamps") ? { units: { value: "ms" } } : {} }; // prettier-ignore
    },
  };
}

/** One cell of a template with two inputs, of which one excites and one inhibits it, a millisecond away. */
function circuit(template: "iaf_psc_alpha" | "aeif_cond_alpha", dt: number) {
  const { params, weight } = LSODA[template];
  const sent = (sign: number): number[] => LSODA.events.filter(([, s]) => s === sign).map(([t]) => t - 1);
  const texts: Readonly<Record<string, string>> = {
    "c.json": JSON.stringify({
      network: "n.json",
      run: { tstop: LSODA.stop, dt },
      inputs: { all: { input_type: "spikes", module: "h5", input_file: "spikes.h5", node_set: { population: "inputs" } } }, // prettier-ignore
    }),
    "n.json": JSON.stringify({
      networks: {
        nodes: ["cells", "inputs"].map((name) => ({ nodes_file: `${name}.h5`, node_types_file: `${name}.csv` })),
        edges: [{ edges_file: "edges.h5", edge_types_file: "edges.csv" }],
      },
    }),
    "cells.csv": `node_type_id model_type model_template dynamics_params\n1 point_neuron nest:${template} p.json\n`,
    "p.json": JSON.stringify(params),
    "inputs.csv": "node_type_id model_type\n2 virtual\n",
    "edges.csv": "edge_type_id delay model_template\n3 1.0 static_synapse\n",
  };
  const nodes = (name: string, type: number, n: number): Tree => ({ nodes: { [name]: { node_type_id: Array<number>(n).fill(type), node_group_id: Array<number>(n).fill(0), node_group_index: [...Array(n).keys()], 0: {} } } }); // prettier-ignore
  const files: Readonly<Record<string, Tree>> = {
    "cells.h5": nodes("cells", 1, 1),
    "inputs.h5": nodes("inputs", 2, 2),
    "edges.h5": { edges: { e: { source_node_id: [0, 1], target_node_id: [0, 0], edge_type_id: [3, 3], edge_group_id: [0, 0], edge_group_index: [0, 1], 0: { syn_weight: [weight, -weight] } } } }, // prettier-ignore
    "spikes.h5": { spikes: { inputs: { timestamps: [...sent(1), ...sent(-1)], node_ids: [...sent(1).map(() => 0), ...sent(-1).map(() => 1)] } } }, // prettier-ignore
  };
  const name = (path: string): string => path.replace(/^.*\//, "");
  return sonata("c.json", { text: (path) => texts[name(path)] as string, hdf5: (path) => group(files[name(path)] as Tree) }); // prettier-ignore
}

async function run(template: "iaf_psc_alpha" | "aeif_cond_alpha", dt: number): Promise<{ V: number[]; spikes: number[] }> {
  const { network, duration, notes } = circuit(template, dt);
  expect(notes).toEqual([]);
  const cells = network.population("cells") as never;
  network.record(cells, "V", { every: ms(LSODA.every) });
  const sim = await simulate(network, { dt: ms(dt), engine: "reference" });
  const [V, spikes]: number[][] = [[], []];
  for await (const chunk of sim.run(duration as never)) {
    V?.push(...chunk.trace("cells", "V").data);
    spikes?.push(...(timesPerCell(chunk.spikes(cells))[0] ?? []));
  }
  await sim.close();
  return { V: V as number[], spikes: spikes as number[] };
} // prettier-ignore

test("iaf_psc_alpha is the exact solution at any step", async () => {
  const { V, spikes } = await run("iaf_psc_alpha", 0.5);
  expect(spikes).toEqual([]);
  expect(V.length).toBe(LSODA.iaf_psc_alpha.V.length);
  expect(Math.max(...V) - Math.min(...V)).toBeGreaterThan(7);
  V.forEach((v, k) => expect(Math.abs(v - (LSODA.iaf_psc_alpha.V[k] as number))).toBeLessThan(1e-7)); // LSODA's tolerance, 1e-11 of 70 mV a step
});

test("aeif_cond_alpha converges to LSODA's, its spike too", async () => {
  const want = LSODA.aeif_cond_alpha;
  const [coarse, fine] = [await run("aeif_cond_alpha", 0.01), await run("aeif_cond_alpha", 0.005)];
  expect(fine.V.length).toBe(want.V.length);
  expect(want.spikes.length).toBe(1);
  const error = ({ V }: typeof fine, k: number): number => (V[k] as number) - (want.V[k] as number);
  const before = Math.floor((want.spikes[0] as number) / LSODA.every);
  for (let k = 0; k < before; k++) {
    // of first order: halving the step takes half of the error away; as much again for the next order
    expect(Math.abs(error(fine, k))).toBeLessThan(2 * Math.abs(error(coarse, k) - error(fine, k)) + 1e-6);
    expect(Math.abs(error(fine, k))).toBeLessThan(0.05);
  }
  const [late, later] = [coarse, fine].map(({ spikes }) => (spikes[0] as number) - (want.spikes[0] as number)) as [number, number]; // prettier-ignore
  expect([coarse.spikes.length, fine.spikes.length]).toEqual([1, 1]);
  const allowed = 2 * Math.abs(late - later) + 0.005; // the same of the spike's time, which lies on a step
  expect(Math.abs(later)).toBeLessThan(allowed);
  expect(allowed).toBeLessThan(0.1);
  // behind it the potential is shifted by so much of its slope, below 4 mV/ms
  for (let k = before + 2; k < want.V.length; k++) expect(Math.abs(error(fine, k))).toBeLessThan(4 * allowed);
});
