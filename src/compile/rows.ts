import { Uint32List } from "../connect/lists.ts";
import { delaySteps } from "../steps.ts";
import type { RowTable } from "./compiled.ts";
import { at, type DrawnLinks, type DrawnProjection } from "./links.ts";

/** A projection into a stage, as rows need it. */
export interface RowInput {
  readonly projection: DrawnProjection;
  readonly firstSource: number; // id of its source 0
  readonly sources: number;
  /** slot of cell 0, per receptor of the projection; only receptors that links pick are read. */
  readonly slotOf: readonly number[];
  /** the largest factor that plasticity puts on a weight; 1 without. */
  readonly largest: number;
}

/** Consecutive links of one source, one delay and one projection: links order[from] .. order[to - 1]. */
interface Segment {
  readonly delay: number;
  readonly input: SortedInput;
  readonly from: number;
  readonly to: number;
}

/** Joins the projections into a stage under one structure: CSR by source, segments sorted by delay, then projection;
 * links within a segment by slot, equal ones in the order of the projection's links.
 * @param load  gets sum of |weight| * maxScale * largest factor of every slot added: the most that one step can bring */
export function buildRows(
  inputs: readonly RowInput[],
  structure: number,
  nSources: number,
  dt: number,
  load: Float64Array,
): RowTable {
  const sorted = inputs.map((input) => new SortedInput(input, structure, dt));
  const links = sorted.reduce((sum, s) => sum + s.length, 0);
  const rowStart = new Uint32Array(nSources + 1);
  const target = new Uint32Array(links);
  const weight = new Float64Array(links);
  const [segmentDelay, segmentProjection, segmentStart] = [new Uint32List(), new Uint32List(), new Uint32List()];
  let written = 0;
  for (let id = 0; id < nSources; id++) {
    rowStart[id] = segmentDelay.length;
    for (const segment of segmentsOf(sorted, id)) {
      segmentDelay.push(segment.delay);
      segmentProjection.push(segment.input.index);
      segmentStart.push(written);
      written = segment.input.write(segment, target, weight, written, load);
    }
  }
  rowStart[nSources] = segmentDelay.length;
  segmentStart.push(written);
  return {
    rowStart,
    segmentDelay: segmentDelay.take(),
    segmentProjection: segmentProjection.take(),
    segmentStart: segmentStart.take(),
    target,
    weight,
  };
}

function segmentsOf(inputs: readonly SortedInput[], id: number): Segment[] {
  const segments: Segment[] = [];
  for (const input of inputs) {
    const cell = id - input.firstSource;
    if (cell >= 0 && cell < input.sources) input.segments(cell, segments);
  }
  if (segments.length > 1) segments.sort((a, b) => a.delay - b.delay || a.input.index - b.input.index);
  return segments;
}

/** The links of one projection grouped by source; within a source sorted by (delay, slot) when a segment list is asked for. */
class SortedInput {
  readonly index: number;
  readonly firstSource: number;
  readonly sources: number;
  readonly #name: string;
  readonly #links: DrawnLinks;
  readonly #slotOf: readonly number[];
  readonly #axon: number | Float64Array;
  readonly #most: number; // factor on a weight
  readonly #dt: number;
  readonly #start: Uint32Array;
  readonly #order: Uint32Array | undefined; // undefined: the links' own order

  constructor({ projection, firstSource, sources, slotOf, largest }: RowInput, structure: number, dt: number) {
    this.index = projection.index;
    this.firstSource = firstSource;
    this.sources = sources;
    this.#name = projection.description.name;
    this.#links = projection.links[structure] as DrawnLinks;
    this.#slotOf = slotOf;
    this.#axon = projection.axonDelayMs;
    this.#most = projection.description.maxScale * largest;
    this.#dt = dt;
    this.#start = starts(this.#links.source, sources);
    this.#order = this.#needsOrder() ? bySource(this.#links.source, this.#start) : undefined;
  }

