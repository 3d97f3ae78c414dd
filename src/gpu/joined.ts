import { concatenated } from "../concatenated.ts";
import type { CompiledCells, CompiledNetwork, CompiledTrace, ParamTable } from "../compile/compiled.ts";
import { withoutLinkTraces } from "../host/learning.ts";
import { CellParams } from "../host/params.ts";
import { potentialLimit } from "../host/soundness.ts";
import { modelWgsl, tableLayout } from "./model-wgsl.ts";
import type { OwnTrace } from "./samples.ts";

/** A population among those that one kernel advances. */
export interface Member {
  readonly index: number;
  readonly cells: CompiledCells;
  /** the engine's own, which controls change. */
  readonly params: CellParams;
  /** its cell 0 among the cells of all. */
  readonly first: number;
}

/** Populations whose kernels are the same, advanced by one dispatch: cells of one after those of another, as if they were one
 * population. What differs between them is kept for each cell. */
export interface Joined {
  readonly members: readonly Member[];
  /** As of one population; clamps, gathers and noise only where there is one. */
  readonly cells: CompiledCells;
  readonly traces: readonly OwnTrace[];
  /** of its stage. */
  readonly last: boolean;
}

/** A kernel's text grows with them, and a software adapter makes long texts slowly. */
const MOST_MEMBERS = 16;

/** Populations of a stage, those with the same kernel together, in order of the first of each.
 * @param most  bytes that a buffer may have */
export function joinedCells(network: CompiledNetwork, stage: readonly number[], most: number): Joined[] {
  const found: { key: string; of: Candidate[] }[] = [];
  for (const index of stage) {
    const cells = withoutLinkTraces(network.populations[index] as CompiledCells);
    const key = keyOf(cells, index, network.voltageLimit);
    const candidate = { index, cells, traces: tracesByKey(cells) };
    const fits = (of: readonly Candidate[]): boolean =>
      of.length < MOST_MEMBERS && mayJoin([...of, candidate], network.entries, most);
    const known = found.find((f) => f.key === key && fits(f.of));
    if (known === undefined) found.push({ key, of: [candidate] });
    else known.of.push(candidate);
  }
  return found.map(({ of }, k) => ({ ...join(network, of), last: k === found.length - 1 }));
}

/** A population that may be joined with others. */
interface Candidate extends Pick<Member, "index" | "cells"> {
  readonly traces: ReturnType<typeof tracesByKey>;
}

/** Whether no buffer of these as one is larger than `most`, and traces do not cost too much: each looks at the cells of all, those that
 * do not record it too, and its interval cuts the loop over steps of all. So the rows of all traces are at most two for a cell, or twice
 * those that the populations have apart. */
function mayJoin(of: readonly Candidate[], entries: number, most: number): boolean {
  const [{ cells }] = of as [Candidate];
  const { states, params } = cells.program;
  const n = of.reduce((sum, c) => sum + c.cells.n, 0);
  const traces = [...new Map(of.flatMap((c) => [...c.traces])).values()];
  const apart = of.reduce((sum, c) => sum + c.traces.size * c.cells.n, 0);
  if (traces.length * n > 2 * Math.max(n, apart)) return false;
  const table = tableLayout({ ...cells, n, traces }, entries, of.length).length;
  // as if every parameter differed from cell to cell and entry to entry
  return 4 * Math.max(table, (states.length + 1) * n * entries, params.length * (n * entries + 1)) <= most;
}

/** The same for populations that may share a kernel: its text but for what is recorded and which parameters differ from cell to cell. */
function keyOf(cells: CompiledCells, index: number, voltageLimit: number): string {
  const { program, params, exposes, gathers } = cells;
  if (
    program.kind === "tree" ||
    program.draws.length + program.clampInputs.length + exposes.length + gathers.length > 0
  )
    return `alone ${index}`;
  const same = new Uint32Array(params.names.length);
  const bare = { ...cells, traces: [], params: { ...params, cellStride: same, entryStride: same } };
  return `${cells.detectsFirst === true} ${potentialLimit(cells, voltageLimit)} ${modelWgsl(bare, program)}`;
}

function join(network: CompiledNetwork, of: readonly Candidate[]): Omit<Joined, "last"> {
  let n = 0;
  const members = of.map(({ index, cells }): Member => {
    n += cells.n;
    return { index, cells, params: new CellParams(cells, network.entries), first: n - cells.n };
  });
  const [{ cells }] = members as [Member];
  const traces = joinedTraces(members);
  if (members.length === 1) return { members, cells, traces };
  const name = members.map((m) => m.cells.name).join(", ");
  const params = joinedParams(members, n, network.entries);
  const rows = members.map((m) => ({ first: m.first, n: m.cells.n, rows: m.cells.state0 }));
  const state0 = besides(Float64Array, rows);
  return { members, cells: { ...cells, name, n, params, state0, traces: traces.map((t) => t.trace) }, traces };
}

