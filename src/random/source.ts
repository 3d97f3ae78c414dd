import { ModelError } from "../errors.ts";
import { drawU32 } from "./philox.ts";
import { negLogQ27, Q27 } from "./threshold.ts";

/** Renewal sources; shaders/drive.wgsl gives the same, bit for bit.
 *
 * A source of order N runs N stages at rate N y. Each step adds N * inc to `sum`, inc being the step's increment of the integral
 * of y in Q5.27. Where the sum reaches the threshold theta = -ln u: at an inner stage theta is subtracted and the excess kept (several
 * inner crossings a step are possible), at the N-th the source fires and the excess is dropped. So a step has at most one spike,
 * and a step with inc = 0 changes nothing. N = 1 is a Poisson process; ISIs have CV 1/sqrt(N). Rounding a time up to whole steps
 * lowers the rate to about y / (1 + y dt / 2000). Source: the descending drive of MyoGen. */

/** Words of a source's state in the order of the layout. `remainder` is used with constant rates per cell only. */
const SOURCE_FIELDS = ["sum", "theta", "stage", "draws", "remainder"] as const;
export type SourceField = (typeof SOURCE_FIELDS)[number];

/** sum, theta: Q5.27; stage: 0 .. order - 1; draws: thresholds drawn so far (the counter of the next); remainder: Q0.32. */
export type Source = Record<SourceField, number>;

/** The sources of one population in one entry of a batch. */
export interface Sources {
  readonly n: number; // cells per entry
  readonly entries: number;
  readonly entry: number;
  readonly order: number; // 1 .. 64
  readonly seed: number; // of this entry, u32
  /** stream("source", population name). */
  readonly stream: number;
}

/** Index of a state word: SoA [field][entry][cell], the same in the GPU's buffer and in a checkpoint. */
export const sourceWord = (
  s: Pick<Sources, "n" | "entries">,
  field: SourceField,
  entry: number,
  cell: number,
): number => (SOURCE_FIELDS.indexOf(field) * s.entries + entry) * s.n + cell;

/** Length of the state of a population in u32. */
export const sourceStateLength = (s: Pick<Sources, "n" | "entries">): number => SOURCE_FIELDS.length * s.entries * s.n;

/** @throws ModelError unless the order is an integer in 1 .. 64 */
export function checkOrder(where: string, order: number): void {
  if (Number.isInteger(order) && order >= 1 && order <= 64) return;
  throw new ModelError(where, `has order ${order}`, "Give an integer from 1 (Poisson) to 64 (nearly regular)");
}

/** The threshold of draw number `draw` of a cell, Q5.27. */
export const thresholdOf = (seed: number, stream: number, cell: number, draw: number): number =>
  negLogQ27(drawU32(seed, stream, cell, draw, "threshold"));

/** Writes the initial state of one entry: first threshold drawn, everything else 0. */
export function initSources(state: Uint32Array, s: Sources): void {
  for (let cell = 0; cell < s.n; cell++) {
    storeSource(state, s, cell, {
      sum: 0,
      theta: thresholdOf(s.seed, s.stream, cell, 0),
      stage: 0,
      draws: 1,
      remainder: 0,
    });
  }
}

/** Sums of each row of increments up to each step, from which `advanceSources` finds where a source crosses without walking there.
 * @param increments  Q5.27, [row * steps + step] */
export function runningSums(increments: Uint32Array, steps: number, out: Float64Array = new Float64Array(increments.length)): Float64Array {
  for (let from = 0; from < increments.length; from += steps) {
    let sum = 0;
    for (let k = from; k < from + steps; k++) out[k] = sum += increments[k] as number;
  }
  return out;
} // prettier-ignore

/** Cells [first, end) of a population. */
export interface SomeCells {
  readonly first: number;
  readonly end: number;
}

/** Advances one entry by a block of steps. Spikes come cell by cell, in each cell by step.
 * @param sums   running sums of increments, Q5.27, [row * steps + step]
 * @param rowOfCell  which of them drives each cell, length n
 * @param cells  default: all */
export function advanceSources(
  state: Uint32Array,
  s: Sources,
  steps: number,
  sums: Float64Array,
  rowOfCell: Uint32Array,
  onSpike: (step: number, cell: number) => void,
  { first, end }: SomeCells = { first: 0, end: s.n },
): void {
  const { n, entries, entry, order } = s;
  const all = n * entries;
  for (let cell = first; cell < end; cell++) {
    const at = entry * n + cell;
    const row = (rowOfCell[cell] as number) * steps;
    const last = sums[row + steps - 1] as number;
    let before = 0; // what was added up to where the source has got
    let [step, needs] = [0, needed(state, at, all)];
    while (order * (last - before) >= needs) {
      step = firstReaching(sums, row + step, row + steps, before + Math.ceil(needs / order)) - row;
      const now = sums[row + step] as number;
      state[at] = (state[at] as number) + order * (now - before);
      if (cross(state, s, cell)) onSpike(step, cell);
      before = now;
      needs = needed(state, at, all);
      step++;
    }
    state[at] = (state[at] as number) + order * (last - before);
  }
}

