import { eachLink, type Links } from "../connect/draw.ts";
import { ModelError } from "../errors.ts";
import { canonical, isQuantities, type Quantity, type Unit } from "../units.ts";
import { isNeurons, type CellsDescription, type NeuronsDescription } from "./check.ts";
import { linkValues } from "./check-projection.ts";
import type { CellChoice, CellSignals, PerLink } from "./description.ts";
import type { Signal } from "./signal.ts";
import { hasUnnamedNoise } from "./signal-values.ts";
import { signalData } from "./sources.ts";

/** What callers of `Network` give, as description data. */

/** One value for all links, one per link (sorted by source, then target; lists keep their order), or a function of the
 * pair, evaluated once, when the projection is described. */
export type LinkValues<U extends Unit> = PerLink<U> | ((source: number, target: number) => Quantity<U>);

/** One signal for all cells, or one for each of them. */
export type ClampSignal = Quantity | Signal | readonly (Quantity | Signal)[];

/** Cells as a recording's choice. */
export const choice = (cells: CellChoice | readonly number[] = "all"): CellChoice =>
  Array.isArray(cells) ? { cells: [...(cells as readonly number[])] } : (cells as CellChoice);

/** Values of links as description data, checked. */
export function perLink<U extends Unit>(where: string, given: LinkValues<U>, unit: U, links: () => Links): PerLink<U> {
  if (typeof given !== "function") {
    linkValues(where, given, unit, isQuantities(given) ? links().target.length : undefined);
    return given;
  }
  const drawn = links();
  const values = new Array<number>(drawn.target.length);
  eachLink(drawn, (s, t, place) => {
    values[place] = canonical(`${where} of ${s} -> ${t}`, given(s, t), unit);
  });
  linkValues(where, { values, unit }, unit, values.length);
  return { values, unit };
}

export function clampPlace(
  population: CellsDescription | NeuronsDescription,
  options: { readonly section?: string; readonly at?: number; readonly input?: string },
) {
  if (isNeurons(population))
    return { input: options.input ?? Object.keys(population.model.neuron.inputs ?? {})[0] ?? "" };
  return { section: options.section ?? population.model.detector.section, at: options.at ?? 0.5 };
}

/** Signals of cells as description data; equal ones are kept once, but those whose noise is named by its place. */
export function cellSignals(where: string, given: ClampSignal, unit: Unit, n: number): CellSignals {
  if (!Array.isArray(given)) return signalData(where, given as Quantity | Signal, unit);
  if (given.length !== n)
    throw new ModelError(where, `is a list of ${given.length} signals for ${n} cells`, `Give one signal, or ${n}`);
  const places = new Map<string, number>();
  const signals: Signal[] = [];
  const signalOfCell = (given as readonly (Quantity | Signal)[]).map((one, cell) => {
    const data = signalData(`${where}[${cell}]`, one, unit);
    const key = hasUnnamedNoise(data) ? `${cell}` : JSON.stringify(data);
    const known = places.get(key) ?? signals.push(data) - 1;
    places.set(key, known);
    return known;
  });
  return { signals, signalOfCell };
}

export function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
