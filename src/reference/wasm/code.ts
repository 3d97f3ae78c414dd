/** WebAssembly in its binary form, as far as kernels need it (WebAssembly Core Specification 2.0, chapter 5). */

export const TYPE = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;
export type Type = (typeof TYPE)[keyof typeof TYPE];

const vector = (code: number): readonly number[] => [0xfd, ...unsigned(code)];

/** Instructions without an immediate. f64x2: two numbers at once; masks have all bits of a lane set, or none. */
const OP = {
  block: [0x02, 0x40], loop: [0x03, 0x40], if: [0x04, 0x40], end: [0x0b],
  i32eq: [0x46], i32ltS: [0x48], i32geS: [0x4e], i32add: [0x6a], i32sub: [0x6b], i32mul: [0x6c], i32and: [0x71], select: [0x1b], i32shl: [0x74], i32shrU: [0x76],
  splat: vector(0x14),
  not: vector(0x4d), and: vector(0x4e), andnot: vector(0x4f), bitselect: vector(0x52), anyTrue: vector(0x53),
  eq: vector(0x47), ne: vector(0x48), lt: vector(0x49), gt: vector(0x4a), le: vector(0x4b), ge: vector(0x4c),
  floor: vector(0x75), abs: vector(0xec), neg: vector(0xed), sqrt: vector(0xef),
  add: vector(0xf0), sub: vector(0xf1), mul: vector(0xf2), div: vector(0xf3), min: vector(0xf4), max: vector(0xf5), pmin: vector(0xf6), pmax: vector(0xf7),
  wordsToLongs: vector(0xc9), allTrue: vector(0xc3), bitmask: vector(0xc4), longShl: vector(0xcb), longShrU: vector(0xcd), longAdd: vector(0xce), longSub: vector(0xd1), longNe: vector(0xd7),
} as const; // prettier-ignore

/** Loads and stores of 16, 8 or 4 bytes; any address will do. `both`: one number into both lanes; `first`: lane 0 alone. */
const MEMORY = {
  i32: [0x28, 2], setI32: [0x36, 2],
  pair: [0xfd, 0x00, 0], both: [0xfd, 0x0a, 0], setPair: [0xfd, 0x0b, 0], words: [0xfd, 0x5d, 0], word: [0xfd, 0x5c, 0],
} as const; // prettier-ignore

/** A function's body. */
export class Code {
  readonly params: readonly Type[];
  readonly results: readonly Type[];
  readonly #bytes: number[] = [];
  readonly #locals: Type[] = [];
  #instructions = 0;

  constructor(params: readonly Type[], results: readonly Type[]) {
    [this.params, this.results] = [params, results];
  }

  /** Instructions so far, but for those that only name locals, constants and calls. */
  get instructions(): number {
    return this.#instructions;
  }

  local(type: Type): number {
    return this.params.length + this.#locals.push(type) - 1;
  }

  op(...names: (keyof typeof OP)[]): this {
    for (const n of names) this.#bytes.push(...OP[n]);
    this.#instructions += names.length;
    return this;
  }

  get(...locals: number[]): this {
    for (const l of locals) this.#bytes.push(0x20, ...unsigned(l));
    return this;
  }

  set(local: number): this {
    this.#bytes.push(0x21, ...unsigned(local));
    return this;
  }

  tee(local: number): this {
    this.#bytes.push(0x22, ...unsigned(local));
    return this;
  }

  /** A new local that takes the value on the stack. */
  keep(type: Type = TYPE.v128): number {
    const local = this.local(type);
    this.set(local);
    return local;
  }

  i32(value: number): this {
    this.#bytes.push(0x41, ...signed(value));
    return this;
  }

  /** The same number in both lanes. */
  number(value: number): this {
    const bytes = [...new Uint8Array(Float64Array.of(value).buffer)];
    this.#bytes.push(0xfd, 0x0c, ...bytes, ...bytes);
    return this;
  }

