import { didYouMean, ModelError } from "../errors.ts";
import type { Expr } from "../lang/expr.ts";
import { checkName } from "../lang/words.ts";
import { finite, given, list, number, object, oneOf, quantity, record, text, unit, whole } from "../shapes.ts";
import { canonical, canonicalValues, type Quantities, type Quantity, type Unit } from "../units.ts";
import { clampUnit, findPopulation, isCells, receives, type CellsDescription, type NeuronsDescription, checkUnit, checkChoice, checkNotNegative } from "./check.ts"; // prettier-ignore
import type {
  PopulationDescription,
  ProjectionDescription,
  RecordingDescription,
  ReadoutDescription,
  Rls,
} from "./description.ts";
import { weighedText } from "./gathers.ts";
import * as shape from "./shape.ts";
import { ofSeveralInsertions, shownBy } from "./shown-states.ts";
import type { Signal } from "./signal.ts";
import { signalData } from "./sources.ts";

export interface RlsOptions extends Pick<Rls, "every" | "P0"> {
  /** in the read-out's unit; a list for a read-out of several values. */
  readonly target: Quantity | Signal | readonly (Quantity | Signal)[];
  /** default 0. */
  readonly start?: Quantity<"ms">;
  readonly stop?: Quantity<"ms">;
}

export interface ReadoutOptions extends Pick<ReadoutDescription, "value" | "params" | "from"> {
  /** default: as many as there are targets, or 1. */
  readonly outputs?: number;
  /** default "1". */
  readonly unit?: Unit;
  readonly weight: Quantity | Quantities;
  readonly learning?: RlsOptions;
}

/** Recursive least squares for `net.readout`: `rls({ target: drive.sinusoid({ ... }), every: ms(2.5), P0: 2.5e-5 })`. */
export const rls = (options: RlsOptions): RlsOptions => options;

/** What a user gives as plain data. */
export function readoutData(name: string, source: string, options: ReadoutOptions): ReadoutDescription {
  const { learning, unit: given = "1", outputs, ...rest } = options;
  const where = `read-out "${name}"`;
  if (learning === undefined) return { ...rest, name, source, unit: given, outputs: outputs ?? 1 };
  const { target, start = { value: 0, unit: "ms" }, every, P0, stop } = learning;
  const all = (Array.isArray(target) ? target : [target]) as readonly (Quantity | Signal)[];
  const targets = all.map((one, k) => signalData(`${where}, target ${k}`, one, given));
  const data: Rls = { kind: "rls", targets, every, P0, start, ...(stop === undefined ? {} : { stop }) };
  return { ...rest, name, source, unit: given, outputs: outputs ?? targets.length, learning: data };
}

const place = { section: text, at: number };
const learningShape = object(
  { kind: oneOf("rls"), targets: list((at, s) => shape.signalShape(at, s), { least: 1 }), every: quantity("ms"), P0: finite, start: quantity("ms") },
  { stop: quantity("ms") },
); // prettier-ignore
const readoutShape = object(
  { name: shape.label, source: text, value: text, outputs: whole(1), unit, weight: given },
  { params: record(quantity()), from: object({}, place), learning: learningShape },
);

/** What is read of each cell, over "<state>_pre".
 * @param taken  names that it may not have
 * @throws ModelError at the first fault */
export function checkReadout(r: ReadoutDescription, populations: readonly PopulationDescription[], taken: readonly { readonly name: string }[]): Expr {
  readoutShape("read-out", r);
  checkName("network", "read-out", r.name);
  const where = `read-out "${r.name}"`;
  if ([...populations, ...taken].some((other) => other.name === r.name))
    throw new ModelError(where, "has a name that exists already", "Choose another name");
  const source = findPopulation(where, populations, r.source);
  if (!receives(source))
    throw new ModelError(where, `"${r.source}" are sources, which have no states`, "Read cells or point neurons");
  if (isCells(source)) clampUnit(where, { section: source.model.detector.section, ...r.from }, source);
  else if (r.from !== undefined) throw new ModelError(`${where}, from`, "is a place of point neurons", "Leave it out");
  canonicalValues(`${where}, weight`, r.weight, r.weight.unit, r.outputs * source.model.n);
  if (r.learning !== undefined) checkLearning(`${where}, learning`, r, r.learning);
  return readText(where, r, source);
} // prettier-ignore

function readText(where: string, r: ReadoutDescription, source: CellsDescription | NeuronsDescription): Expr {
  const states = shownBy(source, r.from).map(([s, unit]) => [`${s}_pre`, unit] as const);
  const remedy = "Give the weight the unit that is missing, or the read-out its unit";
  return weighedText(where, r, states, r.unit, remedy, ofSeveralInsertions(source, r.from));
} // prettier-ignore

function checkLearning(where: string, r: ReadoutDescription, l: Rls): void {
  if (l.targets.length !== r.outputs)
    throw new ModelError(where, `has ${l.targets.length} targets for ${r.outputs} values`, `Give ${r.outputs}`);
  l.targets.forEach((t, k) => checkUnit(`${where}, target ${k}`, t, r.unit));
  if (!(l.P0 > 0)) throw new ModelError(`${where}, P0`, `is ${l.P0}`, "Give a number above 0");
  if (!(canonical(`${where}, every`, l.every, "ms") > 0))
    throw new ModelError(`${where}, every`, `is ${l.every.value} ms`, "Give an interval above 0");
  checkNotNegative(`${where}, start`, l.start, "ms", 1);
  if (l.stop !== undefined && !(l.stop.value > l.start.value))
    throw new ModelError(`${where}, stop`, `is at ${l.stop.value} ms, and the start at ${l.start.value} ms`, "Give a later stop, or leave it out for learning without an end"); // prettier-ignore
}

/** What of a read-out may be recorded: its values as they act in a step, what they were off before learning, its weights. */
const READOUT_VARIABLES = ["z", "error", "w"] as const;

export function checkReadoutRecording(r: RecordingDescription, readouts: readonly ReadoutDescription[], populations: readonly PopulationDescription[]): void {
  const where = `recording of the read-out "${String(r.readout).slice(0, 60)}"`;
  const found = readouts.find((x) => x.name === r.readout);
  if (found === undefined) throw new ModelError(where, "there is no such read-out", didYouMean(String(r.readout), readouts.map((x) => x.name)));
  oneOf(...READOUT_VARIABLES)(`${where}, variable`, r.variable);
  if (r.population !== found.source) throw new ModelError(where, `is said to be of "${r.population.slice(0, 60)}", but reads "${found.source}"`, `Give the population "${found.source}"`);
  if (r.variable === "error" && found.learning === undefined) throw new ModelError(where, "asks for its error, but it has no target", "Record z, or give it learning");
  const source = findPopulation(where, populations, found.source) as NeuronsDescription;
  checkChoice(where, r.cells, r.variable === "w" ? found.outputs * source.model.n : found.outputs);
  if (!(canonical(`${where}, every`, r.every, "ms") > 0)) throw new ModelError(where, `is sampled every ${r.every.value} ms`, "Give an interval above 0");
} // prettier-ignore

/** Names that a read-out may not have: a gather begins at it by name, and `freeze` holds it by name. */
export const takenNames = (projections: readonly ProjectionDescription[], before: readonly ReadoutDescription[]) => [
  ...projections,
  ...before,
];

/** @throws ModelError for a name that a read-out has */
export function refuseName(name: string, readouts: readonly ReadoutDescription[]): void {
  if (readouts.some((r) => r.name === name))
    throw new ModelError(`"${name}"`, "is the name of a read-out", "Choose another name");
}
