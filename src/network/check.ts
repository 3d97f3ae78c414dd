import { didYouMean, ModelError } from "../errors.ts";
import { checkName } from "../lang/words.ts";
import type { NeuronModel } from "../mechanisms/neuron.ts";
import { changesLinks } from "../mechanisms/plasticity.ts";
import { checkOrder } from "../random/source.ts";
import { canonical, canonicalValues, isQuantities, type Quantities, type Quantity, type Unit } from "../units.ts";
import { METHODS, type SectionSpec, type WholeCell } from "./cell.ts";
import { checkCell } from "./check-cell.ts";
import { playedParam } from "./param-paths.ts";
import { recordedParts } from "./recorded.ts";
import type {
  CellChoice,
  CellSignals,
  ClampDescription,
  NetworkDescription,
  PopulationDescription,
  ProjectionDescription,
  RecordingDescription,
  RenewalSources,
  TrainSources,
} from "./description.ts";
import { checkNeurons } from "./check-neurons.ts";
import { isPlain, shown } from "../shapes.ts";
import * as shape from "./shape.ts";
import { checkSignal, type Signal } from "./signal.ts";

/** Checks of descriptions, the same when `Network` is told of a thing and when `compile` reads one from JSON.
 * Each throws ModelError at the first fault. What needs a cell's equations is checked by the cell compiler. */

export type CellsDescription = Extract<PopulationDescription, { model: WholeCell }>;
export type NeuronsDescription = Extract<PopulationDescription, { model: NeuronModel }>;

export const isCells = (p: PopulationDescription): p is CellsDescription => p.model.kind === "cells";
export const isNeurons = (p: PopulationDescription): p is NeuronsDescription => p.model.kind === "neurons";
/** Whether a population receives: cells or point neurons, and no sources. */
export const receives = (p: PopulationDescription): p is CellsDescription | NeuronsDescription =>
  isCells(p) || isNeurons(p);
export const sizeOf = (p: PopulationDescription): number => ("n" in p ? p.n : p.model.n);

export type Populations = readonly PopulationDescription[];

export function findPopulation(where: string, populations: Populations, name: string): PopulationDescription {
  const found = populations.find((p) => p.name === name);
  if (found !== undefined) return found;
  const names = populations.map((p) => p.name);
  throw new ModelError(where, `there is no population "${name}"`, didYouMean(name, names));
}

export function checkU32(where: string, what: string, x: unknown): void {
  if (typeof x === "number" && Number.isInteger(x) && x >= 0 && x < 2 ** 32) return;
  throw new ModelError(where, `${what} ${shown(x)} is not a whole number from 0 to 4294967295`, "Give such a number");
}

/** Population names go into paths, files and labels of buffers. */
export function checkPopulation(p: PopulationDescription, before: Populations): void {
  shape.population(`population${isPlain(p) && "name" in p ? ` ${shown(p.name)}` : ""}`, p);
  checkName("network", "population", p.name);
  const where = `population "${p.name}"`;
  if (before.some((q) => q.name === p.name)) {
    throw new ModelError(where, "exists already", "Choose another name");
  }
  const n = sizeOf(p);
  if (!Number.isInteger(n) || n < 1) throw new ModelError(where, `has ${n} cells`, "Give a whole number of 1 or more");
  if (isCells(p)) {
    checkMethod(`${where}, method`, p.model.method);
    return checkCell(where, p.model);
  }
  if (isNeurons(p)) return checkNeurons(where, p.model);
  if (p.model.kind === "renewal") return checkRenewal(where, p.model, n);
  if (p.model.kind === "trains") return checkTimes(where, p.model.times, n);
  if (p.model.kind === "port") {
    const { sources, rate, maxRate } = p.model;
    if (!(Number.isFinite(sources) && sources > 0)) throw new ModelError(`${where}, sources`, `is ${sources}`, "Give how many sources each element sums, above 0"); // prettier-ignore
    if (maxRate !== undefined) checkNotNegative(`${where}, maxRate`, maxRate, "Hz", 1);
    return checkPortRate(`${where}, rate`, rate, n, maxRate);
  }
  throw new ModelError(
    where,
    `has a model of unknown kind ${shown((p.model as { kind: unknown }).kind)}`,
    "Known: cells, neurons, renewal, trains, port",
  );
}

