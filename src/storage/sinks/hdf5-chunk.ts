import type { CompiledNetwork, CompiledPopulation } from "../../compile/compiled.ts";
import { cellsAt, spikesOf, type Chunk, type SortedSpikes, type Spikes, type Trace } from "../../run/chunk.ts";
import type { Hdf5Folder } from "../files.ts";
import { reportName } from "../run-file.ts";
import { ChunkReader, columnsOf } from "./hdf5-reader.ts";
import { checkEntry, indexOf, traceIndex, type Named } from "../../run/names.ts";

/** A chunk that is on disk: spikes are still in memory, traces are read from the file when asked for (in a browser, until
 * the next chunk is there). */
export class FolderChunk implements Chunk {
  readonly from: number;
  readonly to: number;
  readonly fromStep: number;
  readonly toStep: number;
  readonly entries: number;
  readonly #network: CompiledNetwork;
  readonly #folder: Hdf5Folder;
  readonly #file: string;
  readonly #sorted: SortedSpikes;

  constructor(
    network: CompiledNetwork,
    folder: Hdf5Folder,
    file: string,
    fromStep: number,
    toStep: number,
    sorted: SortedSpikes,
  ) {
    this.from = fromStep * network.dt;
    this.to = toStep * network.dt;
    this.fromStep = fromStep;
    this.toStep = toStep;
    this.entries = network.entries;
    this.#network = network;
    this.#folder = folder;
    this.#file = file;
    this.#sorted = sorted;
  }

  spikes(named: Named, entry = 0): Spikes {
    const network = this.#network;
    checkEntry(network, entry);
    const population = network.populations[indexOf("population", named, network.populations)] as CompiledPopulation;
    return spikesOf(network, this.#sorted, population, entry, this.from, this.to);
  }

  trace(named: Named, variable: string, entry = 0): Trace {
    const network = this.#network;
    checkEntry(network, entry);
    const cells = cellsAt(network, indexOf("population", named, network.populations));
    const which = traceIndex(cells, variable);
    const trace = cells.traces[which] as (typeof cells.traces)[number];
    const reader = new ChunkReader(this.#folder, this.#folder.lastPublished(this.#file));
    try {
      const report = reader.report(reportName(cells, which), columnsOf(entry, trace.cells.length));
      const first = Math.round((report?.start ?? 0) / network.dt);
      const times = Float64Array.from(
        { length: report?.rows ?? 0 },
        (_, i) => (first + i * trace.everySteps) * network.dt,
      );
      const { unit, cells: which_ } = trace;
      return { variable: trace.variable, unit, times, cells: which_, data: report?.data ?? new Float32Array(0) };
    } finally {
      reader.close();
    }
  }
}
