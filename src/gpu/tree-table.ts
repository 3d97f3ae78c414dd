import type { TreeDraw, TreeProgram } from "../compile/cells/step-program.ts";
import type { CompiledCells, CompiledTrace } from "../compile/compiled.ts";
import type { Expr } from "../lang/expr.ts";

/** Where a tree's kernel finds what it works on: rows of states, and the words of its table. */

/** Rows of the `rows` buffer of shaders/trees.wgsl. */
export interface RowLayout {
  readonly receptors: number; // first row of the receptors' states
  readonly conductance: number;
  readonly current: number;
  readonly armed: number;
  /** what each voltage carries, where they do. */
  readonly low: number;
  readonly rows: number;
  /** vec4s of gates per cell. */
  readonly quads: number;
}

export function rowLayout(p: TreeProgram): RowLayout {
  const nodes = p.parents.length;
  const receptorRows = p.receptors.reduce((sum, r) => sum + r.nodes.length * r.states.length, 0);
  const conductance = nodes + receptorRows;
  const quads = p.regions.reduce((sum, r) => sum + (r.nodes.length * r.width) / 4, 0);
  return {
    receptors: nodes,
    conductance,
    current: conductance + nodes,
    armed: conductance + 2 * nodes,
    low: conductance + 2 * nodes + 1,
    rows: conductance + 2 * nodes + 1 + (p.lowRow < 0 ? 0 : nodes),
    quads,
  };
}

/** The words of `table` by name, and where each begins. */
export class TreeTable {
  readonly words: number[] = [];
  readonly at = new Map<string, number>();

  constructor(
    cells: CompiledCells,
    p: TreeProgram,
    clampRow: (clamp: number) => ArrayLike<number>,
    scales: (input: number) => ArrayLike<number>,
    seeds: ArrayLike<number>,
  ) {
    this.#put("parents", Array.from(p.parents, (x) => Math.max(0, x))); // prettier-ignore
    const runs = chainRuns(p.parents);
    this.#put("runs", [runs.length, ...runs.flat()]);
    // lengths of loops are read, not written out: a driver that knows them unrolls, and then compiles for half a minute
    const loops = [...p.regions, ...p.receptors];
    this.#put("lengths", loops.map((r) => r.nodes.length)); // prettier-ignore
    p.regions.forEach((r, k) => this.#put(`region${k}`, [...r.nodes]));
    p.receptors.forEach((r, k) => {
      this.#put(`nodes${k}`, [...r.nodes]);
      this.#put(`slots${k}`, Array.from(r.input, (i) => (i < 0 ? 0 : (cells.receptors[i] as { slot: number }).slot))); // prettier-ignore
      this.#put(`inputs${k}`, Array.from(r.input, (i) => (i < 0 ? cells.receptors.length : i))); // prettier-ignore
    });
    for (const { draws } of loops) for (const { input, streams } of draws) this.#put(input, [...streams]); // prettier-ignore
    cells.traces.forEach((t, k) => {
      const row = new Uint32Array(cells.n).fill(0xffffffff);
      t.cells.forEach((c, j) => (row[c] = j));
      this.#put(`trace${k}`, [...row]);
    });
    const groups = sumGroups(cells, p);
    for (const [every, traces] of groups) {
      const records = traces.map(({ trace, terms }) => {
        const bits = new Uint32Array(Float32Array.from(terms, (t) => t.weight).buffer);
        const width = (cells.traces[trace] as CompiledTrace).cells.length;
        return [
          trace,
          this.start(`trace${trace}`),
          width,
          terms.length,
          ...terms.flatMap((t, k) => [t.node, bits[k] as number]),
        ];
      });
      this.#put(`sums${every}`, [traces.length, ...records.flat()]);
    }
    // What grows with the batch comes last, so that the printed places, and with them a cached shader, suit any batch.
    this.#put("clamps", p.clampInputs.flatMap(({ clamp }) => [...(clampRow(clamp) as number[])])); // prettier-ignore
    const linked = cells.receptors.flatMap((_, k) => [...(scales(k) as number[])]);
    const none = Array.from(scales(0), () => 0); // receptors without links take any sum, times 0: a branch would cost more
    this.#put("scales", [...new Uint32Array(new Float32Array([...linked, ...none]).buffer)]);
    this.#put("heads", cells.traces.flatMap(() => [0, 0])); // prettier-ignore
    if (drawsOf(p).length > 0) this.#put("seeds", Array.from(seeds));
  }

  start(name: string): number {
    return this.at.get(name) as number;
  }

  #put(name: string, words: readonly number[]): void {
    this.at.set(name, this.words.length);
    for (const w of words) this.words.push(w);
  }
}

export const drawsOf = ({ regions, receptors }: TreeProgram): TreeDraw[] => [...regions, ...receptors].flatMap(({ draws }) => draws); // prettier-ignore

/** A trace that is a weighted sum of voltages: read in one loop from the table, since hundreds of printed ones take minutes to compile. */
export interface VoltageSumTrace {
  readonly trace: number;
  readonly terms: readonly { readonly node: number; readonly weight: number }[];
}

/** By the number of steps between samples. */
export function sumGroups(cells: CompiledCells, p: TreeProgram): Map<number, VoltageSumTrace[]> {
  const groups = new Map<number, VoltageSumTrace[]>();
  const node = new Map(p.states.slice(0, p.parents.length).map((id, k) => [id, k]));
  cells.traces.forEach(({ phase, value, everySteps }, trace) => {
    const terms = phase === "state" ? linear(value, node) : undefined;
    if (terms !== undefined) groups.set(everySteps, [...(groups.get(everySteps) ?? []), { trace, terms }]);
  });
  return groups;
}

/** The terms of a sum of voltages with literal weights; undefined for anything else. */
function linear(e: Expr, node: ReadonlyMap<string, number>): VoltageSumTrace["terms"] | undefined {
  if (e.kind === "name") {
    const found = node.get(e.name);
    return found === undefined ? undefined : [{ node: found, weight: 1 }];
  }
  if (e.kind !== "binary") return undefined;
  if (e.op === "*" && e.left.kind === "number") {
    const { value } = e.left;
    return linear(e.right, node)?.map((t) => ({ ...t, weight: value * t.weight }));
  }
  if (e.op !== "+") return undefined;
  const [left, right] = [linear(e.left, node), linear(e.right, node)];
  return left === undefined || right === undefined ? undefined : [...left, ...right];
}

/** Maximal runs of nodes whose parent is the node before. */
function chainRuns(parents: Int32Array): [number, number][] {
  const runs: [number, number][] = [];
  parents.forEach((p, i) => {
    const last = runs.at(-1);
    if (last !== undefined && p === i - 1) last[1] = i;
    else runs.push([i, i]);
  });
  return runs;
}
