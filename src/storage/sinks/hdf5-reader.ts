import type { Dataset, File, Group } from "h5wasm";
import { DataError, HillockError } from "../../errors.ts";
import type { Rows } from "../../run/chunk.ts";
import type { LiveChange } from "../../run/control.ts";
import { lowerBound } from "../../sorted.ts";
import { decode, type Hdf5Folder } from "../files.ts";
import { openHdf5, unreadable } from "../hdf5-file.ts";
import type { ChunkPlace, ChunkSource, StoredRows } from "../sink.ts";

/** The value columns of one entry. */
export const columnsOf = (entry: number, cells: number): number[] =>
  Array.from({ length: cells }, (_, k) => entry * cells + k);

/** Reads chunk files that ChunkWriter wrote. Open files are few; close when done. */
export class ChunkReader implements ChunkSource {
  readonly place: ChunkPlace;
  readonly #file: File;
  readonly #where: string;

  /** @param path  as h5wasm finds it
   * @param where  as the user knows it */
  constructor(folder: Hdf5Folder, path: string, where = path) {
    this.#where = where;
    this.#file = openHdf5(folder, path, where);
    try {
      this.place = this.#read((file) => ({
        run: file.attrs["run"]?.value as string,
        index: file.attrs["chunk"]?.value as number,
      }));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  spikes(population: string, entry: number): { times: Float64Array; cells: Uint32Array } {
    const group = `spikes/${population}`;
    return this.#read((file) => {
      const times = this.#dataset(`${group}/timestamps`).value as Float64Array;
      const halves = new Uint32Array((this.#dataset(`${group}/node_ids`).value as BigUint64Array).buffer);
      const cells = halves.filter((_, k) => k % 2 === 0);
      if ((file.get(group) as Group).get("batch_ids") === null) return { times, cells };
      const batch = this.#dataset(`${group}/batch_ids`).value as Uint32Array; // ascending
      const [from, to] = [lowerBound(batch, entry), lowerBound(batch, entry + 1)];
      return { times: times.slice(from, to), cells: cells.slice(from, to) };
    });
  }

  spikeCount(population: string): number {
    return this.#read(() => {
      const lengths = ["timestamps", "node_ids"].map(
        (name) => this.#dataset(`spikes/${population}/${name}`).shape?.[0],
      );
      return lengths[0] === lengths[1] ? (lengths[0] ?? -1) : -1;
    });
  }

  report(name: string, columns: readonly number[]): StoredRows | undefined {
    return this.#read((file) => {
      if (((file.get("report") as Group | null)?.get(name) ?? null) === null) return undefined;
      const dataset = this.#dataset(`report/${name}/data`);
      const rows = dataset.shape?.[0] ?? 0;
      const [start = 0] = this.#dataset(`report/${name}/mapping/time`).value as Float64Array;
      return { start, rows, data: columnsIn(dataset, rows, columns) };
    });
  }

  lastRow(name: string): { rows: number; data: Rows["data"] } {
    return this.#read(() => {
      const dataset = this.#dataset(`report/${name}/data`);
      const [rows = 0, width = 0] = dataset.shape ?? [];
      const row = [[Math.max(0, rows - 1), rows], [0, width]]; // prettier-ignore
      return { rows, data: dataset.slice(row as [number, number][]) as Rows["data"] };
    });
  }

  changes(): LiveChange[] {
    return this.#read((file) => {
      const stored = file.get("live_changes") as Dataset | null;
      return stored === null ? [] : (JSON.parse(decode(stored.value as Uint8Array)) as LiveChange[]);
    });
  }

  close(): void {
    this.#file.close();
  }

  #dataset(path: string): Dataset {
    const dataset = this.#file.get(path) as Dataset | null;
    if (dataset !== null) return dataset;
    throw new DataError(`${this.#where} ${path}`, "is not in the file", "Is it a chunk of a hillock run?");
  }

  #read<T>(read: (file: File) => T): T {
    try {
      return read(this.#file);
    } catch (error) {
      throw error instanceof HillockError ? error : unreadable(this.#where, error);
    }
  }
}

function columnsIn(dataset: Dataset, rows: number, columns: readonly number[]): Rows["data"] {
  const read = (from: number, to: number): Rows["data"] =>
    dataset.slice([[0, rows], [from, to]]) as Rows["data"]; // prettier-ignore
  const first = columns[0] ?? 0;
  if (columns.every((column, k) => column === first + k)) return read(first, first + columns.length);
  const parts = columns.map((column) => read(column, column + 1));
  const length = rows * parts.length;
  const data = parts[0] instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  parts.forEach((part, k) => part.forEach((x, row) => (data[row * parts.length + k] = x)));
  return data;
}
