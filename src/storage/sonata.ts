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

interface SonataTrace {
  readonly population: string;
  readonly trace: Trace;
  /** of each column of the trace. */
  readonly nodeIds: readonly number[];
}

/** Samples by population: `/report/<population>/{data,mapping}`, a row for each time. Parts of one population, sampled at the same
 * times, are columns of one. */
export async function writeSonataReport(files: Files, name: string, parts: readonly SonataTrace[]): Promise<void> {
  await writeHdf5(files, name, (file) => {
    head(file);
    const report = file.create_group("report");
    for (const population of new Set(parts.map((part) => part.population))) {
      const own = parts.filter((part) => part.population === population);
      const { times, unit, variable } = (own[0] as SonataTrace).trace;
      const nodeIds = own.flatMap((part) => part.nodeIds);
      const [rows, width] = [times.length, nodeIds.length];
      const data = new Float32Array(rows * width);
      let at = 0;
      for (const { trace, nodeIds: ids } of own) {
        for (let row = 0; row < rows; row++)
          data.set(trace.data.subarray(row * ids.length, (row + 1) * ids.length), row * width + at);
        at += ids.length;
      }
      const group = report.create_group(population);
      const dataset = group.create_dataset({ name: "data", data, shape: [rows, width], dtype: "<f" });
      dataset.create_attribute("units", unit);
      dataset.create_attribute("variable", variable);
      const mapping = group.create_group("mapping");
      column(mapping, "node_ids", bigs(nodeIds), "<Q");
      const pointers = bigs(Array.from({ length: width + 1 }, (_, k) => k));
      for (const spelling of ["index_pointers", "index_pointer"]) column(mapping, spelling, pointers, "<Q"); // readers know one or the other
      column(mapping, "element_ids", new Uint32Array(width), "<I");
      column(mapping, "element_pos", new Float32Array(width).fill(0.5), "<f");
      const step = rows > 1 ? (times[1] as number) - (times[0] as number) : 1;
      const span = Float64Array.of(times[0] ?? 0, (times[rows - 1] ?? 0) + step, step);
      column(mapping, "time", span, "<d").create_attribute("units", "ms");
    }
  });
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
