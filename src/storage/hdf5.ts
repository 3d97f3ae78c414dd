import type { Dataset, File, Group } from "h5wasm";
import type { CompiledCells, CompiledNetwork } from "../compile/compiled.ts";
import { DataError } from "../errors.ts";
import { spikesOf, type Rows, type SortedSpikes } from "../run/chunk.ts";
import { lowerBound } from "../sorted.ts";
import type { Hdf5Folder } from "./files.ts";
import { traceNames } from "../run/names.ts";

/** Rows of samples in one stored piece: about this many bytes. */
const PIECE_BYTES = 1 << 20;

/** The SONATA report's name of a trace: the population for its first trace, "<population>.<trace>" for further ones. */
export const reportName = (cells: CompiledCells, trace: number): string =>
  trace === 0 ? cells.name : `${cells.name}.${(traceNames(cells)[trace] as string).replaceAll("/", "_")}`;

/** Writes one chunk as an HDF5 file in SONATA's layout. Samples are appended as they come; spikes, which are sorted over
 * the whole chunk, and times are written by `finish`. */
export class ChunkWriter {
  readonly #network: CompiledNetwork;
  readonly #folder: Hdf5Folder;
  readonly #name: string;
  readonly #file: File;
  readonly #reports = new Map<string, Report>();
  #open = true;

  constructor(network: CompiledNetwork, folder: Hdf5Folder, name: string) {
    this.#network = network;
    this.#folder = folder;
    this.#name = name;
    this.#file = new folder.h5.File(folder.create(name), "w");
    this.#file.create_attribute("magic", 0x0a7a, [], "<I"); // SONATA's mark
    this.#file.create_attribute("version", Uint32Array.of(0, 1), [2]);
  }

