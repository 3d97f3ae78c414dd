import type { File } from "h5wasm";
import { tried } from "../clipped.ts";
import { DataError } from "../errors.ts";
import { guarded, isGroup, type SonataGroup } from "../import/sonata/config.ts";
import { column } from "../import/sonata/tables.ts";
import type { Spikes } from "../run/chunk.ts";
import type { Files } from "./files.ts";
import { openHdf5 } from "./hdf5-file.ts";

/** The units table of an NWB file: `n` units, their spikes in order of time, in ms. `from` and `to` are the first and last instant of
 * its observed intervals; without those, 0 (or the first spike, where that is earlier) and the last spike. */
export interface NwbUnits extends Spikes {
  /** The table's other columns that hold one value a unit, by name; `id` is among them. */
  readonly columns: Readonly<Record<string, readonly (number | string)[]>>;
}

const RECIPE =
  'Convert it where it was made: import pickle; block = pickle.load(open("x.pkl", "rb")); then write a line "cell,t_ms" for each spike of ' +
  'block.segments[0].spiketrains (times.rescale(\'ms\')), or neo.NWBIO("x.nwb", mode="w").write(block)';

/** Spikes of an NWB 2 file, from hillock, pynwb, neo or MyoGen.
 * @throws DataError for a file that is not there, is no NWB file, has no units or spike times, or is damaged; a pickle is refused with how to
 * convert it, since unpickling runs whatever code the file holds */
export async function readNwb(files: Files, name: string): Promise<NwbUnits> {
  const where = `${files.where}/${name}`;
  if (/\.(pkl|pickle|joblib)$/i.test(name)) throw new DataError(where, "is a pickle, which only Python can read, and which may run code", RECIPE); // prettier-ignore
  if (!(await files.exists(name))) throw new DataError(where, "is not there", "Check the name");
  const folder = await files.hdf5();
  let file: File;
  try {
    file = openHdf5(folder, await folder.open(name), where);
  } catch {
    throw new DataError(where, "cannot be read as HDF5", "Give an NWB 2 file, or restore it from a copy");
  }
  try {
    return unitsOf(where, guarded(where, file as unknown as SonataGroup));
  } finally {
    tried(() => void file.close(), undefined); // a damaged one may not even close
  }
}

function unitsOf(where: string, file: SonataGroup): NwbUnits {
  const units = tryGet(file, "units");
  if (!isGroup(units)) throw new DataError(`${where}, units`, "is missing", "Give an NWB file with sorted or decomposed units");
  const id = required(`${where}, units`, units, "id");
  const n = id.length;
  const times = required(`${where}, units`, units, "spike_times");
  const ends = rowEnds(`${where}, units`, units, "spike_times_index", n, times.length);
  const observed = column(`${where}, units`, units, "obs_intervals_index", n) === undefined ? [] : intervals(`${where}, units`, units); // prettier-ignore
  const order = Array.from(times.keys());
  const cells = new Uint32Array(times.length);
  for (let unit = 0, k = 0; unit < n; unit++) for (; k < (ends[unit] as number); k++) cells[k] = unit;
  order.sort((a, b) => (times[a] as number) - (times[b] as number) || (cells[a] as number) - (cells[b] as number));
  const sorted = Float64Array.from(order, (k) => (times[k] as number) * 1000);
  return {
    times: sorted,
    cells: Uint32Array.from(order, (k) => cells[k] as number),
    n,
    from: observed.reduce((least, t) => Math.min(least, t * 1000), Math.min(0, sorted[0] ?? 0)),
    to: observed.reduce((most, t) => Math.max(most, t * 1000), sorted.at(-1) ?? 0),
    columns: plainColumns(units, n),
  };
} // prettier-ignore

function required(where: string, units: SonataGroup, name: string): Float64Array {
  const found = column(where, units, name);
  if (found === undefined) throw new DataError(`${where}, ${name}`, "is missing", "Give an NWB file whose units have spike times"); // prettier-ignore
  return found;
}

/** Where each unit's values end. */
function rowEnds(where: string, units: SonataGroup, name: string, n: number, length: number): Float64Array {
  const ends = required(where, units, name);
  const falls = ends.findIndex((end, k) => !Number.isInteger(end) || end < (k === 0 ? 0 : (ends[k - 1] as number)));
  const problem = ends.length !== n ? `has ${ends.length} rows of ${n} units` : falls >= 0 ? `falls, or is no whole number, in row ${falls}` : (ends.at(-1) ?? 0) !== length ? `ends at ${ends.at(-1) ?? 0} of ${length} values` : undefined; // prettier-ignore
  if (problem !== undefined) throw new DataError(`${where}, ${name}`, problem, "The file is damaged: restore it from a copy"); // prettier-ignore
  return ends;
}

/** s, of all units, in pairs. */
function intervals(where: string, units: SonataGroup): number[] {
  const found = tryGet(units, "obs_intervals") as { shape?: readonly number[] | null; value?: unknown } | undefined;
  const pairs = found?.shape?.length === 2 && found.shape[1] === 2 ? found.value : undefined;
  const values = ArrayBuffer.isView(pairs) ? Array.from(pairs as unknown as ArrayLike<number>) : undefined;
  if (values?.every(Number.isFinite) === true) return values;
  throw new DataError(
    `${where}, obs_intervals`,
    "are no pairs of finite times",
    "Give start and end of each interval, s",
  );
}

/** Columns without an index, of one number or text a unit. */
function plainColumns(units: SonataGroup, n: number): NwbUnits["columns"] {
  const names = units.keys();
  const ragged = new Set(names.filter((name) => name.endsWith("_index")).map((name) => name.slice(0, -"_index".length)));
  const found = names.flatMap((name): [string, (number | string)[]][] => {
    if (ragged.has(name) || name.endsWith("_index")) return [];
    const dataset = tryGet(units, name) as { shape?: readonly number[] | null; value?: unknown } | undefined;
    if (dataset?.shape?.length !== 1 || dataset.shape[0] !== n) return [];
    const { value } = dataset;
    if (Array.isArray(value) && value.every((x) => typeof x === "string")) return [[name, value as string[]]];
    return ArrayBuffer.isView(value) ? [[name, Array.from(value as unknown as ArrayLike<number | bigint>, Number)]] : [];
  });
  return Object.fromEntries(found);
} // prettier-ignore

function tryGet(group: SonataGroup, name: string): unknown {
  try {
    return group.get(name) ?? undefined;
  } catch {
    return undefined; // damaged
  }
}
