import { lowerBound } from "../../sorted.ts";
import { dueStep } from "../../steps.ts";
import type { CompiledTrains, GivenEvents, GivenReleases } from "../compiled.ts";
import { at, type DrawnLinks, type DrawnProjection, keptWeights } from "./links.ts";

/** A projection from trains into a stage. */
export interface GivenInput {
  readonly projection: DrawnProjection;
  readonly trains: CompiledTrains;
  /** slot of cell 0, per receptor of the projection. */
  readonly slotOf: readonly number[];
  /** factors of plasticity on the trains' spikes; one for all entries, or one per entry. */
  readonly releases?: readonly GivenReleases[] | undefined;
}

/** Links from trains under one structure, grouped so that one spike over one group arrives at once. */
export const givenFans = (inputs: readonly GivenInput[], structure: number): Fan[] =>
  inputs.flatMap((input) => fansOf(input, structure));

/** Every event of given trains in one entry over fans, sorted by (step, slot); equal ones in order of projection and link.
 * @param steps events due at or after this step are left out */
export function givenEvents(
  inputs: readonly GivenInput[],
  fans: readonly Fan[],
  dt: number,
  steps: number,
  entry = 0,
): GivenEvents {
  const volleys = volleysOf(inputs, fans, dt, steps, entry);
  const length = volleys.reduce((n, v) => n + (fans[v.fan] as Fan).slot.length, 0);
  const events = emptyEvents(length);
  let written = 0;
  for (let first = 0; first < volleys.length;) {
    const { step } = volleys[first] as Volley;
    let end = first + 1;
    while (volleys[end]?.step === step) end++;
    const due = volleys.slice(first, end).map(({ fan, factor }) => ({ ...(fans[fan] as Fan), factor }));
    written = writeStep(due, step, events, written);
    first = end;
  }
  return events;
}

/** The events of all entries in one list, by (step, entry, slot). @param perEntry one list for all entries, or one per entry */
export function interleave(perEntry: readonly GivenEvents[], entries: number, slots: number): GivenEvents {
  if (entries === 1) return perEntry[0] as GivenEvents;
  const lists = Array.from({ length: entries }, (_, e) => perEntry[perEntry.length === 1 ? 0 : e] as GivenEvents);
  const all = emptyEvents(lists.reduce((n, list) => n + list.step.length, 0));
  const next = new Uint32Array(entries);
  for (let written = 0; written < all.step.length;) {
    const step = Math.min(...lists.map((list, e) => list.step[next[e] as number] ?? Infinity));
    lists.forEach((list, e) => {
      let i = next[e] as number;
      for (; list.step[i] === step; i++, written++) {
        all.step[written] = step;
        all.slot[written] = e * slots + (list.slot[i] as number);
        all.projection[written] = list.projection[i] as number;
        all.weight[written] = list.weight[i] as number;
      }
      next[e] = i;
    });
  }
  return all;
}

/** Adds to `load` the largest sum of |weight| * maxScale that any one step brings to each slot. */
export function addGivenLoad(events: GivenEvents, maxScale: readonly number[], load: Float64Array): void {
  const most = new Float64Array(load.length);
  for (let i = 0; i < events.step.length;) {
    const [step, slot] = [events.step[i], events.slot[i] as number];
    let sum = 0;
    for (; events.step[i] === step && events.slot[i] === slot; i++) {
      sum += Math.abs(events.weight[i] as number) * (maxScale[events.projection[i] as number] as number);
    }
    if (sum > (most[slot] as number)) most[slot] = sum;
  }
  for (let slot = 0; slot < most.length; slot++) load[slot] = (load[slot] as number) + (most[slot] as number);
}

/** Where an entry's spikes are among a population's trains: from, to. */
export function spikesOfEntry({ times, entry: entries }: CompiledTrains, entry: number): readonly [number, number] {
  if (entries === undefined) return [0, times.length];
  return [lowerBound(entries, entry), lowerBound(entries, entry + 1)];
}

const emptyEvents = (length: number): GivenEvents => ({
  step: new Uint32Array(length),
  slot: new Uint32Array(length),
  projection: new Uint32Array(length),
  weight: new Float64Array(length),
});

