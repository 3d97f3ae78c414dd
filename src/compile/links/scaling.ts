/** Powers of two that turn event weights into integers. */

/** Contributions of a step stay below 2^30, half the range of i32: rounding of single events cannot reach the rest. */
export const LIMIT = 2 ** 30;
const SMALLEST = 2 ** -100; // q and 1/q stay normal in float32
export const LARGEST = 2 ** 100;

/** The largest power of two with q * load <= 2^30, within what float32 holds.
 * @param load uS, the most that one step can bring to a slot; 0 where nothing arrives, whatever its links weigh */
export function scaleFor(load: number): number {
  if (load === 0) return LARGEST;
  let q = 2 ** Math.min(100, Math.max(-100, Math.floor(Math.log2(LIMIT / load))));
  while (q * load > LIMIT && q > SMALLEST) q /= 2; // log2 may be a last bit off
  while (2 * q * load <= LIMIT && q < LARGEST) q *= 2;
  return q;
}

/** K * entries * slots accumulators of 4 bytes fit this. */
const ACCUMULATOR_BYTES = 64 * 2 ** 20;
/** And those of one entry this, down to 200 steps: adding to what is not in a cache costs more (lavapipe, 8,000 cells: 10 ns an
 * event at 3 MiB, 37 ns at 32 MiB), but moving states and sources once a block costs as much where blocks are short (80,000 cells:
 * a quarter less CPU time with 200 steps than with 40). A batch takes the blocks, and so the dispatches, of one entry. */
const CACHED_BYTES = 2 * 2 ** 20;
const LONG_ENOUGH = 200;
const LONGEST_BLOCK = 1000;

/** K: bounded by the shortest delay of a loop, by 1000, by the memory of accumulators and by the caller. */
export function blockLength(loopSteps: number | undefined, slots: number, entries: number, maxBlock: number): number {
  const step = 4 * Math.max(1, slots * entries);
  const cached = Math.max(LONG_ENOUGH, Math.floor(CACHED_BYTES / (4 * Math.max(1, slots))));
  const fits = Math.floor(ACCUMULATOR_BYTES / step);
  return Math.max(1, Math.min(loopSteps ?? Infinity, LONGEST_BLOCK, cached, fits, maxBlock));
}