  /** An instruction on memory at the address on the stack plus a constant. */
  at(kind: keyof typeof MEMORY, offset: number): this {
    const [align, ...code] = MEMORY[kind].toReversed() as [number, ...number[]];
    this.#bytes.push(...code.toReversed(), align, ...unsigned(offset));
    this.#instructions++;
    return this;
  }

  /** Stores lane 0 or 1 of the vector on the stack. */
  storeLane(lane: 0 | 1, offset: number): this {
    this.#bytes.push(0xfd, 0x5b, 0, ...unsigned(offset), lane);
    return this;
  }

  /** A number out of a lane. */
  lane(lane: 0 | 1): this {
    this.#bytes.push(0xfd, 0x21, lane);
    return this;
  }

  /** The lower word of a lane. */
  word(lane: 0 | 1): this {
    this.#bytes.push(0xfd, 0x1b, 2 * lane);
    return this;
  }

  /** Puts a number into lane 1. */
  second(): this {
    this.#bytes.push(0xfd, 0x22, 1);
    return this;
  }

  /** Of two vectors: a lane of the first, a lane of the second. */
  lanes(first: 0 | 1, second: 0 | 1): this {
    const bytes = (from: number): number[] => Array.from({ length: 8 }, (_, k) => from + k);
    this.#bytes.push(0xfd, 0x0d, ...bytes(8 * first), ...bytes(16 + 8 * second));
    return this;
  }

  branch(depth: number): this {
    this.#bytes.push(0x0c, ...unsigned(depth));
    return this;
  }

  branchIf(depth: number): this {
    this.#bytes.push(0x0d, ...unsigned(depth));
    return this;
  }

  call(index: number): this {
    this.#bytes.push(0x10, ...unsigned(index));
    return this;
  }

  /** With its locals and its length before it. */
  bytes(): number[] {
    const locals = this.#locals.flatMap((t) => [1, t]);
    return sized([...unsigned(this.#locals.length), ...locals, ...this.#bytes, ...OP.end]);
  }
}

/** A function from outside. */
export interface Imported {
  readonly name: string;
  readonly params: readonly Type[];
  readonly results: readonly Type[];
}

/** A module that imports its memory as `env.memory` and functions as `env.<name>`, and exports its last function as `run`. Functions
 * are numbered in the order given, imported ones first. */
export function moduleOf(imports: readonly Imported[], functions: readonly Code[], memory: { readonly pages: number; readonly shared: boolean }): Uint8Array<ArrayBuffer> {
  const all = [...imports, ...functions];
  const types = all.map(({ params, results }) => [0x60, ...list(params), ...list(results)]);
  const limits = memory.shared ? [3, ...unsigned(memory.pages), ...unsigned(memory.pages)] : [1, ...unsigned(memory.pages), ...unsigned(memory.pages)];
  const imported = [
    [...text("env"), ...text("memory"), 2, ...limits],
    ...imports.map(({ name }, k) => [...text("env"), ...text(name), 0, ...unsigned(k)]),
  ];
  const section = (id: number, items: readonly (readonly number[])[]): number[] => [id, ...sized([...unsigned(items.length), ...items.flat()])];
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, types),
    ...section(2, imported),
    ...section(3, functions.map((_, k) => unsigned(imports.length + k))),
    ...section(7, [[...text("run"), 0, ...unsigned(all.length - 1)]]),
    ...section(10, functions.map((f) => f.bytes())),
  ]);
} // prettier-ignore

const list = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const sized = (bytes: number[]): number[] => unsigned(bytes.length).concat(bytes);
const text = (name: string): number[] => list([...new TextEncoder().encode(name)]);

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    if (rest === 0) return [...bytes, low];
    bytes.push(low + 128);
  }
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = rest & 127;
    rest >>= 7;
    if ((rest === 0 && low < 64) || (rest === -1 && low >= 64)) return [...bytes, low];
    bytes.push(low + 128);
  }
}
