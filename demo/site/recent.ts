import type { Spiked } from "./raster.ts";
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

/** Time and neuron of every spike, in order of time. */
export function spikeTable(recent: Recent, named: (neuron: number) => number, what: string): Table {
  const spikes = recent.all.flatMap(({ times, neurons }) =>
    Array.from(times, (t, k): [number, number] => [t, named(neurons[k] as number)]),
  );
  spikes.sort(([a, i], [b, j]) => a - b || i - j);
  return { names: ["time (ms)", what], columns: [spikes.map(([t]) => Number(t.toFixed(4))), spikes.map(([, n]) => n)] };
}
