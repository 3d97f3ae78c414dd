import { DataError, didYouMean } from "../../errors.ts";
import { list as links } from "../../connect/rules.ts";
import type { Network } from "../../network/network.ts";
import type { CellsHandle } from "../../network/handles.ts";
import { type Fields, hdf5Of, type SonataGroup, type SonataSource, typesTable } from "./config.ts";
import { list, type Nodes, type Part } from "./nodes.ts";
import { groupIn, grouped, ids } from "./tables.ts";

const READ = new Set(["edge_type_id", "syn_weight", "delay", "nsyns", "model_template", "target_query", "source_query", "dynamics_params", "weight_function", "weight_sigma"]); // prettier-ignore
const SYNAPSES = new Set(["", "static_synapse", "nest:static_synapse"]);

/** Connects parts of a network as an edges file says: one projection for each pair of parts and sign of weights. */
export function connectEdges(net: Network, parts: readonly Part[], source: SonataSource, entry: Fields, resolve: (where: string, path: string) => string, notes: string[]): void {
  const path = (key: string): string | undefined => {
    const given = entry.text(key);
    return given === undefined ? undefined : resolve(entry.at(key), given);
  };
  const file = path("edges_file");
  const csv = path("edge_types_file");
  if (file === undefined) throw new DataError(entry.at("edges_file"), "is missing", "Give the HDF5 file of edges");
  const types = csv === undefined ? new Map<number, ReadonlyMap<string, string>>() : typesTable(source, csv, "edge_type_id");
  const root = groupIn(file, hdf5Of(source, file), "edges");
  for (const name of root.keys()) {
    const edges = readEdges(`${file}, edges/${name}`, groupIn(file, root, name), types, parts, notes);
    for (const bundle of bundled(edges, parts)) connect(net, name.replaceAll(/\W+/g, "_"), edges, bundle);
  }
} // prettier-ignore

interface Edges {
  readonly where: string;
  readonly source: Nodes;
  readonly target: Nodes;
  readonly sourceId: Float64Array;
  readonly targetId: Float64Array;
  readonly weight: Float64Array;
  readonly delay: Float64Array;
}

function readEdges(where: string, group: SonataGroup, types: ReadonlyMap<number, ReadonlyMap<string, string>>, parts: readonly Part[], notes: string[]): Edges {
  const sourceId = ids(where, group, "source_node_id");
  const n = sourceId.length;
  const targetId = ids(where, group, "target_node_id", n);
  const typeId = ids(where, group, "edge_type_id", n);
  const { columns, others } = grouped(where, group, "edge", n, (path) => READ.has(path));
  const unread = [...others, ...[...columns.keys()].filter((key) => !READ.has(key))];
  for (const type of types.values()) for (const key of type.keys()) if (!READ.has(key)) unread.push(key);
  const placed = unread.find((key) => /^(afferent|efferent)_|^sec_(id|x)$|^u_syn$|^depression_time$|^facilitation_time$/.test(key));
  if (placed !== undefined) throw new DataError(`${where}, ${placed}`, "belongs to edges onto cells with a morphology or with plasticity", "hillock takes static edges onto point neurons");
  if (unread.length > 0) notes.push(`${where}: ${list([...new Set(unread)])} ${new Set(unread).size === 1 ? "is" : "are"} not read`);
  for (const [id, type] of types) {
    if (!SYNAPSES.has(type.get("model_template") ?? "")) throw new DataError(`${where}, edge_type_id ${id}`, `has the model_template "${type.get("model_template")?.slice(0, 60)}"`, "hillock takes static_synapse");
    if (type.has("weight_function")) throw new DataError(`${where}, edge_type_id ${id}`, "has a weight_function, which is a program of its author", "Write the weights it gives to syn_weight");
  }
  const value = (name: string, k: number, otherwise?: number): number => {
    const own = columns.get(name)?.[k];
    if (own !== undefined && !Number.isNaN(own)) return own;
    const type = types.get(typeId[k] as number);
    const text = type?.get(name);
    const number = text === undefined ? otherwise : Number(text);
    if (number !== undefined && Number.isFinite(number)) return number;
    const problem = text === undefined ? `has no ${name}` : `has the ${name} "${text.slice(0, 60)}"`;
    throw new DataError(`${where}, edge ${k} of edge_type_id ${typeId[k]}`, problem, "Give a number in the edge's group or its type");
  };
  const weight = new Float64Array(n);
  const delay = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const synapses = value("nsyns", k, 1);
    if (!Number.isSafeInteger(synapses) || synapses < 0) throw new DataError(`${where}, nsyns of edge ${k}`, `is ${synapses}`, "Give a whole number of synapses");
    weight[k] = value("syn_weight", k) * synapses;
    delay[k] = value("delay", k);
  }
  return { where, source: populationOf(where, group, "source_node_id", parts), target: populationOf(where, group, "target_node_id", parts), sourceId, targetId, weight, delay };
} // prettier-ignore

