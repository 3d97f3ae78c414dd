import type { CompiledStage, RowTable } from "../compile/compiled.ts";
import type { DrawnAgain, DrawnRow } from "./procedural.ts";
import { lowerBound } from "../sorted.ts";
import type { Arrays } from "./memory.ts";
import type { Span } from "./split.ts";

/** What delivery reads of a log: the first `length` of each array. */
export interface Logged {
  readonly steps: Uint32Array;
  readonly ids: Uint32Array;
  /** factors of source-side plasticity beside each spike, by lane. */
  readonly releases: readonly Float64Array[];
  readonly length: number;
}

/** Spikes that may still have links under way: what is delivered, kept until the longest delay has passed. Sorted by (step, id), so
 * that sums have one order whatever the block length; those of the current block, which come last, by `sort`. */
export class SpikeLog implements Logged {
  steps: Uint32Array;
  ids: Uint32Array;
  releases: Float64Array[];
  length = 0;
  /** where the current block's begin. */
  current = 0;
  readonly #arrays: Arrays;
  #sorted = true; // those of the current block

  constructor(lanes: number, arrays: Arrays) {
    this.#arrays = arrays;
    [this.steps, this.ids] = [arrays.words(FIRST_ROOM), arrays.words(FIRST_ROOM)];
    this.releases = Array.from({ length: lanes }, () => arrays.doubles(FIRST_ROOM));
  }

  push(step: number, id: number): void {
    if (this.length === this.steps.length) this.#grow(2 * this.length);
    this.steps[this.length] = step;
    this.ids[this.length] = id;
    for (const lane of this.releases) lane[this.length] = 1;
    this.length++;
    this.#sorted = false;
  }

  /** Sorts the current block's spikes. Native sorting of keys below 2^53 (a block is shorter than 2^21 steps) is the fastest. */
  sort(): void {
    if (this.#sorted) return;
    const from = this.current;
    const steps = this.steps.subarray(from, this.length);
    const base = steps.reduce((a, b) => Math.min(a, b), Infinity);
    const keys = Float64Array.from(steps, (s, k) => (s - base) * 2 ** 32 + (this.ids[from + k] as number));
    const places = this.releases.length === 0 ? undefined : new Map(Array.from(keys, (key, k) => [key, from + k]));
    const before = this.releases.map((lane) => lane.slice(0, this.length));
    keys.sort().forEach((key, k) => {
      this.releases.forEach((lane, l) => (lane[from + k] = before[l]?.[places?.get(key) as number] as number));
      this.steps[from + k] = base + Math.floor(key / 2 ** 32);
      this.ids[from + k] = key % 2 ** 32;
    });
    this.#sorted = true;
  }

  /** Ends a block: forgets spikes older than `step`. */
  forget(step: number): void {
    this.sort();
    const old = lowerBound(this.steps, step, 0, this.length);
    for (const array of [this.steps, this.ids, ...this.releases]) array.copyWithin(0, old, this.length);
    this.length -= old;
    this.current = this.length;
  }

  /** @param steps, ids  in any order
   * @param releases  [spike][lane] */
  load(steps: Uint32Array, ids: Uint32Array, releases: ArrayLike<number>): void {
    const order = Array.from(steps.keys()).sort(
      (a, b) => (steps[a] as number) - (steps[b] as number) || (ids[a] as number) - (ids[b] as number),
    );
    if (order.length > this.steps.length) this.#grow(order.length);
    const lanes = this.releases.length;
    order.forEach((k, to) => {
      this.steps[to] = steps[k] as number;
      this.ids[to] = ids[k] as number;
      this.releases.forEach((lane, l) => (lane[to] = releases[k * lanes + l] as number));
    });
    this.current = this.length = order.length;
    this.#sorted = true;
  }

  /** What `load` takes. */
  save(): { readonly steps: Uint32Array; readonly ids: Uint32Array; readonly releases: Float64Array } {
    const lanes = this.releases.length;
    const releases = new Float64Array(this.length * lanes);
    this.releases.forEach((lane, l) => {
      for (let k = 0; k < this.length; k++) releases[k * lanes + l] = lane[k] as number;
    });
    return { steps: this.steps.slice(0, this.length), ids: this.ids.slice(0, this.length), releases };
  }

  #grow(room: number): void {
    const { words, doubles } = this.#arrays;
    const larger = <A extends Uint32Array | Float64Array>(make: (n: number) => A, array: A): A => {
      const made = make(room);
      made.set(array);
      return made;
    };
    [this.steps, this.ids] = [larger(words, this.steps), larger(words, this.ids)];
    this.releases = this.releases.map((lane) => larger(doubles, lane));
  }
} // prettier-ignore

/** Spikes that a log has room for at first. */
const FIRST_ROOM = 1024;

