import type { CompiledNetwork } from "../compile/compiled.ts";
import type { Chunk, Rows, SortedSpikes } from "../run/chunk.ts";
import type { LiveChange } from "../run/control.ts";
import type { FileMark, Files } from "./files.ts";

/** A format for the chunks of a run: a new one is one file that exports one of these. */
export interface ChunkFormat {
  /** The end of its files' names, without the dot. */
  readonly extension: string;
  open(files: Files): Promise<ChunkStore>;
}

/** The chunks of one folder. */
export interface ChunkStore {
  create(network: CompiledNetwork, file: string, place: ChunkPlace): ChunkSink;
  /** @throws DataError when the file is not there or not of this format */
  read(file: string): Promise<ChunkSource>;
}

/** Which chunk of which run a file is; stands in the file itself. */
export interface ChunkPlace {
  /** the network's hash */
  readonly run: string;
  readonly index: number;
}

/** One chunk being written, under a temporary name. Whatever fails throws a DataError that names the file. */
export interface ChunkSink {
  /** Samples as they come from the engine, in order of time. */
  append(population: number, trace: number, rows: Rows): void;
  /** Writes the rest, reads back, and puts the file in place. */
  finish(span: FinishedSpan): Promise<{ readonly mark: FileMark; readonly chunk: Chunk }>;
  /** Leaves nothing of it, unless it was finished. */
  discard(): Promise<void>;
}

export interface FinishedSpan {
  /** step */
  readonly from: number;
  /** step */
  readonly to: number;
  readonly sorted: SortedSpikes;
  /** made by hooks in [from, to) */
  readonly changes: readonly LiveChange[];
}

/** One chunk being read. Open ones are few; close when done. */
export interface ChunkSource {
  readonly place: ChunkPlace;
  /** Spikes of one entry, sorted by (time, cell); times in ms. */
  spikes(population: string, entry: number): { times: Float64Array; cells: Uint32Array };
  /** Samples of some value columns of one report, from time `start` (ms) on. Undefined when the chunk is too short to hold a row. */
  report(name: string, columns: readonly number[]): StoredRows | undefined;
  changes(): LiveChange[];
  close(): void;
}

export interface StoredRows {
  /** ms */
  readonly start: number;
  readonly rows: number;
  readonly data: Float32Array | Float64Array;
}
