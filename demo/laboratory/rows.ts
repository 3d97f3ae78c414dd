import type { Chunk } from "../../src/run/chunk.ts";
import type { Variable } from "./experiment.ts";

/** Samples of all variables at common times, and of one piece after another. States are sampled after a step and currents before it,
 * so a row is complete when the next piece begins: the last sample of each state waits for it. */
export class Rows {
  #held = new Map<string, number>();

  /** Rows of [chunk.from, chunk.to). */
  take(variables: readonly Variable[], chunk: Chunk): { times: Float64Array; values: Float32Array[] } {
    const traces = variables.map(({ version, name }) => chunk.trace(version, name));
    const times = new Set<number>();
    for (const t of traces) for (const time of t.times) if (time < chunk.to - 1e-9) times.add(time);
    if (traces.some((t) => (t.times[0] ?? 0) > chunk.from + 1e-9)) times.add(chunk.from); // states of the piece before
    const grid = Float64Array.from(times).sort();
    const held = this.#held;
    this.#held = new Map();
    const values = traces.map(({ times: at, data }, k) => {
      const key = keyOf(variables[k] as Variable);
      const row = new Float32Array(grid.length).fill(NaN);
      const first = at[0] ?? Infinity;
      let from = 0;
      while (from < grid.length && (grid[from] as number) < first - 1e-9) from++;
      if (from > 0) row[from - 1] = held.get(key) ?? NaN;
      row.set(Float32Array.from(data.subarray(0, grid.length - from)), from);
      if (at.length > grid.length - from) this.#held.set(key, data[data.length - 1] as number);
      return row;
    });
    return { times: grid, values };
  }

  clear(): void {
    this.#held.clear();
  }
}

const keyOf = ({ version, name }: Variable): string => `${version} ${name}`;
