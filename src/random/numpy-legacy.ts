import { ModelError } from "../errors.ts";
import { ln } from "./elementary.ts";

const N = 624;
const M = 397;

/** NumPy's legacy `RandomState` (MT19937): the same numbers in the same order for the same integer seed and calls, so that
 * published trains and networks come out exactly. Not for anything that a simulation steps through (that is Philox).
 *
 * Integers and uniform numbers are NumPy's to the last bit. `normal` and `exponential` take a logarithm, rounded correctly here and
 * by the C library in NumPy: they differ by one unit in the last place in about one number of a thousand.
 * Source: Matsumoto & Nishimura (1998), ACM TOMACS 8:3-30, and the documented stream of numpy.random.RandomState. */
export class RandomState {
  readonly #key = new Uint32Array(N);
  #at = N;
  #saved: number | undefined; // second normal number of a pair

  /** @param seed integer in 0 .. 2^32 - 1
   * @throws ModelError otherwise */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new ModelError("RandomState", `has seed ${seed}`, "Give an integer from 0 to 4294967295");
    }
    let word = seed;
    for (let i = 0; i < N; i++) {
      this.#key[i] = word;
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + i + 1) >>> 0; // Knuth's initialisation
    }
  }

  /** Next 32 random bits. */
  u32(): number {
    if (this.#at === N) this.#refill();
    let y = this.#key[this.#at++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Uniform on [0, 1), 53 bits: `random_sample`, `rand`. */
  random(): number {
    const high = this.u32() >>> 5;
    const low = this.u32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** n numbers uniform on [0, 1). */
  randoms(n: number): Float64Array {
    return Float64Array.from({ length: n }, () => this.random());
  }

  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.random();
  }

  /** Polar method; the second number of a pair is kept for the next call. */
  normal(mean = 0, sd = 1): number {
    return mean + sd * this.#gauss();
  }

  /** n numbers of N(0, 1): `randn(n)`. */
  standardNormals(n: number): Float64Array {
    return Float64Array.from({ length: n }, () => this.#gauss());
  }

  /** Exponential numbers of mean `scale`. */
  exponential(scale = 1): number {
    return scale * -ln(1 - this.random());
  }

  /** Integer in low .. high - 1: `randint(low, high)`.
   * @throws ModelError when the range is empty or above 2^32 */
  integer(low: number, high: number): number {
    const range = high - 1 - low;
    if (!(Number.isInteger(range) && range >= 0 && range < 2 ** 32)) {
      throw new ModelError(
        "RandomState.integer",
        `has range ${low} .. ${high}`,
        "Give integers with low < high <= low + 2^32",
      );
    }
    return low + this.#interval(range);
  }

  /** Fisher-Yates in place, from the end. */
  shuffle<T extends { [i: number]: number; readonly length: number }>(x: T): T {
    for (let i = x.length - 1; i >= 1; i--) {
      const j = this.#interval(i);
      [x[i], x[j]] = [x[j] as number, x[i] as number];
    }
    return x;
  }

  /** A random order of 0 .. n - 1. */
  permutation(n: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: n }, (_, i) => i));
  }

  /** k different integers of 0 .. n - 1: `choice(n, k, replace=False)`.
   * @throws ModelError when k > n */
  choiceWithoutReplacement(n: number, k: number): Int32Array {
    if (k > n)
      throw new ModelError("RandomState.choice", `is to choose ${k} of ${n} without replacement`, "Choose fewer");
    return this.permutation(n).subarray(0, k);
  }

  /** Integer in 0 .. max: masked rejection on 32 bits. No draw when max is 0. */
  #interval(max: number): number {
    if (max === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(max);
    let value: number;
    do value = (this.u32() & mask) >>> 0;
    while (value > max);
    return value;
  }

  #gauss(): number {
    if (this.#saved !== undefined) {
      const saved = this.#saved;
      this.#saved = undefined;
      return saved;
    }
    let x1: number;
    let x2: number;
    let r2: number;
    do {
      x1 = 2 * this.random() - 1;
      x2 = 2 * this.random() - 1;
      r2 = x1 * x1 + x2 * x2;
    } while (r2 >= 1 || r2 === 0);
    const f = Math.sqrt((-2 * ln(r2)) / r2);
    this.#saved = f * x1;
    return f * x2;
  }

  #refill(): void {
    const key = this.#key;
    for (let i = 0; i < N; i++) {
      const y = ((key[i] as number) & 0x80000000) | ((key[(i + 1) % N] as number) & 0x7fffffff);
      key[i] = (key[(i + M) % N] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }
}

/** A sparse matrix as `scipy.sparse.random(rows, columns, density, random_state=random, data_rvs=random.randn)` draws it:
 * round(density * rows * columns) positions without replacement (column-major), then one standard normal number for each.
 * Entries are in the order of the draws. */
export function sparseRandom(random: RandomState, rows: number, columns: number, density: number) {
  const n = roundHalfEven(density * rows * columns);
  const positions = random.choiceWithoutReplacement(rows * columns, n);
  return {
    row: Int32Array.from(positions, (p) => p % rows),
    column: Int32Array.from(positions, (p) => Math.floor(p / rows)),
    value: random.standardNormals(n),
  };
}

/** Python's round(x): halves to the even neighbour. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