function populationOf(where: string, group: SonataGroup, path: string, parts: readonly Part[]): Nodes {
  const dataset = group.get(path) as { attrs?: SonataGroup["attrs"] } | null;
  const name = dataset?.attrs?.["node_population"]?.value;
  const found = parts.find(({ nodes }) => nodes.name === name)?.nodes;
  if (found !== undefined) return found;
  const said = typeof name === "string" ? `names the population "${name.slice(0, 60)}"` : "has no attribute node_population"; // prettier-ignore
  throw new DataError(`${where}, ${path}`, said, didYouMean(String(name).slice(0, 60), new Set(parts.map(({ nodes }) => nodes.name)))); // prettier-ignore
}

interface Bundle {
  readonly from: Part;
  readonly to: Part;
  readonly positive: boolean;
  readonly edges: number[];
}

/** Edges by their parts and sign. */
function bundled(edges: Edges, parts: readonly Part[]): Bundle[] {
  const places = new Map<Nodes, { part: Part; index: number }[]>();
  for (const part of parts) {
    const rows = places.get(part.nodes) ?? [];
    part.rows.forEach((row, index) => (rows[row] = { part, index }));
    places.set(part.nodes, rows);
  }
  const partOf = (nodes: Nodes, id: number, k: number, end: string): Part => {
    const row = nodes.rowOf.get(id);
    const found = row === undefined ? undefined : places.get(nodes)?.[row]?.part;
    if (found !== undefined) return found;
    throw new DataError(`${edges.where}, ${end}[${k}]`, `is ${id}, which population ${nodes.name} has not`, "Give nodes that are there"); // prettier-ignore
  };
  const found = new Map<string, Bundle>();
  for (let k = 0; k < edges.sourceId.length; k++) {
    const from = partOf(edges.source, edges.sourceId[k] as number, k, "source_node_id");
    const to = partOf(edges.target, edges.targetId[k] as number, k, "target_node_id");
    const positive = (edges.weight[k] as number) >= 0;
    const key = `${from.name} ${to.name} ${positive}`;
    const bundle = found.get(key) ?? { from, to, positive, edges: [] };
    bundle.edges.push(k);
    found.set(key, bundle);
  }
  return [...found.values()];
}

function connect(net: Network, name: string, edges: Edges, { from, to, positive, edges: which }: Bundle): void {
  if (to.model === "virtual") throw new DataError(edges.where, `ends on virtual nodes of ${to.nodes.name}`, "Let edges end on neurons"); // prettier-ignore
  const { port, unit, scale } = positive ? to.model.positive : to.model.negative;
  const indexIn = (part: Part): Map<number, number> => new Map(part.rows.map((row, index) => [part.nodes.ids[row] as number, index])); // prettier-ignore
  const [sources, targets] = [indexIn(from), indexIn(to)];
  const rule = links({
    source: which.map((k) => sources.get(edges.sourceId[k] as number) as number),
    target: which.map((k) => targets.get(edges.targetId[k] as number) as number),
  });
  net.connect(net.population(from.name), (net.population(to.name) as CellsHandle).receptor(port), rule, {
    name: `${name}: ${from.name}->${to.name}${positive ? "" : ", below 0"}`.replaceAll(/[^\w>~.-]+/g, "_"),
    weight: { values: which.map((k) => (edges.weight[k] as number) * scale), unit },
    delay: { values: which.map((k) => edges.delay[k] as number), unit: "ms" },
  });
}
