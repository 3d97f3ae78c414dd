import type { PortTables } from "../host/ports.ts";
import type { CompiledStage, RowTable } from "../compile/compiled.ts";
import type { DrawnAgain, DrawnRow } from "./procedural.ts";
import { lowerBound } from "../sorted.ts";
import type { Arrays } from "./arrays.ts";
import type { Span } from "./split.ts";

/** What delivery reads of a log: the first `length` of each array. */
export interface Logged {
  readonly steps: Uint32Array;
  readonly ids: Uint32Array;
  /** factors of source-side plasticity beside each spike, by lane. */
  readonly releases: readonly Float64Array[];
  readonly length: number;
  /** where the current block's begin. */
  readonly current: number;
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

  /** Sorts the current block's spikes: by counting for the few steps of a block; ids mostly come in order. */
  sort(): void {
    if (this.#sorted) return;
    this.#sorted = true;
    const { current: from, length: end } = this;
    const [steps, ids] = [this.steps.slice(from, end), this.ids.slice(from, end)];
    const order = orderOf(steps, ids);
    const lanes = this.releases.map((lane) => lane.slice(from, end));
    for (let k = 0; k < order.length; k++) {
      const place = order[k] as number;
      this.steps[from + k] = steps[place] as number;
      this.ids[from + k] = ids[place] as number;
      for (let l = 0; l < lanes.length; l++) (this.releases[l] as Float64Array)[from + k] = (lanes[l] as Float64Array)[place] as number;
    }
  } // prettier-ignore

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

/** Places of spikes by (step, id). */
function orderOf(steps: Uint32Array, ids: Uint32Array): Uint32Array {
  let [first, last] = [Infinity, 0];
  for (const step of steps) {
    first = Math.min(first, step);
    last = Math.max(last, step);
  }
  const begin = new Uint32Array(last - first + 2); // of each step's places
  for (const step of steps) (begin[step - first + 1] as number) += 1;
  for (let k = 1; k < begin.length; k++) (begin[k] as number) += begin[k - 1] as number;
  const [order, next] = [new Uint32Array(steps.length), begin.slice()];
  for (let k = 0; k < steps.length; k++) {
    const place = (steps[k] as number) - first;
    order[next[place] as number] = k;
    (next[place] as number) += 1;
  }
  for (let s = 1; s < begin.length; s++) {
    const [from, end] = [begin[s - 1] as number, begin[s] as number];
    if (end - from <= FEW) insert(order, ids, from, end);
    else if (!ascend(order, ids, from, end)) order.subarray(from, end).sort((a, b) => (ids[a] as number) - (ids[b] as number));
  }
  return order;
} // prettier-ignore

/** Spikes of a step that are put in order one by one: a sort that is called for each step costs more. */
const FEW = 16;

function insert(order: Uint32Array, ids: Uint32Array, from: number, end: number): void {
  for (let k = from + 1; k < end; k++) {
    const place = order[k] as number;
    const id = ids[place] as number;
    let to = k;
    for (; to > from && (ids[order[to - 1] as number] as number) > id; to--) order[to] = order[to - 1] as number;
    order[to] = place;
  }
}

function ascend(order: Uint32Array, ids: Uint32Array, from: number, end: number): boolean {
  for (let k = from + 1; k < end; k++)
    if ((ids[order[k - 1] as number] as number) >= (ids[order[k] as number] as number)) return false;
  return true;
}

/** Spikes that a log has room for at first. */
const FIRST_ROOM = 1024;

export interface Delivery {
  readonly step: number;
  readonly steps: number;
  readonly entries: number;
  readonly nSources: number;
  /** steps of the longest delay. */
  readonly reach: number;
  /** weight factor of [projection * entries + entry], and in integer mode its quantisation q. */
  readonly scales: Float64Array;
  readonly integers: boolean;
  /** by population. */
  readonly ports: ReadonlyMap<number, PortTables>;
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
  const plain = log.releases.length === 0; // nothing of a lane
  const end = lowerBound(log.steps, d.step + d.steps, 0, log.length);
  for (let k = lowerBound(log.steps, d.step - d.reach, 0, end); k < end; k++) {
    const id = log.ids[k] as number;
    const entry = d.entries === 1 ? 0 : Math.floor(id / d.nSources);
    if (entry < d.own.entries.first || entry >= d.own.entries.end) continue;
    const rows = stage.rows[stage.rows.length > 1 ? entry : 0] as RowTable;
    const source = id - entry * d.nSources;
    const before = d.step - (log.steps[k] as number);
    const drawn = again?.due(log.steps[k] as number, entry, source, d) ?? NONE;
    let next = 0;
    const [first, last] = [rows.rowStart[source] as number, rows.rowStart[source + 1] as number];
    for (let s = lowerBound(rows.segmentDelay, before, first, last); s < last; s++) {
      const due = (rows.segmentDelay[s] as number) - before;
      if (due >= d.steps) break; // delays ascend
      const projection = rows.segmentProjection[s] as number;
      while (next < drawn.length && comesBefore(drawn[next] as DrawnRow, due, projection)) addRow(stage, drawn[next++] as DrawnRow, entry, d, acc); // prettier-ignore
      const lane = plain ? undefined : d.lanes.get(projection);
      const whole = factorOf(stage, projection, entry, d);
      const released = lane === undefined ? whole : whole * ((log.releases[lane] as Float64Array)[k] as number);
      const base = (due * d.entries + entry) * stage.slots;
      if (d.integers) addRounded(acc as Int32Array, base, rows, s, Math.fround(released));
      else addSegment(acc as Float64Array, base, rows, s, released);
    }
    while (next < drawn.length) addRow(stage, drawn[next++] as DrawnRow, entry, d, acc);
  }
}

const NONE: readonly DrawnRow[] = [];

/** Adds a segment's links to the sums of a step. A function for each kind of array: one loop for both looks the kind up at every link. */
function addSegment(acc: Float64Array, base: number, rows: RowTable, s: number, factor: number): void {
  const { target, weight, segmentStart } = rows;
  const end = segmentStart[s + 1] as number;
  const stride = rows.weightStride[rows.segmentProjection[s] as number] as number;
  let w = rows.segmentWeight[s] as number;
  if (stride === 0) {
    const amount = (weight[w] as number) * factor;
    for (let l = segmentStart[s] as number; l < end; l++) (acc[base + (target[l] as number)] as number) += amount;
    return;
  }
  for (let l = segmentStart[s] as number; l < end; l++, w += stride)
    (acc[base + (target[l] as number)] as number) += (weight[w] as number) * factor;
}

function addRounded(acc: Int32Array, base: number, rows: RowTable, s: number, factor: number): void {
  const { target, weight, segmentStart } = rows;
  const end = segmentStart[s + 1] as number;
  const stride = rows.weightStride[rows.segmentProjection[s] as number] as number;
  let w = rows.segmentWeight[s] as number;
  for (let l = segmentStart[s] as number; l < end; l++, w += stride)
    (acc[base + (target[l] as number)] as number) += eventOf(weight[w] as number, factor, true);
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
