import type { CompiledNetwork, CompiledPopulation, Traced } from "../compile/compiled.ts";
import type { Segment } from "../host/engine.ts";
import { spikesOfEntry } from "../compile/links/given.ts";
import { lowerBound } from "../sorted.ts";
import { ModelError } from "../errors.ts";
import { checkEntry, indexOf, traceIndex, type Named } from "./names.ts";

/** Spikes of one population and one entry in [from, to), sorted by (time, cell). */
export interface Spikes {
  readonly times: Float64Array; // ms
  readonly cells: Uint32Array; // index in the population, one per spike
  readonly n: number; // cells in the population
  readonly from: number; // ms
  readonly to: number; // ms
}

/** Samples of one variable: data[row * cells.length + column] is cell cells[column] at times[row]. */
export interface Trace {
  readonly variable: string;
  readonly unit: string;
  readonly times: Float64Array; // ms
  readonly cells: Uint32Array;
  readonly data: Float32Array | Float64Array;
}

/** A span [from, to) of a run. States labelled t are in the chunk with from < t <= to, the first also t = 0; currents and
 * conductances are evaluated from V(t) and are in the chunk with from <= t < to. */
export interface Chunk {
  readonly from: number; // ms
  readonly to: number; // ms
  readonly entries: number;
  /** @param entry  of the batch, default 0
   * @throws ModelError for an unknown population or entry */
  spikes(population: Named, entry?: number): Spikes;
  /** @param variable  as recorded, "V"; the second recording of the same variable is "V#2"
   * @throws ModelError when it was not recorded */
  trace(population: Named, variable: string, entry?: number): Trace;
}

/** Rows of one trace as they come from an engine: row-major [row][entry][cell]. */
export interface Rows {
  readonly steps: Uint32Array;
  readonly data: Float32Array | Float64Array;
}

/** All spikes of a span through the spike log, sorted by (entry, step, population, index). */
export interface SortedSpikes {
  readonly steps: Uint32Array;
  /** entry * nSources + source */
  readonly ids: Uint32Array;
}

/** Sorts the spikes of segments that together make [from, to): by entry, then step, then source (populations in order of creation). */
export function sortSpikes(
  network: CompiledNetwork,
  segments: readonly Segment[],
  from: number,
  to: number,
): SortedSpikes {
  const { nSources } = network;
  const perEntry = (to - from) * nSources; // keys stay below 2^53: entries * steps * sources
  let count = 0;
  for (const s of segments) count += s.spikeSteps.length;
  const keys = new Float64Array(count);
  let at = 0;
  for (const { spikeSteps, spikeIds } of segments) {
    for (let i = 0; i < spikeSteps.length; i++) {
      const id = spikeIds[i] as number;
      const entry = Math.floor(id / nSources);
      keys[at++] = entry * perEntry + ((spikeSteps[i] as number) - from) * nSources + (id - entry * nSources);
    }
  }
  keys.sort();
  const steps = new Uint32Array(count);
  const ids = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const key = keys[i] as number;
    const entry = Math.floor(key / perEntry);
    const inEntry = key - entry * perEntry;
    const step = Math.floor(inEntry / nSources);
    steps[i] = from + step;
    ids[i] = entry * nSources + (inEntry - step * nSources);
  }
  return { steps, ids };
}

/** A chunk in memory: sorted spikes, and the rows of each trace by population and trace index. */
class MemoryChunk implements Chunk {
  readonly from: number;
  readonly to: number;
  readonly entries: number;
  readonly #network: CompiledNetwork;
  readonly #sorted: SortedSpikes;
  readonly #rows: ReadonlyMap<string, readonly Rows[]>;

  /** @param rows  by `rowsKey`, in order of time */
  constructor(
    network: CompiledNetwork,
    fromStep: number,
    toStep: number,
    sorted: SortedSpikes,
    rows: ReadonlyMap<string, readonly Rows[]>,
  ) {
    this.from = fromStep * network.dt;
    this.to = toStep * network.dt;
    this.entries = network.entries;
    this.#network = network;
    this.#sorted = sorted;
    this.#rows = rows;
  }

