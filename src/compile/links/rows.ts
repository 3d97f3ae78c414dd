import { Uint32List } from "../../connect/rows.ts";
import { DrawnValues, longestRow } from "../../connect/values.ts";
import { ModelError } from "../../errors.ts";
import { delaySteps } from "../../steps.ts";
import type { RowTable } from "../compiled.ts";
import { at, type DrawnLinks, type DrawnProjection, knownMost } from "./links.ts";

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

/** Links [from, to) of one source, one delay and one projection. */
interface Segment {
  readonly delay: number;
  readonly input: OrderedInput;
  readonly from: number;
  readonly to: number;
}

/** Joins the projections into a stage under one structure: CSR by source, segments sorted by delay, then projection;
 * links within a segment by slot, equal ones in the order of the projection's links. Takes 4 bytes a link, and 8 for a weight of its own.
 * @param load  gets sum of |weight| * maxScale * largest factor of every slot added, the most that one step can bring, but for
 *   projections whose rule says it (procedural.ts) */
export function buildRows(
  inputs: readonly RowInput[],
  structure: number,
  nSources: number,
  dt: number,
  load: Float64Array,
): RowTable {
  const out = new RowWriter(inputs, structure, load);
  const ordered = inputs.map((input) => new OrderedInput(input, structure, dt));
  const rowStart = new Uint32Array(nSources + 1);
  const [segmentDelay, segmentProjection] = [new Uint32List(), new Uint32List()];
  const [segmentStart, segmentWeight] = [new Uint32List(), new Uint32List()];
  const segments: Segment[] = [];
  for (let id = 0; id < nSources; id++) {
    rowStart[id] = segmentDelay.length;
    segments.length = 0;
    for (const input of ordered) {
      const cell = id - input.firstSource;
      if (cell >= 0 && cell < input.sources) input.segments(cell, segments);
    }
    if (segments.length > 1) segments.sort((a, b) => a.delay - b.delay || a.input.index - b.input.index);
    for (const { delay, input, from, to } of segments) {
      segmentDelay.push(delay);
      segmentProjection.push(input.index);
      segmentStart.push(out.links);
      segmentWeight.push(out.begin(input));
      input.write(from, to, out);
    }
  }
  rowStart[nSources] = segmentDelay.length;
  segmentStart.push(out.links);
  return {
    rowStart,
    segmentDelay: segmentDelay.take(),
    segmentProjection: segmentProjection.take(),
    segmentStart: segmentStart.take(),
    segmentWeight: segmentWeight.take(),
    target: out.target,
    weight: out.weight,
    weightStride: out.stride,
  };
}

/** Target slots and weights as they are written: first the weights that a projection's links share, then those of single links. */
class RowWriter {
  readonly target: Uint32Array;
  readonly weight: Float64Array;
  readonly stride: Uint8Array;
  readonly load: Float64Array;
  readonly #shared = new Map<number, number>(); // projection -> place of its weight
  links = 0;
  #weights: number;

  constructor(inputs: readonly RowInput[], structure: number, load: Float64Array) {
    const drawn = inputs.map(({ projection }) => projection.links[structure] as DrawnLinks);
    const own = drawn.reduce((sum, l) => sum + (typeof l.weight === "number" ? 0 : l.target.length), 0);
    const shared = drawn.flatMap(({ weight }, k) => (typeof weight === "number" ? [{ weight, k }] : []));
    this.target = new Uint32Array(drawn.reduce((sum, l) => sum + l.target.length, 0));
    this.weight = new Float64Array(shared.length + own);
    this.stride = new Uint8Array(Math.max(0, ...inputs.map((i) => i.projection.index + 1)));
    this.load = load;
    drawn.forEach(({ weight }, k) => (this.stride[(inputs[k] as RowInput).projection.index] = typeof weight === "number" ? 0 : 1)); // prettier-ignore
    shared.forEach(({ weight, k }, place) => {
      this.weight[place] = weight;
      this.#shared.set((inputs[k] as RowInput).projection.index, place);
    });
    this.#weights = shared.length;
  }

  /** Where the weights of the segment that begins now are. */
  begin(input: OrderedInput): number {
    return this.#shared.get(input.index) ?? this.#weights;
  }

  /** The next weight of a single link's. */
  get weights(): number {
    return this.#weights;
  }

  /** Links and single weights that were written behind the last ones. */
  wrote(links: number, weights: number): void {
    this.links += links;
    this.#weights += weights;
  }
}