/** What has to be added to a source's sum until it crosses: something, since a step that adds nothing changes nothing. */
const needed = (state: Uint32Array, at: number, all: number): number =>
  Math.max((state[all + at] as number) - (state[at] as number), 1);

/** The first place in [from, end) of ascending sums that reach a number; the last does. */
function firstReaching(sums: Float64Array, from: number, end: number, least: number): number {
  let [low, high] = [from, end - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] as number) >= least) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** As `advanceSources`, with a constant increment per cell: `whole` (Q5.27) and `fraction` (Q0.32 of a unit), whose sum is carried
 * in `remainder`. */
export function advanceConstantSources(
  state: Uint32Array,
  s: Sources,
  steps: number,
  rates: ConstantIncrements,
  onSpike: (step: number, cell: number) => void,
  { first, end }: SomeCells = { first: 0, end: s.n },
): void {
  const { n, entries, entry, order } = s;
  const all = n * entries;
  for (let cell = first; cell < end; cell++) {
    const at = entry * n + cell;
    const whole = rates.whole[cell] as number;
    const fraction = rates.fraction[cell] as number;
    const remainder = state[4 * all + at] as number;
    // of so many steps: below 2^53, as 2^20 steps of 2^32 are
    const sumOf = (count: number): number => count * whole + Math.floor((remainder + count * fraction) * 2 ** -32);
    const last = sumOf(steps);
    let before = 0;
    let [step, needs] = [0, needed(state, at, all)];
    while (order * (last - before) >= needs) {
      for (let high = steps - 1, least = before + Math.ceil(needs / order); step < high;) {
        const middle = (step + high) >>> 1;
        if (sumOf(middle + 1) >= least) high = middle;
        else step = middle + 1;
      }
      const now = sumOf(step + 1);
      state[at] = (state[at] as number) + order * (now - before);
      if (cross(state, s, cell)) onSpike(step, cell);
      before = now;
      needs = needed(state, at, all);
      step++;
    }
    state[at] = (state[at] as number) + order * (last - before);
    state[4 * all + at] = remainder + steps * fraction; // modulo 2^32
  }
}

/** Crosses the thresholds that a source's stored sum reaches, up to a spike. @returns whether it fires */
function cross(state: Uint32Array, s: Sources, cell: number): boolean {
  const all = s.n * s.entries;
  const sum = s.entry * s.n + cell;
  const [theta, stage, draws] = [all + sum, 2 * all + sum, 3 * all + sum];
  let fires = false;
  while (!fires && (state[sum] as number) >= (state[theta] as number)) {
    fires = (state[stage] as number) + 1 === s.order;
    state[sum] = fires ? 0 : (state[sum] as number) - (state[theta] as number);
    state[stage] = fires ? 0 : (state[stage] as number) + 1;
    const draw = state[draws] as number;
    state[theta] = thresholdOf(s.seed, s.stream, cell, draw);
    state[draws] = draw + 1;
  }
  return fires;
}

/** Constant rates of the cells of one entry as increments: whole + fraction / 2^32 in Q5.27 a step. */
export interface ConstantIncrements {
  readonly whole: Uint32Array;
  readonly fraction: Uint32Array;
}

/** Increments of constant rates. The mean rate is exact to 2^-59 per step.
 * @param ratesHz per cell; below 0 counts as 0
 * @param dt      ms */
export function constantIncrements(ratesHz: ArrayLike<number>, dt: number): ConstantIncrements {
  const whole = new Uint32Array(ratesHz.length);
  const fraction = new Uint32Array(ratesHz.length);
  for (let cell = 0; cell < ratesHz.length; cell++) {
    const x = Math.max(0, ratesHz[cell] as number) * dt * 1e-3 * Q27;
    whole[cell] = Math.floor(x);
    fraction[cell] = Math.floor((x - Math.floor(x)) * 2 ** 32);
  }
  return { whole, fraction };
}

function storeSource(state: Uint32Array, s: Sources, cell: number, source: Source): void {
  for (const field of SOURCE_FIELDS) state[sourceWord(s, field, s.entry, cell)] = source[field];
}
