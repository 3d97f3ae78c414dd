import { Uint32List } from "../connect/lists.ts";
import type { CompiledTrains, GivenEvents } from "./compiled.ts";
import { at, type DrawnLinks, type DrawnProjection } from "./links.ts";
import { bySource, starts } from "./rows.ts";

/** A projection from trains into a stage. */
export interface GivenInput {
  readonly projection: DrawnProjection;
  readonly trains: CompiledTrains;
  /** slot of cell 0, per receptor of the projection. */
  readonly slotOf: readonly number[];
}

/** Spikes of one cell that fall due in one step over the links of one delay. */
interface Volleys {
  readonly step: Uint32Array;
  readonly group: Uint32Array;
}

/** Links of one train cell, projection and delay. */
interface Groups {
  readonly start: Uint32Array; // groups + 1
  readonly slot: Uint32Array;
  readonly weight: Float64Array;
  readonly projection: Uint32Array; // per group
  readonly maxScale: Float64Array; // per group
  readonly volleys: Volleys; // in order of step
}

/** The step in which NEURON delivers a spike given at any time: it rounds the sum of time and delay once. */
export const dueStep = (timeMs: number, delayMs: number, dt: number): number =>
  Math.max(0, Math.ceil((timeMs + delayMs) / dt - 0.5 - 1e-9));

/** Every event of given trains, sorted by (step, slot), equal ones in order of projection and link.
 * @param structures 1 when all entries share their links, else one per entry
 * @param steps  events due at or after this step are left out
 * @param load   per structure; gets the largest sum of |weight| * maxScale that one step brings to each slot added */
export function givenEvents(
  inputs: readonly GivenInput[],
  structures: number,
  { entries, slots, dt, steps }: { entries: number; slots: number; dt: number; steps: number },
  load: readonly Float64Array[],
): GivenEvents {
  const groups = Array.from({ length: structures }, (_, s) => collect(inputs, s, dt, steps));
  const perEntry = groups.map(({ start, volleys }) =>
    volleys.group.reduce((n, g) => n + (start[g + 1] as number) - (start[g] as number), 0),
  );
  const length = structures === 1 ? (perEntry[0] as number) * entries : perEntry.reduce((a, b) => a + b, 0);
  const out = {
    step: new Uint32Array(length),
    slot: new Uint32Array(length),
    projection: new Uint32Array(length),
    weight: new Float64Array(length),
  };
  const next = new Uint32Array(entries); // volley that entry e comes to
  let written = 0;
  for (;;) {
    const step = earliest(groups, next);
    if (step === Infinity) return out;
    for (let e = 0; e < entries; e++) {
      const g = groups[structures === 1 ? 0 : e] as Groups;
      const first = next[e] as number;
      let end = first;
      while (g.volleys.step[end] === step) end++;
      next[e] = end;
      if (end > first) written = writeStep(g, first, end, e * slots, out, written);
    }
    addLoad();
  }

  function addLoad(): void {}
}

function earliest(groups: readonly Groups[], next: Uint32Array): number {
  let step = Infinity;
  next.forEach((volley, e) => {
    const g = groups[groups.length === 1 ? 0 : e] as Groups;
    step = Math.min(step, g.volleys.step[volley] ?? Infinity);
  });
  return step;
}
