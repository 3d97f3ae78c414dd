import { Uint32List } from "../../connect/rows.ts";
import { ModelError } from "../../errors.ts";
import { delaySteps, dueStep } from "../../steps.ts";
import type { Arrivals, CompiledTrains, LinkTable } from "../compiled.ts";
import { spikesOfEntry } from "./given.ts";
import { at, type DrawnLinks } from "./links.ts";

interface TableShape {
  readonly name: string;
  readonly sources: number;
  readonly targets: number;
  readonly dt: number;
  readonly axon: number | Float64Array; // ms
  /** sources are trains: segments have delays in ms, and events are known. */
  readonly given: boolean;
  /** whether links are found from their targets too. */
  readonly columns: boolean;
  readonly slotOf: readonly number[];
  /** @param order  places among all links; @param places  among those that were drawn, dropped ones included */
  readonly state0: (order: Uint32Array, places: Uint32Array) => Float64Array;
}

/** A table whose segments know their delay in ms; of trains alone. */
interface TimedTable extends LinkTable {
  readonly segmentMs: Float64Array;
}

/** Sorts links by source, delay and slot; equal ones keep their order. */
export function linkTable(links: DrawnLinks, shape: TableShape): LinkTable {
  const { sources, targets, slotOf } = shape;
  const n = links.target.length;
  const source = sourcesOf(links);
  const delay = delays(links, source, shape);
  const slots = Uint32Array.from(links.target, (t, k) => (slotOf[links.receptor?.[k] ?? 0] as number) + t);
  let sort = Uint32Array.from({ length: n }, (_, k) => k);
  sort = sorted(sort, slots, slots.reduce((a, b) => Math.max(a, b), 0) + 1);
  sort = sorted(sort, delay.rank, delay.values.length);
  sort = sorted(sort, source, sources);
  const [segmentStart, segmentSource, segmentRank] = [new Uint32List(), new Uint32List(), new Uint32List()];
  const segment = new Uint32Array(n);
  for (let j = 0; j < n; j++) {
    const [k, before] = [sort[j] as number, sort[j - 1] ?? -1];
    if (before < 0 || source[k] !== source[before] || delay.rank[k] !== delay.rank[before]) {
      segmentStart.push(j);
      segmentSource.push(source[k] as number);
      segmentRank.push(delay.rank[k] as number);
    }
    segment[j] = segmentStart.length - 1;
  }
  segmentStart.push(n);
  const [ranks, from] = [segmentRank.take(), segmentSource.take()];
  const of = sort.map((k) => links.target[k] as number);
  const places = sort.map((k) => links.order?.[k] ?? k);
  const order = links.dropped > 0 ? ranked(places) : places;
  const table: TimedTable = {
    rowStart: starts(from, sources),
    segmentDelay: shape.given ? new Uint32Array(ranks.length) : ranks.map((r) => delay.values[r] as number),
    segmentMs: Float64Array.from(ranks, (r) => delay.values[r] as number),
    segmentSource: from,
    segmentStart: segmentStart.take(),
    slot: sort.map((k) => slots[k] as number),
    segment,
    state0: shape.state0(order, places),
    order,
    columnStart: shape.columns ? starts(of, targets) : new Uint32Array(0),
    column: shape.columns ? sorted(Uint32Array.from({ length: n }, (_, j) => j), of, targets) : new Uint32Array(0),
  };
  return table;
} // prettier-ignore

function sourcesOf({ start, target }: DrawnLinks): Uint32Array {
  const source = new Uint32Array(target.length);
  for (let s = 0; s + 1 < start.length; s++) source.fill(s, start[s], start[s + 1]);
  return source;
}

/** Places without the gaps that dropped links leave. */
function ranked(places: Uint32Array): Uint32Array {
  const present = places.slice().sort();
  const rank = new Map(Array.from(present, (place, k) => [place, k]));
  return places.map((place) => rank.get(place) as number);
}

