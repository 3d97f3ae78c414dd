import { reasonOf } from "../../clipped.ts";
import { decimal } from "../../decimal.ts";
import { DataError } from "../../errors.ts";
import { linesOf, textOf as textIn } from "../../shapes.ts";

/** What the importer reads: texts and HDF5 files by their path. */
export interface SonataSource {
  /** A text file. @throws when it is not there */
  text(path: string): string;
  /** An HDF5 file that h5wasm has opened for reading. */
  hdf5(path: string): SonataGroup;
}

/** What of h5wasm's File and Group is used. */
export interface SonataGroup {
  readonly attrs: Readonly<Record<string, { readonly value: unknown }>>;
  keys(): string[];
  get(path: string): unknown;
}

/** Of a list in a config. */
const MOST_NUMBERS = 1_000_000;

type Row = Readonly<Record<string, unknown>>;
export const isRow = (x: unknown): x is Row => typeof x === "object" && x !== null && !Array.isArray(x);

/** A JSON object with the path that leads to it; what nobody asks for is said. */
export class Fields {
  readonly where: string;
  readonly #row: Row;
  readonly #asked = new Set<string>();

  constructor(where: string, value: unknown) {
    if (!isRow(value)) throw new DataError(where, `is ${brief(value)}`, "Give an object");
    [this.where, this.#row] = [where, value];
  }

  get(key: string): unknown {
    this.#asked.add(key);
    return Object.hasOwn(this.#row, key) ? (this.#row[key] ?? undefined) : undefined;
  }

  /** Whether it is there, which is not to ask for it. */
  has(key: string): boolean {
    return Object.hasOwn(this.#row, key) && this.#row[key] !== null;
  }

  keys(): string[] {
    const keys = Object.keys(this.#row);
    if (keys.length <= 10_000) return keys;
    throw new DataError(this.where, `has ${keys.length} entries`, "Give at most 10000");
  }

  at(key: string): string {
    return `${this.where}, ${key.slice(0, 60)}`;
  }

  fields(key: string): Fields | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : new Fields(this.at(key), value);
  }

  list(key: string): Fields[] {
    const value = this.get(key) ?? [];
    if (!Array.isArray(value) || value.length > 10_000) throw new DataError(this.at(key), `is ${brief(value)}`, "Give a list of objects"); // prettier-ignore
    return value.map((one, k) => new Fields(`${this.at(key)}[${k}]`, one));
  }

  text(key: string): string | undefined {
    const value = this.get(key);
    if (value === undefined || (typeof value === "string" && value.length <= 2000)) return value;
    throw new DataError(this.at(key), `is ${brief(value)}`, "Give a text");
  }

  number(key: string): number | undefined {
    const value = this.get(key);
    if (value === undefined || (typeof value === "number" && Number.isFinite(value))) return value;
    throw new DataError(this.at(key), `is ${brief(value)}`, "Give a finite number");
  }

  /** A list of numbers, or one. @param what  their unit, for whoever gave it wrongly */
  numbers(key: string, { least = 0, what = "" } = {}): readonly number[] | undefined {
    const value = this.get(key);
    if (!Array.isArray(value)) {
      const one = this.number(key);
      return one === undefined ? undefined : [one];
    }
    const bad = value.findIndex((one) => typeof one !== "number" || !Number.isFinite(one));
    if (bad < 0 && value.length >= least && value.length <= MOST_NUMBERS) return value as number[];
    throw new DataError(this.at(key), bad < 0 ? `has ${value.length} entries` : `has ${brief(value[bad])} at ${bad}`, `Give a number, or a list of ${least} to ${MOST_NUMBERS}${what && `: ${what}`}`); // prettier-ignore
  }

  /** A number, or a text that is a decimal one: fits are written with either. */
  numeric(key: string): number | undefined {
    const value = this.get(key);
    const written = typeof value === "string" ? decimal(value.trim()) : NaN;
    return Number.isFinite(written) ? written : this.number(key);
  }

  /** Whether `enabled` is said to be false, of an input, a report or a file of edges.
   * @throws DataError where it is neither true nor false */
  get isOff(): boolean {
    const enabled = this.get("enabled") ?? true;
    if (typeof enabled === "boolean") return !enabled;
    throw new DataError(this.at("enabled"), `is ${brief(enabled)}`, "Give true or false");
  }

  /** Objects by their key that are not switched off. */
  enabled(): [string, Fields][] {
    const all = this.keys().map((key): [string, Fields] => [key, new Fields(this.at(key), this.get(key))]);
    return all.filter(([, entry]) => !entry.isOff);
  }

  /** Fields that nothing has asked for. */
  left(): string[] {
    return this.keys().filter((key) => !this.#asked.has(key));
  }
}

/** Names one behind the other, the first of many. */
export const list = (names: readonly string[]): string => `${names.slice(0, 8).join(", ")}${names.length > 8 ? ", ..." : ""}`; // prettier-ignore

export const brief = (x: unknown): string => (JSON.stringify(x) ?? "missing").slice(0, 60);

export function json(source: SonataSource, path: string): Fields {
  const text = textOf(source, path);
  try {
    return new Fields(path, JSON.parse(text));
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(path, `is no JSON (${(error as Error).message.slice(0, 100)})`, "Mend the file");
  }
}

export function textOf(source: SonataSource, path: string): string {
  try {
    return textIn(path, source.text(path));
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(path, `cannot be read (${(error as Error).message.slice(0, 100)})`, "Check the path in the config"); // prettier-ignore
  }
}

/** An HDF5 file. What cannot be read of it, at any place, is a DataError that names the file and the place. */
export function hdf5Of(source: SonataSource, path: string): SonataGroup {
  return guarded(path, readable(path, () => source.hdf5(path))); // prettier-ignore
}

/** What HDF5 gives. @throws DataError where the file is damaged */
function readable<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(where, `cannot be read (${reasonOf(error).slice(0, 100)})`, "Restore the file; numbers may be whole ones, float32 or float64"); // prettier-ignore
  }
}

export const isGroup = (x: unknown): x is SonataGroup => typeof x === "object" && x !== null && "keys" in x && "get" in x; // prettier-ignore

/** A group whose reading fails by the file and the place. Of a damaged file anything may: names, links, shapes, values and attributes. */
export function guarded(where: string, group: SonataGroup): SonataGroup {
  return {
    get attrs() {
      return attributes(where, group);
    },
    keys: () => readable(where, () => group.keys()),
    get(path) {
      const at = `${where}, ${path}`;
      const found = readable(at, () => group.get(path));
      if (isGroup(found)) return guarded(at, found);
      return typeof found === "object" && found !== null && "shape" in found ? dataset(at, found as never) : found;
    },
  };
}

type Attributes = SonataGroup["attrs"];

const attributes = (where: string, of: { readonly attrs?: Attributes }): Attributes =>
  readable(where, () =>
    Object.fromEntries(Object.entries(of.attrs ?? {}).map(([name, { value }]) => [name, { value }])),
  );

const dataset = (
  where: string,
  of: { readonly shape: unknown; readonly value: unknown; readonly attrs?: Attributes },
) => ({
  get shape() {
    return readable(where, () => of.shape);
  },
  get value() {
    return readable(where, () => of.value);
  },
  get attrs() {
    return attributes(where, of);
  },
});

/** Paths of one config: its manifest's variables and `configdir`, then relative to its folder. */
export class Paths {
  readonly #folder: string;
  readonly #variables = new Map([["configdir", "."]]);

  constructor(config: Fields, path: string) {
    this.#folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
    const manifest = config.fields("manifest");
    for (const key of manifest?.keys() ?? []) {
      const value = manifest?.text(key) ?? "";
      if (!/^\$?\w+$|^\$\{\w+\}$/.test(key)) throw new DataError(manifest?.at(key) ?? key, "is no variable", "Write it as $NAME"); // prettier-ignore
      this.#variables.set(key.replace(/[${}]/g, ""), value);
    }
  }

  /** @throws DataError for what names no file */
  resolve(where: string, given: string): string {
    const path = this.folder(where, given);
    if (path !== "" && !/(^|\/)\.{0,2}$/.test(path)) return path;
    throw new DataError(where, `is "${given.slice(0, 60)}", which names no file`, "Give the file's name");
  }

  folder(where: string, given: string): string {
    let path = given;
    for (let k = 0; /\$/.test(path); k++) {
      if (k > 20 || path.length > 4000) throw new DataError(where, "has manifest variables that lead back to themselves", "Break the circle"); // prettier-ignore
      path = path.replace(/\$\{(\w+)\}|\$(\w+)/, (_, a: string | undefined, b: string | undefined) => {
        const value = this.#variables.get(a ?? b ?? "");
        if (value !== undefined) return value;
        throw new DataError(where, `names "$${(a ?? b ?? "").slice(0, 60)}", which no manifest has`, "Add it to the manifest"); // prettier-ignore
      });
    }
    return path.startsWith("/") ? path : this.#folder + path.replace(/^(?:\.\/)+/, "").replace(/^\.$/, "");
  }
}

/** What tables leave out: BMTK writes NULL and NONE, and reads its reader's other words likewise. */
const NOTHING = new Set(["", "NULL", "NONE", "None", "null", "NaN", "nan", "NA", "N/A", "n/a", "<NA>"]);

/** Whether a text of a table says something. */
export const isSaid = (text: string | undefined): text is string => text !== undefined && !NOTHING.has(text);

/** A table of types: rows by id, each a map of columns to text; what is left out (NULL, NONE) is not in it. A column that is there twice has the
 * value of the one that says something. */
export function typesTable(source: SonataSource, path: string, id: string): Map<number, ReadonlyMap<string, string>> {
  const lines = linesOf(path, textOf(source, path)).filter((line) => line.trim() !== ""); // prettier-ignore
  if (lines.length > 1_000_000) throw new DataError(path, `has ${lines.length} lines`, "Give at most 1000000");
  const head = cellsOf(lines[0] ?? "");
  if (!head.includes(id)) throw new DataError(path, `has no column ${id}`, "Give a table with spaces between columns");
  const table = new Map<number, ReadonlyMap<string, string>>();
  for (const [k, line] of lines.slice(1).entries()) {
    const row = rowOf(`${path}, line ${k + 2}`, head, cellsOf(line));
    const key = decimal(row.get(id) ?? "");
    if (!Number.isSafeInteger(key) || key < 0) throw new DataError(`${path}, line ${k + 2}`, `${id} is "${(row.get(id) ?? "").slice(0, 60)}"`, "Give a whole number"); // prettier-ignore
    if (table.has(key)) throw new DataError(`${path}, line ${k + 2}`, `gives ${id} ${key} again`, "Give each id once");
    table.set(key, row);
  }
  return table;
}

function rowOf(where: string, head: readonly string[], cells: readonly string[]): ReadonlyMap<string, string> {
  if (cells.length !== head.length) throw new DataError(where, `has ${cells.length} columns of ${head.length}`, "Give one value for each column, NULL for none"); // prettier-ignore
  const row = new Map<string, string>();
  for (const [c, name] of head.entries()) {
    const cell = cells[c] as string;
    if (NOTHING.has(cell)) continue;
    const before = row.get(name) ?? cell;
    if (before !== cell) throw new DataError(where, `has the ${name.slice(0, 60)} "${before.slice(0, 60)}" and "${cell.slice(0, 60)}" in two columns of that name`, "Give each column once"); // prettier-ignore
    row.set(name, cell);
  }
  return row;
}

/** Words between spaces; a word in double quotes may hold spaces. */
const cellsOf = (line: string): string[] =>
  [...line.slice(0, 100_000).matchAll(/"((?:[^"]|"")*)"|[^\s"]+/g)].map((m) => (m[1] ?? m[0]).replaceAll('""', '"'));
