import { lowerBound, upperBound } from "../../src/sorted.ts";
import type { Spikes } from "../../src/run/chunk.ts";

/** Spikes of every unit over the last so many ms. */
export class Trains {
  readonly #times: number[][];
  readonly #kept: number;

  /** @param n  units
   *  @param kept  ms */
  constructor(n: number, kept: number) {
    this.#times = Array.from({ length: n }, () => []);
    this.#kept = kept;
  }

  push({ times, cells, to }: Spikes): void {
    for (let k = 0; k < times.length; k++) {
      const train = this.of(cells[k] as number);
      train.push(times[k] as number);
      if ((train[0] as number) < to - 2 * this.#kept) train.splice(0, lowerBound(train, to - this.#kept)); // seldom
    }
  }

  /** ms, in order; the first may be older. */
  of(unit: number): number[] {
    return this.#times[unit] ?? [];
  }

  /** Spikes of a unit within the `span` ms that end at `until` (ms). */
  count(unit: number, until: number, span: number): number {
    const train = this.of(unit);
    return upperBound(train, until) - upperBound(train, until - span);
  }
}
