import { decimal } from "../../decimal.ts";
import { DataError, didYouMean } from "../../errors.ts";
import { list as links } from "../../connect/rules.ts";
import type { Network } from "../../network/network.ts";
import type { CellsHandle } from "../../network/handles.ts";
import type { Components } from "./components.ts";
import { type Fields, list, type SonataGroup } from "./config.ts";
import type { Glif } from "./glif.ts";
import type { NestModel } from "./nest.ts";
import type { Nodes } from "./nodes.ts";
import { isCell, type Part } from "./parts.ts";
import { type Compartment, type DrawnPlaces, placesStream } from "./places.ts";
import { isPlaced, OWN_PARAMS, PLACE, receptorOf } from "./receptors.ts";
import { groupIn, grouped, ids, tableOf, typeIds } from "./tables.ts";
import { weightOf } from "./weights.ts";

const READ = new Set(["edge_type_id", "syn_weight", "delay", "nsyns", "model_template", "target_query", "source_query", "dynamics_params", "weight_function", "weight_sigma", "weight_max"]); // prettier-ignore
/** The port of a GLIF neuron, as NEST counts it: from 1. */
const RECEPTOR_TYPE = new Set(["receptor_type", "dynamics_params/receptor_type"]);
/** Synapses onto cells of one edge population, each of which is placed by itself: seconds. */
const MOST_SYNAPSES = 10_000_000;
const SYNAPSES = new Set(["", "static_synapse", "nest:static_synapse"]);

/** Edges of a file, one bundle for each pair of parts and place where they end. Receptors of cells are made as edges ask for them.
 * @param seed  of the places that are drawn */
export function readEdges(parts: readonly Part[], files: Components, entry: Fields, resolve: (where: string, path: string) => string, seed: number): Bundle[] {
  const { file, types, root } = tableOf(files.source, entry, resolve, "edge");
  return root.keys().flatMap((name) => bundled(populationIn(`${file}, edges/${name}`, groupIn(file, root, name), types, parts, files), parts, name, seed));
} // prettier-ignore

interface Edges {
  readonly where: string;
  readonly source: Nodes;
  readonly target: Nodes;
  readonly sourceId: Float64Array;
  readonly targetId: Float64Array;
  readonly weight: Float64Array;
  readonly delay: Float64Array;
  readonly files: Components;
  readonly type: (k: number) => ReadonlyMap<string, string>;
  /** From the edge's group, else from its type. */
  readonly value: (name: string, k: number) => number | undefined;
}

