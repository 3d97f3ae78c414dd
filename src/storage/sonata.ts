import type { Group } from "h5wasm";
import type { Trace } from "../run/chunk.ts";
import type { Files } from "./files.ts";
import { writeHdf5 } from "./hdf5-file.ts";

/** Spikes and reports as files of SONATA, for readers of that format. */

interface SonataSpikes {
  readonly population: string;
  readonly times: Float64Array; // ms
  readonly nodeIds: Float64Array;
}

/** Spikes by population, sorted by time: `/spikes/<population>/{timestamps,node_ids}`. Parts of one population become one. */
export async function writeSonataSpikes(files: Files, name: string, parts: readonly SonataSpikes[]): Promise<void> {
  await writeHdf5(files, name, (file) => {
    head(file);
    const spikes = file.create_group("spikes");
    for (const population of new Set(parts.map((part) => part.population))) {
      const own = parts.filter((part) => part.population === population);
      const all = own.flatMap(({ times, nodeIds }) => Array.from(times, (t, k): [number, number] => [t, nodeIds[k] as number])); // prettier-ignore
      all.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      const group = spikes.create_group(population);
      group.create_attribute("sorting", 2, [], "<B"); // by_time; a number because h5wasm cannot write an enum
      column(group, "timestamps", Float64Array.from(all, ([t]) => t), "<d").create_attribute("units", "ms"); // prettier-ignore
      column(group, "node_ids", bigs(all.map(([, id]) => id)), "<Q");
    }
  });
}

/** What was sampled of nodes of a population. */
interface SonataTrace {
  readonly population: string;
  /** of each column of a trace. */
  readonly nodeIds: readonly number[];
  /** Each node's, in the file's order: a section's number, a place on it (0 to 1) and its trace; all sampled at the same times. */
  readonly elements: readonly { readonly id: number; readonly pos: number; readonly trace: Trace }[];
}

/** Samples by population: `/report/<population>/{data,mapping}`, a row for each time, all elements of a node side by side. Parts of one
 * population, sampled at the same times, are columns of one. */
export async function writeSonataReport(files: Files, name: string, parts: readonly SonataTrace[]): Promise<void> {
  await writeHdf5(files, name, (file) => {
    head(file);
    const report = file.create_group("report");
    for (const population of new Set(parts.map((part) => part.population))) {
      const own = parts.filter((part) => part.population === population && part.elements.length > 0);
      const first = own[0]?.elements[0]?.trace;
      if (first !== undefined) writePopulation(report.create_group(population), own, first);
    }
  });
}

function writePopulation(group: Group, own: readonly SonataTrace[], { times, unit, variable }: Trace): void {
  const columns = own.flatMap(({ nodeIds, elements }) => nodeIds.flatMap((_, cell) => elements.map((element) => ({ ...element, cell })))); // prettier-ignore
  const [rows, width] = [times.length, columns.length];
  const data = new Float32Array(rows * width);
  columns.forEach(({ trace, cell }, at) => {
    const n = trace.cells.length;
    for (let row = 0; row < rows; row++) data[row * width + at] = trace.data[row * n + cell] as number;
  });
  const dataset = group.create_dataset({ name: "data", data, shape: [rows, width], dtype: "<f" });
  dataset.create_attribute("units", unit);
  dataset.create_attribute("variable", variable);
  const mapping = group.create_group("mapping");
  column(mapping, "node_ids", bigs(own.flatMap(({ nodeIds }) => nodeIds)), "<Q");
  const starts = [0];
  for (const { nodeIds, elements } of own) for (const _ of nodeIds) starts.push((starts.at(-1) as number) + elements.length); // prettier-ignore
  for (const spelling of ["index_pointers", "index_pointer"]) column(mapping, spelling, bigs(starts), "<Q"); // readers know one or the other
  column(
    mapping,
    "element_ids",
    Uint32Array.from(columns, ({ id }) => id),
    "<I",
  );
  column(
    mapping,
    "element_pos",
    Float32Array.from(columns, ({ pos }) => pos),
    "<f",
  );
  const step = rows > 1 ? (times[1] as number) - (times[0] as number) : 1;
  column(mapping, "time", reportSpan(times[0] ?? 0, rows, step), "<d").create_attribute("units", "ms");
}

/** First time, end and step of a report, ms. BMTK's reader counts rows by whole steps, (end - start) / step cut off: the end is
 * one step behind the last row, and by roundings later where that would lose it.
 * @param rows  samples, the first at `start` */
export function reportSpan(start: number, rows: number, step: number): Float64Array {
  let end = start + rows * step;
  while (Math.trunc((end - start) / step) < rows) end += Number.EPSILON * Math.max(1, end);
  return Float64Array.of(start, end, step);
}

export const bigs = (values: ArrayLike<number>): BigUint64Array =>
  BigUint64Array.from(values as ArrayLike<number>, BigInt);

/** What marks a file of this format. */
export function head(file: { create_attribute: Group["create_attribute"] }): void {
  file.create_attribute("magic", 0x0a7a, [], "<I");
  file.create_attribute("version", Uint32Array.of(0, 1), [2], "<I");
}

type Numbers = Float64Array | Float32Array | BigUint64Array | Uint32Array;

export const column = (group: Group, name: string, data: Numbers, dtype: string) =>
  group.create_dataset({ name, data, shape: [data.length], dtype });
