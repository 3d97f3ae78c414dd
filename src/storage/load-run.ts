import { concatenated } from "../concatenated.ts";
import { DataError, didYouMean } from "../errors.ts";
import type { Spikes, Trace } from "../run/chunk.ts";
import type { LiveChange } from "../run/control.ts";
import { checkEntry, nameOf, type Named } from "../run/names.ts";
import { shown } from "../shapes.ts";
import { checkChunks } from "./chunk-check.ts";
import { checkFiles, type Files } from "./files.ts";
import { readRunFile, type RunFile } from "./run-file.ts";
import type { ChunkFormat, ChunkSource, ChunkStore, StoredRows } from "./sink.ts";
import { hdf5Chunks } from "./sinks/hdf5.ts";

export interface LoadOptions {
  /** Compare every chunk with the length and checksum noted when it was written (default). Leave it out where that has just
   * been done. */
  readonly check?: boolean;
  /** What its chunks were written in. Default HDF5. */
  readonly format?: ChunkFormat;
}

/** A run on disk. Nothing but run.json is in memory until asked for; each question reads one dataset of each chunk.
 * @throws DataError when the folder holds no run that this version reads, or a file of it is missing, damaged or foreign */
export async function loadRun(files: Files, options: LoadOptions = {}): Promise<StoredRun> {
  const { check = true, format = hdf5Chunks } = options;
  checkFiles("loadRun", files);
  const run = await readRunFile(files);
  const store = await format.open(files);
  if (check) await checkChunks(files, store, run.hash, run.chunks);
  return new StoredRun(files, store, run);
}

type StoredTrace = RunFile["traces"][number];

export class StoredRun {
  readonly run: RunFile;
  readonly #files: Files;
  readonly #store: ChunkStore;
  #recorded: ReadonlyMap<string, StoredTrace> | undefined; // by population and variable

  constructor(files: Files, store: ChunkStore, run: RunFile) {
    this.#files = files;
    this.#store = store;
    this.run = run;
  }

  /** End of what is on disk, ms. */
  get durationMs(): number {
    return (this.run.chunks.at(-1)?.to ?? 0) * this.run.dt;
  }

  /** All spikes of one population and one entry, sorted by (time, cell). */
  async spikes(named: Named, entry = 0): Promise<Spikes> {
    const name = nameOf(named);
    const population = this.run.populations.find((p) => p.name === name);
    if (population === undefined) {
      const known = this.run.populations.map((p) => p.name);
      throw new DataError(
        `${this.#files.where} ${shown(name)}`,
        "is not a population of this run",
        didYouMean(name, known),
      );
    }
    checkEntry(this.run, entry);
    const parts = await this.#each((reader) => reader.spikes(name, entry));
    const times = concatenated(Float64Array, parts.map((part) => part.times)); // prettier-ignore
    const cells = concatenated(Uint32Array, parts.map((part) => part.cells)); // prettier-ignore
    return { times, cells, n: population.n, from: 0, to: this.durationMs };
  }

  /** All samples of one variable and one entry.
   * @param only  these cells, in this order (default: all that were recorded) */
  async trace(named: Named, variable: string, entry = 0, only?: readonly number[]): Promise<Trace> {
    const [trace] = await this.traces(named, [variable], entry, only);
    return trace as Trace;
  }

  /** Several variables of one population, for which each chunk is opened once. @internal */
  async traces(named: Named, variables: readonly string[], entry = 0, only?: readonly number[]): Promise<Trace[]> {
    const asked = variables.map((variable) => this.#columns(nameOf(named), variable, entry, only));
    const parts = await this.#each((reader) => asked.map(({ trace, columns }) => reader.report(trace.report, columns)));
    return asked.map(({ trace, cells }, k) => this.#joined(trace, cells, parts.flatMap((part) => part[k] ?? [])));
  } // prettier-ignore

  /** As `traces` of the first entry, of several populations and a chunk of the run after the other: one chunk's samples are in memory at a time.
   * @internal */
  async *tracesByChunk(asked: readonly { readonly population: string; readonly variables: readonly string[] }[]): AsyncGenerator<Trace[][]> {
    const columns = asked.map(({ population, variables }) => variables.map((variable) => this.#columns(population, variable, 0)));
    for (const { file } of this.run.chunks) {
      const reader = await this.#store.read(file);
      try {
        yield columns.map((of) => of.map(({ trace, cells, columns: at }) => this.#joined(trace, cells, [reader.report(trace.report, at) ?? []].flat())));
      } finally {
        reader.close();
      }
    }
  } // prettier-ignore

  /** Which columns of its report a variable's cells are. */
  #columns(name: string, variable: string, entry: number, only?: readonly number[]) {
    this.#recorded ??= new Map(this.run.traces.map((t) => [`${t.population} ${t.variable}`, t]));
    const trace = typeof variable === "string" ? this.#recorded.get(`${name} ${variable}`) : undefined;
    if (trace === undefined) {
      const known = this.run.traces.filter((t) => t.population === name).map((t) => t.variable);
      throw new DataError(
        `${this.#files.where} ${name} ${shown(variable)}`,
        "was not recorded",
        didYouMean(variable, known),
      );
    }
    checkEntry(this.run, entry);
    const places = new Map(trace.cells.map((cell, k) => [cell, entry * trace.cells.length + k]));
    const cells = only ?? trace.cells;
    const columns = cells.map((cell) => {
      const place = places.get(cell);
      if (place !== undefined) return place;
      throw new DataError(
        `${name} "${variable}" of cell ${cell}`,
        "was not recorded",
        `Recorded: ${trace.cells.join(", ")}`,
      );
    });
    return { trace, cells, columns };
  }

  #joined({ variable, unit, everySteps }: StoredTrace, cells: readonly number[], parts: readonly StoredRows[]): Trace {
    const width = cells.length;
    const total = parts.reduce((sum, part) => sum + part.rows, 0);
    const wide = parts.some((part) => part.data instanceof Float64Array);
    const data = wide ? new Float64Array(total * width) : new Float32Array(total * width);
    const times = new Float64Array(total);
    let row = 0;
    for (const part of parts) {
      const first = Math.round(part.start / this.run.dt);
      for (let j = 0; j < part.rows; j++) times[row + j] = (first + j * everySteps) * this.run.dt;
      data.set(part.data, row * width);
      row += part.rows;
    }
    return { variable, unit, times, cells: Uint32Array.from(cells), data };
  }

  /** What hooks of `sim.every` changed, in order of time. */
  async liveChanges(): Promise<LiveChange[]> {
    return (await this.#each((reader) => reader.changes())).flat();
  }

  async #each<T>(read: (reader: ChunkSource) => T): Promise<T[]> {
    const parts: T[] = [];
    for (const { file } of this.run.chunks) {
      const reader = await this.#store.read(file);
      try {
        parts.push(read(reader));
      } finally {
        reader.close();
      }
    }
    return parts;
  }
}
