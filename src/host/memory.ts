import type { CompiledNetwork } from "../compile/compiled.ts";

/** What a simulation takes, in bytes, once it is made and before its first step. */
export interface MemoryUse {
  /** Arrays of the compiled network and of the engine, in this process. */
  readonly host: number;
  /** Buffers on the device; on a software adapter they are in this process too. */
  readonly device: number;
}

/** What running takes of the process beside what is there before, bytes. */
export interface MemoryAhead {
  /** while it runs: threads that have not started, what is compiled once it is hot, samples of a submit. */
  readonly running: number;
  /** of that, once it is over and closed. */
  readonly after: number;
}

const MiB = 2 ** 20;
/** Bytes that running takes beside arrays, as measured on Node 20 (docs/connections.md): of any engine (code that is compiled when it is hot, chunks
 * and checkpoints that are written), of a thread to start, of a character of printed JavaScript in each thread that compiles it, and of a software
 * adapter (its compiler, and buffers that are there once they are written). */
export const RUNNING = { any: 20 * MiB, thread: 20 * MiB, character: 500, software: 28 * MiB } as const;

/** Bytes of the samples of so many steps, of which there are three copies: as the engine has them, as they are given out, as they are written. */
export function sampleBytes({ populations, entries }: CompiledNetwork, steps: number, each: 4 | 8): number {
  const rows = populations.flatMap((p) => ("traces" in p ? p.traces.map((t) => (t.cells.length * steps) / t.everySteps) : []));
  return 3 * each * entries * rows.reduce((sum, values) => sum + values, 0);
} // prettier-ignore

/** Bytes of all typed arrays within plain data (arrays, objects, Maps, Sets), each buffer once. */
export function arrayBytes(...data: readonly unknown[]): number {
  const buffers = new Set<ArrayBufferLike>();
  const seen = new Set<object>();
  const left: unknown[] = [...data];
  while (left.length > 0) {
    const x = left.pop();
    if (typeof x !== "object" || x === null) continue;
    if (ArrayBuffer.isView(x)) {
      buffers.add(x.buffer);
      continue;
    }
    if (seen.has(x)) continue;
    seen.add(x);
    for (const inside of x instanceof Map ? x.values() : x instanceof Set ? x : Object.values(x)) left.push(inside);
  }
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}
