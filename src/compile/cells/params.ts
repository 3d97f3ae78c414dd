import { ModelError } from "../../errors.ts";
import { evaluator } from "../../lang/evaluate.ts";
import type { Expr } from "../../lang/expr.ts";
import { freeNames } from "../../lang/names.ts";
import type { CellValues } from "../../morphology/values.ts";
import type { ParamFormula, ParamSource, ParamTable } from "../compiled.ts";

/** Limits and unit of a parameter that may change during a run. */
interface Live {
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

interface Base {
  readonly path: string;
  readonly values: Float64Array; // [entry][cell], strides as below
  readonly cellStride: number;
  readonly entryStride: number;
  readonly live: Live | undefined;
}

/** The parameters of one population while it is compiled: given ones by path, derived ones by expression. All in float64. */
export class Params {
  readonly #n: number;
  readonly #entries: number;
  readonly #bases = new Map<string, Base>(); // by identifier
  readonly #constants = new Set<string>(); // the keys of #bases: asked for once for each text of each node
  readonly #identifiers = new Map<string, string>(); // path -> identifier

  constructor(n: number, entries: number) {
    this.#n = n;
    this.#entries = entries;
  }

  /** Identifiers of all that is defined, those defined later too. */
  get constants(): ReadonlySet<string> {
    return this.#constants;
  }

