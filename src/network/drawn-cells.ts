import { drawnPerCell, drawnShape, isDrawn } from "../connect/values.ts";
import { ModelError } from "../errors.ts";
import { stream } from "../random/philox.ts";
import { isPlain, type Plain } from "../shapes.ts";
import type { Quantities } from "../units.ts";
import type { WholeCell } from "./cell.ts";
import type { CellsDescription, NeuronsDescription } from "./check.ts";
import type { Variation } from "./description.ts";

/** Deepest place of a value in a model: insertions, insertion, params, list of compartments, value. */
const DEEPEST = 5;

/** Most values that are drawn of one thing: their list takes 1 GiB. */
const MOST_VALUES = 2 ** 27;

/** What holds no values of cells: equations, points of sections, facts. */
const OTHER = ["neuron", "mechanism", "synapse", "points", "about", "sums"];

/** A value that stands drawn in a model: by which keys, and what it is under another structureSeed. */
interface DrawnPlace {
  readonly where: string;
  readonly keys: readonly (string | number)[];
  readonly draw: (structureSeed: number) => Quantities;
}

/** A model in which every value that was to be drawn stands drawn for each cell, by (structureSeed, population, what it is of, cell): more cells,
 * other populations or other values leave it as it is. Initial values, parameters, geometry, thresholds, axon delays.
 * @throws ModelError for what is no distribution; whether units and limits are those of a parameter is looked at with given values */
export function withDrawn<M>(name: string, model: M, structureSeed: number): { readonly model: M; readonly places: readonly DrawnPlace[] } {
  const n = isPlain(model) ? Number(model["n"]) : NaN;
  const places: DrawnPlace[] = [];
  const drawn = (path: string, x: unknown, keys: readonly (string | number)[]): unknown => {
    if (keys.length > DEEPEST) return x;
    if (Array.isArray(x)) return isPlain(x[0]) ? changed(x, (k) => drawn(`${path}.${labelOf(x[k], k)}`, x[k], [...keys, Number(k)])) : x; // prettier-ignore
    if (!isPlain(x)) return x;
    if (isDrawn(x)) {
      const where = `population "${name}"${path}`;
      drawnShape(where, x);
      const use = path.startsWith(".initial.") || path.endsWith(".V0") ? "initial" : "parameter";
      if (n > MOST_VALUES) throw new ModelError(where, `is to be drawn for ${n} cells`, `Give at most ${MOST_VALUES} cells, or one value for all`); // prettier-ignore
      const draw = (seed: number): Quantities => drawnPerCell(where, x, n, { seed, stream: stream("cells", name + path), use }); // prettier-ignore
      places.push({ where, keys, draw });
      return draw(structureSeed);
    }
    return changed(x, (key) => (OTHER.includes(key) ? x[key] : drawn(`${path}.${key}`, x[key], [...keys, key])));
  };
  const counted = Number.isInteger(n) && n > 0 && n < 2 ** 32; // a wrong n is refused as such
  return { model: counted ? (drawn("", model, []) as M) : model, places };
} // prettier-ignore

/** What a batch whose entries have structures of their own varies: every value that was drawn, in each entry as a network of its structure alone has it.
 * @param seeds  structureSeed of each entry
 * @throws ModelError for what a batch cannot vary: geometry, delays, lists along a section */
function drawnByEntry({ name, model }: CellsDescription | NeuronsDescription, places: readonly DrawnPlace[], seeds: readonly number[]): Variation[] {
  return places.flatMap(({ where, keys, draw }) => {
    const paths = model.kind === "neurons" ? neuronPaths(keys) : cellPaths(model, keys);
    if (paths === undefined) throw new ModelError(where, "is drawn for each cell, and a batch that varies structureSeed cannot give it to each entry", "Give it in numbers, or run networks of their own"); // prettier-ignore
    const values = seeds.map(draw);
    return paths.map((path) => ({ path: `${name}.${path}`, values }));
  });
} // prettier-ignore