/** @throws ModelError for a method that is none */
export function checkMethod(where: string, method: unknown): void {
  if (method === undefined || METHODS.some((known) => known === method)) return;
  throw new ModelError(where, `is ${shown(method)}`, didYouMean(method, METHODS));
}

function checkRenewal(where: string, model: RenewalSources, n: number): void {
  checkOrder(where, model.order);
  checkNotNegative(`${where}, latency`, model.latency, "ms", 1);
  checkRates(`${where}, rate`, model.rate, n);
}

/** Whether a rate is one constant per cell. A signal of steps or samples has `values` and `unit` too, but also a kind. */
export const isPerCell = (rate: unknown): rate is Quantities<"Hz"> => isQuantities(rate) && !("kind" in rate);

/** Also what a variation of a rate may be. */
export function checkRates(where: string, rate: RenewalSources["rate"], n: number): void {
  if (isPerCell(rate)) return checkNotNegative(where, rate, "Hz", n);
  if (typeof rate !== "object" || rate === null || !("signals" in rate)) return checkUnit(where, rate, "Hz");
  checkSeveral(where, rate, "Hz", n, 64);
}

/** A signal of all cells, or one per cell; also what a variation of a clamp's signal may be. */
export function checkCellSignals(where: string, signal: CellSignals, unit: Unit, n: number): void {
  if (typeof signal !== "object" || signal === null || !("signals" in signal)) return checkUnit(where, signal, unit);
  checkSeveral(where, signal, unit, n, n);
}

function checkSeveral(
  where: string,
  { signals, signalOfCell }: Extract<CellSignals, { signals: unknown }>,
  unit: Unit,
  n: number,
  most: number,
): void {
  if (signals.length < 1 || signals.length > most) {
    throw new ModelError(
      where,
      `has ${signals.length} signals`,
      `Give 1 to ${most}; for a constant per cell give quantities`,
    );
  }
  signals.forEach((s, i) => checkUnit(`${where}.signals[${i}]`, s, unit));
  if (signalOfCell.length !== n) {
    throw new ModelError(where, `has ${signalOfCell.length} values of signalOfCell for ${n} cells`, `Give ${n}`);
  }
  const bad = signalOfCell.findIndex((s) => !Number.isInteger(s) || s < 0 || s >= signals.length);
  if (bad >= 0) {
    throw new ModelError(
      `${where}.signalOfCell[${bad}]`,
      `is ${signalOfCell[bad]}`,
      `Give an index below ${signals.length}`,
    );
  }
}

/** Spike trains of n cells; also what a variation of them may be. */
export function checkTimes(where: string, given: unknown, n: number): asserts given is TrainSources["times"] {
  if (!Array.isArray(given) || !given.every(Array.isArray)) {
    throw new ModelError(where, "is no list of spike trains", "Give a list of times (ms) for each cell");
  }
  if (given.length !== n) {
    throw new ModelError(where, `has ${given.length} spike trains for ${n} cells`, `Give ${n}, one per cell`);
  }
  (given as number[][]).forEach((times, cell) => {
    const bad = times.findIndex((t) => !Number.isFinite(t) || t < 0);
    if (bad < 0) return;
    throw new ModelError(
      `${where}, cell ${cell}, spike ${bad}`,
      `is at ${times[bad]} ms`,
      "Give finite times of 0 ms or later",
    );
  });
}

export function checkClamp(c: ClampDescription, populations: Populations, before: readonly ClampDescription[]): void {
  shape.clamp("clamp", c);
  const where = `clamp "${c.name}"`;
  if (before.some((d) => d.name === c.name)) {
    throw new ModelError(where, "exists already", 'Give this one a name of its own: { name: "..." }');
  }
  const population = findPopulation(where, populations, c.population);
  if (!receives(population))
    throw new ModelError(where, `"${c.population}" are sources, which take no current`, "Clamp a population of cells");
  checkCellSignals(`${where}, signal`, c.signal, clampUnit(where, c, population), population.model.n);
  if (c.resistance !== undefined) checkResistance(`${where}, resistance`, c.resistance, population.model.n);
  if (c.param !== undefined) refuseWindow(where, c, before, population);
  canonicalValues(`${where}, gain`, c.gain, "1", population.model.n);
  checkNotNegative(`${where}, delay`, c.delay, "ms", 1);
  checkNotNegative(`${where}, duration`, c.duration, "ms", 1);
}

