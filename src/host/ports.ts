import type { CompiledNetwork, CompiledPort, LivePort } from "../compile/compiled.ts";
import { ModelError } from "../errors.ts";
import { countTables } from "../random/poisson-count.ts";

/** The tables by which a port's numbers of events are drawn, one behind the other: threads and a device read them. */
export interface PortTables {
  /** of each element its table: [entry * n + cell]. */
  readonly tableOf: Uint32Array;
  /** thresholds of table k are starts[k] .. starts[k + 1] - 1. */
  readonly starts: Uint32Array;
  readonly thresholds: Uint32Array;
}

/** Makes an array: of memory that threads share, or not. */
export type MakeWords = (length: number) => Uint32Array;

/** A port's tables as compiled, with room for what its rates may become. */
export function portTables(port: CompiledPort, words: MakeWords = (length) => new Uint32Array(length)): PortTables {
  const { tables, tableOf, live } = port;
  const most = live === undefined ? tables.length : tableOf.length;
  const room = live === undefined ? tables.reduce((sum, t) => sum + t.length, 0) : most * live.longest;
  const into = { tableOf: words(tableOf.length), starts: words(most + 1), thresholds: words(room) };
  fill(into, port);
  return into;
} // prettier-ignore

function fill(into: PortTables, { tables, tableOf }: Pick<CompiledPort, "tables" | "tableOf">): void {
  into.tableOf.set(tableOf);
  let next = 0;
  tables.forEach((t, k) => {
    into.thresholds.set(t, next);
    next += t.length;
    into.starts[k + 1] = next;
  });
}

/** The rates of a port that may change, and its tables for them. */
export class PortRates {
  readonly tables: PortTables;
  readonly #port: CompiledPort;
  readonly #live: LivePort;
  /** Hz of each source: [entry * n + cell] */
  readonly rate: Float64Array;

  /** @param words  makes the arrays of its tables */
  constructor(port: CompiledPort, live: LivePort, words?: MakeWords) {
    [this.#port, this.#live] = [port, live];
    this.rate = live.rate.slice();
    this.tables = portTables(port, words);
  }

  /** @param hz  of each source, one or one per cell, checked */
  set(hz: number | ArrayLike<number>, entry?: number): void {
    const { n } = this.#port;
    for (let i = 0; i < this.rate.length; i++) {
      if (entry !== undefined && Math.floor(i / n) !== entry) continue;
      this.rate[i] = typeof hz === "number" ? hz : (hz[i % n] as number);
    }
    this.#refill();
  }

  save(): Float64Array {
    return this.rate.slice();
  }

  load(rate: Float64Array): void {
    this.rate.set(rate);
    this.#refill();
  }

  #refill(): void {
    const { sources, dt } = this.#live;
    fill(this.tables, countTables(this.#port.name, this.rate, sources, dt));
  }
}

/** Of the ports whose rate may change, by population. */
export const livePorts = ({ populations }: CompiledNetwork, words?: MakeWords): ReadonlyMap<number, PortRates> =>
  new Map(populations.flatMap((p, k) => (p.kind === "port" && p.live !== undefined ? [[k, new PortRates(p, p.live, words)] as const] : []))); // prettier-ignore

/** @throws ModelError for a port whose rate stays, and for a rate below 0 or above its maxRate */
export function checkPortRates(port: CompiledPort, hz: number | ArrayLike<number>): void {
  const where = `rate of ${port.name}`;
  if (port.live === undefined) throw new ModelError(where, "stays as it is", "Give the port a maxRate, up to which its rate may change");
  const { maxHz } = port.live;
  for (const x of typeof hz === "number" ? [hz] : Array.from(hz)) {
    if (!(x >= 0 && x <= maxHz)) throw new ModelError(where, `is ${x} Hz, outside 0 … ${maxHz} Hz`, "Give a rate inside, or the port a higher maxRate");
  }
} // prettier-ignore
