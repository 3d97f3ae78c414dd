import { didYouMean, ModelError } from "../errors.ts";
import { canonicalWithin } from "../shapes.ts";
import { canonicalValues, isQuantity, one, type Quantities, type Quantity, type Unit } from "../units.ts";
import {
  checkCellSignals,
  checkPortRate,
  checkRates,
  checkTimes,
  checkU32,
  clampUnit,
  isNeurons,
  isPerCell,
  receives,
  sizeOf,
  type CellsDescription,
  type NeuronsDescription,
} from "./check.ts";
import { checkScale, scaleLimits } from "./check-projection.ts";
import type { CellSignals, NetworkDescription, RenewalSources, Variation } from "./description.ts";
import { type Limits, paramPaths } from "./param-paths.ts";
import { checkTrainedNumber, trainedPaths } from "./trained.ts";

/** What a variation's path names. Indices count in the description's lists. */
export type Path =
  | { readonly kind: "seed" | "structureSeed" }
  | { readonly kind: "rate" | "times"; readonly population: number }
  /** `keys`: the cell compiler's names: "<section>.<insertion>.<param>" for each section that is meant, "<receptor>.<param>", ... */
  | { readonly kind: "param"; readonly population: number; readonly keys: readonly string[]; readonly param: Limits }
  | { readonly kind: "scale"; readonly projection: number }
  | { readonly kind: "gain" | "signal"; readonly clamp: number }
  /** a parameter of the trained network. */
  | { readonly kind: "trained"; readonly key: string };

/** Finds what a path names. "<population>.<insertion>.<param>" means every section that has the insertion;
 * "<population>.V0", "<section>.V0", "<population>.threshold" (of the spike detector) and "e<ion>" may vary too.
 * @throws ModelError with what there is, when there is no such thing */
function resolvePath(path: string, d: NetworkDescription): Path {
  if (path === "seed" || path === "structureSeed") return { kind: path };
  const dot = path.lastIndexOf(".");
  const [owner, last] = [path.slice(0, dot), path.slice(dot + 1)];
  const first = path.split(".")[0] as string;
  const population = d.populations.findIndex((p) => p.name === first);
  if (d.trained !== undefined) {
    const known = trainedPaths(d.trained);
    if (!known.includes(path)) throw unknown(path, ["seed", "structureSeed", ...known]);
    return { kind: "trained", key: last };
  }
  const found = d.populations[population];
  const within = path.slice(first.length + 1);
  const parameters = found === undefined || !receives(found) ? undefined : paramPaths(found.model);
  const projection = last === "scale" ? d.projections.findIndex((p) => p.name === owner) : -1;
  const clamp = last === "gain" || last === "signal" ? d.clamps.findIndex((c) => c.name === owner) : -1;
  if (projection >= 0 || clamp >= 0) {
    if (parameters?.has(within)) throw new ModelError(`variation "${path}"`, `names a parameter of "${first}" and "${owner}", a ${projection >= 0 ? "projection" : "clamp"}`, "Name that one otherwise: { name: \"...\" }"); // prettier-ignore
    return projection >= 0 ? { kind: "scale", projection } : { kind: last as "gain" | "signal", clamp };
  }
  if (found === undefined) throw unknown(path, topPaths(d));
  if (parameters !== undefined) {
    const wanted = parameters.get(within);
    if (wanted === undefined)
      throw unknown(
        path,
        [...parameters.keys()].map((p) => `${first}.${p}`),
      );
    return { kind: "param", population, ...wanted };
  }
  const kind = found.model.kind === "trains" ? "times" : "rate";
  if (path === `${first}.${kind}`) return { kind, population };
  throw unknown(path, [`${first}.${kind}`]);
}

const unknown = (path: string, known: readonly string[]): ModelError =>
  new ModelError(`variation "${path}"`, "names nothing in this network", didYouMean(path, known));