function checkResistance(where: string, given: ClampDescription["resistance"], n: number): void {
  const values = canonicalValues(where, given, "MOhm", n);
  const bad = (typeof values === "number" ? [values] : [...values]).find((x) => !(x > 0));
  if (bad !== undefined)
    throw new ModelError(where, `is ${bad} MOhm`, "Give a resistance above 0, for example MOhm(0.01)");
}

/** A parameter has a value at any time, and one that says what it is. */
function refuseWindow(
  where: string,
  c: ClampDescription,
  before: readonly ClampDescription[],
  { model }: CellsDescription | NeuronsDescription,
): void {
  const keys = (param: string): readonly string[] => playedParam(where, param, model).keys;
  const own = keys(c.param as string);
  const other = before.find(
    (d) => d.population === c.population && d.param !== undefined && keys(d.param).some((key) => own.includes(key)),
  );
  if (other !== undefined)
    throw new ModelError(where, `plays into "${c.param}", as "${other.name}" does`, "Play the sum of both signals");
  if (c.delay.value !== 0 || c.duration.value < 1e9)
    throw new ModelError(where, "is on for a part of the time", "Play a signal with its value at all times");
}

/** The unit of a clamp's signal, when its place exists. */
export function clampUnit(
  where: string,
  clamp: Pick<ClampDescription, "section" | "at" | "input" | "resistance" | "param">,
  population: CellsDescription | NeuronsDescription,
): Unit {
  const { section, at = 0.5, input, resistance, param } = clamp;
  if (param !== undefined) return playedParam(where, param, population.model).unit;
  if (isNeurons(population)) {
    const { neuron } = population.model;
    if (resistance !== undefined)
      throw new ModelError(
        where,
        "is a voltage clamp of point neurons",
        "Set their V by their own equations, or use cells",
      );
    const inputs = new Map(Object.entries(neuron.inputs ?? {}));
    const found = inputs.get(input ?? "");
    if (found !== undefined) return found.unit;
    throw new ModelError(where, `${neuron.name} has no input "${input ?? ""}"`, didYouMean(input ?? "", inputs.keys()));
  }
  findSection(where, population.model, section ?? "");
  if (!(at >= 0 && at <= 1))
    throw new ModelError(where, `position ${at} is outside 0..1`, "Give the position along the section");
  return resistance === undefined ? "nA" : "mV";
}

/** The first part of a variable only: whether the rest exists is known to the cell compiler. A clamp's current is "<clamp>.i". */
export function checkRecording(
  r: RecordingDescription,
  populations: Populations,
  currents: readonly NamedCurrent[],
  projections: readonly ProjectionDescription[],
): void {
  shape.recording("recording", r);
  if (r.projection !== undefined) return checkWeightRecording(r, r.projection, projections);
  const where = `recording of "${r.variable.slice(0, 100)}" in "${r.population.slice(0, 60)}"`;
  const population = findPopulation(where, populations, r.population);
  if (!receives(population)) {
    throw new ModelError(
      where,
      "sources have no variables",
      "Their spikes are always recorded; record a population of cells",
    );
  }
  checkChoice(where, r.cells, population.model.n);
  if (!(canonical(`${where}, every`, r.every, "ms") > 0)) {
    throw new ModelError(where, `is sampled every ${r.every.value} ms`, "Give an interval above 0");
  }
  if (currents.some((c) => c.population === r.population && r.variable === `${c.name}.i`)) return;
  if (isNeurons(population)) return; // its compiler knows the states
  const { model } = population;
  const { first, at } = recordedParts(r.variable);
  const known = ["V", ...Object.keys(model.sums ?? {}), ...model.sections.map((s) => s.name), ...model.receptors.map((x) => x.name)]; // prettier-ignore
  if (!known.includes(first))
    throw new ModelError(where, `there is no "${first.slice(0, 100)}"`, didYouMean(first.slice(0, 100), known));
  if (at !== undefined && !(at <= 1 && model.sections.some((s) => s.name === first))) throw new ModelError(where, at > 1 ? `${at} is not on the section` : `"${first}" is no section`, "Name a place from 0 to 1 of a section: \"dend(0.9).V\""); // prettier-ignore
}

