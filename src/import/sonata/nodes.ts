import { decimal } from "../../decimal.ts";
import { DataError, didYouMean } from "../../errors.ts";
import type { NeuronOptions } from "../../mechanisms/neuron.ts";
import type { Given } from "../../units.ts";
import { brief, type Fields, isRow, type SonataGroup, type SonataSource } from "./config.ts";
import { biophysical, type Biophysical, type Run } from "./biophysical.ts";
import type { Components } from "./components.ts";
import { nestModel, type NestModel } from "./nest.ts";
import { column, groupIn, grouped, ids, tableOf } from "./tables.ts";

/** A population of nodes: its rows with their ids, and what is known of each. */
export interface Nodes {
  readonly name: string;
  readonly where: string;
  readonly ids: Float64Array;
  /** row by node_id. */
  readonly rowOf: ReadonlyMap<number, number>;
  readonly type: readonly ReadonlyMap<string, string>[];
  readonly typeId: Float64Array;
  readonly columns: ReadonlyMap<string, Float64Array>;
}

/** Rows of one population that are one of hillock's: sources, one kind of neuron, or one of cell. */
export interface Part {
  readonly name: string;
  readonly nodes: Nodes;
  readonly rows: readonly number[];
  readonly model: NestModel | Biophysical | "virtual";
}

/** A part that has a state: no virtual nodes. */
export const isNeurons = (part: Part): part is Part & { model: NestModel | Biophysical } => part.model !== "virtual";

export const isCell = (model: Part["model"]): model is Biophysical => model !== "virtual" && "cell" in model;

export function readNodes(source: SonataSource, entry: Fields, resolve: (where: string, path: string) => string, notes: string[]): Nodes[] {
  const { file, csv, types, root } = tableOf(source, entry, resolve, "node");
  return root.keys().map((name) => population(name, `${file}, nodes/${name}`, groupIn(file, root, name), types, csv ?? "node types", notes));
} // prettier-ignore

function population(name: string, where: string, group: SonataGroup, types: ReadonlyMap<number, ReadonlyMap<string, string>>, csv: string, notes: string[]): Nodes {
  const typeId = ids(where, group, "node_type_id");
  const n = typeId.length;
  if (n === 0) throw new DataError(where, "has no nodes", "Leave the population out");
  const own = column(where, group, "node_id", n);
  const nodeIds = own === undefined ? Float64Array.from({ length: n }, (_, k) => k) : ids(where, group, "node_id", n);
  const rowOf = new Map([...nodeIds].map((id, row) => [id, row]));
  if (rowOf.size !== n) throw new DataError(`${where}, node_id`, "holds an id twice", "Give each node its own");
  const { columns, others } = grouped(where, group, "node", n, (path) => path.startsWith("dynamics_params/"));
  if (others.length > 0) notes.push(`${where}: ${list(others)} hold no numbers and are not read`);
  const type = Array.from(typeId, (id) => {
    const found = types.get(id);
    if (found !== undefined) return found;
    throw new DataError(where, `has nodes of node_type_id ${id}, which ${csv} has not`, "Add the type");
  });
  return { name, where, ids: nodeIds, rowOf, type, typeId, columns };
} // prettier-ignore

export const list = (names: readonly string[]): string => `${names.slice(0, 8).join(", ")}${names.length > 8 ? ", ..." : ""}`; // prettier-ignore

/** Rows by what they are. @throws DataError for what hillock does not have */
export function partsOf(nodes: Nodes, files: Components, run: () => Run): Part[] {
  const byTemplate = new Map<string, number[]>();
  nodes.type.forEach((type, row) => {
    const kind = type.get("model_type") ?? "";
    const at = `${nodes.where}, node_type_id ${nodes.typeId[row]}`;
    const template = type.get("model_template") ?? "";
    if (!["virtual", "point_neuron", "point_process", "point_soma", "biophysical"].includes(kind))
      throw new DataError(at, `has the model_type "${kind.slice(0, 60)}"`, "hillock takes point_neuron, point_process, biophysical and virtual"); // prettier-ignore
    const key = kind === "virtual" ? "virtual" : kind === "biophysical" ? `${kind} ${nodes.typeId[row]}` : template;
    const rows = byTemplate.get(key) ?? [];
    rows.push(row);
    byTemplate.set(key, rows);
  });
  const word = (text: string): string => text.replaceAll(/\W+/g, "_");
  return [...byTemplate].map(([template, rows]) => {
    const at = `${nodes.where}, node_type_id ${nodes.typeId[rows[0] as number]}`;
    const type = nodes.type[rows[0] as number] as ReadonlyMap<string, string>;
    const cell = type.get("model_type") === "biophysical";
    const ofNode = [...nodes.columns].find(([path, values]) => cell && path.startsWith("dynamics_params/") && rows.some((row) => !Number.isNaN(values[row]))); // prettier-ignore
    if (ofNode !== undefined) throw new DataError(`${nodes.where}, ${ofNode[0]}`, "is of biophysical nodes", "Give their parameters in the file that dynamics_params of their type names"); // prettier-ignore
    const model = template === "virtual" ? template : cell ? biophysical(at, type, files, run()) : nestModel(at, template);
    const name = byTemplate.size === 1 ? word(nodes.name) : `${word(nodes.name)}_${word(template.replace(/^nest:/, ""))}`;
    return { name, nodes, rows, model };
  });
} // prettier-ignore