  get length(): number {
    return this.#links.source.length;
  }

  segments(cell: number, out: Segment[]): void {
    const [from, to] = [this.#start[cell] as number, this.#start[cell + 1] as number];
    if (from === to) return;
    const axon = at(this.#axon, cell);
    const { delayMs } = this.#links;
    if (typeof delayMs === "number") {
      this.#sortBySlot(from, to);
      out.push({ delay: delaySteps(this.#name, delayMs + axon, this.#dt), input: this, from, to });
      return;
    }
    const delay = (link: number) => delaySteps(this.#name, (delayMs[link] as number) + axon, this.#dt);
    this.#sort(from, to, delay);
    for (let first = from; first < to;) {
      const own = delay(this.#link(first));
      let end = first + 1;
      while (end < to && delay(this.#link(end)) === own) end++;
      out.push({ delay: own, input: this, from: first, to: end });
      first = end;
    }
  }

  /** Writes a segment's links from `written` on; returns where the next goes. */
  write({ from, to }: Segment, target: Uint32Array, weight: Float64Array, written: number, load: Float64Array): number {
    for (let k = from; k < to; k++) {
      const link = this.#link(k);
      const slot = this.#slot(link);
      const w = at(this.#links.weight, link);
      target[written] = slot;
      weight[written++] = w;
      load[slot] = (load[slot] as number) + Math.abs(w) * this.#most;
    }
    return written;
  }

  #link(k: number): number {
    return this.#order === undefined ? k : (this.#order[k] as number);
  }

  #slot(link: number): number {
    return (this.#slotOf[this.#links.receptor[link] as number] as number) + (this.#links.target[link] as number);
  }

  /** Where delays are shared, one receptor is aimed at and links ascend, they are in order as they are. */
  #needsOrder(): boolean {
    const { source, target, delayMs } = this.#links;
    if (typeof delayMs !== "number" || this.#slotOf.length > 1) return true;
    for (let i = 1; i < source.length; i++) {
      const [before, own] = [source[i - 1] as number, source[i] as number];
      if (own < before || (own === before && (target[i] as number) < (target[i - 1] as number))) return true;
    }
    return false;
  }

  #sort(from: number, to: number, delay: (link: number) => number): void {
    if (this.#order === undefined) return;
    const slots = (link: number) => this.#slot(link);
    this.#order.subarray(from, to).sort((a, b) => delay(a) - delay(b) || slots(a) - slots(b) || a - b);
  }

  /** As `#sort` with one delay: native sorting of keys is several times faster than a comparison function. */
  #sortBySlot(from: number, to: number): void {
    if (this.#order === undefined) return;
    const own = this.#order.slice(from, to);
    const keys = new Float64Array(own.length);
    for (let k = 0; k < own.length; k++) keys[k] = this.#slot(own[k] as number) * KEY + k; // slots < 2^27, links of a source < 2^26
    keys.sort();
    for (let k = 0; k < keys.length; k++) this.#order[from + k] = own[(keys[k] as number) % KEY] as number;
  }
}

const KEY = 2 ** 26;

/** CSR starts of links by source. */
export function starts(source: Uint32Array, sources: number): Uint32Array {
  const start = new Uint32Array(sources + 1);
  for (let i = 0; i < source.length; i++) {
    const s = (source[i] as number) + 1;
    start[s] = (start[s] as number) + 1;
  }
  for (let s = 0; s < sources; s++) start[s + 1] = (start[s + 1] as number) + (start[s] as number);
  return start;
}

/** Indices of links by source, equal ones in order: a stable counting sort. */
export function bySource(source: Uint32Array, start: Uint32Array): Uint32Array {
  const next = start.slice();
  const order = new Uint32Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const s = source[i] as number;
    const position = next[s] as number;
    order[position] = i;
    next[s] = position + 1;
  }
  return order;
}
