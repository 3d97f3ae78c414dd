import { DataError } from "../../errors.ts";
import {
  brief,
  type Fields,
  hdf5Of,
  isGroup,
  isRow,
  type SonataGroup,
  type SonataSource,
  typesTable,
} from "./config.ts";

/** Columns of HDF5 files, checked before they are read. */

/** Rows of one dataset that are read at most. */
export const MOST_ROWS = 50_000_000;

interface Dataset {
  readonly shape: readonly number[] | null;
  readonly value: unknown;
  readonly attrs?: SonataGroup["attrs"];
}

const isDataset = (x: unknown): x is Dataset => isRow(x) || (typeof x === "object" && x !== null && "shape" in x);

export function groupIn(where: string, parent: SonataGroup, path: string): SonataGroup {
  const found = parent.get(path);
  if (isGroup(found)) return found;
  throw new DataError(`${where}, ${path}`, "is missing", "Give a file in SONATA's layout");
}

const datasetIn = (parent: SonataGroup, path: string): Dataset | undefined => {
  const found = parent.get(path);
  return isDataset(found) && !isGroup(found) ? found : undefined;
};

/** A column of finite numbers, or undefined where there is none.
 * @param n  its length; any where it is left out */
export function column(where: string, parent: SonataGroup, path: string, n?: number): Float64Array | undefined {
  const found = datasetIn(parent, path);
  if (found === undefined) return undefined;
  const at = `${where}, ${path}`;
  const rows = found.shape?.[0] ?? -1;
  if (found.shape?.length !== 1 || rows > MOST_ROWS) throw new DataError(at, `has the shape ${brief(found.shape)}`, `Give one column of at most ${MOST_ROWS} rows`); // prettier-ignore
  if (n !== undefined && rows !== n) throw new DataError(at, `has ${rows} rows of ${n}`, "Give one for each");
  if (rows === 0) return new Float64Array(0);
  const value = found.value;
  if (!ArrayBuffer.isView(value)) throw new DataError(at, "holds no numbers", "Give numbers");
  const numbers = Float64Array.from(value as unknown as ArrayLike<number | bigint>, Number);
  const bad = numbers.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) throw new DataError(`${at}[${bad}]`, `is ${numbers[bad]}`, "Give finite numbers");
  return numbers;
}

/** A column of whole numbers from 0. */
export function ids(where: string, parent: SonataGroup, path: string, n?: number): Float64Array {
  const numbers = column(where, parent, path, n);
  if (numbers === undefined) throw new DataError(`${where}, ${path}`, "is missing", "Give a file in SONATA's layout");
  const bad = numbers.findIndex((x) => !Number.isSafeInteger(x) || x < 0);
  if (bad >= 0) throw new DataError(`${where}, ${path}[${bad}]`, `is ${numbers[bad]}`, "Give whole numbers from 0");
  return numbers;
}

/** Ids of types, whole numbers from 0; -1 (as which a 64-bit id without a sign is read too) where a row has none. */
export function typeIds(where: string, parent: SonataGroup, path: string, n?: number): Float64Array {
  const numbers = column(where, parent, path, n)?.map((x) => (x === 2 ** 64 ? -1 : x));
  if (numbers === undefined) throw new DataError(`${where}, ${path}`, "is missing", "Give a file in SONATA's layout");
  const bad = numbers.findIndex((x) => !Number.isSafeInteger(x) || x < -1);
  if (bad >= 0) throw new DataError(`${where}, ${path}[${bad}]`, `is ${numbers[bad]}`, "Give whole numbers from 0, or -1 for no type"); // prettier-ignore
  return numbers;
}

interface Grouped {
  /** NaN where a row's group has none. */
  readonly columns: ReadonlyMap<string, Float64Array>;
  /** Undefined where a row's group has none. */
  readonly texts: ReadonlyMap<string, readonly (string | undefined)[]>;
  /** Names of what is no column of either. */
  readonly others: readonly string[];
}

/** Columns of a population's groups, put in the order of its rows: numbers, and texts, written out or as numbers of a list (`@library`).
 * @param read  columns that are to be of numbers */
