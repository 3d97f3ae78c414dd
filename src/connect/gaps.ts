/** Numbers of failures before a success of probability p, from uniform u32 by comparisons alone, so that a GPU draws the same ones.
 *
 * A geometric number is small * q + r with independent q and r: q is geometric with the chance that `small` trials have a success,
 * r is the place of the first success among `small` trials that have one. Both are looked up in tables of `small` thresholds. */
export interface GapTables {
  /** targets of a source are drawn in blocks of this many, each with its own words, so that blocks may be drawn side by side. */
  readonly block: number;
  /** square root of `block`. */
  readonly small: number;
  readonly large: Inverse;
  readonly fine: Inverse;
}

/** Links of a block at least, but for the smallest probabilities: what is drawn past its end is lost. */
const LINKS_OF_BLOCK = 64;
const LARGEST = 2 ** 16; // thresholds of a table; its square is more than there are targets

/** @param p  above 0 and below 1 */
export function gapTables(p: number): GapTables {
  let small = 8;
  while (small < LARGEST && small * small * p < LINKS_OF_BLOCK) small *= 2;
  const within = cumulative(p, small); // P(first success within k trials), k = 1 .. small
  const any = within[small - 1] as number;
  return {
    block: small * small,
    small,
    large: new Inverse(cumulative(any, small)),
    fine: new Inverse(within.subarray(0, -1).map((x) => x / any)),
  };
}

/** 1 - (1 - p)^k for k = 1 .. n, without cancellation: products and sums only, the same bits everywhere. */
function cumulative(p: number, n: number): Float64Array {
  const all = new Float64Array(n);
  let sum = 0;
  for (let k = 0; k < n; k++) {
    sum += (1 - sum) * p;
    all[k] = sum;
  }
  return all;
}

/** How many thresholds of a cumulative distribution a uniform u32 has reached. */
class Inverse {
  /** ascending, each at most 2^32 - 1: `u` reaches threshold k with chance 1 - P(k). */
  readonly thresholds: Uint32Array;
  readonly #guide: Uint32Array; // thresholds that all words with the same leading bits have reached
  readonly #shift: number;

  constructor(cumulative: Float64Array) {
    this.thresholds = Uint32Array.from(cumulative, (x) => Math.min(2 ** 32 - 1, Math.round(x * 2 ** 32)));
    const bits = Math.ceil(Math.log2(this.thresholds.length));
    this.#shift = 32 - bits;
    this.#guide = new Uint32Array(2 ** bits);
    let k = 0;
    for (let lead = 0; lead < this.#guide.length; lead++) {
      while (k < this.thresholds.length && (this.thresholds[k] as number) <= lead * 2 ** this.#shift) k++;
      this.#guide[lead] = k;
    }
  }

  find(u: number): number {
    let k = this.#guide[u >>> this.#shift] as number;
    while (k < this.thresholds.length && (this.thresholds[k] as number) <= u) k++;
    return k;
  }
}
