import type { LinkStates } from "../host/engine.ts";
import type { Memory } from "./memory.ts";

/** One buffer holds both, one after the other. */
export type KeptStates = LinkStates & {
  readonly state: Float32Array<ArrayBuffer>;
  readonly last: Uint32Array<ArrayBuffer>;
};

/** Call with nothing in flight.
 * @param count  states of one element
 * @param all    elements, of every entry */
export async function readKept(memory: Memory, buffer: GPUBuffer, count: number, all: number): Promise<KeptStates> {
  const bytes = await memory.read(buffer);
  return { state: new Float32Array(bytes, 0, count * all), last: new Uint32Array(bytes, 4 * count * all, all) };
}

export function writeKept(memory: Memory, buffer: GPUBuffer, state: Float32Array, last: Uint32Array): void {
  const words = new Uint32Array(state.length + last.length);
  words.set(new Uint32Array(Float32Array.from(state).buffer));
  words.set(last, state.length);
  memory.device.queue.writeBuffer(buffer, 0, words);
}
