import { drawnPerCell, drawnShape, isDrawn } from "../connect/values.ts";
import { ModelError } from "../errors.ts";
import { stream } from "../random/philox.ts";
import { isPlain, type Plain } from "../shapes.ts";

/** Deepest place of a value in a model: insertions, insertion, params, list of compartments, value. */
const DEEPEST = 5;

/** Most values that are drawn of one thing: their list takes 1 GiB. */
const MOST_VALUES = 2 ** 27;

/** What holds no values of cells: equations, points of sections, facts. */
const OTHER = ["neuron", "mechanism", "synapse", "points", "about", "sums"];

/** A model in which every value that was to be drawn stands drawn for each cell, by (structureSeed, population, what it is of, cell): more cells,
 * other populations or other values leave it as it is. Initial values, parameters, geometry, thresholds, axon delays.
 * @throws ModelError for what is no distribution; whether units and limits are those of a parameter is looked at with given values */
export function withDrawn<M>(name: string, model: M, structureSeed: number): M {
  const n = isPlain(model) ? Number(model["n"]) : NaN;
  const drawn = (path: string, x: unknown, depth: number): unknown => {
    if (depth > DEEPEST) return x;
    if (Array.isArray(x)) return isPlain(x[0]) ? changed(x, (k) => drawn(`${path}.${labelOf(x[k], k)}`, x[k], depth + 1)) : x; // prettier-ignore
    if (!isPlain(x)) return x;
    if (isDrawn(x)) {
      const where = `population "${name}"${path}`;
      drawnShape(where, x);
      const use = path.startsWith(".initial.") || path.endsWith(".V0") ? "initial" : "parameter";
      if (n > MOST_VALUES) throw new ModelError(where, `is to be drawn for ${n} cells`, `Give at most ${MOST_VALUES} cells, or one value for all`); // prettier-ignore
      return drawnPerCell(where, x, n, {
        seed: structureSeed,
        stream: stream("cells", name + path),
        use,
      });
    }
    return changed(x, (key) => (OTHER.includes(key) ? x[key] : drawn(`${path}.${key}`, x[key], depth + 1)));
  };
  return Number.isInteger(n) && n > 0 && n < 2 ** 32 ? (drawn("", model, 0) as M) : model; // a wrong n is refused as such
}

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