/** A trace of several populations samples the same in all, and those that record it. */
function joinedTraces(members: readonly Member[]): OwnTrace[] {
  const found = new Map<string, { trace: CompiledTrace; of: OwnTrace["of"][number][] }>();
  for (const { index: population, cells, first } of members) {
    [...tracesByKey(cells)].forEach(([key, trace], index) => {
      const known = found.get(key)?.trace.cells ?? new Uint32Array(0);
      const own = { population, index, first: known.length, n: trace.cells.length };
      const all = concatenated(Uint32Array, [known, trace.cells.map((c) => c + first)]);
      found.set(key, { trace: { ...trace, cells: all }, of: [...(found.get(key)?.of ?? []), own] });
    });
  }
  return [...found.values()];
}

/** A population's traces in their order, under keys that are equal in others where one trace may sample both. */
function tracesByKey({ traces }: CompiledCells): Map<string, CompiledTrace> {
  const sampled = traces.map(({ value, phase, everySteps }) => JSON.stringify([value, phase, everySteps]));
  const before = (k: number): number => sampled.slice(0, k).filter((s) => s === sampled[k]).length;
  return new Map(traces.map((t, k) => [`${before(k)} ${sampled[k]}`, t]));
}

/** Columns of which all populations have the same one value keep it; others have one for each cell. */
function joinedParams(members: readonly Member[], n: number, entries: number): ParamTable {
  const [{ cells }] = members as [Member];
  const { names } = cells.params;
  const tables = members.map((m) => m.cells.params);
  const [offset, cellStride, entryStride] = [0, 1, 2].map(() => new Uint32Array(names.length)) as [Uint32Array, Uint32Array, Uint32Array]; // prettier-ignore
  let length = 0;
  names.forEach((_, k) => {
    const [first] = tables.map((t) => t.values[t.offset[k] as number]);
    const perEntry = tables.some((t) => (t.entryStride[k] as number) > 0);
    const perCell = perEntry || tables.some((t) => (t.cellStride[k] as number) > 0 || t.values[t.offset[k] as number] !== first); // prettier-ignore
    [offset[k], cellStride[k], entryStride[k]] = [length, perCell ? 1 : 0, perEntry ? n : 0];
    length += (perCell ? n : 1) * (perEntry ? entries : 1);
  });
  const params = { names, values: new Float64Array(length), offset, cellStride, entryStride, nodeStride: new Uint32Array(names.length) }; // prettier-ignore
  return { ...params, values: joinedValues({ members, cells: { ...cells, params } }, entries) };
}

/** Values of the joined table as controls have left them. */
export function joinedValues({ members, cells: { params } }: Pick<Joined, "members" | "cells">, entries: number): Float64Array {
  const [alone] = members as [Member];
  if (members.length === 1) return alone.params.values;
  const values = new Float64Array(params.values.length);
  const at = (table: ParamTable, k: number): [number, number, number] => [table.offset[k] as number, table.cellStride[k] as number, table.entryStride[k] as number];
  params.names.forEach((_, k) => {
    const [to, toCell, toEntry] = at(params, k);
    for (const { cells, params: own, first } of members) {
      const [from, fromCell, fromEntry] = at(cells.params, k);
      for (let e = 0; e < (toEntry > 0 ? entries : 1); e++)
        for (let c = 0; c < (toCell > 0 ? cells.n : 1); c++)
          values[to + e * toEntry + (first + c) * toCell] = own.values[from + e * fromEntry + c * fromCell] as number;
    }
  });
  return values;
} // prettier-ignore

type Numbers = Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Rows of n columns from one on, out of rows of `width`. */
export function columns<A extends Numbers>(rows: A, width: number, { first, n }: { readonly first: number; readonly n: number }): A {
  if (n === width) return rows.slice() as A;
  const own = rows.slice(0, (rows.length / width) * n) as A;
  for (let k = 0; k * n < own.length; k++) own.set(rows.subarray(k * width + first, k * width + first + n), k * n);
  return own;
} // prettier-ignore

/** The way back: rows of all columns. */
export function besides<A extends Numbers>(Kind: new (length: number) => A, parts: readonly { readonly first: number; readonly n: number; readonly rows: ArrayLike<number> }[]): A {
  const width = parts.reduce((sum, { n }) => sum + n, 0);
  const all = new Kind(parts.reduce((sum, { rows }) => sum + rows.length, 0));
  for (const { first, n, rows } of parts)
    for (let k = 0; k < rows.length; k++) all[Math.floor(k / n) * width + first + (k % n)] = rows[k] as number;
  return all;
} // prettier-ignore
