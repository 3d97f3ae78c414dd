import type { Group } from "h5wasm";
import { linksOf } from "../compile/links/links-of.ts";
import { ModelError } from "../errors.ts";
import type { NetworkDescription, PopulationDescription } from "../network/description.ts";
import { type Files, writeText } from "./files.ts";
import { writeHdf5 } from "./hdf5-file.ts";
import { bigs, column, head } from "./sonata.ts";

/** Writes a network's nodes and edges as SONATA: `nodes.h5`, `node_types.csv`, `edges.h5`, `edge_types.csv` and a
 * `circuit_config.json` that names them. A population is a node population, a projection an edge population (as its
 * `source_node_id`, `target_node_id`, `syn_weight` in the unit of what it ends on and `delay` in ms), each receptor a type of edges. What cells
 * are is not in the files: they are for programs that read connectivity.
 * @throws ModelError beyond 2e8 links of a projection; DataError where the files cannot be written */
export async function writeSonataNetwork(files: Files, network: { describe(): NetworkDescription }): Promise<void> {
  const d = network.describe();
  if (d.trained !== undefined) throw new ModelError(`trained network "${d.trained.name}"`, "has no projections that SONATA could name", "Write its links by linksOf, or as they are now by sim.plasticity"); // prettier-ignore
  await writeHdf5(files, "nodes.h5", (file) => {
    head(file);
    const nodes = file.create_group("nodes");
    d.populations.forEach((p, type) => fillNodes(nodes.create_group(p.name), sizeOf(p), type));
  });
  const nodeRows = d.populations.map((p, type) => `${type} ${p.name} ${isSource(p) ? "virtual" : "point_neuron"}`);
  await writeText(files, "node_types.csv", table("node_type_id pop_name model_type", nodeRows));
  const edgeRows: string[] = [];
  await writeHdf5(files, "edges.h5", (file) => {
    head(file);
    const edges = file.create_group("edges");
    for (const { name, source, target, receptors } of d.projections) {
      const links = linksOf(d, name);
      const first = edgeRows.length;
      for (const receptor of receptors) edgeRows.push(`${edgeRows.length} ${name} ${receptor} ${links.unit}`);
      const group = edges.create_group(name);
      for (const [key, ids, population] of [["source_node_id", links.source, source], ["target_node_id", links.target, target]] as const)
        column(group, key, bigs(ids), "<Q").create_attribute("node_population", population);
      column(group, "edge_type_id", links.receptor.length === 0 ? new BigUint64Array(0) : bigs(Uint32Array.from(links.receptor, (r) => first + r)), "<Q");
      column(group, "edge_group_id", bigs(new Uint32Array(links.source.length)), "<Q");
      column(group, "edge_group_index", bigs(Uint32Array.from(links.source.keys())), "<Q");
      const own = group.create_group("0");
      column(own, "syn_weight", links.weight, "<d").create_attribute("units", links.unit);
      column(own, "delay", links.delay, "<d").create_attribute("units", "ms");
    }
  }); // prettier-ignore
  await writeText(files, "edge_types.csv", table("edge_type_id projection receptor weight_units", edgeRows));
  const networks = {
    nodes: [{ nodes_file: "nodes.h5", node_types_file: "node_types.csv" }],
    edges: [{ edges_file: "edges.h5", edge_types_file: "edge_types.csv" }],
  };
  await writeText(files, "circuit_config.json", `${JSON.stringify({ networks }, undefined, 2)}\n`);
}

const isSource = (p: PopulationDescription): boolean => "n" in p;
const sizeOf = (p: PopulationDescription): number => ("n" in p ? p.n : p.model.n);
const table = (head: string, rows: readonly string[]): string => `${[head, ...rows].join("\n")}\n`;

function fillNodes(group: Group, n: number, type: number): void {
  column(group, "node_id", bigs(Uint32Array.from({ length: n }, (_, k) => k)), "<Q");
  column(group, "node_type_id", bigs(new Uint32Array(n).fill(type)), "<Q");
  column(group, "node_group_id", bigs(new Uint32Array(n)), "<Q");
  column(group, "node_group_index", bigs(Uint32Array.from({ length: n }, (_, k) => k)), "<Q");
  group.create_group("0");
}
