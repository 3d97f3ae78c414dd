import type { CompiledCells, CompiledNetwork } from "../../compile/compiled.ts";
import { withoutLinkTraces } from "../../host/learning.ts";
import type { Memory, Heap } from "../memory.ts";
import { cellsOf, type Part, WHOLE } from "../split.ts";
import { TABLE_BYTES, writeTable } from "./functions.ts";
import { hasKernel, RECORD } from "./kernel.ts";

/** What a kernel of a part of a population writes for JavaScript: addresses from the start of the part's region. */
export interface Scratch {
  readonly spikes: number;
  readonly spikeBytes: number;
  readonly traces: readonly {
    readonly rows: number;
    readonly due: number;
    readonly samples: number;
    /** the trace's rows of the part's cells, in order; a sample has so many numbers. */
    readonly own: Uint32Array;
  }[];
  readonly bytes: number;
}

/** Cells of all entries below which a kernel is not worth its making. */
const FEWEST = 4;
/** Bytes of the largest such memory. */
const MOST = 2 ** 31;
const PAGE = 2 ** 16;

const rounded = (bytes: number): number => 16 * Math.ceil(bytes / 16);

export function scratchOf({ traces, n }: CompiledCells, part: Part, longest: number): Scratch {
  let bytes = 0;
  const take = (more: number): number => (bytes += rounded(more)) - rounded(more);
  const { first, end } = cellsOf(part, n);
  const spikeBytes = RECORD * Math.ceil((end - first) / 2) * longest; // pairs, and the last one singly
  const spikes = take(spikeBytes);
  const made = traces.map((t) => {
    const own = Uint32Array.from(t.cells.keys()).filter((k) => (t.cells[k] as number) >= first && (t.cells[k] as number) < end);
    return { own, rows: take(4 * n), due: take(4 * longest), samples: take(8 * own.length * (Math.ceil(longest / t.everySteps) + 1)) };
  });
  return { spikes, spikeBytes, traces: made, bytes };
} // prettier-ignore

/** Where a part's region begins: behind that of one thread alone, which goes on while others make their kernels. */
export const regionOf = (heap: Heap, population: number, cells: CompiledCells, part: Part, longest: number): number =>
  (heap.scratch.get(population) as number) + bytesBefore(cells, part, longest);

function bytesBefore(cells: CompiledCells, { index, ...part }: Part, longest: number): number {
  if (part.of === 1) return 0;
  const before = [WHOLE, ...Array.from({ length: index }, (_, k) => ({ index: k, ...part }))];
  return before.reduce((sum, one) => sum + scratchOf(cells, one, longest).bytes, 0);
}

/** Moves what kernels need into a memory of theirs. The same memory where no population has a kernel, or none can be had. */
export function withHeap(network: CompiledNetwork, memory: Memory, longest: number, parts: readonly Part[]): Memory {
  if (typeof WebAssembly === "undefined") return memory;
  const kernels = network.populations.flatMap((p, k): [number, CompiledCells][] => {
    if (p.kind !== "cells" || p.n * network.entries < FEWEST) return [];
    const own = withoutLinkTraces(p);
    return hasKernel(own) ? [[k, own]] : [];
  });
  if (kernels.length === 0) return memory;
  let bytes = TABLE_BYTES;
  const take = (more: number): number => (bytes += rounded(more)) - rounded(more);
  const moves: ((buffer: ArrayBuffer) => void)[] = [];
  const moved = <A extends Float64Array | Uint32Array>(array: A, set: (made: A) => void): void => {
    const at = take(array.byteLength);
    const Made = array.constructor as new (b: ArrayBuffer, at: number, length: number) => A;
    moves.push((buffer) => {
      const made = new Made(buffer, at, array.length);
      made.set(array);
      set(made);
    });
  };
  const to = { ...memory, cells: new Map(memory.cells), acc: [...memory.acc], gains: [...memory.gains], clampRow: [...memory.clampRow] }; // prettier-ignore
  for (const [k] of kernels) {
    const cells = { ...(memory.cells.get(k) as NonNullable<ReturnType<Memory["cells"]["get"]>>) };
    to.cells.set(k, cells);
    moved(cells.state as Float64Array, (state) => Object.assign(cells, { state }));
    moved(cells.params as Float64Array, (params) => Object.assign(cells, { params }));
    moved(cells.armed, (armed) => Object.assign(cells, { armed }));
  }
  memory.gains.forEach((g, k) => moved(g, (made) => (to.gains[k] = made)));
  memory.clampRow.forEach((r, k) => moved(r, (made) => (to.clampRow[k] = made)));
  moved(memory.clamps, (clamps) => Object.assign(to, { clamps }));
  network.stages.forEach(({ cells }, s) => {
    if (!cells.some((k) => to.cells.get(k) !== memory.cells.get(k))) return;
    const { length } = memory.acc[s] as Float64Array; // all 0
    const at = take(8 * length);
    moves.push((buffer) => (to.acc[s] = new Float64Array(buffer, at, length)));
  });
  const scratch = new Map<number, number>();
  for (const [k, cells] of kernels) {
    const last = parts.at(-1) as Part;
    scratch.set(k, take(bytesBefore(cells, last, longest) + scratchOf(cells, last, longest).bytes));
  }
  const heap = made(bytes, parts.length > 1, scratch);
  if (heap === undefined) return memory;
  writeTable(heap.memory.buffer);
  for (const move of moves) move(heap.memory.buffer);
  return { ...to, heap };
}

function made(bytes: number, shared: boolean, scratch: Heap["scratch"]): Heap | undefined {
  const pages = Math.ceil(bytes / PAGE);
  if (bytes > MOST) return undefined;
  try {
    return { memory: new WebAssembly.Memory({ initial: pages, maximum: pages, shared }), shared, scratch };
  } catch {
    return undefined; // as many as may be had at once, or none of this kind: printed JavaScript gives the same bits
  }
}
