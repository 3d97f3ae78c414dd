import type { Dataset, Group } from "h5wasm";
import type { Trace } from "../run/chunk.ts";
import type { Files } from "./files.ts";
import { Hdf5Writer, writeHdf5 } from "./hdf5-file.ts";

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

/** What was sampled of nodes of a population, without the samples. */
interface SonataTrace {
  readonly population: string;
  /** by cell of the run. */
  readonly nodeIds: readonly number[];
  /** Each node's, in the file's order: a section's number and a place on it (0 to 1). */
  readonly elements: readonly { readonly id: number; readonly pos: number }[];
}

/** Samples by population: `/report/<population>/{data,mapping}`, a row for each time, all elements of a node side by side. Parts of one
 * population, sampled at the same times, are columns of one.
 * @param chunks  of the run, one after the other: for each part and element its samples; of what a report has, the chunk's alone is in memory */
export async function writeSonataReport(files: Files, name: string, parts: readonly SonataTrace[], chunks: AsyncIterable<readonly (readonly Trace[])[]>): Promise<void> {
  const writer = new Hdf5Writer(files, await files.hdf5(), name);
  try {
    const populations = writer.write((file) => {
      head(file);
      const report = file.create_group("report");
      const names = new Set(parts.filter(({ elements }) => elements.length > 0).map(({ population }) => population));
      return [...names].map((population) => new ReportOf(report.create_group(population), parts, population));
    });
    for await (const chunk of chunks) writer.write(() => populations.forEach((one) => one.append(chunk)));
    writer.write(() => populations.forEach((one) => one.finish()));
    await writer.publish();
  } catch (error) {
    await writer.discard();
    throw error;
  }
} // prettier-ignore

/** Rows of a population's report are written as they come: pieces of so many bytes. */
const PIECE_BYTES = 2 ** 16;

class ReportOf {
  readonly #group: Group;
  readonly #parts: readonly (readonly [index: number, part: SonataTrace])[];
  readonly #times: number[] = []; // the first two
  #data: Dataset | undefined;
  readonly #nodeIds: number[] = [];
  readonly #elements: SonataTrace["elements"][number][] = [];
  readonly #starts = [0];
  #rows = 0;

  constructor(group: Group, parts: readonly SonataTrace[], population: string) {
    this.#group = group;
    this.#parts = [...parts.entries()].filter(([, part]) => part.population === population && part.elements.length > 0);
  }

  append(chunk: readonly (readonly Trace[])[]): void {
    const columns = this.#parts.flatMap(([index]) => {
      const traces = chunk[index] as readonly Trace[];
      return Array.from(traces[0]?.cells ?? [], (_, cell) => traces.map((trace) => ({ trace, cell }))).flat();
    });
    const [first] = columns;
    if (first === undefined) return;
    const { times } = first.trace;
    const width = columns.length;
    const dataset = this.#begin(chunk, first.trace, width);
    if (times.length === 0) return;
    const data = new Float32Array(times.length * width);
    columns.forEach(({ trace, cell }, at) => {
      const n = trace.cells.length;
      for (let row = 0; row < times.length; row++) data[row * width + at] = trace.data[row * n + cell] as number;
    });
    const to = this.#rows + times.length;
    dataset.resize([to, width]);
    dataset.write_slice([[this.#rows, to], [0, width]], data);
    this.#times.push(...times.slice(0, 2 - this.#times.length));
    this.#rows = to;
  }

  #begin(chunk: readonly (readonly Trace[])[], { unit, variable }: Trace, width: number): Dataset {
    if (this.#data !== undefined) return this.#data;
    const pieces = [Math.max(1, Math.floor(PIECE_BYTES / (4 * width))), width];
    const made = this.#group.create_dataset({ name: "data", data: new Float32Array(0), shape: [0, width], maxshape: [null, width], chunks: pieces, dtype: "<f" });
    made.create_attribute("units", unit);
    made.create_attribute("variable", variable);
    for (const [index, { nodeIds, elements }] of this.#parts) {
      for (const cell of chunk[index]?.[0]?.cells ?? []) {
        this.#nodeIds.push(nodeIds[cell] as number);
        for (const element of elements) this.#elements.push(element);
        this.#starts.push(this.#elements.length);
      }
    }
    this.#data = made;
    return made;
  }

  finish(): void {
    const mapping = this.#group.create_group("mapping");
    column(mapping, "node_ids", bigs(this.#nodeIds), "<Q");
    for (const spelling of ["index_pointers", "index_pointer"]) column(mapping, spelling, bigs(this.#starts), "<Q"); // readers know one or the other
    column(mapping, "element_ids", Uint32Array.from(this.#elements, ({ id }) => id), "<I");
    column(mapping, "element_pos", Float32Array.from(this.#elements, ({ pos }) => pos), "<f");
    const [first = 0, second = first + 1] = this.#times;
    column(mapping, "time", reportSpan(first, this.#rows, second - first), "<d").create_attribute("units", "ms");
  }
} // prettier-ignore

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
