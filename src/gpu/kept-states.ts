/// <reference types="@webgpu/types" preserve="true" />
import type { EngineState, LinkStates } from "../host/engine.ts";
import type { Saved } from "./group.ts";
import type { Memory } from "./memory.ts";

/** What elements (links, or sources) carry from event to event: in one buffer the bits of their states [state][element], then the
 * step of each one's last event. */
export class KeptStates {
  readonly buffer: GPUBuffer;
  readonly #memory: Memory;
  readonly #states: number; // floats
  readonly #elements: number;

  /** @param elements  of every entry */
  constructor(memory: Memory, label: string, start: ArrayLike<number>, elements: number) {
    [this.#memory, this.#states, this.#elements] = [memory, start.length, elements];
    const words = new Float32Array(start.length + elements);
    words.set(start);
    this.buffer = memory.storage(`${label}: states`, words);
  }

  /** Call with nothing in flight. */
  async read(): Promise<LinkStates & { readonly state: Float32Array<ArrayBuffer> }> {
    const bytes = await this.#memory.read(this.buffer);
    return {
      state: new Float32Array(bytes, 0, this.#states),
      last: new Uint32Array(bytes, 4 * this.#states, this.#elements),
    };
  }

  async save(name: string): Promise<Saved> {
    const { state, last } = await this.read();
    return { [`${name}.state`]: state, [`${name}.last`]: last };
  }

  load(name: string, saved: EngineState): void {
    const words = new Uint32Array(this.#states + this.#elements);
    words.set(new Uint32Array(Float32Array.from(saved[`${name}.state`] as Float32Array).buffer));
    words.set(saved[`${name}.last`] as Uint32Array, this.#states);
    this.#memory.device.queue.writeBuffer(this.buffer, 0, words);
  }
}
