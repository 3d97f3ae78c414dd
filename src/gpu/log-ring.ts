/// <reference types="@webgpu/types" preserve="true" />
import { DeviceError } from "../errors.ts";
import type { Memory } from "./memory.ts";

const HEAD = 4; // words before the entries: count, flag, base, mask
const [COUNT, FLAG, BASE, MASK] = [0, 1, 2, 3];

/** The device's spike log as the host sees it: a ring of (step, id) behind a head (shaders/log.wgsl). */
export class LogRing {
  buffer: GPUBuffer;
  readonly #memory: Memory;
  #capacity: number;

  constructor(memory: Memory, capacity: number) {
    this.#memory = memory;
    this.#capacity = capacity;
    this.buffer = memory.storage("spike log", this.#words([]));
  }

  get bytes(): number {
    return 4 * (HEAD + 2 * this.#capacity);
  }

  /** Starts with these entries, which count as still needed. */
  load(steps: ArrayLike<number>, ids: ArrayLike<number>): void {
    const entries = Array.from(steps, (s, k): [number, number] => [s, ids[k] as number]);
    while (entries.length >= this.#capacity) this.#capacity *= 4;
    this.#replace(this.#words(entries));
  }

  /** A larger ring with the entries of a copy of the old one at their places; the flag is down again. */
  enlarge(copy: Uint32Array): void {
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
    for (let k = base; k !== count; k = (k + 1) >>> 0) {
      const [from, to] = [HEAD + 2 * (k & (old - 1)), HEAD + 2 * (k & (this.#capacity - 1))];
      words[to] = copy[from] as number;
      words[to + 1] = copy[from + 1] as number;
    }
    this.#replace(words);
  }

  #replace(words: Uint32Array): void {
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
    return this.#words[FLAG] !== 0;
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
