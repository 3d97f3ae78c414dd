import type { Spiked } from "./raster.ts";
import type { SpikesOf } from "./nwb-worker.ts";
import type { Table } from "./protocol.ts";

/** Spikes since some time, for a table. */
export class Recent {
  #pieces: Spiked[] = [];

  /** @param from  what ended before this is forgotten, ms */
  push(times: ArrayLike<number>, neurons: ArrayLike<number>, from: number): void {
    if (times.length > 0) this.#pieces.push({ times, neurons });
    while (this.#pieces[0] !== undefined && lastOf(this.#pieces[0]) < from) this.#pieces.shift();
  }

  get all(): readonly Spiked[] {
    return this.#pieces;
  }
}

const lastOf = ({ times }: Spiked): number => Math.max(...Array.from(times));

/** Spikes of the n neurons from `first` on, in order of time. */
export function spikesOf(recent: Recent, name: string, { first = 0, n, from, to }: { first?: number; n: number; from: number; to: number }): SpikesOf {
  const own = recent.all
    .flatMap(({ times, neurons }) => Array.from(times, (t, k): [number, number] => [t, (neurons[k] as number) - first]))
    .filter(([t, cell]) => cell >= 0 && cell < n && t >= from && t <= to)
    .sort(([a, i], [b, j]) => a - b || i - j);
  return { name, spikes: { times: Float64Array.from(own, ([t]) => t), cells: Uint32Array.from(own, ([, cell]) => cell), n, from, to } };
} // prettier-ignore

/** Time and neuron of every spike from a time on (ms), in order of time. */
export function spikeTable(recent: Recent, from: number, named: (neuron: number) => number, what: string): Table {
  const spikes = recent.all
    .flatMap(({ times, neurons }) => Array.from(times, (t, k): [number, number] => [t, named(neurons[k] as number)]))
    .filter(([t]) => t >= from);
  spikes.sort(([a, i], [b, j]) => a - b || i - j);
  return { names: ["time (ms)", what], columns: [spikes.map(([t]) => Number(t.toFixed(4))), spikes.map(([, n]) => n)] };
}