export function grouped(where: string, population: SonataGroup, kind: "node" | "edge", n: number, read: (path: string) => boolean): Grouped {
  const columns = new Map<string, Float64Array>();
  const texts = new Map<string, (string | undefined)[]>();
  const others: string[] = [];
  const groups = population.keys().filter((key) => /^\d+$/.test(key) && isGroup(population.get(key)));
  if (groups.length === 0) return { columns, texts, others };
  if (groups.length > 1000) throw new DataError(where, `has ${groups.length} groups`, "Give at most 1000");
  const group = ids(where, population, `${kind}_group_id`, n);
  const index = ids(where, population, `${kind}_group_index`, n);
  for (const name of groups) {
    const rows: number[] = [];
    for (let k = 0; k < n; k++) if (group[k] === Number(name)) rows.push(k);
    for (const path of leaves(population.get(name) as SonataGroup)) {
      const dataset = datasetIn(population, `${name}/${path}`);
      const at = `${where}, ${name}/${path}`;
      if (!read(path) && dataset?.shape?.length !== 1) {
        others.push(path); // places in space are a row of three
        continue;
      }
      const words = textsIn(at, population, name, path, dataset);
      if (words === undefined && !ArrayBuffer.isView(dataset?.value)) {
        if (read(path)) throw new DataError(at, "holds no numbers", "Give a column of numbers");
        others.push(path);
        continue;
      }
      if (words !== undefined && read(path)) throw new DataError(at, "holds no numbers", "Give a column of numbers");
      const put = <T>(values: { readonly length: number; readonly [k: number]: T }, all: { [k: number]: T }): void => {
        for (const k of rows) {
          const row = index[k] as number;
          if (row >= values.length) throw new DataError(`${where}, ${kind}_group_index[${k}]`, `is ${row}, beyond the ${values.length} rows of ${name}/${path}`, "Give a row that is there"); // prettier-ignore
          all[k] = values[row] as T;
        }
      };
      if (words === undefined) {
        const all = columns.get(path) ?? new Float64Array(n).fill(NaN);
        put(column(where, population, `${name}/${path}`) as Float64Array, all);
        columns.set(path, all);
      } else {
        const all = texts.get(path) ?? Array.from({ length: n }, () => undefined);
        put(words, all);
        texts.set(path, all);
      }
    }
  }
  const unknown = group.find((g) => !groups.includes(String(g)));
  if (unknown !== undefined) throw new DataError(`${where}, ${kind}_group_id`, `names group ${unknown}, which is not there`, "Give the groups that it names"); // prettier-ignore
  return { columns, texts, others };
} // prettier-ignore

/** The texts of a column: its own, or those of the list that its numbers count. */
function textsIn(where: string, population: SonataGroup, group: string, path: string, dataset: Dataset | undefined): readonly string[] | undefined {
  const value = dataset?.value;
  const isTexts = (x: unknown): x is string[] => Array.isArray(x) && x.every((one) => typeof one === "string");
  if (isTexts(value)) return value;
  const library = population.get(`${group}/@library`);
  const words = isGroup(library) ? datasetIn(library, path)?.value : undefined;
  if (!isTexts(words) || !ArrayBuffer.isView(value)) return undefined;
  return Array.from(value as unknown as ArrayLike<number | bigint>, (k, row) => {
    const word = words[Number(k)];
    if (word !== undefined) return word;
    throw new DataError(`${where}[${row}]`, `is ${k}, of ${words.length} texts in its library`, "Give a text that is there"); // prettier-ignore
  });
} // prettier-ignore

/** Datasets of a group, those of its `dynamics_params` under that name. */
function leaves(group: SonataGroup): string[] {
  const names = group.keys();
  const below = group.get("dynamics_params");
  const own = names.filter((name) => name !== "dynamics_params" && !isGroup(group.get(name)));
  return isGroup(below) ? [...own, ...below.keys().map((name) => `dynamics_params/${name}`)] : own;
}

/** The HDF5 file of nodes or edges that an entry of the circuit names, and the table of their types, empty where none is named.
 * @throws DataError where no file is named, or it is none */
export function tableOf(source: SonataSource, entry: Fields, resolve: (where: string, path: string) => string, of: "node" | "edge") {
  const path = (key: string): string | undefined => {
    const given = entry.text(key);
    return given === undefined ? undefined : resolve(entry.at(key), given);
  };
  const [file, csv] = [path(`${of}s_file`), path(`${of}_types_file`)];
  if (file === undefined) throw new DataError(entry.at(`${of}s_file`), "is missing", `Give the HDF5 file of ${of}s`);
  const types = csv === undefined ? new Map<number, ReadonlyMap<string, string>>() : typesTable(source, csv, `${of}_type_id`);
  return { file, csv, types, root: groupIn(file, hdf5Of(source, file), `${of}s`) };
} // prettier-ignore