/** Links of one train cell, one projection and one delay. */
interface Fan {
  readonly input: GivenInput;
  readonly cell: number;
  readonly delayMs: number;
  readonly slot: Uint32Array;
  readonly weight: Float64Array;
}

/** One spike over one fan. */
interface Volley {
  readonly step: number;
  readonly fan: number;
  /** on the weights of its links. */
  readonly factor: number;
}

function fansOf(input: GivenInput, structure: number): Fan[] {
  const { projection, trains, slotOf } = input;
  const links = projection.links[structure] as DrawnLinks;
  const weight = keptWeights(links);
  const fans: Fan[] = [];
  for (let cell = 0; cell < trains.n; cell++) {
    const first = links.start[cell] as number;
    const own = Uint32Array.from({ length: (links.start[cell + 1] as number) - first }, (_, k) => first + k);
    const delay = (link: number) => at(links.delayMs, links.order?.[link] ?? link);
    if (typeof links.delayMs !== "number") own.sort((a, b) => delay(a) - delay(b) || a - b);
    for (let from = 0; from < own.length;) {
      const delayMs = delay(own[from] as number);
      let to = from + 1;
      while (to < own.length && delay(own[to] as number) === delayMs) to++;
      const slot = (l: number) => (slotOf[links.receptor?.[l] ?? 0] as number) + (links.target[l] as number);
      const fan = own.subarray(from, to);
      fans.push({
        input,
        cell,
        delayMs,
        slot: fan.map(slot),
        weight: Float64Array.from(fan, (l) => at(weight, links.order?.[l] ?? l)),
      });
      from = to;
    }
  }
  return fans;
}

/** In order of step; equal ones in order of fans, then of times. */
function volleysOf(
  inputs: readonly GivenInput[],
  fans: readonly Fan[],
  dt: number,
  steps: number,
  entry: number,
): Volley[] {
  const spikes = new Map(inputs.map((input) => [input, spikesByCell(input, entry)]));
  const volleys: Volley[] = [];
  fans.forEach(({ input, cell, delayMs }, fan) => {
    for (const { time, factor } of spikes.get(input)?.[cell] ?? []) {
      const step = dueStep(time, delayMs, dt);
      if (step < steps) volleys.push({ step, fan, factor });
    }
  });
  return volleys.sort((a, b) => a.step - b.step);
}

interface GivenSpike {
  readonly time: number;
  readonly factor: number;
}

function spikesByCell({ trains, releases }: GivenInput, entry: number): GivenSpike[][] {
  const byCell = Array.from({ length: trains.n }, (): GivenSpike[] => []);
  const [from, to] = spikesOfEntry(trains, entry);
  const factors = releases?.[releases.length === 1 ? 0 : entry]?.factor;
  for (let i = from; i < to; i++) {
    const spike = { time: trains.times[i] as number, factor: factors?.[i - from] ?? 1 };
    byCell[trains.cells[i] as number]?.push(spike);
  }
  return byCell;
}

/** Native sorting of keys slot * 2^26 + position is several times faster than a comparison function. */
function writeStep(
  due: readonly (Fan & { readonly factor: number })[],
  step: number,
  out: GivenEvents,
  written: number,
): number {
  const count = due.reduce((n, fan) => n + fan.slot.length, 0);
  const keys = new Float64Array(count);
  const weight = new Float64Array(count);
  const projection = new Uint32Array(count);
  let k = 0;
  for (const { slot, weight: w, input, factor } of due) {
    for (let i = 0; i < slot.length; i++, k++) {
      keys[k] = (slot[i] as number) * 2 ** 26 + k;
      weight[k] = (w[i] as number) * factor;
      projection[k] = input.projection.index;
    }
  }
  for (const key of keys.sort()) {
    const position = key % 2 ** 26;
    out.step[written] = step;
    out.slot[written] = Math.floor(key / 2 ** 26);
    out.projection[written] = projection[position] as number;
    out.weight[written++] = weight[position] as number;
  }
  return written;
}
