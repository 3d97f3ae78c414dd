import type { Rule } from "../connect/rules.ts";
import { checkRule } from "../connect/rules.ts";
import { ModelError } from "../errors.ts";
import { Texts } from "../lang/check.ts";
import { derivative } from "../lang/derivative.ts";
import { type Expr, num } from "../lang/expr.ts";
import { dependsOn, freeNames, substitute } from "../lang/names.ts";
import { type Dimension, dimension, unitName } from "../lang/units.ts";
import { checkName } from "../lang/words.ts";
import { given, number, object, quantity, record, text } from "../shapes.ts";
import type { Quantity, Unit } from "../units.ts";
import { type CellsDescription, clampUnit, findPopulation, isCells, isNeurons, linkValues, type NeuronsDescription, receives, ruleSizes } from "./check.ts"; // prettier-ignore
import type { PerLink, PopulationDescription } from "./description.ts";
import * as shape from "./shape.ts";

/** A place of cells; the detector's section where none is given. */
export interface Place {
  readonly section?: string;
  readonly at?: number;
}

/** Sums of weight * value over links, at every step, from what the sources are at that step: gap junctions, graded synapses, read-outs. It flows into
 * a compartment (nA) or into an input of point neurons (its unit). */
export interface GatherDescription extends Place {
  readonly name: string;
  readonly source: string;
  readonly target: string;
  readonly rule: Rule;
  readonly weight: PerLink<Unit>;
  /** Over states of the source ("V_pre": at `from`), the target's own ("V", at its place; linear in them) and `params`. */
  readonly value: string;
  readonly params?: Readonly<Record<string, Quantity>>;
  /** where a source cell's V_pre is. */
  readonly from?: Place;
  /** of point neurons, instead of section and at. */
  readonly input?: string;
}

const place = { section: text, at: number };
const gather = object(
  { name: shape.label, source: text, target: text, rule: shape.rule, weight: given, value: text },
  { params: record(quantity()), from: object({}, place), input: text, ...place },
);

/** A gather's value as pre + sum of slope(state) * state: what is summed over links, over names of the source ("V_pre"). */
export interface GatherTerms {
  readonly constant: Expr;
  readonly slopes: ReadonlyMap<string, Expr>;
}

/** Everything about a gather but the number of its per-link weights.
 * @throws ModelError at the first fault */
export function checkGather(g: GatherDescription, populations: readonly PopulationDescription[], before: readonly { readonly name: string }[]): GatherTerms {
  gather("gather", g);
  const where = `gather "${g.name}"`;
  if (before.some((other) => other.name === g.name))
    throw new ModelError(where, "exists already", 'Give this one a name of its own: { name: "..." }');
  checkRule(where, g.rule, ruleSizes(g, populations));
  const [source, target] = [receiver(where, populations, g.source), receiver(where, populations, g.target)];
  const unit = gatherUnit(where, g, target);
  if (isCells(source)) clampUnit(where, { section: source.model.detector.section, ...g.from }, source);
  else if (g.from !== undefined) throw new ModelError(`${where}, from`, "is a place of point neurons", "Leave it out");
  linkValues(`${where}, weight`, g.weight, g.weight.unit);
  return termsOf(where, g, source, target, unit);
} // prettier-ignore

/** What a gather gives, in the unit of where it acts. */
export const gatherUnit = (where: string, g: GatherDescription, target: CellsDescription | NeuronsDescription): Unit =>
  clampUnit(where, isCells(target) ? { section: target.model.detector.section, ...g } : g, target);

function receiver(where: string, populations: readonly PopulationDescription[], name: string): CellsDescription | NeuronsDescription {
  const found = findPopulation(where, populations, name);
  if (receives(found)) return found;
  throw new ModelError(where, `"${name}" are sources, which have no states`, "Gather between cells or point neurons; connect sources");
} // prettier-ignore

/** States by name with units: all of a point neuron, the voltage of a cell. */
const statesOf = (p: CellsDescription | NeuronsDescription): [string, Unit][] =>
  isNeurons(p) ? Object.entries(p.model.neuron.states).map(([s, { unit }]) => [s, unit]) : [["V", "mV"]];

function termsOf(where: string, g: GatherDescription, source: CellsDescription | NeuronsDescription, target: CellsDescription | NeuronsDescription, unit: Unit): GatherTerms {
  const own = statesOf(target);
  const known: Record<string, Unit> = Object.fromEntries([...statesOf(source).map(([s, u]) => [`${s}_pre`, u]), ...own]);
  for (const [p, q] of Object.entries(g.params ?? {})) {
    checkName(where, "parameter", p);
    if (Object.hasOwn(known, p)) throw new ModelError(where, `the parameter "${p}" has the name of a state`, "Rename it");
    known[p] = q.unit;
  }
  const { expr: read, dimension: of } = new Texts(where, known).check("value", g.value, undefined, new Map());
  const product = times(of, g.weight.unit);
  if (product !== "any" && unitName(product) !== unitName(dimension(unit)))
    throw new ModelError(where, `gives weight * value in ${unitName(product)} where ${unit} is wanted`, "Give the weight the unit that is missing");
  const expr = substitute(read, Object.fromEntries(Object.entries(g.params ?? {}).map(([p, q]) => [p, num(q.value)])));
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

const times = (of: Dimension, unit: Unit): Dimension => {
  const other = dimension(unit);
  return of === "any" || other === "any" ? "any" : of.map((x, i) => x + (other[i] ?? 0));
};
