import type { CompiledCells, CompiledNetwork, CompiledStage, RowTable } from "../compile/compiled.ts";
import { ModelError } from "../errors.ts";
import { arrayBytes } from "../host/memory.ts";
import { shown } from "../shapes.ts";

/** What one of several threads owns: its share of the cells of every population, or of the entries. */
export interface Part {
  readonly index: number;
  /** threads in all. */
  readonly of: number;
  readonly by: "cells" | "entries";
}

/** What one thread alone owns. */
export const WHOLE: Part = { index: 0, of: 1, by: "cells" };

export interface Span {
  readonly first: number;
  readonly end: number;
}

/** The elements of n that a part owns, where parts divide them. */
const spanOf = ({ index, of }: Part, n: number): Span => ({
  first: Math.floor((n * index) / of),
  end: Math.floor((n * (index + 1)) / of),
});

export const cellsOf = (part: Part, n: number): Span => (part.by === "cells" ? spanOf(part, n) : { first: 0, end: n });
export const entriesOf = (part: Part, n: number): Span =>
  part.by === "entries" ? spanOf(part, n) : { first: 0, end: n };

/** Entries are divided where that leaves no thread with much more than another; else the cells of every population. */
export function partsOf({ entries }: CompiledNetwork, threads: number): Part[] {
  const even = entries % threads === 0 || entries >= 8 * threads;
  return Array.from({ length: threads }, (_, index) => ({ index, of: threads, by: even ? "entries" : "cells" }));
}

/** By slot of a stage: 1 where it is one of the part's cells. Undefined where all are. */
export function ownSlots({ populations }: CompiledNetwork, stage: CompiledStage, part: Part): Uint8Array | undefined {
  if (part.of === 1 || part.by === "entries") return undefined;
  const own = new Uint8Array(stage.slots);
  for (const k of stage.cells) {
    const p = populations[k];
    if (p?.kind !== "cells") continue;
    const { first, end } = cellsOf(part, p.n);
    for (const { slot } of p.receptors) own.fill(1, slot + first, slot + end);
  }
  return own;
}

/** A row table with the links to some slots alone, each still where it was in the order of its segment. */
export function ownRows(rows: RowTable, own: Uint8Array | undefined): RowTable {
  if (own === undefined) return rows;
  const { segmentProjection, segmentStart, segmentWeight, target, weight, weightStride } = rows;
  const segments = segmentProjection.length;
  const kept = target.reduce((sum, slot) => sum + (own[slot] as number), 0);
  const to = { start: new Uint32Array(segments + 1), target: new Uint32Array(kept), first: new Uint32Array(segments) };
  const weights = new Float64Array(ownWeights(rows, own));
  let [link, word] = [0, 0];
  for (let s = 0; s < segments; s++) {
    const each = (weightStride[segmentProjection[s] as number] as number) > 0;
    const [begin, end, from] = [segmentStart[s] as number, segmentStart[s + 1] as number, segmentWeight[s] as number];
    to.first[s] = word;
    if (!each) weights[word++] = weight[from] as number;
    for (let l = begin; l < end; l++) {
      const slot = target[l] as number;
      if (own[slot] === 0) continue;
      to.target[link++] = slot;
      if (each) weights[word++] = weight[from + l - begin] as number;
    }
    to.start[s + 1] = link;
  }
  return { ...rows, segmentStart: to.start, target: to.target, weight: weights, segmentWeight: to.first };
}

/** Weights that `ownRows` keeps: one of each segment that shares it, or one of each kept link. */
function ownWeights({ segmentProjection, segmentStart, target, weightStride }: RowTable, own: Uint8Array): number {
  let words = 0;
  for (let s = 0; s < segmentProjection.length; s++) {
    if (weightStride[segmentProjection[s] as number] === 0) {
      words++;
      continue;
    }
    const end = segmentStart[s + 1] as number;
    for (let l = segmentStart[s] as number; l < end; l++) words += own[target[l] as number] as number;
  }
  return words;
}

/** Bytes that threads hold beside what they share: each the links onto its cells, and all but one a copy of the rest of the network. */
export function partBytes(network: CompiledNetwork, parts: readonly Part[]): number {
  const rows = network.stages.flatMap((s) => s.rows);
  const others = parts.length - 1;
  const copies = others * (arrayBytes(network) - arrayBytes(rows));
  if (parts[0]?.by === "entries") return copies + others * arrayBytes(rows);
  const slots = network.stages.reduce((sum, s) => sum + s.slots, 0);
  return rows.reduce((sum, r) => sum + rowBytes(r, parts.length), copies + parts.length * slots);
}

/** Of a table whose links are divided among so many threads. */
function rowBytes(rows: RowTable, threads: number): number {
  const { rowStart, segmentDelay, segmentProjection, segmentStart, segmentWeight, target, weight, weightStride } = rows;
  const whole = arrayBytes([rowStart, segmentDelay, segmentProjection, weightStride]); // the first thread has them already
  const shared = segmentProjection.reduce((sum, p) => sum + (weightStride[p] === 0 ? 1 : 0), 0);
  const each = shared === segmentProjection.length ? 0 : weight.byteLength;
  const own = segmentStart.byteLength + segmentWeight.byteLength + shared * weight.BYTES_PER_ELEMENT;
  return target.byteLength + each + threads * own + (threads - 1) * whole;
}

/** Compartment-steps of a block that a thread is worth: some 2 ms of work, of which meeting the others takes a hundredth. */
const WORTH = 10_000;

/** Threads that a network is large enough for. */
export function worthThreads({ populations, entries, maxBlock }: CompiledNetwork, cores: number): number {
  const nodes = populations.map((p) => (p.kind === "cells" ? p.n * compartments(p) : 0));
  const work = nodes.reduce((sum, n) => sum + n, 0) * entries * maxBlock;
  return Math.max(1, Math.min(cores, MOST, Math.floor(work / WORTH)));
}

const compartments = ({ program }: CompiledCells): number =>
  program.kind === "tree" ? program.parents.length : Math.max(1, program.voltages.length);

/** Most threads of one engine. */
const MOST = 256;

/** How many threads are asked for: a whole number, or "auto" for `cores`.
 * @throws ModelError for anything else */
export function checkThreads(threads: unknown, cores: number): number | "auto" {
  if (threads === "auto" || threads === undefined) return "auto";
  const most = Math.min(MOST, cores);
  if (typeof threads === "number" && Number.isInteger(threads) && threads >= 1 && threads <= most) return threads;
  const wanted = `Give a whole number from 1 to ${most}, or "auto"`;
  if (typeof threads === "number" && Number.isInteger(threads) && threads > most)
    throw new ModelError("threads", `is ${threads}, and there are ${cores} cores`, wanted);
  throw new ModelError("threads", `is ${shown(threads)}`, wanted);
}
