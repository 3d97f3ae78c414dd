import type { Dataset, File, Group } from "h5wasm";
import type { CompiledNetwork, Traced } from "../../compile/compiled.ts";
import { recordedParts } from "../../network/recorded.ts";
import { spikesOf, type Rows, type SortedSpikes } from "../../run/chunk.ts";
import { encode, type FileMark, type Files, type Hdf5Folder } from "../files.ts";
import { Hdf5Writer } from "../hdf5-file.ts";
import { reportName } from "../run-file.ts";
import { reportSpan } from "../sonata.ts";
import type { ChunkFormat, ChunkPlace, ChunkSink, FinishedSpan } from "../sink.ts";
import { FolderChunk } from "./hdf5-chunk.ts";
import { ChunkReader } from "./hdf5-reader.ts";

/** HDF5 in SONATA's layout: `/spikes/<population>`, `/report/<population>`, and what hooks changed as JSON in `/live_changes`. */
export const hdf5Chunks: ChunkFormat = {
  extension: "h5",
  open: async (files) => {
    const folder = await files.hdf5();
    return {
      create: (network, file, place) => new ChunkWriter(network, files, folder, file, place),
      read: async (file) => new ChunkReader(folder, await folder.open(file), `${files.where}/${file}`),
    };
  },
};

/** Rows of samples in one stored piece: about this many bytes. */
const PIECE_BYTES = 1 << 20;

/** Samples are appended as they come; spikes, which are sorted over the whole chunk, and times are written by `finish`. */
class ChunkWriter implements ChunkSink {
  readonly #network: CompiledNetwork;
  readonly #folder: Hdf5Folder;
  readonly #name: string;
  readonly #where: string;
  readonly #out: Hdf5Writer;
  readonly #reports = new Map<string, Report>();

  constructor(network: CompiledNetwork, files: Files, folder: Hdf5Folder, name: string, place: ChunkPlace) {
    this.#network = network;
    this.#folder = folder;
    this.#name = name;
    this.#where = `${files.where}/${name}`;
    this.#out = new Hdf5Writer(files, folder, name);
    this.#out.write((file) => {
      file.create_attribute("magic", 0x0a7a, [], "<I"); // SONATA's mark
      file.create_attribute("version", Uint32Array.of(0, 1), [2]);
      file.create_attribute("run", place.run);
      file.create_attribute("chunk", place.index, [], "<I");
    });
  }

  append(population: number, trace: number, rows: Rows): void {
    const cells = this.#network.populations[population] as Traced;
    const name = reportName(cells, trace);
    this.#out.write((file) => {
      let report = this.#reports.get(name);
      if (report === undefined) {
        const parent = (file.get("report") as Group | null) ?? file.create_group("report");
        report = new Report(this.#network, cells, trace, parent.create_group(name), rows);
        this.#reports.set(name, report);
      }
      report.append(rows);
    });
  }

  async finish(span: FinishedSpan): Promise<{ mark: FileMark; chunk: FolderChunk }> {
    const { from, to, sorted, changes } = span;
    const total = this.#out.write((file) => {
      const written = this.#writeSpikes(file, sorted, from, to);
      for (const report of this.#reports.values()) report.finish();
      file.create_attribute("start_ms", from * this.#network.dt, [], "<d");
      file.create_attribute("stop_ms", to * this.#network.dt, [], "<d");
      if (changes.length > 0) create(file, "live_changes", encode(JSON.stringify(changes)), "<B");
      return written;
    });
    const mark = await this.#out.publish((path) => this.#check(path, total));
    const chunk = new FolderChunk(this.#network, this.#folder, this.#name, from, to, sorted);
    return { mark, chunk };
  }

  discard(): Promise<void> {
    return this.#out.discard();
  }

  /** The closed file has all rows, the last of each report as it was given, and as many spikes. */
  #check(path: string, spikes: ReadonlyMap<string, number>): void {
    const reader = new ChunkReader(this.#folder, path, this.#where);
    try {
      for (const [population, count] of spikes) {
        if (reader.spikeCount(population) !== count) throw new Error(`spikes of ${population} are not all in the file`);
      }
      for (const [name, report] of this.#reports) {
        if (!report.isIn(reader, name)) throw new Error(`samples of ${name} are not all in the file`);
      }
    } finally {
      reader.close();
    }
  }

  /** @returns the number of spikes by population */
  #writeSpikes(file: File, sorted: SortedSpikes, from: number, to: number): Map<string, number> {
    const network = this.#network;
    const spikes = file.create_group("spikes");
    const counts = new Map<string, number>();
    for (const population of network.populations) {
      if (population.kind === "port") continue;
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
      counts.set(population.name, total);
    }
    return counts;
  }
}

/** One trace of one population, samples as rows. */
class Report {
  readonly #network: CompiledNetwork;
  readonly #cells: Traced;
  readonly #trace: Traced["traces"][number];
  readonly #group: Group;
  readonly #data: Dataset;
  readonly #width: number;
  #lastRow: Rows["data"] = new Float32Array(0);
  #rows = 0;
  #first = 0;
  #last = 0;

  constructor(network: CompiledNetwork, cells: Traced, trace: number, group: Group, first: Rows) {
    const wide = first.data instanceof Float64Array;
    this.#network = network;
    this.#cells = cells;
    this.#trace = cells.traces[trace] as Traced["traces"][number];
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
    this.#lastRow = data.slice(-this.#width);
  }

  isIn(reader: ChunkReader, name: string): boolean {
    const last = reader.lastRow(name);
    return last.rows === this.#rows && this.#lastRow.every((x, k) => Object.is(x, last.data[k]));
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
    create(mapping, "element_pos", new Float32Array(width).fill(recordedParts(this.#trace.variable).at ?? 0.5), "<f");
    const rows = (this.#last - this.#first) / everySteps + 1;
    const time = reportSpan(this.#first * dt, rows, everySteps * dt);
    create(mapping, "time", time, "<d").create_attribute("units", "ms");
    if (entries > 1) {
      const batch = Uint32Array.from({ length: width }, (_, i) => Math.floor(i / cells.length));
      create(mapping, "batch_ids", batch, "<I");
    }
  }
}

type Numbers = Float64Array | Float32Array | BigUint64Array | Uint32Array | Uint8Array;

/** A one-dimensional dataset; long ones compressed. */
function create(group: Group, name: string, data: Numbers, dtype: string): Dataset {
  const long = data.length > 4096;
  const storage = long
    ? { chunks: [Math.min(data.length, 65536)], compression: "gzip" as const, compression_opts: 1 }
    : {};
  return group.create_dataset({ name, data, shape: [data.length], dtype, ...storage });
}
