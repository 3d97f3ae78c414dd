import { DataError, didYouMean } from "../../errors.ts";
import { brief, type Fields, isRow, isSaid, list, type SonataGroup, type SonataSource } from "./config.ts";
import { column, groupIn, grouped, ids, tableOf, typeIds } from "./tables.ts";

/** A population of nodes: its rows with their ids, and what is known of each. */
export interface Nodes {
  readonly name: string;
  readonly where: string;
  readonly ids: Float64Array;
  /** row by node_id. */
  readonly rowOf: ReadonlyMap<number, number>;
  /** What each is: columns of its type, before which texts of its own go. */
  readonly type: readonly ReadonlyMap<string, string>[];
  /** -1 of a node without a type. */
  readonly typeId: Float64Array;
  readonly columns: ReadonlyMap<string, Float64Array>;
  readonly texts: ReadonlyMap<string, readonly (string | undefined)[]>;
}

/** Some rows of a population. */
export interface Rows {
  readonly nodes: Nodes;
  readonly rows: readonly number[];
}

export function readNodes(source: SonataSource, entry: Fields, resolve: (where: string, path: string) => string, notes: string[]): Nodes[] {
  const { file, csv, types, root } = tableOf(source, entry, resolve, "node");
  return root.keys().map((name) => population(name, `${file}, nodes/${name}`, groupIn(file, root, name), types, csv ?? "node types", notes));
} // prettier-ignore

function population(name: string, where: string, group: SonataGroup, types: ReadonlyMap<number, ReadonlyMap<string, string>>, csv: string, notes: string[]): Nodes {
  const typeId = typeIds(where, group, "node_type_id");
  const n = typeId.length;
  if (n === 0) throw new DataError(where, "has no nodes", "Leave the population out");
  const own = column(where, group, "node_id", n);
  const nodeIds = own === undefined ? Float64Array.from({ length: n }, (_, k) => k) : ids(where, group, "node_id", n);
  const rowOf = new Map([...nodeIds].map((id, row) => [id, row]));
  if (rowOf.size !== n) throw new DataError(`${where}, node_id`, "holds an id twice", "Give each node its own");
  const { columns, texts, others } = grouped(where, group, "node", n, (path) => path.startsWith("dynamics_params/"));
  if (others.length > 0) notes.push(`${where}: ${list(others)} are no columns of numbers or texts and are not read`);
  const kinds = new Kinds(types, texts);
  const type = Array.from(typeId, (id, row) => {
    const found = kinds.of(id, row);
    if (found !== undefined) return found;
    throw new DataError(where, `has nodes of node_type_id ${id}, which ${csv} has not, without a model_type of their own`, "Add the type, or a column model_type");
  });
  return { name, where, ids: nodeIds, rowOf, type, typeId, columns, texts };
} // prettier-ignore

/** What says what a node is: a text of the node itself goes before its type's. */
const SAYS = ["model_type", "model_template", "model_processing", "dynamics_params", "morphology"];

/** What nodes are, one value for all that are alike. */
class Kinds {
  readonly #types: ReadonlyMap<number, ReadonlyMap<string, string>>;
  readonly #own: readonly (readonly [string, readonly (string | undefined)[]])[];
  readonly #merged = new Map<string, ReadonlyMap<string, string>>();

  constructor(types: ReadonlyMap<number, ReadonlyMap<string, string>>, texts: Nodes["texts"]) {
    this.#types = types;
    this.#own = SAYS.flatMap((key) => (texts.has(key) ? [[key, texts.get(key) as readonly (string | undefined)[]]] : []));
  }

  of(typeId: number, row: number): ReadonlyMap<string, string> | undefined {
    const type = this.#types.get(typeId);
    const own = this.#own.flatMap(([key, values]) => (isSaid(values[row]) ? [[key, values[row]] as const] : []));
    if (own.length === 0 || (type === undefined && !own.some(([key]) => key === "model_type"))) return type;
    const key = JSON.stringify([typeId, own]);
    const merged = this.#merged.get(key) ?? new Map([...(type ?? []), ...own]);
    this.#merged.set(key, merged);
    return merged;
  }
} // prettier-ignore

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
  const number = nodes.columns.get(key)?.[row] ?? NaN;
  const text = nodes.texts.get(key)?.[row] ?? nodes.type[row]?.get(key) ?? "";
  return Number.isNaN(number) ? text : String(number);
}