  spikes(named: Named, entry = 0): Spikes {
    checkEntry(this.#network, entry);
    const population = this.#network.populations[
      indexOf("population", named, this.#network.populations)
    ] as CompiledPopulation;
    return spikesOf(this.#network, this.#sorted, population, entry, this.from, this.to);
  }

  trace(named: Named, variable: string, entry = 0): Trace {
    checkEntry(this.#network, entry);
    const index = indexOf("population", named, this.#network.populations);
    const cells = cellsAt(this.#network, index);
    const which = traceIndex(cells, variable);
    const parts = this.#rows.get(rowsKey(index, which)) ?? [];
    return joinRows(this.#network, cells, which, parts, entry);
  }
}

export const rowsKey = (population: number, trace: number): string => `${population}.${trace}`;

export function cellsAt(network: CompiledNetwork, index: number): Traced {
  const population = network.populations[index] as CompiledPopulation;
  if (!("traces" in population)) {
    throw new ModelError(population.name, "is a population of sources, which have no traces", "Ask for its spikes");
  }
  return population;
}

/** One population's and entry's part of sorted spikes; of trains given as data, those with from <= t < to (ms). */
export function spikesOf(
  network: CompiledNetwork,
  sorted: SortedSpikes,
  population: CompiledPopulation,
  entry: number,
  from: number,
  to: number,
): Spikes {
  if (population.kind === "trains") {
    const [own, end] = spikesOfEntry(population, entry);
    const within = population.times.subarray(own, end);
    const [first, last] = [own + lowerBound(within, from), own + lowerBound(within, to)];
    const [times, cells] = [population.times.slice(first, last), population.cells.slice(first, last)];
    return { times, cells, n: population.n, from, to };
  }
  if (population.kind === "port")
    throw new ModelError(population.name, "gives numbers of events and no spikes", "Use poisson() sources to see each spike"); // prettier-ignore
  const low = entry * network.nSources + population.firstSource;
  const high = low + population.n;
  const { steps, ids } = sorted;
  let count = 0;
  for (const id of ids) if (id >= low && id < high) count++;
  const times = new Float64Array(count);
  const cells = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (id < low || id >= high) continue;
    times[at] = (steps[i] as number) * network.dt;
    cells[at++] = id - low;
  }
  return { times, cells, n: population.n, from, to };
}

function joinRows(
  network: CompiledNetwork,
  cells: Traced,
  which: number,
  parts: readonly Rows[],
  entry: number,
): Trace {
  const trace = cells.traces[which] as Traced["traces"][number];
  const width = trace.cells.length;
  const total = parts.reduce((sum, part) => sum + part.steps.length, 0);
  const times = new Float64Array(total);
  const wide = parts.some((part) => part.data instanceof Float64Array);
  const data = wide ? new Float64Array(total * width) : new Float32Array(total * width);
  let row = 0;
  for (const part of parts) {
    for (let j = 0; j < part.steps.length; j++, row++) {
      times[row] = (part.steps[j] as number) * network.dt;
      const start = (j * network.entries + entry) * width;
      data.set(part.data.subarray(start, start + width), row * width);
    }
  }
  return { variable: trace.variable, unit: trace.unit, times, cells: trace.cells, data };
}

/** What segments that together make [from, to) hold. */
export function chunkOf(network: CompiledNetwork, segments: readonly Segment[], from: number, to: number): Chunk {
  const rows = new Map<string, Rows[]>();
  for (const { traces } of segments) {
    for (const { population, trace, steps, data } of traces) {
      const key = rowsKey(population, trace);
      rows.set(key, [...(rows.get(key) ?? []), { steps, data }]);
    }
  }
  return new MemoryChunk(network, from, to, sortSpikes(network, segments, from, to), rows);
}
