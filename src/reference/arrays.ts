/** Arrays of an engine: of its own heap, or of memory that threads share. */

export type Floats = Float64Array | Float32Array;

/** Where arrays come from: the heap of one thread, or memory that threads share. */
export interface Arrays {
  readonly f32: boolean;
  readonly shared: boolean;
  floats(length: number): Floats;
  doubles(length: number): Float64Array;
  words(length: number): Uint32Array;
  sums(length: number): Float64Array | Int32Array;
}

export function arraysOf(f32: boolean, shared: boolean): Arrays {
  const buffer = (bytes: number): ArrayBuffer =>
    (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)) as ArrayBuffer;
  const doubles = (length: number): Float64Array => new Float64Array(buffer(8 * length));
  return {
    f32,
    shared,
    floats: (length) => (f32 ? new Float32Array(buffer(4 * length)) : doubles(length)),
    doubles,
    words: (length) => new Uint32Array(buffer(4 * length)),
    sums: (length) => (f32 ? new Int32Array(buffer(4 * length)) : doubles(length)),
  };
}

/** Of what events change, links or sources: states of all entries, and the step of each one's last event. */
export interface EventArrays {
  readonly state: Floats; // [state][of all entries]
  readonly last: Uint32Array;
}
