import type { CompiledStage, RowTable } from "../compile/compiled.ts";
import type { DrawnAgain, DrawnRow } from "./procedural.ts";
import { lowerBound } from "../sorted.ts";

/** Spikes that may still have links under way: what is delivered, kept until the longest delay has passed. Sorted by (step, id), so
 * that sums have one order whatever the block length; those of the current block, which come last, by `sort`. */
export class SpikeLog {
  steps: number[] = [];
  ids: number[] = [];
  /** factors of source-side plasticity beside each spike: [lane][spike]. */
  readonly releases: number[][];
  /** where the current block's begin. */
  current = 0;

  constructor(lanes = 0) {
    this.releases = Array.from({ length: lanes }, () => []);
  }

  push(step: number, id: number): void {
    this.steps.push(step);
    this.ids.push(id);
    for (const lane of this.releases) lane.push(1);
  }

  /** Sorts the current block's spikes. Native sorting of keys below 2^53 (a block is shorter than 2^21 steps) is the fastest. */
  sort(): void {
    const from = this.current;
    const steps = this.steps.slice(from);
    const base = steps.reduce((a, b) => Math.min(a, b), Infinity);
    const keys = Float64Array.from(steps, (s, k) => (s - base) * 2 ** 32 + (this.ids[from + k] as number));
    const places = this.releases.length === 0 ? undefined : new Map(Array.from(keys, (key, k) => [key, from + k]));
    const before = this.releases.map((lane) => lane.slice());
    keys.sort().forEach((key, k) => {
      this.releases.forEach((lane, l) => (lane[from + k] = before[l]?.[places?.get(key) as number] as number));
      this.steps[from + k] = base + Math.floor(key / 2 ** 32);
      this.ids[from + k] = key % 2 ** 32;
    });
  }

  /** Ends a block: forgets spikes older than `step`. */
  forget(step: number): void {
    this.sort();
    let old = 0;
    while (old < this.steps.length && (this.steps[old] as number) < step) old++;
    this.steps.splice(0, old);
    this.ids.splice(0, old);
    for (const lane of this.releases) lane.splice(0, old);
    this.current = this.steps.length;
  }

  /** @param steps, ids  in any order
   * @param releases  [spike][lane] */
  load(steps: Uint32Array, ids: Uint32Array, releases: ArrayLike<number>): void {
    const order = Array.from(steps.keys()).sort(
      (a, b) => (steps[a] as number) - (steps[b] as number) || (ids[a] as number) - (ids[b] as number),
    );
    this.steps = order.map((k) => steps[k] as number);
    this.ids = order.map((k) => ids[k] as number);
    const lanes = this.releases.length;
    this.releases.forEach((lane, l) =>
      lane.splice(0, lane.length, ...order.map((k) => releases[k * lanes + l] as number)),
    );
    this.current = this.steps.length;
  }

  /** [spike][lane] */
  allReleases(): number[] {
    return this.steps.flatMap((_, k) => this.releases.map((lane) => lane[k] as number));
  }
}

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
}

/** Adds the links of logged spikes and the given events that fall due in [step, step + steps) to acc [step][entry][slot].
 * @param again  the stage's procedural projections
 * In integer mode acc holds i32 sums of round(weight * scale * q), as on the GPU. */
export function deliver(
  stage: CompiledStage,
  log: SpikeLog,
  d: Delivery,
  acc: Float64Array | Int32Array,
  again: DrawnAgain | undefined,
): void {
  deliverGiven(stage, d, acc);
  for (let k = 0; k < log.steps.length; k++) {
    const id = log.ids[k] as number;
    const entry = Math.floor(id / d.nSources);
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
  for (let k = 0; k < slots.length; k++) add(acc, base + slots.at(k), of.weight, factor, d.integers);
} // prettier-ignore

function deliverGiven({ given, slots, ...stage }: CompiledStage, d: Delivery, acc: Float64Array | Int32Array): void {
  for (let k = lowerBound(given.step, d.step); k < given.step.length; k++) {
    const due = (given.step[k] as number) - d.step;
    if (due >= d.steps) break;
    const slot = given.slot[k] as number; // entry * slots + slot
    const factor = factorOf(stage, given.projection[k] as number, Math.floor(slot / slots), d);
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
