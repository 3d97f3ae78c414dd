/** What a simulation takes, in bytes, once it is made and before its first step. */
export interface MemoryUse {
  /** Arrays of the compiled network and of the engine, in this process. */
  readonly host: number;
  /** Buffers on the device; on a software adapter they are in this process too. */
  readonly device: number;
}

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