export interface Delivery {
  readonly step: number;
  readonly steps: number;
  readonly entries: number;
  readonly nSources: number;
  /** weight factor of [projection * entries + entry], and in integer mode its quantisation q. */
  readonly scales: Float64Array;
  readonly integers: boolean;
  /** of each projection with source-side plasticity from logged spikes, its lane. */
  readonly lanes: ReadonlyMap<number, number>;
  /** what a thread owns: entries, and by slot 1 where it is the thread's (all are, if not given). */
  readonly own: { readonly entries: Span; readonly slots: Uint8Array | undefined };
}

/** Adds the links onto a thread's cells of logged spikes and the given events that fall due in [step, step + steps) to acc [step][entry][slot].
 * @param again  the stage's procedural projections
 * In integer mode acc holds i32 sums of round(weight * scale * q), as on the GPU. */
export function deliver(
  stage: CompiledStage,
  log: Logged,
  d: Delivery,
  acc: Float64Array | Int32Array,
  again: DrawnAgain | undefined,
): void {
  deliverGiven(stage, d, acc);
  for (let k = 0; k < log.length; k++) {
    const id = log.ids[k] as number;
    const entry = Math.floor(id / d.nSources);
    if (entry < d.own.entries.first || entry >= d.own.entries.end) continue;
    const rows = stage.rows[stage.rows.length > 1 ? entry : 0] as RowTable;
    const source = id - entry * d.nSources;
    const drawn = again?.due(log.steps[k] as number, entry, source, d) ?? [];
    let next = 0;
    const [first, last] = [rows.rowStart[source] as number, rows.rowStart[source + 1] as number];
    for (let s = lowerBound(rows.segmentDelay, d.step - (log.steps[k] as number), first, last); s < last; s++) {
      const due = (log.steps[k] as number) + (rows.segmentDelay[s] as number) - d.step;
      if (due >= d.steps) break; // delays ascend
      const projection = rows.segmentProjection[s] as number;
      while (next < drawn.length && comesBefore(drawn[next] as DrawnRow, due, projection)) addRow(stage, drawn[next++] as DrawnRow, entry, d, acc); // prettier-ignore
      const lane = log.releases[d.lanes.get(projection) ?? -1];
      const whole = factorOf(stage, projection, entry, d);
      const released = lane === undefined ? whole : whole * (lane[k] as number);
      const factor = d.integers ? Math.fround(released) : released;
      const base = (due * d.entries + entry) * stage.slots;
      const stride = rows.weightStride[projection] as number;
      let w = rows.segmentWeight[s] as number;
      for (let l = rows.segmentStart[s] as number; l < (rows.segmentStart[s + 1] as number); l++, w += stride) {
        add(acc, base + (rows.target[l] as number), rows.weight[w] as number, factor, d.integers);
      }
    }
    while (next < drawn.length) addRow(stage, drawn[next++] as DrawnRow, entry, d, acc);
  }
}

/** As segments are ordered, so that sums are those of kept links. */
const comesBefore = (row: DrawnRow, due: number, projection: number): boolean =>
  row.due < due || (row.due === due && row.of.projection < projection);

function addRow(stage: CompiledStage, { of, due, slots }: DrawnRow, entry: number, d: Delivery, acc: Float64Array | Int32Array): void {
  const whole = factorOf(stage, of.projection, entry, d);
  const factor = d.integers ? Math.fround(whole) : whole;
  const base = (due * d.entries + entry) * stage.slots;
  const own = d.own.slots;
  for (let k = 0; k < slots.length; k++) {
    const slot = slots.at(k);
    if (own?.[slot] !== 0) add(acc, base + slot, of.weight, factor, d.integers);
  }
} // prettier-ignore

function deliverGiven({ given, slots, ...stage }: CompiledStage, d: Delivery, acc: Float64Array | Int32Array): void {
  for (let k = lowerBound(given.step, d.step); k < given.step.length; k++) {
    const due = (given.step[k] as number) - d.step;
    if (due >= d.steps) break;
    const slot = given.slot[k] as number; // entry * slots + slot
    const entry = Math.floor(slot / slots);
    if (entry < d.own.entries.first || entry >= d.own.entries.end) continue;
    if (d.own.slots?.[slot - entry * slots] === 0) continue;
    const factor = factorOf(stage, given.projection[k] as number, entry, d);
    add(acc, due * d.entries * slots + slot, given.weight[k] as number, factor, d.integers);
  }
}

export function factorOf(stage: Pick<CompiledStage, "q">, projection: number, entry: number, d: Delivery): number {
  const at = projection * d.entries + entry;
  const scale = d.scales[at] as number;
  return d.integers ? Math.fround(Math.fround(scale) * (stage.q[at] as number)) : scale;
}

/** i32(round(weight * factor)) as WGSL rounds: halves to even, in float32. */
export function add(
  acc: Float64Array | Int32Array,
  at: number,
  weight: number,
  factor: number,
  integers: boolean,
): void {
  acc[at] = (acc[at] as number) + eventOf(weight, factor, integers);
}

export const eventOf = (weight: number, factor: number, integers: boolean): number =>
  integers ? roundEven(Math.fround(Math.fround(weight) * factor)) : weight * factor;

function roundEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down;
}
