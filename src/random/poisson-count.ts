import { ModelError } from "../errors.ts";
import { philoxInto, USES } from "./philox.ts";

/** Poisson numbers by integer inversion; shaders/ports.wgsl gives the same. Word (step & 3) of counter (element, step >> 2, 0, "count")
 * decides the number of a step: how many thresholds it reaches. */

/** Means above it are refused: a step of so many events is no step. */
const LARGEST_MEAN = 500;

/** Thresholds of a mean: the k-th is floor(P(N <= k) 2^32); the last is the first that no word reaches, and is left out. Sums, products
 * and quotients only, so that every JavaScript engine makes the same.
 * @throws ModelError for a mean beyond the largest */
export function countThresholds(where: string, mean: number): Uint32Array {
  if (!(mean >= 0 && mean <= LARGEST_MEAN))
    throw new ModelError(where, `asks for ${mean} events in a step`, `Stay at ${LARGEST_MEAN} or below: shorten dt, or lower the rate or the number of sources`); // prettier-ignore
  const terms = [1]; // mean^k / k!
  let sum = 1;
  for (let k = 1; k <= mean || (terms.at(-1) as number) > sum * 2 ** -60; k++) {
    terms.push(((terms.at(-1) as number) * mean) / k);
    sum += terms.at(-1) as number;
  }
  const thresholds: number[] = [];
  let below = 0;
  for (const term of terms) {
    below += term;
    const threshold = Math.floor((below / sum) * 2 ** 32);
    if (threshold >= 2 ** 32) break;
    thresholds.push(threshold);
  }
  return Uint32Array.from(thresholds);
} // prettier-ignore

/** The tables of elements that sum so many sources of these rates, each table once.
 * @param hz  of each source of an element
 * @param dt  ms
 * @throws ModelError for a mean beyond the largest */
export function countTables(where: string, hz: Float64Array, sources: number, dt: number): { readonly tables: readonly Uint32Array[]; readonly tableOf: Uint32Array } {
  const tables: Uint32Array[] = [];
  const known = new Map<number, number>();
  const tableOf = new Uint32Array(hz.length);
  for (let i = 0; i < hz.length; i++) {
    const mean = sources * (hz[i] as number) * dt * 1e-3;
    let table = known.get(mean);
    if (table === undefined) {
      table = tables.push(countThresholds(where, mean)) - 1;
      known.set(mean, table);
    }
    tableOf[i] = table;
  }
  return { tables, tableOf };
} // prettier-ignore

/** How many of the thresholds in [first, end) a word reaches. */
export function countOf(thresholds: Uint32Array, word: number, first = 0, end = thresholds.length): number {
  let [low, high] = [first, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((thresholds[middle] as number) <= word) low = middle + 1;
    else high = middle;
  }
  return low - first;
}

/** The words of four steps of an element in `out`. */
export const countWords = (out: Uint32Array, seed: number, stream: number, element: number, step: number): void =>
  philoxInto(out, 0, element, step >>> 2, 0, USES.count, seed, stream);
