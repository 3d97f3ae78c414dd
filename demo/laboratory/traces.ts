import type { SpikesOf } from "../site/nwb-worker.ts";
import type { VersionName } from "./clamping.ts";
import type { Recorded, ToPage } from "./protocol.ts";

type Samples = ToPage & { kind: "samples" };

/** Samples kept at most: one second at 0.1 ms and what comes until the next cut. */
const KEPT = 10_000;

interface Column {
  readonly values: Float32Array;
}

/** The last second of every variable, and the spikes in it. A variable that an edit takes away goes; one that stays goes on. */
export class Traces {
  #variables: readonly Recorded[] = [];
  #times = new Float64Array(2 * KEPT);
  #columns = new Map<string, Column>();
  #length = 0;
  #spikes: Partial<Record<VersionName, number[]>> = {};

  get variables(): readonly Recorded[] {
    return this.#variables;
  }
  /** Model time of the last sample, ms. */
  get now(): number {
    return this.#length === 0 ? 0 : (this.#times[this.#length - 1] as number);
  }

  /** @param restarted  time begins anew */
  running(variables: readonly Recorded[], restarted: boolean): void {
    this.#variables = variables;
    if (restarted) [this.#length, this.#spikes] = [0, {}];
    const before = this.#columns;
    this.#columns = new Map(
      variables.map((v) => [keyOf(v), before.get(keyOf(v)) ?? { values: new Float32Array(2 * KEPT).fill(NaN) }]),
    );
    if (restarted) for (const { values } of this.#columns.values()) values.fill(NaN);
  }

  push({ times, values, spikes }: Samples): void {
    const n = Math.min(times.length, KEPT);
    if (this.#length + n > 2 * KEPT) this.#cut();
    this.#times.set(times.subarray(times.length - n), this.#length);
    this.#variables.forEach((v, k) => {
      const own = values[k];
      if (own !== undefined) this.#columns.get(keyOf(v))?.values.set(own.subarray(own.length - n), this.#length);
    });
    this.#length += n;
    for (const [version, at] of Object.entries(spikes) as [VersionName, Float64Array][]) {
      const all = (this.#spikes[version] ??= []);
      all.push(...at);
      const old = all.findIndex((t) => t > this.now - 1000);
      all.splice(0, old < 0 ? all.length : old);
    }
  }

  /** Times (ms) of the last `window` ms. */
  times(window: number): Float64Array {
    return this.#times.subarray(this.#from(window), this.#length);
  }

  /** One variable over the same times; NaN where it was not recorded. */
  values(v: Pick<Recorded, "version" | "name">, window: number): Float32Array | undefined {
    return this.#columns.get(keyOf(v))?.values.subarray(this.#from(window), this.#length);
  }

  /** Spikes per second of model time over the last second, or what has passed of it. */
  rate(version: VersionName): number | undefined {
    const spikes = this.#spikes[version];
    if (spikes === undefined || this.#length === 0) return undefined;
    return spikes.length / (Math.max(1, Math.min(1000, this.now)) / 1000);
  }

  spikes(version: VersionName): readonly number[] {
    return this.#spikes[version] ?? [];
  }

  /** The same by version, as files have them. */
  trains(): SpikesOf[] {
    const [from, to] = [Math.max(0, this.now - 1000), this.now];
    const versions = [...new Set(this.#variables.map((v) => v.version))];
    return versions.map((name) => {
      const times = Float64Array.from(this.spikes(name).filter((t) => t >= from && t <= to));
      return { name, spikes: { times, cells: new Uint32Array(times.length), n: 1, from, to } };
    });
  }

  #from(window: number): number {
    const least = this.now - window - 1e-6;
    let from = Math.max(0, this.#length - Math.ceil(window / 0.1) - 2);
    while (from < this.#length && (this.#times[from] as number) < least) from++;
    return from;
  }

  #cut(): void {
    const from = Math.max(0, this.#length - KEPT);
    this.#times.copyWithin(0, from, this.#length);
    for (const { values } of this.#columns.values()) {
      values.copyWithin(0, from, this.#length);
      values.fill(NaN, this.#length - from);
    }
    this.#length -= from;
  }
}

const keyOf = ({ version, name }: Pick<Recorded, "version" | "name">): string => `${version} ${name}`;
