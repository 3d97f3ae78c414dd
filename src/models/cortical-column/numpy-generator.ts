import { ModelError } from "../../errors.ts";
import { roundHalfEven } from "../../random/numpy-legacy.ts";

/** Draws that published columns took from NumPy's `default_rng(seed)`: PCG64 (O'Neill 2014, XSL-RR 128/64) seeded through a
 * SeedSequence, bounded integers by Lemire's method (2019), and `choice` without replacement. Integers only, so exact. */
export class NumpyGenerator {
  #state = 0n;
  readonly #increment: bigint;
  #spare: number | undefined;

  /** @param seed  a whole number, at least 0
   * @throws ModelError for anything else */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new ModelError("seed", `is ${seed}`, "Give a whole number, at least 0");
    }
    const [a, b, c, d] = seedWords(seed) as [bigint, bigint, bigint, bigint];
    this.#increment = ((((c << 64n) | d) << 1n) | 1n) & MASK_128;
    this.#step();
    this.#state = (this.#state + ((a << 64n) | b)) & MASK_128;
    this.#step();
  }

  /** A whole number in 0 .. max, both included; max below 2^32 - 1. */
  integer(max: number): number {
    if (max === 0) return 0;
    const range = BigInt(max + 1);
    const threshold = (2 ** 32 - 1 - max) % (max + 1);
    for (;;) {
      const product = BigInt(this.#uint32()) * range;
      if (Number(product & MASK_32) >= threshold) return Number(product >> 32n);
    }
  }

  /** `size` different numbers below n, in NumPy's order.
   * @throws ModelError when size is not 0 .. n */
  choice(n: number, size: number): Uint32Array {
    if (!(Number.isInteger(size) && size >= 0 && size <= n)) {
      throw new ModelError("choice without replacement", `is to choose ${size} of ${n}`, "Choose 0 to all of them");
    }
    const tail = n > 10_000 && size > Math.floor(n / 50);
    const chosen = tail ? this.#shuffledTail(n, size) : this.#floyd(n, size);
    if (!tail) this.#shuffle(chosen, 1);
    return chosen;
  }

  #shuffledTail(n: number, size: number): Uint32Array {
    const all = Uint32Array.from({ length: n }, (_, k) => k);
    this.#shuffle(all, Math.max(n - size, 1));
    return all.slice(n - size);
  }

  #floyd(n: number, size: number): Uint32Array {
    const seen = new Set<number>();
    for (let j = n - size; j < n; j++) {
      const k = this.integer(j);
      seen.add(seen.has(k) ? j : k);
    }
    return Uint32Array.from(seen); // a Set keeps the order of insertion
  }

  #shuffle(values: Uint32Array, first: number): void {
    for (let i = values.length - 1; i >= first; i--) {
      const j = this.integer(i);
      [values[i], values[j]] = [values[j] as number, values[i] as number];
    }
  }

  #step(): void {
    this.#state = (this.#state * MULTIPLIER + this.#increment) & MASK_128;
  }

  #uint32(): number {
    const spare = this.#spare;
    if (spare !== undefined) {
      this.#spare = undefined;
      return spare;
    }
    this.#step();
    const x = (this.#state >> 64n) ^ (this.#state & MASK_64);
    const turn = this.#state >> 122n;
    const word = ((x >> turn) | (x << (64n - turn))) & MASK_64;
    this.#spare = Number(word >> 32n);
    return Number(word & MASK_32);
  }
}

/** Which round(p * n) of n pairs are kept, in ascending order; ties round to even, as NumPy's round. */
export const chooseIndices = (n: number, p: number, seed: number): Uint32Array =>
  new NumpyGenerator(seed).choice(n, roundHalfEven(p * n)).sort();

const MASK_32 = (1n << 32n) - 1n;
const MASK_64 = (1n << 64n) - 1n;
const MASK_128 = (1n << 128n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/** Four 64-bit words of a SeedSequence with a pool of four 32-bit words. */
function seedWords(seed: number): bigint[] {
  const entropy = [seed >>> 0, Math.floor(seed / 2 ** 32), 0, 0];
  const toPool = hasher(0x43b0d7e5, 0x931e8875);
  const pool = entropy.map(toPool);
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from !== to) pool[to] = mix(pool[to] as number, toPool(pool[from] as number));
    }
  }
  const toState = hasher(0x8b51f9dd, 0x58f38ded);
  const words = Array.from({ length: 8 }, (_, k) => BigInt(toState(pool[k % 4] as number)));
  return [0, 2, 4, 6].map((k) => (words[k] as bigint) | ((words[k + 1] as bigint) << 32n));
}

function hasher(start: number, multiplier: number): (value: number) => number {
  let constant = start;
  return (value) => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, multiplier);
    return fold(Math.imul(mixed, constant));
  };
}

const mix = (a: number, b: number): number => fold(Math.imul(0xca01f9dd, a) - Math.imul(0x4973f715, b));
const fold = (x: number): number => ((x | 0) ^ ((x | 0) >>> 16)) >>> 0;
