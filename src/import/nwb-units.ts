import { DataError } from "../errors.ts";
import { isGroup, type SonataGroup } from "./sonata/config.ts";
import { column } from "./sonata/tables.ts";

/** The units table of an NWB 2 file that is open: `n` units, their spikes in order of time, in ms. `from` and `to` are the first and last instant of
 * its observed intervals; without those, 0 (or the first spike, where that is earlier) and the last spike. */
export interface NwbTable {
  readonly times: Float64Array;
  /** row of each spike's unit. */
  readonly cells: Uint32Array;
  readonly n: number;
  readonly from: number;
  readonly to: number;
  /** The table's other columns that hold one value a unit, by name; `id` is among them. */
  readonly columns: Readonly<Record<string, readonly (number | string)[]>>;
}

/** @throws DataError for a file without units or spike times, or a damaged one */
export function unitsOf(where: string, file: SonataGroup): NwbTable {
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
function plainColumns(units: SonataGroup, n: number): NwbTable["columns"] {
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