/** A population and what was drawn for its cells. */
interface Drawn {
  readonly description: CellsDescription | NeuronsDescription;
  readonly places: readonly DrawnPlace[];
}

/** What was drawn for a network's cells, and is drawn again for each entry of a batch that has structures of their own. */
export class DrawnCells {
  readonly #all: Drawn[] = [];
  readonly #varied: Variation[] = [];
  readonly #check: (variation: Variation, of: Drawn["description"], entries: number) => void;
  #seeds: readonly number[] | undefined;

  constructor(check: (variation: Variation, of: Drawn["description"], entries: number) => void) {
    this.#check = check;
  }

  add(drawn: Drawn): void {
    if (this.#seeds !== undefined) this.#vary([drawn], this.#seeds);
    this.#all.push(drawn);
  }

  /** @param seeds  structureSeed of each entry */
  vary(seeds: readonly number[]): void {
    this.#vary(this.#all, seeds);
    this.#seeds = seeds;
  }

  /** What they are in each entry, but for what a batch varies itself. */
  besides(own: readonly Variation[]): Variation[] {
    return this.#varied.filter((v) => !own.some(({ path }) => path === v.path));
  }

  #vary(drawn: readonly Drawn[], seeds: readonly number[]): void {
    const found = drawn.flatMap(({ description, places }) => {
      const variations = drawnByEntry(description, places, seeds);
      for (const v of variations) this.#check(v, description, seeds.length);
      return variations;
    });
    this.#varied.push(...found);
  }
}

/** What a batch calls a drawn value; undefined for what it cannot vary. */
function neuronPaths([of, called, ...more]: DrawnPlace["keys"]): string[] | undefined {
  if (more.length > 0 || called === undefined) return undefined;
  return of === "params" ? [`${called}`] : of === "initial" ? [`${called}0`] : undefined;
}

function cellPaths({ sections, insertions, receptors }: WholeCell, [of, called, part, param, ...more]: DrawnPlace["keys"]): string[] | undefined {
  if (more.length > 0) return undefined;
  const within = (what: string): boolean => part === what && param !== undefined;
  if (of === "V0") return sections.flatMap((s) => (s.V0 === undefined ? [`${s.name}.V0`] : []));
  if (of === "sections" && part === "V0") return [`${sections[Number(called)]?.name}.V0`];
  if (of === "detector" && called === "threshold") return ["threshold"];
  if (of === "reversals") return [`e${called}`];
  if (of === "concentrations") return [`${called}`];
  const receptor = of === "receptors" && within("params") ? receptors[Number(called)] : undefined;
  if (receptor !== undefined) return [`${receptor.name}.${param}`];
  const insertion = of === "insertions" && within("params") ? insertions[Number(called)] : undefined;
  return insertion?.sections.map((section) => `${section}.${insertion.as ?? insertion.mechanism.name}.${param}`);
} // prettier-ignore

/** A list's entry by what it is called, so that the order of sections, receptors and insertions does not matter. */
function labelOf(x: unknown, place: number): string {
  if (!isPlain(x)) return `${place}`;
  const { name, as, mechanism, sections } = x;
  if (typeof name === "string") return name;
  const called = typeof as === "string" ? as : isPlain(mechanism) ? mechanism["name"] : undefined;
  return typeof called === "string" ? `${Array.isArray(sections) ? sections.join("+") : ""}.${called}` : `${place}`;
}

/** A copy in which some entries are others; what was given, where none is. */
function changed<T extends Plain | unknown[]>(of: T, to: (key: never) => unknown): T {
  const entries = Object.entries(of).map(([key, x]) => [key, x, to(key as never)] as const);
  if (entries.every(([, before, after]) => before === after)) return of;
  if (Array.isArray(of)) return entries.map(([, , after]) => after) as T;
  return Object.fromEntries(entries.map(([key, , after]) => [key, after])) as T;
}
