/// <reference types="@webgpu/types" preserve="true" />
import { DeviceError } from "../errors.ts";
import type { Memory } from "./memory.ts";

const HEAD = 4; // words before the entries: count, flag, base, mask
const [COUNT, FLAG, BASE, MASK] = [0, 1, 2, 3];
const [OVERFLOW, UNSOUND] = [1, 2]; // bits of the flag

/** The device's spike log as the host sees it: a ring of (step, id) behind a head (shaders/log.wgsl). */
export class LogRing {
  buffer: GPUBuffer;
  /** factors of source-side plasticity, [place in the ring][lane]. */
  releases: GPUBuffer;
  readonly #memory: Memory;
  readonly #lanes: number;
  #capacity: number;

  constructor(memory: Memory, capacity: number, lanes = 0) {
    this.#memory = memory;
    this.#capacity = capacity;
    this.#lanes = lanes;
    this.buffer = memory.storage("spike log", this.#words([]));
    this.releases = memory.storage("releases", 4 * lanes * capacity);
  }

  get bytes(): number {
    return 4 * (HEAD + 2 * this.#capacity);
  }

  /** Factors of the entries of a copy, [entry][lane]; entries by their number since the start of the ring. */
  releasesOf(copy: Float32Array, entries: readonly number[]): Float32Array<ArrayBuffer> {
    const lanes = this.#lanes;
    const out = new Float32Array(lanes * entries.length);
    entries.forEach((k, j) =>
      out.set(copy.subarray(lanes * (k & (this.#capacity - 1)), lanes * (k & (this.#capacity - 1)) + lanes), lanes * j),
    );
    return out;
  }

  /** Starts with these entries, which count as still needed. @param releases  [entry][lane] */
  load(steps: ArrayLike<number>, ids: ArrayLike<number>, releases?: Float32Array): void {
    const entries = Array.from(steps, (s, k): [number, number] => [s, ids[k] as number]);
    while (entries.length >= this.#capacity) this.#capacity *= 4;
    const factors = new Float32Array(this.#lanes * this.#capacity);
    if (releases !== undefined) factors.set(releases);
    this.#replace(this.#words(entries), factors);
  }

  /** A larger ring with the entries of a copy of the old one at their places; the flag is down again. */
  enlarge(copy: Uint32Array, releases: Float32Array): void {
    const old = this.#capacity;
    this.#capacity = 4 * old;
    const { maxStorageBufferBindingSize } = this.#memory.device.limits;
    if (this.bytes > maxStorageBufferBindingSize) {
      throw new DeviceError(
        "spike log",
        `needs room for ${this.#capacity} spikes at once, ${this.bytes} bytes; the device binds ${maxStorageBufferBindingSize}`,
        "Shorten the longest delay (maxDelay), or use fewer cells or entries",
      );
    }
    const words = new Uint32Array(this.bytes / 4);
    const [count, base] = [copy[COUNT] as number, copy[BASE] as number];
    words.set([count, 0, base, this.#capacity - 1]);
    const [lanes, factors] = [this.#lanes, new Float32Array(this.#lanes * this.#capacity)];
    for (let k = base; k !== count; k = (k + 1) >>> 0) {
      const [from, to] = [k & (old - 1), k & (this.#capacity - 1)];
      words.set(copy.subarray(HEAD + 2 * from, HEAD + 2 * from + 2), HEAD + 2 * to);
      factors.set(releases.subarray(lanes * from, lanes * from + lanes), lanes * to);
    }
    this.#replace(words, factors);
  }

  #replace(words: Uint32Array, releases: Float32Array<ArrayBuffer>): void {
    if (this.#lanes > 0) {
      this.#memory.release(this.releases);
      this.releases = this.#memory.storage("releases", releases);
    }
    if (words.byteLength === this.buffer.size)
      return this.#memory.device.queue.writeBuffer(this.buffer, 0, words as Uint32Array<ArrayBuffer>);
    this.#memory.release(this.buffer);
    this.buffer = this.#memory.storage("spike log", words);
  }

  #words(entries: readonly (readonly [number, number])[]): Uint32Array {
    const words = new Uint32Array(this.bytes / 4);
    words.set([entries.length, 0, 0, this.#capacity - 1]);
    entries.forEach(([step, id], k) => words.set([step, id], HEAD + 2 * k));
    return words;
  }
}

/** What a copy of the log says. */
export class LogCopy {
  readonly #words: Uint32Array;

  constructor(bytes: ArrayBuffer, words: number) {
    this.#words = new Uint32Array(bytes, 0, words);
  }

  get count(): number {
    return this.#words[COUNT] as number;
  }
  get base(): number {
    return this.#words[BASE] as number;
  }
  get overflowed(): boolean {
    return ((this.#words[FLAG] as number) & (OVERFLOW as number)) !== 0;
  }
  /** A cell reported a state that no cell can have. */
  get unsound(): boolean {
    return ((this.#words[FLAG] as number) & (UNSOUND as number)) !== 0;
  }

  /** Steps and ids of the entries [from, count). */
  entries(from: number): { steps: Uint32Array; ids: Uint32Array } {
    const mask = this.#words[MASK] as number;
    const length = (this.count - from) >>> 0;
    const steps = new Uint32Array(length);
    const ids = new Uint32Array(length);
    for (let k = 0; k < length; k++) {
      const at = HEAD + 2 * ((from + k) & mask);
      steps[k] = this.#words[at] as number;
      ids[k] = this.#words[at + 1] as number;
    }
    return { steps, ids };
  }
}