  append(population: number, trace: number, rows: Rows): void {
    const cells = this.#network.populations[population] as CompiledCells;
    const name = reportName(cells, trace);
    let report = this.#reports.get(name);
    if (report === undefined) {
      const parent = (this.#file.get("report") as Group | null) ?? this.#file.create_group("report");
      report = new Report(this.#network, cells, trace, parent.create_group(name), rows);
      this.#reports.set(name, report);
    }
    report.append(rows);
  }

  /** Writes the spikes, closes the file and puts it in place. */
  async finish(sorted: SortedSpikes, from: number, to: number): Promise<void> {
    this.#writeSpikes(sorted, from, to);
    for (const report of this.#reports.values()) report.finish();
    this.#file.create_attribute("start_ms", from * this.#network.dt, [], "<d");
    this.#file.create_attribute("stop_ms", to * this.#network.dt, [], "<d");
    this.#file.flush();
    this.close();
    await this.#folder.publish(this.#name);
  }

  close(): void {
    if (this.#open) this.#file.close();
    this.#open = false;
  }

  #writeSpikes(sorted: SortedSpikes, from: number, to: number): void {
    const network = this.#network;
    const spikes = this.#file.create_group("spikes");
    for (const population of network.populations) {
      const group = spikes.create_group(population.name);
      // Trains that are the same for all entries stand once, without batch_ids.
      const shared = population.kind === "trains" && population.entry === undefined;
      const entries = shared ? 1 : network.entries;
      const parts = Array.from({ length: entries }, (_, entry) =>
        spikesOf(network, sorted, population, entry, from * network.dt, to * network.dt),
      );
      const total = parts.reduce((sum, { times }) => sum + times.length, 0);
      const times = new Float64Array(total);
      const ids = new BigUint64Array(total);
      const low = new Uint32Array(ids.buffer); // little-endian halves: a BigInt for each spike would be garbage
      const batch = new Uint32Array(total);
      let at = 0;
      parts.forEach((part, entry) => {
        times.set(part.times, at);
        for (let i = 0; i < part.cells.length; i++) low[2 * (at + i)] = part.cells[i] as number;
        batch.fill(entry, at, at + part.times.length);
        at += part.times.length;
      });
      create(group, "timestamps", times, "<d").create_attribute("units", "ms");
      create(group, "node_ids", ids, "<Q");
      if (network.entries > 1 && !shared) create(group, "batch_ids", batch, "<I");
      // SONATA's codes: none 0, by_id 1, by_time 2; a number because h5wasm 0.10 cannot write an enum. A batch is sorted by entry first.
      const sorting = entries > 1 ? 0 : 2;
      group.create_attribute("sorting", sorting, [], "<B");
    }
  }
}

/** One trace of one population, samples as rows. */
class Report {
  readonly #network: CompiledNetwork;
  readonly #cells: CompiledCells;
  readonly #trace: CompiledCells["traces"][number];
  readonly #group: Group;
  readonly #data: Dataset;
  readonly #width: number;
  #rows = 0;
  #first = 0;
  #last = 0;

  constructor(network: CompiledNetwork, cells: CompiledCells, trace: number, group: Group, first: Rows) {
    const wide = first.data instanceof Float64Array;
    this.#network = network;
    this.#cells = cells;
    this.#trace = cells.traces[trace] as CompiledCells["traces"][number];
    this.#group = group;
    this.#width = this.#trace.cells.length * network.entries;
    const bytes = wide ? 8 : 4;
    // a piece takes its whole size on disk: hundreds of short traces must not take a megabyte each
    const rowsIn = (size: number): number => Math.max(1, Math.floor(size / (bytes * Math.max(1, this.#width))));
    const pieceRows = Math.min(rowsIn(PIECE_BYTES), Math.max(rowsIn(PIECE_BYTES / 16), 8 * first.steps.length));
    this.#data = group.create_dataset({
      name: "data",
      data: wide ? new Float64Array(0) : new Float32Array(0),
      shape: [0, this.#width],
      maxshape: [null, this.#width],
      chunks: [pieceRows, Math.max(1, this.#width)],
      dtype: wide ? "<d" : "<f",
    });
    this.#data.create_attribute("units", this.#trace.unit);
    this.#data.create_attribute("variable", this.#trace.variable);
  }

  append({ steps, data }: Rows): void {
    if (steps.length === 0) return;
    if (this.#rows === 0) this.#first = steps[0] as number;
    this.#last = steps.at(-1) as number;
    const to = this.#rows + steps.length;
    this.#data.resize([to, this.#width]);
    this.#data.write_slice([[this.#rows, to], [0, this.#width]], data); // prettier-ignore
    this.#rows = to;
  }

  finish(): void {
    const { entries, dt } = this.#network;
    const { cells, everySteps } = this.#trace;
    const mapping = this.#group.create_group("mapping");
    const width = this.#width;
    const column = (i: number): number => cells[i % cells.length] as number;
    create(
      mapping,
      "node_ids",
      BigUint64Array.from({ length: width }, (_, i) => BigInt(column(i))),
      "<Q",
    );
    create(
      mapping,
      "index_pointers",
      BigUint64Array.from({ length: width + 1 }, (_, i) => BigInt(i)),
      "<Q",
    );
    create(mapping, "element_ids", new Uint32Array(width), "<I");
    create(mapping, "element_pos", new Float32Array(width).fill(0.5), "<f");
    const time = Float64Array.of(this.#first * dt, (this.#last + everySteps) * dt, everySteps * dt);
    create(mapping, "time", time, "<d").create_attribute("units", "ms");
    if (entries > 1) {
      const batch = Uint32Array.from({ length: width }, (_, i) => Math.floor(i / cells.length));
      create(mapping, "batch_ids", batch, "<I");
    }
  }
}

type Numbers = Float64Array | Float32Array | BigUint64Array | Uint32Array;

/** A one-dimensional dataset; long ones compressed. */
function create(group: Group, name: string, data: Numbers, dtype: string): Dataset {
  const long = data.length > 4096;
  const storage = long
    ? { chunks: [Math.min(data.length, 65536)], compression: "gzip" as const, compression_opts: 1 }
    : {};
  return group.create_dataset({ name, data, shape: [data.length], dtype, ...storage });
}

/** The value columns of one entry. */
export const columnsOf = (entry: number, cells: number): number[] =>
  Array.from({ length: cells }, (_, k) => entry * cells + k);

/** Reads chunk files that ChunkWriter wrote. Open files are few; close when done. */
export class ChunkReader {
  readonly #file: File;
  readonly #where: string;

  constructor(folder: Hdf5Folder, path: string) {
    this.#where = path;
    this.#file = new folder.h5.File(path, "r");
  }

  /** Spikes of one entry, sorted by (time, cell). */
  spikes(population: string, entry: number): { times: Float64Array; cells: Uint32Array } {
    const group = `spikes/${population}`;
    const times = this.#read<Float64Array>(`${group}/timestamps`);
    const halves = new Uint32Array(this.#read<BigUint64Array>(`${group}/node_ids`).buffer);
    const cells = halves.filter((_, k) => k % 2 === 0);
    if ((this.#file.get(group) as Group).get("batch_ids") === null) return { times, cells };
    const batch = this.#read<Uint32Array>(`${group}/batch_ids`); // ascending
    const [from, to] = [lowerBound(batch, entry), lowerBound(batch, entry + 1)];
    return { times: times.slice(from, to), cells: cells.slice(from, to) };
  }

  /** Samples of some value columns of one report. Undefined when the chunk is too short to hold a row. */
  report(
    name: string,
    columns: readonly number[],
  ): { start: number; rows: number; data: Float32Array | Float64Array } | undefined {
    if (((this.#file.get("report") as Group | null)?.get(name) ?? null) === null) return undefined;
    const dataset = this.#file.get(`report/${name}/data`) as Dataset;
    const rows = dataset.shape?.[0] ?? 0;
    const [start = 0] = this.#read<Float64Array>(`report/${name}/mapping/time`);
    const read = (from: number, to: number): Float32Array | Float64Array =>
      dataset.slice([[0, rows], [from, to]]) as Float32Array | Float64Array; // prettier-ignore
    const first = columns[0] ?? 0;
    if (columns.every((column, k) => column === first + k))
      return { start, rows, data: read(first, first + columns.length) };
    const parts = columns.map((column) => read(column, column + 1));
    const data =
      parts[0] instanceof Float64Array ? new Float64Array(rows * parts.length) : new Float32Array(rows * parts.length);
    parts.forEach((part, k) => part.forEach((x, row) => (data[row * parts.length + k] = x)));
    return { start, rows, data };
  }

  close(): void {
    this.#file.close();
  }

  #read<T>(path: string): T {
    const dataset = this.#file.get(path) as Dataset | null;
    if (dataset === null)
      throw new DataError(`${this.#where} ${path}`, "is not in the file", "Is it a chunk of a hillock run?");
    return dataset.value as T;
  }
}
