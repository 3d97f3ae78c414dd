import { checkRule, type Sizes } from "../connect/rules.ts";
import { ModelError } from "../errors.ts";
import { Texts } from "../lang/check.ts";
import { derivative } from "../lang/derivative.ts";
import { evaluate } from "../lang/evaluate.ts";
import { type Expr, num } from "../lang/expr.ts";
import { dependsOn, freeNames, substitute } from "../lang/names.ts";
import { dimension, times, unitName } from "../lang/units.ts";
import { checkName } from "../lang/words.ts";
import { given, number, object, quantity, record, text } from "../shapes.ts";
import type { Quantity, Unit } from "../units.ts";
import {
  type CellsDescription,
  clampUnit,
  findPopulation,
  isCells,
  isNeurons,
  type NeuronsDescription,
  receives,
  sizeOf,
} from "./check.ts";
import { linkValues, ruleSizes } from "./check-projection.ts";
import type { PopulationDescription, GatherDescription, ReadoutDescription } from "./description.ts";
import * as shape from "./shape.ts";
import { ofSeveralInsertions, shownBy } from "./shown-states.ts";

const place = { section: text, at: number };
const gather = object(
  { name: shape.label, source: text, target: text, rule: shape.rule, weight: given, value: text },
  { params: record(quantity()), from: object({}, place), input: text, ...place },
);

/** A gather's value as pre + sum of slope(state) * state: what is summed over links, over names of the source ("V_pre"). */
interface GatherTerms {
  readonly constant: Expr;
  readonly slopes: ReadonlyMap<string, Expr>;
  /** of a gather from a read-out: what it is times the read-out's value. */
  readonly factor?: number;
}

/** Everything about a gather but the number of its per-link weights.
 * @throws ModelError at the first fault */
export function checkGather(g: GatherDescription, populations: readonly PopulationDescription[], before: readonly { readonly name: string }[], readouts: readonly ReadoutDescription[]): GatherTerms {
  gather("gather", g);
  const where = `gather "${g.name}"`;
  if (before.some((other) => other.name === g.name))
    throw new ModelError(where, "exists already", 'Give this one a name of its own: { name: "..." }');
  checkRule(where, g.rule, gatherSizes(g, populations, readouts));
  const target = receiver(where, populations, g.target);
  const unit = gatherUnit(where, g, target);
  linkValues(`${where}, weight`, g.weight, g.weight.unit);
  const readout = readouts.find((r) => r.name === g.source);
  if (readout !== undefined) return readoutTerms(where, g, readout, target, unit);
  const source = receiver(where, populations, g.source);
  if (isCells(source)) clampUnit(where, { section: source.model.detector.section, ...g.from }, source);
  else if (g.from !== undefined) throw new ModelError(`${where}, from`, "is a place of point neurons", "Leave it out");
  return termsOf(where, g, shownBy(source, g.from), target, unit, ofSeveralInsertions(source, g.from));
} // prettier-ignore

/** Sources and targets of a gather's rule: a read-out has as many sources as values. */
export function gatherSizes(g: GatherDescription, populations: readonly PopulationDescription[], readouts: readonly ReadoutDescription[]): Sizes {
  const from = readouts.find((r) => r.name === g.source);
  if (from === undefined) return ruleSizes(g, populations);
  return { sources: from.outputs, targets: sizeOf(findPopulation(`gather "${g.name}"`, populations, g.target)), same: false };
} // prettier-ignore

/** What a gather is times the value of a read-out, which engines keep as a number and not as something to compute. */
function readoutTerms(where: string, g: GatherDescription, readout: ReadoutDescription, target: CellsDescription | NeuronsDescription, unit: Unit): GatherTerms {
  if (g.from !== undefined) throw new ModelError(`${where}, from`, "is a place of a read-out", "Leave it out");
  const terms = termsOf(where, g, [["z", readout.unit]], target, unit);
  const slope = derivative(terms.constant, "z_pre");
  const atZero = substitute(terms.constant, { z_pre: num(0) });
  if (terms.slopes.size > 0 || freeNames(slope).size > 0 || freeNames(atZero).size > 0 || evaluate(atZero, {}) !== 0)
    throw new ModelError(`${where}, value`, "is no multiple of the read-out's value", 'Give "z_pre" or a number times it');
  return { ...terms, factor: evaluate(slope, {}) };
} // prettier-ignore

/** What a gather gives, in the unit of where it acts. */
export const gatherUnit = (where: string, g: GatherDescription, target: CellsDescription | NeuronsDescription): Unit =>
  clampUnit(where, isCells(target) ? { section: target.model.detector.section, ...g } : g, target);

function receiver(where: string, populations: readonly PopulationDescription[], name: string): CellsDescription | NeuronsDescription {
  const found = findPopulation(where, populations, name);
  if (receives(found)) return found;
  throw new ModelError(where, `"${name}" are sources, which have no states`, "Gather between cells or point neurons; connect sources");
} // prettier-ignore

/** States of a target that a gather may multiply: all of a point neuron, the voltage of a cell. */
const ownStates = (p: CellsDescription | NeuronsDescription): [string, Unit][] =>
  isNeurons(p) ? shownBy(p) : [["V", "mV"]];

/** The text of what each link weighs, over names of states and parameters, with the parameters' values put in.
 * @param unit    of its product with the weight
 * @param remedy  where the units do not fit
 * @param source  what to do about a name that is none of these, for a message
 * @throws ModelError with field, text and column, and for a parameter with the name of a state */
export function weighedText(where: string, { value, params = {}, weight }: { readonly value: string; readonly params?: Readonly<Record<string, Quantity>>; readonly weight: { readonly unit: Unit } }, states: readonly (readonly [string, Unit])[], unit: Unit, remedy: string, source?: (name: string) => string | undefined): Expr {
  const known: Record<string, Unit> = Object.fromEntries(states);
  for (const [p, q] of Object.entries(params)) {
    checkName(where, "parameter", p);
    if (Object.hasOwn(known, p)) throw new ModelError(where, `the parameter "${p}" has the name of a state`, "Rename it");
    known[p] = q.unit;
  }
  const { expr, dimension: of } = new Texts(where, known, undefined, undefined, source).check("value", value, undefined, new Map());
  const product = times(of, weight.unit);
  if (product !== "any" && unitName(product) !== unitName(dimension(unit)))
    throw new ModelError(where, `gives weight * value in ${unitName(product)} where ${unit} is wanted`, remedy);
  return substitute(expr, Object.fromEntries(Object.entries(params).map(([p, q]) => [p, num(q.value)])));
} // prettier-ignore

function termsOf(where: string, g: GatherDescription, source: readonly (readonly [string, Unit])[], target: CellsDescription | NeuronsDescription, unit: Unit, of?: (name: string) => string | undefined): GatherTerms {
  const own = ownStates(target);
  const pre = source.map(([s, u]) => [`${s}_pre`, u] as const);
  const expr = weighedText(where, g, [...pre, ...own], unit, "Give the weight the unit that is missing", of);
  const states = new Set(own.map(([s]) => s));
  const slopes = new Map<string, Expr>();
  for (const s of states) {
    if (!dependsOn(expr, s)) continue;
    const slope = derivative(expr, s);
    const inside = [...freeNames(slope)].find((n) => states.has(n));
    if (inside !== undefined)
      throw new ModelError(`${where}, value`, `is not linear in the target's own states: its slope in ${s} reads ${inside}`, "Let the source's states carry what is not linear");
    slopes.set(s, slope);
  }
  const none = Object.fromEntries([...states].map((s) => [s, num(0)]));
  return { constant: substitute(expr, none), slopes };
} // prettier-ignore