/** A clamp or gather whose current may be recorded, as "<name>.i". */
interface NamedCurrent {
  readonly name: string;
  readonly population: string;
}

export const currentsInto = ({
  clamps,
  gathers = [],
}: Pick<NetworkDescription, "clamps" | "gathers">): NamedCurrent[] => [
  ...clamps.filter((c) => c.param === undefined),
  ...gathers.map(({ name, target }) => ({ name, population: target })),
];

function checkWeightRecording(r: RecordingDescription, of: string, projections: readonly ProjectionDescription[]): void {
  const where = `recording of the weights of "${of.slice(0, 60)}"`;
  const p = projections.find((x) => x.name === of);
  const learning = projections.filter((x) => changesLinks(x.plasticity)).map((x) => x.name);
  if (p === undefined) throw new ModelError(where, "there is no such projection", didYouMean(of, learning));
  if (!changesLinks(p.plasticity)) throw new ModelError(where, "its weights do not change", didYouMean(of, learning));
  if (p.target !== r.population) throw new ModelError(where, `is said to be of "${r.population.slice(0, 60)}", but ends on "${p.target}"`, `Give the population "${p.target}"`);
  if (r.variable !== "w") throw new ModelError(where, `asks for "${r.variable.slice(0, 60)}"`, 'Only weights are sampled: "w"');
  checkChoice(where, r.cells, Infinity);
  if (!(canonical(`${where}, every`, r.every, "ms") > 0)) throw new ModelError(where, `is sampled every ${r.every.value} ms`, "Give an interval above 0");
} // prettier-ignore

export function checkChoice(where: string, choice: CellChoice, n: number): void {
  if (choice === "all") return;
  if ("every" in choice) {
    if (Number.isInteger(choice.every) && choice.every >= 1) return;
    throw new ModelError(where, `every ${choice.every} cells`, "Give a whole number of 1 or more");
  }
  const bad = choice.cells.find((c) => !Number.isInteger(c) || c < 0 || c >= n);
  if (bad !== undefined)
    throw new ModelError(where, `there is no cell ${bad} among ${n}`, `Give indices from 0 to ${n - 1}`);
  if (choice.cells.length === 0) throw new ModelError(where, "no cells are chosen", "Choose at least one");
}

function findSection(where: string, model: WholeCell, name: string): SectionSpec {
  const found = model.sections.find((s) => s.name === name);
  if (found !== undefined) return found;
  throw new ModelError(where, `${model.model} has no section "${name}"`, didYouMean(name, model.sections.map((s) => s.name))); // prettier-ignore
}

export function checkUnit(where: string, signal: Signal, unit: Unit): void {
  if (typeof signal !== "object" || signal === null || !("kind" in signal)) {
    throw new ModelError(
      where,
      `is ${shown(signal)}, not a signal`,
      `Give one in "${unit}", for example drive.constant(${unit}(1))`,
    );
  }
  if (signal.unit !== unit) throw new ModelError(where, `has unit "${signal.unit}"`, `Give a signal in "${unit}"`);
  checkSignal(where, signal);
}

export function checkNotNegative<U extends "ms" | "Hz">(
  where: string,
  q: Quantity<U> | Quantities<U>,
  unit: U,
  n: number,
): void {
  refuseNegative(where, canonicalValues(where, q, unit, n), unit);
}

/** @throws ModelError for a rate below 0 or above the port's maxRate */
export function checkPortRate(where: string, rate: Quantity<"Hz"> | Quantities<"Hz">, n: number, maxRate: Quantity<"Hz"> | undefined): void {
  const values = canonicalValues(where, rate, "Hz", n);
  refuseNegative(where, values, "Hz");
  if (maxRate === undefined) return;
  const most = canonical(where, maxRate, "Hz");
  const highest = typeof values === "number" ? values : values.reduce((a, b) => Math.max(a, b), 0);
  if (highest > most) throw new ModelError(where, `is ${highest} Hz, above the port's maxRate of ${most} Hz`, "Give a lower rate, or the port a higher maxRate");
} // prettier-ignore

export function refuseNegative(where: string, values: number | Float64Array, unit: string): void {
  const lowest = typeof values === "number" ? values : values.reduce((a, b) => Math.min(a, b), Infinity);
  if (lowest < 0) throw new ModelError(where, `is ${lowest} ${unit}`, "Give 0 or more");
}