  get paths(): string[] {
    return [...this.#identifiers.keys()];
  }

  /** Defines a parameter and returns the identifier that programs read it by.
   * @param perEntry  one value for all entries, or one per entry; each a number or one number per cell */
  define(path: string, perEntry: readonly CellValues[], live?: Live): string {
    const known = this.#identifiers.get(path);
    if (known !== undefined) return known;
    const cellStride = live !== undefined || perEntry.some((v) => typeof v !== "number") ? 1 : 0;
    const width = cellStride === 1 ? this.#n : 1;
    const varies = live !== undefined || perEntry.length > 1;
    const values = new Float64Array(width * (varies ? this.#entries : 1));
    for (let e = 0; e * width < values.length; e++) {
      const v = perEntry[perEntry.length > 1 ? e : 0] as CellValues;
      if (typeof v === "number") values.fill(v, e * width, (e + 1) * width);
      else values.set(v, e * width);
    }
    const identifier = this.#fresh(path);
    this.#identifiers.set(path, identifier);
    this.#constants.add(identifier);
    this.#bases.set(identifier, { path, values, cellStride, entryStride: varies ? width : 0, live });
    return identifier;
  }

  /** The flat table of what a program reads, and the formulas of what live parameters change in it.
   * @param wanted  in the order of the table: an identifier, and its value (over parameters) at each node of a tree, or once */
  table(wanted: readonly Wanted[]): {
    params: ParamTable;
    formulas: ParamFormula[];
    sources: ParamSource[];
    live: LiveName[];
  } {
    const columns = wanted.map((w) => this.#column(w.perNode));
    const offset = new Uint32Array(columns.length);
    let length = 0;
    columns.forEach((c, k) => {
      offset[k] = length;
      length += c.length;
    });
    const params: ParamTable = {
      names: wanted.map((w) => w.id),
      values: new Float64Array(length),
      offset,
      cellStride: Uint32Array.from(columns, (c) => c.cellStride),
      entryStride: Uint32Array.from(columns, (c) => c.entryStride),
      nodeStride: Uint32Array.from(columns, (c) => c.nodeStride),
    };
    columns.forEach((c, k) => c.fill(params.values.subarray(offset[k] as number, (offset[k] as number) + c.length)));
    const formulas = wanted.flatMap(({ perNode }, column) =>
      columns[column]?.live === true ? [{ column, perNode }] : [],
    );
    return { params, formulas, sources: this.#sources(formulas), live: this.#liveNames() };
  }

  /** Whether an expression reads what may change during a run. */
  isLive(expr: Expr): boolean {
    return [...freeNames(expr)].some((id) => this.#bases.get(id)?.live !== undefined);
  }

  /** The value of each parameter in the middle cell of the first entry. */
  typical(): Record<string, number> {
    const middle = Math.floor(this.#n / 2);
    return Object.fromEntries([...this.#bases].map(([id, b]) => [id, b.values[middle * b.cellStride] as number]));
  }

  /** Whether an expression over parameters stays within bounds in every cell of every entry. */
  within(expr: Expr, { min, max }: { readonly min: number; readonly max: number }): boolean {
    const column = this.#column([expr]);
    const values = new Float64Array(column.length);
    column.fill(values);
    return values.every((x) => x >= min && x <= max);
  }

  /** A function of (cell, entry) for an expression over parameters, in float64. */
  evaluator(expr: Expr): (cell: number, entry: number) => number {
    const names = [...freeNames(expr)];
    const bases = names.map((id) => this.#base(id));
    const f = evaluator(expr, names);
    const values = new Float64Array(names.length);
    return (cell, entry) => {
      for (let k = 0; k < values.length; k++) values[k] = valueOf(bases[k] as Base, cell, entry);
      return f(values);
    };
  }

  /** Whether an expression over parameters and one variable passes a test at one of the variable's values, in some of the cells and
   * entries: at most `looks` of each, evenly spaced. */
  some(expr: Expr, variable: string, at: Float64Array, looks: number, test: (x: number) => boolean): boolean {
    let found = false;
    this.each(expr, variable, at, looks, (values) => (found ||= values.some(test)));
    return found;
  }

  /** The values of an expression over parameters and one variable at the variable's values (once, where it does not read it), cell by cell: at
   * most `looks` cells and entries, evenly spaced, until `see` says true. */
  each(expr: Expr, variable: string, at: Float64Array, looks: number, see: (values: Float64Array) => unknown): void {
    const names = [...freeNames(expr)].filter((id) => id !== variable);
    const bases = names.map((id) => this.#base(id));
    const f = evaluator(expr, [...names, variable]);
    const values = new Float64Array(names.length + 1);
    const cells = spaced(bases.some((b) => b.cellStride > 0) ? this.#n : 1, looks);
    const xs = freeNames(expr).has(variable) ? at : at.subarray(0, 1);
    for (const entry of spaced(bases.some((b) => b.entryStride > 0) ? this.#entries : 1, looks)) {
      for (const cell of cells) {
        for (let k = 0; k < names.length; k++) values[k] = valueOf(bases[k] as Base, cell, entry);
        const found = xs.map((x) => {
          values[names.length] = x;
          return f(values);
        });
        if (see(found) === true) return;
      }
    }
  }

  #column(given: readonly Expr[]): Column {
    const bases = given.flatMap((expr) => [...freeNames(expr)].map((n) => this.#base(n)));
    const cellStride = bases.some((b) => b.cellStride === 1) ? 1 : 0;
    const width = cellStride === 1 ? this.#n : 1;
    const varies = bases.some((b) => b.entryStride > 0);
    const perNode = width * (varies ? this.#entries : 1);
    const evaluators = given.map((expr) => this.evaluator(expr));
    const live = bases.some((b) => b.live !== undefined);
    const same =
      given.length === 1 || (!live && perNode === 1 && evaluators.every((at) => at(0, 0) === evaluators[0]?.(0, 0)));
    const nodes = same ? evaluators.slice(0, 1) : evaluators;
    const fill = (out: Float64Array): void => {
      nodes.forEach((at, node) => {
        for (let k = 0; k < perNode; k++) out[node * perNode + k] = at(k % width, Math.floor(k / width));
      });
    };
    return {
      length: nodes.length * perNode,
      cellStride,
      entryStride: varies ? width : 0,
      nodeStride: same ? 0 : perNode,
      live,
      fill,
    };
  }

  /** What the formulas read: all of it, live or not. */
  #sources(formulas: readonly ParamFormula[]): ParamSource[] {
    const read = new Set(formulas.flatMap((f) => f.perNode.flatMap((expr) => [...freeNames(expr)])));
    return [...read].map((id) => {
      const { path, values, cellStride, entryStride, live } = this.#base(id);
      const source = { id, values, cellStride, entryStride };
      return live === undefined ? source : { ...source, live: { names: names(path), ...live } };
    });
  }

  #liveNames(): LiveName[] {
    const found = new Map<string, LiveName>();
    for (const b of this.#bases.values()) {
      if (b.live !== undefined) for (const name of names(b.path)) found.set(name, { name, ...b.live });
    }
    return [...found.values()];
  }

  #base(id: string): Base {
    const b = this.#bases.get(id);
    if (b === undefined)
      throw new ModelError(`parameter ${id}`, "is not defined", "This is a fault of hillock; please report it");
    return b;
  }

  #fresh(path: string): string {
    const stem = `p_${path.replace(/\W+/g, "_")}`;
    let id = stem;
    for (let k = 2; this.#bases.has(id); k++) id = `${stem}_${k}`;
    return id;
  }
}

const valueOf = (b: Base, cell: number, entry: number): number =>
  b.values[cell * b.cellStride + entry * b.entryStride] as number;

/** At most `most` of the indices below n, evenly spaced, the first and the last among them. */
const spaced = (n: number, most: number): number[] =>
  n <= most
    ? Array.from({ length: n }, (_, k) => k)
    : Array.from({ length: most }, (_, k) => Math.round((k * (n - 1)) / (most - 1)));

type LiveName = Live & { readonly name: string };

export interface Wanted {
  readonly id: string;
  readonly perNode: readonly Expr[];
}

interface Column {
  readonly length: number;
  readonly nodeStride: number;
  readonly cellStride: number;
  readonly entryStride: number;
  readonly live: boolean; // a live parameter changes it
  readonly fill: (out: Float64Array) => void;
}

/** "<section>.<insertion>.<param>" may also be said "<insertion>.<param>", meaning every section that has it. */
const names = (path: string): string[] => {
  const parts = path.split(".");
  return parts.length === 3 ? [path, `${parts[1]}.${parts[2]}`] : [path];
};