/** CSR starts by a key below `keys`. */
function starts(key: Uint32Array, keys: number): Uint32Array {
  const start = new Uint32Array(keys + 1);
  for (const k of key) start[k + 1] = (start[k + 1] as number) + 1;
  for (let k = 0; k < keys; k++) start[k + 1] = (start[k + 1] as number) + (start[k] as number);
  return start;
}

/** Distinct delays in order, and each link's place among them: steps, or of trains ms. */
function delays(links: DrawnLinks, source: Uint32Array, { name, dt, axon, given }: TableShape): { rank: Uint32Array; values: number[] } {
  const n = source.length;
  const rank = new Uint32Array(n);
  const of = (k: number): number => {
    const own = at(links.delayMs, links.order?.[k] ?? k);
    return given ? own : delaySteps(name, own + at(axon, source[k] as number), dt);
  };
  if (typeof links.delayMs === "number" && typeof axon === "number") return { rank, values: n === 0 ? [] : [of(0)] };
  const places = new Map<number, number>();
  for (let k = 0; k < n; k++) {
    const d = of(k);
    const known = places.get(d);
    if (known === undefined) places.set(d, places.size);
    rank[k] = known ?? places.size - 1;
  }
  const values = [...places.keys()].sort((a, b) => a - b);
  const renumbered = new Uint32Array(places.size);
  values.forEach((d, place) => (renumbered[places.get(d) as number] = place));
  return { rank: rank.map((r) => renumbered[r] as number), values };
} // prettier-ignore

/** A stable counting sort of `order` by a key of each. */
function sorted(order: Uint32Array, key: Uint32Array, keys: number): Uint32Array<ArrayBuffer> {
  const next = starts(key, keys);
  const out = new Uint32Array(order.length);
  for (const link of order) {
    const k = key[link] as number;
    const place = next[k] as number;
    out[place] = link;
    next[k] = place + 1;
  }
  return out;
}

/** Spikes of one train that may arrive together over one link. */
const MOST_AT_ONCE = 15;

/** What arrives over the segments of tables from trains: one list for all entries, or one per entry. */
export function arrivalsOf(
  where: string,
  trains: CompiledTrains,
  tables: readonly LinkTable[],
  { dt, entries, steps = 2 ** 32 - 1 }: { readonly dt: number; readonly entries: number; readonly steps: number | undefined },
): Arrivals[] {
  const lists = tables.length > 1 || trains.entry !== undefined ? entries : 1;
  return Array.from({ length: lists }, (_, e) => {
    const { rowStart, segmentMs } = tables[tables.length > 1 ? e : 0] as TimedTable;
    const found: [step: number, segment: number][] = [];
    const [from, to] = spikesOfEntry(trains, e);
    for (let k = from; k < to; k++) {
      const source = trains.cells[k] as number;
      for (let s = rowStart[source] as number; s < (rowStart[source + 1] as number); s++) {
        const step = dueStep(trains.times[k] as number, segmentMs[s] as number, dt);
        if (step < steps) found.push([step, s]);
      }
    }
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const kept = found.filter((f, k) => k === 0 || f[0] !== found[k - 1]?.[0] || f[1] !== found[k - 1]?.[1]);
    const count = new Uint8Array(kept.length);
    let place = -1;
    found.forEach((f, k) => {
      if (k === 0 || f[0] !== found[k - 1]?.[0] || f[1] !== found[k - 1]?.[1]) place++;
      const now = (count[place] as number) + 1;
      count[place] = now;
      if (now > MOST_AT_ONCE)
        throw new ModelError(where, `more than ${MOST_AT_ONCE} spikes of one train arrive in step ${f[0]}`, "Shorten dt, or merge spikes that are one");
    });
    return { step: Uint32Array.from(kept, (f) => f[0]), segment: Uint32Array.from(kept, (f) => f[1]), count };
  });
} // prettier-ignore
