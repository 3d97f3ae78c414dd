import { decimal } from "../../decimal.ts";
import { DataError } from "../../errors.ts";
import type { Given } from "../../units.ts";
import type { Components } from "./components.ts";
import { type Fields, list } from "./config.ts";
import type { Rows } from "./nodes.ts";

const OWN = new Set(["node_type_id", "model_type", "model_template", "dynamics_params", "pop_name", "ei", "location", "model_name", "morphology", "population"]); // prettier-ignore

/** Parameters of point neurons by name: each from the node's own column, else from its type's file, else from its type's column. */
export class NodeParams {
  readonly #part: Rows;
  readonly #known: ReadonlySet<string>;
  readonly #files: Components;
  readonly #unread = new Set<string>();
  readonly #types = new Map<ReadonlyMap<string, string>, Fields | undefined>();

  /** @param known  names that are read; what else there is, `note` says
   * @param inColumns  those that are read of the columns of nodes and types */
  constructor(part: Rows, known: ReadonlySet<string>, files: Components, inColumns = known) {
    [this.#part, this.#known, this.#files] = [part, known, files];
    const { nodes, rows } = part;
    for (const path of nodes.columns.keys()) {
      const name = path.replace(/^dynamics_params\//, "");
      if (path !== name && !inColumns.has(name)) this.#unread.add(name);
    }
    for (const row of rows) for (const key of nodes.type[row]?.keys() ?? []) if (!OWN.has(key) && !inColumns.has(key)) this.#unread.add(key); // prettier-ignore
  }

  /** What the type of a node says in its file; undefined where it names none. */
  file(row: number): Fields | undefined {
    const type = this.#part.nodes.type[row] as ReadonlyMap<string, string>;
    if (this.#types.has(type)) return this.#types.get(type);
    const name = type.get("dynamics_params");
    const found = name === undefined ? undefined : this.#files.json("point_neuron_models_dir", name);
    for (const key of found?.keys() ?? []) if (!this.#known.has(key)) this.#unread.add(key);
    this.#types.set(type, found);
    return found;
  }

  /** Of the node itself. */
  own(name: string, row: number): number | undefined {
    const own = this.#part.nodes.columns.get(`dynamics_params/${name}`)?.[row];
    return own === undefined || Number.isNaN(own) ? undefined : own;
  }

  /** Of the column of the node's type. */
  ofType(name: string, row: number): number | undefined {
    const { nodes } = this.#part;
    const text = nodes.type[row]?.get(name);
    if (text === undefined) return undefined;
    const number = decimal(text);
    if (Number.isFinite(number)) return number;
    throw new DataError(`${nodes.where}, ${name} of node_type_id ${nodes.typeId[row]}`, `is "${text.slice(0, 60)}"`, "Give a number"); // prettier-ignore
  }

  number(name: string, row: number): number | undefined {
    return this.own(name, row) ?? this.file(row)?.number(name) ?? this.ofType(name, row);
  }

  /** Says where neurons whose V_m is left out start elsewhere than NEST's do. */
  noteStart(E_L: (row: number) => number, usual: number): void {
    const { nodes, rows } = this.#part;
    if (rows.some((row) => this.number("V_m", row) === undefined && E_L(row) !== usual)) this.#files.notes.push(`${nodes.where}: V_m is left out: neurons start at E_L, where NEST's start at ${usual} mV whatever E_L is`); // prettier-ignore
  }

  /** Says what nothing reads, once all has been read. */
  note(): void {
    const unread = [...this.#unread];
    if (unread.length > 0) this.#files.notes.push(`${this.#part.nodes.where}: ${list(unread)} ${unread.length === 1 ? "is" : "are"} not read`); // prettier-ignore
  }
}

/** One value where all are the same. */
export function given(values: readonly number[], unit: Given["unit"]): Given {
  const [first = 0] = values;
  return values.every((x) => x === first) ? { value: first, unit } : { values, unit };
}

/** A time (ms) in whole steps of dt, up: so NEST takes refractory times, after it has rounded them to 1 us. */
export const upToSteps = (time: number, dt: number): number =>
  Math.ceil(Math.round(time * 1e3) / (dt * 1e3) - 1e-6) * dt;