const topPaths = (d: NetworkDescription): string[] => [
  "seed",
  "structureSeed",
  ...d.populations.map(
    (p) =>
      `${p.name}.${receives(p) ? (isNeurons(p) ? "<param>" : "<section>.<insertion>.<param>") : p.model.kind === "trains" ? "times" : "rate"}`,
  ),
  ...d.projections.map((p) => `${p.name}.scale`),
  ...d.clamps.flatMap((c) => [`${c.name}.gain`, `${c.name}.signal`]),
];

/** @throws ModelError when the path names nothing, or a value is not what it takes, or there are not `entries` of them */
export function checkVariation(v: Variation, d: NetworkDescription, entries: number): Path {
  const where = `variation "${v.path}"`;
  const path = resolvePath(v.path, d);
  if (v.values.length !== entries) {
    throw new ModelError(
      where,
      `has ${v.values.length} values for ${entries} entries`,
      "Give every variation one value per entry",
    );
  }
  v.values.forEach((value, entry) => checkValue(`${where}, entry ${entry}`, path, value, d));
  if (
    path.kind === "rate" &&
    d.populations[path.population]?.model.kind !== "port" &&
    v.values.some(isPerCell) &&
    !v.values.every(isPerCell)
  ) {
    throw new ModelError(
      where,
      "mixes rates per cell with signals",
      "Give quantities per cell in every entry, or in none",
    );
  }
  return path;
}

function checkValue(where: string, path: Path, value: unknown, d: NetworkDescription): void {
  switch (path.kind) {
    case "seed":
    case "structureSeed":
      return checkU32(where, path.kind, value);
    case "rate": {
      const population = d.populations[path.population] as NetworkDescription["populations"][number];
      if (population.model.kind === "port")
        return checkPortRate(where, value as Quantity<"Hz">, sizeOf(population), population.model.maxRate);
      return checkRates(where, rateValue(value), sizeOf(population));
    }
    case "times":
      return checkTimes(
        where,
        value,
        sizeOf(d.populations[path.population] as NetworkDescription["populations"][number]),
      );
    case "param": {
      const { model } = d.populations[path.population] as CellsDescription | NeuronsDescription;
      return checkParam(where, path.param, value, model.n);
    }
    case "scale": {
      const projection = d.projections[path.projection] as NetworkDescription["projections"][number];
      return checkScale(where, scaleValue(where, value), scaleLimits(projection, d.populations));
    }
    case "trained":
      return checkTrainedNumber(where, path.key, value);
    case "gain":
      canonicalValues(where, gainValue(value), "1", clampSize(path.clamp, d));
      return;
    case "signal":
      return checkCellSignals(where, value as CellSignals, signalUnit(where, path.clamp, d), clampSize(path.clamp, d));
  }
}

function checkParam(where: string, param: Limits, value: unknown, n: number): void {
  canonicalWithin(where, value, param, n);
}

/** A factor: a plain number or a quantity in "1". */
export const scaleValue = (where: string, value: unknown): number =>
  canonicalValues(where, gainValue(value), "1", 1) as number;

/** Gains as quantities; a plain number means the same for all cells. */
export const gainValue = (value: unknown): Quantity<"1"> | Quantities<"1"> =>
  typeof value === "number" ? one(value) : (value as Quantity<"1"> | Quantities<"1">);

/** A varied rate; a single quantity means a constant signal. */
export const rateValue = (value: unknown): RenewalSources["rate"] =>
  isQuantity(value) && !("kind" in value)
    ? { kind: "constant", unit: (value as Quantity<Unit>).unit, value: value.value }
    : (value as RenewalSources["rate"]);

function signalUnit(where: string, clamp: number, d: NetworkDescription): Unit {
  const described = d.clamps[clamp] as NetworkDescription["clamps"][number];
  const population = d.populations.find((p) => p.name === described.population);
  return clampUnit(where, described, population as CellsDescription | NeuronsDescription);
}

function clampSize(clamp: number, d: NetworkDescription): number {
  const { population } = d.clamps[clamp] as NetworkDescription["clamps"][number];
  const found = d.populations.find((p) => p.name === population);
  return found === undefined ? 0 : sizeOf(found);
}