function populationIn(where: string, group: SonataGroup, types: ReadonlyMap<number, ReadonlyMap<string, string>>, parts: readonly Part[], files: Components): Edges {
  const sourceId = ids(where, group, "source_node_id");
  const n = sourceId.length;
  const targetId = ids(where, group, "target_node_id", n);
  const typeId = typeIds(where, group, "edge_type_id", n);
  const target = populationOf(where, group, "target_node_id", parts);
  const onCells = parts.some(({ nodes, model }) => nodes === target && isCell(model));
  const read = (key: string): boolean => READ.has(key) || (onCells ? PLACE.has(key) || OWN_PARAMS.has(key) : RECEPTOR_TYPE.has(key));
  const { columns, texts, others } = grouped(where, group, "edge", n, read);
  const unread = [...others, ...texts.keys(), ...[...columns.keys()].filter((key) => !read(key))];
  for (const type of types.values()) for (const key of type.keys()) if (!read(key)) unread.push(key);
  const refused = unread.find((key) => (onCells ? /^dynamics_params\// : /^(afferent|efferent)_|^sec_(id|x)$/).test(key) || /^u_syn$|^depression_time$|^facilitation_time$/.test(key));
  if (refused !== undefined) throw new DataError(`${where}, ${refused}`, onCells ? "belongs to edges with parameters or plasticity of their own" : "belongs to edges onto cells with a morphology or with plasticity", "hillock takes static edges, onto cells with dynamics_params of their type");
  if (unread.length > 0) files.notes.push(`${where}: ${list([...new Set(unread)])} ${new Set(unread).size === 1 ? "is" : "are"} not read`);
  for (const [id, type] of types) {
    if (!onCells && !SYNAPSES.has(type.get("model_template") ?? "")) throw new DataError(`${where}, edge_type_id ${id}`, `has the model_template "${type.get("model_template")?.slice(0, 60)}"`, "hillock takes static_synapse");
  }
  const type = (k: number): ReadonlyMap<string, string> => types.get(typeId[k] as number) ?? new Map<string, string>();
  const fail = (k: number, problem: string): never => {
    throw new DataError(`${where}, edge ${k} of edge_type_id ${typeId[k]}`, problem, "Give a number in the edge's group or its type");
  };
  const value = (name: string, k: number): number | undefined => {
    const own = columns.get(name)?.[k];
    if (own !== undefined && !Number.isNaN(own)) return own;
    const text = type(k).get(name);
    if (text === undefined) return undefined;
    const number = decimal(text);
    if (Number.isFinite(number)) return number;
    return fail(k, `has the ${name} "${text.slice(0, 60)}"`);
  };
  const source = populationOf(where, group, "source_node_id", parts);
  const signs = new Signs(where, target, parts, files);
  const weight = new Float64Array(n);
  const delay = new Float64Array(n);
  const ofCells = new Set(parts.flatMap(({ nodes, model, rows }) => (nodes === target && isCell(model) ? rows.map((row) => nodes.ids[row]) : [])));
  let all = 0;
  for (let k = 0; k < n; k++) {
    const synapses = value("nsyns", k) ?? 1;
    if (!Number.isSafeInteger(synapses) || synapses < 0) throw new DataError(`${where}, nsyns of edge ${k}`, `is ${synapses}`, "Give a whole number of synapses");
    const weighed = { where: `${where}, edge ${k} of edge_type_id ${typeId[k]}`, value: (name: string) => value(name, k), source: [source, sourceId[k] as number] as const, target: [target, targetId[k] as number] as const };
    weight[k] = weightOf(type(k).get("weight_function"), weighed) * (ofCells.has(targetId[k]) ? 1 : synapses) * signs.of(targetId[k], type(k));
    delay[k] = value("delay", k) ?? fail(k, "has no delay");
    if (ofCells.has(targetId[k]) && (all += synapses) > MOST_SYNAPSES) throw new DataError(`${where}, nsyns`, `makes more than ${MOST_SYNAPSES} synapses up to edge ${k}`, "Give fewer");
  }
  return { where, source, target, sourceId, targetId, weight, delay, files, type, value };
} // prettier-ignore

/** What weights onto a population's nodes are multiplied by. */
class Signs {
  readonly #signed: ReadonlySet<number | undefined>;
  readonly #files: Components;
  readonly #where: string;
  #isSaid = false;

  constructor(where: string, target: Nodes, parts: readonly Part[], files: Components) {
    const signed = parts.filter(({ nodes, model }) => nodes === target && model !== "virtual" && "signed" in model);
    this.#signed = new Set(signed.flatMap(({ nodes, rows }) => rows.map((row) => nodes.ids[row])));
    [this.#files, this.#where] = [files, where];
  }

  of(id: number | undefined, type: ReadonlyMap<string, string>): number {
    const name = type.get("dynamics_params");
    if (!this.#signed.has(id)) return 1;
    if (name === undefined) {
      if (!this.#isSaid) this.#files.notes.push(`${this.#where}: some have no dynamics_params, whose file says the sign of synapses onto IntFire1: their weights stand as written`); // prettier-ignore
      this.#isSaid = true;
      return 1;
    }
    const file = this.#files.json("synaptic_models_dir", name);
    const sign = file.number("sign");
    if (sign !== undefined) return sign;
    throw new DataError(file.at("sign"), "is missing, and the edges' weights are multiplied by it", "Give 1 for synapses that excite, -1 for those that inhibit"); // prettier-ignore
  }
}

function populationOf(where: string, group: SonataGroup, path: string, parts: readonly Part[]): Nodes {
  const dataset = group.get(path) as { attrs?: SonataGroup["attrs"] } | null;
  const name = dataset?.attrs?.["node_population"]?.value;
  const found = parts.find(({ nodes }) => nodes.name === name)?.nodes;
  if (found !== undefined) return found;
  const said = typeof name === "string" ? `names the population "${name.slice(0, 60)}"` : "has no attribute node_population"; // prettier-ignore
  throw new DataError(`${where}, ${path}`, said, didYouMean(String(name).slice(0, 60), new Set(parts.map(({ nodes }) => nodes.name)))); // prettier-ignore
}

interface Bundle {
  readonly name: string;
  readonly from: Part;
  readonly to: Part;
  readonly on: Landing;
  readonly of: Edges;
  /** once for each synapse. */
  readonly edges: number[];
}

/** Where edges end. */
type Landing = NestModel["positive"] & { readonly label: string };

/** Edges by their parts and where they end. Of those whose places are drawn, each synapse is one. */
function bundled(edges: Edges, parts: readonly Part[], population: string, seed: number): Bundle[] {
  const name = population.replaceAll(/\W+/g, "_");
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
  const streamId = placesStream(population);
  const found = new Map<string, Bundle>();
  for (let k = 0; k < edges.sourceId.length; k++) {
    const from = partOf(edges.source, edges.sourceId[k] as number, k, "source_node_id");
    const to = partOf(edges.target, edges.targetId[k] as number, k, "target_node_id");
    const drawn = isCell(to.model) && !isPlaced((name) => edges.value(name, k));
    const synapses = drawn ? (edges.value("nsyns", k) ?? 1) : 1;
    const land = landing(edges, to, k, (places, synapse) => places.draw(seed, streamId, k, synapse));
    for (let synapse = 0; synapse < synapses; synapse++) {
      const on = land(synapse);
      const key = `${from.name} ${to.name} ${on.label}`;
      const bundle = found.get(key) ?? { name, from, to, on, of: edges, edges: [] };
      bundle.edges.push(k);
      found.set(key, bundle);
    }
  }
  return [...found.values()];
}

/** Of each synapse of an edge, the port of a neuron by the weight's sign, or the receptor of a cell where it is placed. */
function landing(edges: Edges, { model, nodes }: Part, k: number, draw: (places: DrawnPlaces, synapse: number) => Compartment): (synapse: number) => Landing {
  if (model === "virtual") throw new DataError(edges.where, `ends on virtual nodes of ${nodes.name}`, "Let edges end on neurons"); // prettier-ignore
  const [weight, type] = [edges.weight[k] as number, edges.type(k)];
  if (isCell(model)) {
    const portOf = receptorOf({ where: `${edges.where}, edge ${k}`, value: (name) => edges.value(name, k), type, weight, draw }, model, edges.files); // prettier-ignore
    return (synapse) => {
      const port = portOf(synapse);
      return { port, unit: "uS", scale: 1, label: `, ${port}` };
    };
  }
  const template = type.get("model_template") ?? "";
  if (!SYNAPSES.has(template)) throw new DataError(`${edges.where}, edge ${k}`, `has the model_template "${template.slice(0, 60)}"`, "hillock takes static_synapse onto point neurons"); // prettier-ignore
  const receptor = [...RECEPTOR_TYPE].map((name) => edges.value(name, k)).find((one) => one !== undefined);
  if ("ports" in model) {
    const on = portOf(edges, model, nodes, k, receptor);
    return () => on;
  }
  if (receptor !== undefined && receptor !== 0) throw new DataError(`${edges.where}, edge ${k}`, `has the receptor_type ${receptor}`, "Of point neurons those of nest:glif_psc have ports; leave it out onto others"); // prettier-ignore
  const on = weight >= 0 ? { ...model.positive, label: "" } : { ...model.negative, label: ", below 0" };
  return () => on;
} // prettier-ignore

/** The port that an edge onto a GLIF neuron names, or the file of its type.
 * @throws DataError where none does, or the neuron has not so many */
function portOf(edges: Edges, { ports }: Glif, nodes: Nodes, k: number, own: number | undefined): Landing {
  const file = edges.type(k).get("dynamics_params");
  const receptor = own ?? (file === undefined ? undefined : edges.files.json("synaptic_models_dir", file).number("receptor_type"));
  const n = ports.get(nodes.rowOf.get(edges.targetId[k] as number) ?? -1) ?? 0;
  const isPort = receptor !== undefined && Number.isSafeInteger(receptor) && receptor >= 1 && receptor <= n;
  if (isPort) return { port: `receptor_${receptor}`, unit: "nA", scale: 1e-3, label: `, receptor_${receptor}` };
  throw new DataError(`${edges.where}, edge ${k}`, receptor === undefined ? "has no receptor_type, and ends on a GLIF neuron" : `has the receptor_type ${receptor}`, `Give the number of a port, 1 to ${n}, in the file of its type's dynamics_params or a column`);
} // prettier-ignore

export function connect(net: Network, { name, from, to, on, of: edges, edges: which }: Bundle): void {
  const { port, unit, scale, label } = on;
  const indexIn = (part: Part): Map<number, number> => new Map(part.rows.map((row, index) => [part.nodes.ids[row] as number, index])); // prettier-ignore
  const [sources, targets] = [indexIn(from), indexIn(to)];
  const rule = links({
    source: which.map((k) => sources.get(edges.sourceId[k] as number) as number),
    target: which.map((k) => targets.get(edges.targetId[k] as number) as number),
  });
  net.connect(net.population(from.name), (net.population(to.name) as CellsHandle).receptor(port), rule, {
    name: `${name}: ${from.name}->${to.name}${label}`.replaceAll(/[^\w>~.-]+/g, "_"),
    weight: { values: which.map((k) => (edges.weight[k] as number) * scale), unit },
    delay: { values: which.map((k) => edges.delay[k] as number), unit: "ms" },
  });
}
