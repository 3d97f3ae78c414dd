import type {
  CompiledCells,
  CompiledLearning,
  CompiledNetwork,
  CompiledTrace,
  LinkTable,
} from "../compile/compiled.ts";
import { nextLearning } from "./readouts.ts";

/** How the links of a projection that learns lie in memory: those of all entries one after another. */

/** What may be frozen, by name: projections whose links learn, then all read-outs ("" where one does not learn), then a trained network. */
export const learnersOf = ({ learning, readouts, projections, populations }: CompiledNetwork): string[] => [
  ...learning.map((l) => projections[l.projection]?.name ?? ""),
  ...readouts.map((r) => (r.learning === undefined ? "" : r.name)),
  ...populations.flatMap((p) => (p.kind === "trained" ? [p.name] : [])),
];

/** Links of all entries. */
export const allLinks = ({ tables }: CompiledLearning, entries: number): number =>
  tables.reduce((sum, t) => sum + t.slot.length, 0) * (tables.length > 1 ? 1 : entries);

export const tableOf = ({ tables }: CompiledLearning, entry: number): LinkTable =>
  tables[tables.length > 1 ? entry : 0] as LinkTable;

/** Where an entry's links begin. */
export function firstLink({ tables }: CompiledLearning, entry: number): number {
  if (tables.length === 1) return entry * (tables[0] as LinkTable).slot.length;
  return tables.slice(0, entry).reduce((sum, t) => sum + t.slot.length, 0);
}

/** States at t = 0: [state][link]. */
export function initialLinks(l: CompiledLearning, entries: number): Float64Array {
  const all = allLinks(l, entries);
  const state = new Float64Array(l.states.length * all);
  for (let e = 0; e < entries; e++) {
    const { state0, slot } = tableOf(l, e);
    l.states.forEach((_, s) =>
      state.set(state0.subarray(s * slot.length, (s + 1) * slot.length), s * all + firstLink(l, e)),
    );
  }
  return state;
}

/** The links of a weight trace, by entry and place in the trace: places among the links of all entries. */
export function sampledLinks(l: CompiledLearning, trace: CompiledTrace, entries: number): Uint32Array {
  const places = Array.from({ length: entries }, (_, e) => {
    const { order } = tableOf(l, e);
    const place = new Uint32Array(order.length);
    order.forEach((link, k) => (place[link] = firstLink(l, e) + k));
    return Array.from(trace.cells, (link) => place[link] as number);
  });
  return Uint32Array.from(places.flat());
}

/** Weight traces of a projection, with their places in its target. */
export function weightTraces({ populations, learning }: CompiledNetwork, l: CompiledLearning) {
  const index = learning.indexOf(l);
  const { traces } = populations[l.target] as CompiledCells;
  return [...traces.entries()].filter(([, t]) => t.learning === index);
}

/** A population with the traces of its own cells alone, which come first: what kernels are printed from. */
export function withoutLinkTraces(cells: CompiledCells): CompiledCells {
  const others = cells.traces.findIndex((t) => t.phase === "link" || t.readout !== undefined);
  return others < 0 ? cells : { ...cells, traces: cells.traces.slice(0, others) };
}

/** The end of a block that begins at `step`: never beyond a step at which weights are sampled, or before which a read-out learns. */
export function blockEnd({ populations, readouts, maxBlock }: CompiledNetwork, step: number, to: number): number {
  let end = Math.min(to, step + maxBlock, ...readouts.map((r) => nextLearning(r, step)));
  for (const p of populations) {
    if (p.kind !== "cells") continue;
    for (const { phase, everySteps: m } of p.traces)
      if (phase === "link") end = Math.min(end, (Math.floor(step / m) + 1) * m);
  }
  return end;
}
