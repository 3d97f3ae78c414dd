import { concatenated } from "../concatenated.ts";
import type { CompiledCells, ParamSource } from "../compile/compiled.ts";
import { didYouMean, ModelError } from "../errors.ts";
import { evaluator } from "../lang/evaluate.ts";
import { freeNames } from "../lang/names.ts";

/** An engine's own copy of a population's parameters, which controls may change: the compiled network stays as it is. */
export class CellParams {
  /** As CompiledCells.params.values, now. */
  readonly values: Float64Array;
  readonly #cells: CompiledCells;
  readonly #entries: number;
  readonly #sources: ReadonlyMap<string, ParamSource>;

  constructor(cells: CompiledCells, entries: number) {
    this.#cells = cells;
    this.#entries = entries;
    this.values = cells.params.values.slice();
    this.#sources = new Map(cells.sources.map((s) => [s.id, { ...s, values: s.values.slice() }]));
  }

  /** Changes a live parameter, in one entry or all, and what is derived from it.
   * @throws ModelError for a name that is not live, a wrong number of values, or one outside its limits */
  set(name: string, value: number | ArrayLike<number>, entry?: number): void {
    const changed = [...this.#sources.values()].filter((s) => s.live?.names.includes(name) === true);
    if (changed.length === 0) {
      const known = this.#cells.live.map((l) => l.name);
      throw new ModelError(`parameter "${name}"`, "cannot change during a run", didYouMean(name, known));
    }
    for (const source of changed) this.#write(source, name, value, entry);
    const ids = new Set(changed.map((s) => s.id));
    this.#cells.formulas.forEach((_, k) => this.#refill(k, ids));
  }

  /** Every array that is kept here. */
  kept(): readonly unknown[] {
    return [this.values, [...this.#sources.values()].map((s) => s.values)];
  }

  /** Everything that `set` changes, as one array, and back from it. */
  save(): Float64Array {
    return concatenated(Float64Array, [this.values, ...this.#live().map((s) => s.values)]);
  }

  load(saved: Float64Array): void {
    let at = 0;
    for (const part of [this.values, ...this.#live().map((s) => s.values)]) {
      part.set(saved.subarray(at, at + part.length));
      at += part.length;
    }
  }

  #live(): ParamSource[] {
    return [...this.#sources.values()].filter((s) => s.live !== undefined);
  }

  #refill(formula: number, changed: ReadonlySet<string>): void {
    const { params, formulas, n } = this.#cells;
    const { column, perNode } = formulas[formula] as CompiledCells["formulas"][number];
    const [offset, cellStride, entryStride, nodeStride] = [
      params.offset[column] as number,
      params.cellStride[column] as number,
      params.entryStride[column] as number,
      params.nodeStride[column] as number,
    ];
    perNode.forEach((expr, node) => {
      const names = [...freeNames(expr)];
      if (!names.some((id) => changed.has(id))) return;
      const at = evaluator(expr, names);
      const sources = names.map((id) => this.#sources.get(id) as ParamSource);
      const x = new Float64Array(names.length);
      for (let e = 0; e < (entryStride > 0 ? this.#entries : 1); e++) {
        for (let c = 0; c < (cellStride > 0 ? n : 1); c++) {
          sources.forEach((s, k) => (x[k] = s.values[c * s.cellStride + e * s.entryStride] as number));
          this.values[offset + node * nodeStride + c * cellStride + e * entryStride] = at(x);
        }
      }
    });
  }

  #write(source: ParamSource, name: string, value: number | ArrayLike<number>, entry: number | undefined): void {
    const { min, max, unit } = source.live as NonNullable<ParamSource["live"]>;
    const { n } = this.#cells;
    if (typeof value !== "number" && value.length !== n) {
      throw new ModelError(
        `parameter "${name}"`,
        `got ${value.length} values for ${n} cells`,
        `Give one number, or ${n}`,
      );
    }
    if (entry !== undefined && !(Number.isInteger(entry) && entry >= 0 && entry < this.#entries)) {
      throw new ModelError(`parameter "${name}"`, `got entry ${entry}`, `Entries go from 0 to ${this.#entries - 1}`);
    }
    const all = typeof value === "number" ? [value] : Array.from(value);
    const bad = all.find((x) => !(x >= min && x <= max));
    if (bad !== undefined) {
      throw new ModelError(`parameter "${name}"`, `is ${bad} ${unit}`, `Give a number from ${min} to ${max} ${unit}`);
    }
    for (let e = entry ?? 0; e < (entry === undefined ? this.#entries : entry + 1); e++) {
      for (let c = 0; c < n; c++) source.values[e * n + c] = (all.length === 1 ? all[0] : all[c]) as number;
    }
  }
}