/** The links of one projection, those of a source sorted by (delay, slot) when its segments are asked for. */
class OrderedInput {
  readonly index: number;
  readonly firstSource: number;
  readonly sources: number;
  readonly #name: string;
  readonly #links: DrawnLinks;
  readonly #slotOf: readonly number[];
  readonly #axon: number | Float64Array;
  readonly #most: number; // factor on a weight
  readonly #counted: boolean; // what a step may bring is counted here, not known from the rule
  readonly #dt: number;
  readonly #row: Float64Array; // weights of the source whose segments were asked for last, where they are drawn
  #places = new Uint32Array(0); // of the source whose segments were asked for last: its links in order
  #keys = new Float64Array(0); // scratch
  #delays = new Uint32Array(0); // of the same links, in steps
  #inOrder = true; // links from .. to - 1 are in order as they are
  #first = 0; // link that places begin at

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
    this.#counted = knownMost(projection) === undefined;
    this.#row = new Float64Array(this.#links.weight instanceof DrawnValues ? longestRow(this.#links.start) : 0);
  }

  segments(cell: number, out: Segment[]): void {
    const { start, delayMs, weight } = this.#links;
    const [from, to] = [start[cell] as number, start[cell + 1] as number];
    if (from === to) return;
    if (weight instanceof DrawnValues) weight.row(cell, this.#row);
    const axon = at(this.#axon, cell);
    this.#first = from;
    this.#inOrder = typeof delayMs === "number" && this.#ascends(from, to);
    if (!this.#inOrder) this.#sort(from, to, axon);
    if (typeof delayMs === "number") {
      out.push({ delay: delaySteps(this.#name, delayMs + axon, this.#dt), input: this, from, to });
      return;
    }
    for (let first = from; first < to;) {
      const delay = this.#delays[first - from] as number;
      let end = first + 1;
      while (end < to && this.#delays[end - from] === delay) end++;
      out.push({ delay, input: this, from: first, to: end });
      first = end;
    }
  }

  /** Writes a segment of the source whose segments were asked for last. */
  write(from: number, to: number, out: RowWriter): void {
    const { target, weight } = this.#links;
    const [slots, weights, load] = [out.target, out.weight, out.load];
    const [first, places, inOrder, counted, most] = [this.#first, this.#places, this.#inOrder, this.#counted, this.#most];
    const own = typeof weight !== "number";
    let [at, next] = [out.links, out.weights];
    for (let k = from; k < to; k++) {
      const link = inOrder ? k : first + (places[k - first] as number);
      const w = own ? this.#weight(link) : weight;
      const slot = this.#slot(link, target);
      slots[at++] = slot;
      if (own) weights[next++] = w;
      if (counted) load[slot] = (load[slot] as number) + Math.abs(w) * most;
    }
    out.wrote(to - from, own ? to - from : 0);
  } // prettier-ignore

  /** Of a link of the source whose segments were asked for last. */
  #weight(link: number): number {
    const { weight, order } = this.#links;
    if (weight instanceof DrawnValues) return this.#row[link - this.#first] as number;
    return at(weight, order?.[link] ?? link);
  }

  #slot(link: number, target: Uint32Array): number {
    const { receptor } = this.#links;
    return (this.#slotOf[receptor === undefined ? 0 : (receptor[link] as number)] as number) + (target[link] as number);
  }

  #ascends(from: number, to: number): boolean {
    const { target, receptor } = this.#links;
    if (receptor !== undefined) return false;
    for (let k = from + 1; k < to; k++) if ((target[k] as number) < (target[k - 1] as number)) return false;
    return true;
  }

  /** Sorts by slot, then stably by delay. Native sorting of keys is several times faster than a comparison function. */
  #sort(from: number, to: number, axon: number): void {
    const n = to - from;
    const { target, order, delayMs } = this.#links;
    if (this.#places.length < n) [this.#places, this.#keys, this.#delays] = [new Uint32Array(n), new Float64Array(n), new Uint32Array(n)]; // prettier-ignore
    const keys = this.#keys.subarray(0, n);
    const places = this.#places;
    for (let k = 0; k < n; k++) keys[k] = this.#slot(from + k, target) * KEY + k; // slots < 2^27, links of a source < 2^26
    keys.sort();
    for (let k = 0; k < n; k++) places[k] = (keys[k] as number) % KEY;
    if (typeof delayMs === "number") return;
    let longest = 0;
    for (let k = 0; k < n; k++) {
      const link = from + (places[k] as number);
      const delay = delaySteps(this.#name, (delayMs[order?.[link] ?? link] as number) + axon, this.#dt);
      longest = Math.max(longest, delay);
      keys[k] = delay * n + k;
    }
    if (longest * n > Number.MAX_SAFE_INTEGER) {
      throw new ModelError(this.#name, `has a source with ${n} links and a delay of ${longest} steps`, "Give the projection a maxDelay"); // prettier-ignore
    }
    keys.sort();
    const bySlot = places.slice(0, n);
    for (let k = 0; k < n; k++) {
      const key = keys[k] as number;
      places[k] = bySlot[key % n] as number;
      this.#delays[k] = Math.floor(key / n);
    }
  }
}

const KEY = 2 ** 26;