const OWN = new Set(["node_type_id", "model_type", "model_template", "dynamics_params", "pop_name", "ei", "location", "model_name", "morphology", "population"]); // prettier-ignore

/** Parameters of neurons, each from the node's own column, else from its type's file or column, else NEST's default. */
export function neuronOptions({ nodes, rows, model }: Part & { model: NestModel }, files: Components): NeuronOptions {
  const known = new Set([...Object.keys(model.params), ...Object.keys(model.initial), ...Object.keys(model.fixed ?? {})]);
  const unread = new Set<string>();
  const dynamics = (row: number): Fields | undefined => {
    const name = nodes.type[row]?.get("dynamics_params");
    if (name === undefined) return undefined;
    const found = files.json("point_neuron_models_dir", name);
    for (const key of found.keys()) if (!known.has(key)) unread.add(key);
    return found;
  };
  const value = (name: string, row: number): number | undefined => {
    const own = nodes.columns.get(`dynamics_params/${name}`)?.[row];
    if (own !== undefined && !Number.isNaN(own)) return own;
    const params = dynamics(row);
    const ofType = params?.number(name);
    if (ofType !== undefined) return ofType;
    const text = nodes.type[row]?.get(name);
    if (text === undefined) return undefined;
    const number = decimal(text);
    if (Number.isFinite(number)) return number;
    throw new DataError(`${nodes.where}, ${name} of node_type_id ${nodes.typeId[row]}`, `is "${text.slice(0, 60)}"`, "Give a number");
  };
  for (const path of nodes.columns.keys()) {
    const name = path.replace(/^dynamics_params\//, "");
    if (path !== name && !known.has(name)) unread.add(name);
  }
  for (const row of rows) for (const key of nodes.type[row]?.keys() ?? []) if (!OWN.has(key) && !known.has(key)) unread.add(key);
  for (const [name, only] of Object.entries(model.fixed ?? {})) {
    const other = rows.map((row) => value(name, row)).find((x) => x !== undefined && x !== only);
    if (other !== undefined) throw new DataError(`${nodes.where}, ${name}`, `is ${other}`, `hillock has it at ${only} only`);
  }
  const units = model.type.mechanism.params;
  const params: Record<string, Given> = {};
  for (const [name, { to, scale, default: otherwise }] of Object.entries(model.params))
    if (to !== undefined) params[to] = given(rows.map((row) => (value(name, row) ?? otherwise) * scale), (units[to] as { unit: Given["unit"] }).unit);
  for (const [to, make] of Object.entries(model.derived ?? {}))
    params[to] = given(rows.map((row) => make((name) => value(name, row) ?? model.params[name]?.default ?? NaN)), (units[to] as { unit: Given["unit"] }).unit);
  const initial: Record<string, Given> = {};
  for (const [name, { state, scale }] of Object.entries(model.initial)) {
    const values = rows.map((row) => value(name, row));
    const rest = params["E_L"] ?? params["c"];
    if (values.every((x) => x === undefined) || rest === undefined) continue;
    const usual = (k: number): number => ("values" in rest ? (rest.values[k] as number) : rest.value) / scale;
    initial[state] = given(values.map((x, k) => (x ?? (state === "V" ? usual(k) : 0)) * scale), (model.type.mechanism.states[state] as { unit: Given["unit"] }).unit);
  }
  if (unread.size > 0) files.notes.push(`${nodes.where}: ${list([...unread])} ${unread.size === 1 ? "is" : "are"} not read`);
  return { n: rows.length, params, initial };
} // prettier-ignore

/** One value where all are the same. */
function given(values: readonly number[], unit: Given["unit"]): Given {
  const [first = 0] = values;
  return values.every((x) => x === first) ? { value: first, unit } : { values, unit };
}

/** Node sets by name; compound ones are lists of names. A population is one by its own name, unless a set has it. */
export class NodeSets {
  readonly #sets: Map<string, unknown>;

  constructor(populations: Iterable<string>) {
    this.#sets = new Map(Array.from(populations, (population) => [population, { population }]));
  }

  add(fields: Fields): void {
    for (const key of fields.keys()) this.#sets.set(key, fields.get(key));
  }

  /** Rows of a population that are in a set: a name, a rule, or nothing for all. */
  rows(where: string, set: unknown, nodes: Nodes, depth = 0): number[] {
    const all = nodes.type.map((_, row) => row);
    if (set === undefined) return all;
    if (depth > 20) throw new DataError(where, "is a node set that leads back to itself", "Break the circle");
    if (typeof set === "string") {
      if (set === "all" && !this.#sets.has(set)) return all;
      if (!this.#sets.has(set)) throw new DataError(where, `names the node set "${set.slice(0, 60)}", which is not there`, didYouMean(set.slice(0, 60), this.#sets.keys())); // prettier-ignore
      return this.rows(`${where}, node set ${set.slice(0, 60)}`, this.#sets.get(set), nodes, depth + 1);
    }
    if (Array.isArray(set)) {
      if (set.length > 10_000) throw new DataError(where, `has ${set.length} entries`, "Give at most 10000");
      if (set.every((x) => typeof x === "number")) return set.flatMap((id) => nodes.rowOf.get(idOf(where, id)) ?? []);
      const other: unknown = set.find((one) => typeof one !== "string");
      if (other !== undefined) throw new DataError(where, `holds ${brief(other)}`, "Give a list of names, or of node ids");
      return [...new Set(set.flatMap((one) => this.rows(where, one, nodes, depth + 1)))].sort((a, b) => a - b);
    }
    if (!isRow(set)) throw new DataError(where, `is ${brief(set)}`, "Give a name, a rule or a list of names");
    const rules = Object.entries(set).map(([key, wanted]) => {
      const at = `${where}, ${key.slice(0, 60)}`;
      const isId = key === "node_id" || key === "node_ids";
      const values = new Set((Array.isArray(wanted) ? wanted : [wanted]).map((one) => (isId ? String(idOf(at, one)) : wantedOf(at, one))));
      return (row: number): boolean => values.has(attribute(where, nodes, key, row));
    });
    return all.filter((row) => rules.every((rule) => rule(row)));
  }

  /** Rows of each population that are in a set. @throws DataError where it selects no node at all */
  select(where: string, set: unknown, all: readonly Nodes[]): Map<Nodes, ReadonlySet<number>> {
    const found = new Map(all.map((nodes) => [nodes, new Set(this.rows(where, set, nodes))]));
    if ([...found.values()].some(({ size }) => size > 0)) return found;
    throw new DataError(where, `selects no node: it is ${brief(set)}`, "Give a population, a type or ids that are there");
  }
} // prettier-ignore

function idOf(where: string, id: unknown): number {
  if (Number.isSafeInteger(id) && (id as number) >= 0) return id as number;
  throw new DataError(where, `holds ${brief(id)}`, "Give ids of nodes: whole numbers from 0");
}

function wantedOf(where: string, wanted: unknown): string {
  if ((typeof wanted === "string" && wanted !== "") || typeof wanted === "boolean" || Number.isFinite(wanted)) return String(wanted);
  throw new DataError(where, `is ${brief(wanted)}`, "Give a text, a number, or a list of them");
} // prettier-ignore

function attribute(where: string, nodes: Nodes, key: string, row: number): string {
  if (key === "population" || key === "populations") return nodes.name;
  if (["node_id", "node_ids", "gids"].includes(key)) return String(nodes.ids[row]);
  if (key === "node_type_id") return String(nodes.typeId[row]);
  if (key.startsWith("$")) throw new DataError(`${where}, ${key.slice(0, 60)}`, "is an operator", "Give values to be equal to"); // prettier-ignore
  return String(nodes.columns.get(key)?.[row] ?? nodes.type[row]?.get(key) ?? "");
}
