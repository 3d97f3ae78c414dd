import type { Chunk } from "../../../src/run/chunk.ts";
import type { SpikesOf } from "../../site/nwb-worker.ts";
import type { Table } from "../../site/protocol.ts";
import { Recent, spikesOf } from "../../site/recent.ts";
import { drawnPotential } from "../settings.ts";
import type { Circuit } from "./circuit.ts";
import { EVERY } from "./network.ts";

/** Rates are of so many ms. */
export const BIN = 10;
/** The longest window that the page shows, ms. */
export const LONGEST = 2000;

/** One cell's voltage is looked at. */
export interface Watched {
  readonly population: string;
  readonly cell: number;
}

/** What the page shows of a circuit: plain data. */
export interface CircuitShown {
  /** model time, ms. */
  readonly time: number;
  readonly measured: number;
  /** Hz, by population: over the last second, or what has passed of it. */
  readonly mean: readonly number[];
  /** ends of bins, ms, and Hz in each by population. */
  readonly rates: { readonly times: Float64Array; readonly hz: readonly Float64Array[] };
  readonly voltage: { readonly times: Float64Array; readonly values: Float64Array };
}

/** The last two seconds of a circuit that runs. */
export class CircuitReadings {
  readonly #circuit: Circuit;
  /** of the first cell of each population among all. */
  readonly #first: readonly number[];
  readonly #recent = new Recent();
  /** spikes by population, in bins from time 0 on; undefined: none. */
  readonly #bins: number[][];
  readonly #voltages = new Map<string, { readonly times: number[]; readonly cells: readonly number[][] }>();
  #from: number;
  #time: number;

  /** @param from  ms at which the network begins to be looked at */
  constructor(circuit: Circuit, voltages: readonly string[], from: number) {
    [this.#circuit, this.#from, this.#time] = [circuit, from, from];
    this.#bins = circuit.populations.map(() => []);
    let first = 0;
    this.#first = circuit.populations.map(({ n }) => (first += n) - n);
    for (const name of voltages) this.#voltages.set(name, { times: [], cells: [] });
  }

  get cells(): number {
    return this.#circuit.populations.reduce((sum, { n }) => sum + n, 0);
  }

  /** @returns the spikes of all cells, numbered through */
  push(chunk: Chunk): { times: number[]; neurons: number[] } {
    const [times, neurons]: [number[], number[]] = [[], []];
    this.#circuit.populations.forEach(({ name }, k) => {
      const spikes = chunk.spikes(name);
      const [bins, first] = [this.#bins[k] as number[], this.#first[k] as number];
      spikes.times.forEach((t, s) => {
        const bin = Math.floor(t / BIN);
        bins[bin] = (bins[bin] ?? 0) + 1;
        times.push(t);
        neurons.push(first + (spikes.cells[s] as number));
      });
    });
    this.#time = chunk.to;
    this.#recent.push(times, neurons, chunk.to - LONGEST);
    for (const [name, kept] of this.#voltages) {
      const { times: at, cells, data } = chunk.trace(name, "V");
      at.forEach((t, row) => {
        kept.times.push(t);
        cells.forEach((_, c) => ((kept.cells as number[][])[c] ??= []).push(data[row * cells.length + c] as number));
      });
      const old = Math.max(0, kept.times.length - Math.ceil(LONGEST / EVERY) - 1);
      if (old < 1000) continue; // many at a time
      kept.times.splice(0, old);
      for (const values of kept.cells) (values as number[]).splice(0, old);
    }
    return { times, neurons };
  }

  /** @param span  of the plots, ms */
  shown(span: number, watched: Watched): Omit<CircuitShown, "measured"> {
    const last = Math.floor(this.#time / BIN);
    const start = Math.max(Math.ceil(this.#from / BIN), last - Math.ceil(span / BIN));
    const bins = Array.from({ length: Math.max(0, last - start) }, (_, k) => start + k);
    const hz = this.#circuit.populations.map(({ n }, k) =>
      Float64Array.from(bins, (bin) => ((this.#bins[k]?.[bin] ?? 0) * 1000) / (BIN * n)),
    );
    const kept = this.#voltages.get(watched.population);
    const values = kept?.cells[watched.cell] ?? [];
    const from = Math.max(0, values.length - Math.ceil(span / EVERY));
    return {
      time: this.#time,
      mean: this.#circuit.populations.map((_, k) => this.#mean(k)),
      rates: { times: Float64Array.from(bins, (bin) => (bin + 1) * BIN), hz },
      voltage: { times: Float64Array.from((kept?.times ?? []).slice(from)), values: Float64Array.from(values.slice(from), drawnPotential) }, // prettier-ignore
    };
  }

  /** Spikes of the last `span` ms, by population. */
  spikes(span: number): SpikesOf[] {
    const from = Math.max(this.#from, this.#time - span);
    return this.#circuit.populations.map(({ name, n }, k) => spikesOf(this.#recent, name, { first: this.#first[k] as number, n, from, to: this.#time })); // prettier-ignore
  }

  /** The same as a table, in order of time. */
  table(span: number): Table {
    const all = this.spikes(span).flatMap(({ spikes }, k) => Array.from(spikes.times, (t, s): [number, number, number] => [t, k, spikes.cells[s] as number])); // prettier-ignore
    all.sort(([a, p, i], [b, q, j]) => a - b || p - q || i - j);
    const names = this.#circuit.populations.map(({ name }) => name);
    return { names: ["t_ms", "population", "cell"], columns: [all.map(([t]) => Number(t.toFixed(4))), all.map(([, k]) => names[k]), all.map(([, , i]) => i)] }; // prettier-ignore
  }

  #mean(k: number): number {
    const bins = this.#bins[k] ?? [];
    const passed = Math.min(1000, this.#time - this.#from);
    const first = Math.ceil((this.#time - passed) / BIN);
    let spikes = 0;
    for (let bin = first; bin < bins.length; bin++) spikes += bins[bin] ?? 0;
    return passed < BIN ? 0 : (spikes * 1000) / (passed * (this.#circuit.populations[k]?.n ?? 1));
  }
}
