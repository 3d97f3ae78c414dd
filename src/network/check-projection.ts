import { checkDrawn, type Drawn, isDrawn, leastDrawn } from "../connect/values.ts";
import { checkRule, proceduralLaw, type Sizes } from "../connect/rules.ts";
import { didYouMean, ModelError } from "../errors.ts";
import { checkPlasticity } from "../mechanisms/check-plasticity.ts";
import { changesLinks, hearsTarget } from "../mechanisms/plasticity.ts";
import { refuse } from "../shapes.ts";
import { canonicalValues, isQuantities, isQuantity, type Quantities, type Quantity, type Unit } from "../units.ts";
import {
  checkNotNegative,
  findPopulation,
  isCells,
  receives,
  refuseNegative,
  sizeOf,
  type CellsDescription,
  type NeuronsDescription,
  type Populations,
} from "./check.ts";
import type { ProjectionDescription } from "./description.ts";
import { receptorsOf } from "./receptors.ts";
import * as shape from "./shape.ts";

/** Everything about a projection but the number of its per-link values, which its drawn links decide. */
export function checkProjection(
  p: ProjectionDescription,
  populations: Populations,
  before: readonly ProjectionDescription[],
): void {
  shape.projection("projection", p);
  const where = p.name;
  if (before.some((q) => q.name === p.name)) {
    throw new ModelError(
      where,
      "a projection of this name exists already",
      'Give this one a name of its own: { name: "..." }',
    );
  }
  checkRule(where, p.rule, ruleSizes(p, populations));
  const target = findPopulation(where, populations, p.target);
  if (!receives(target)) {
    throw new ModelError(
      where,
      `"${p.target}" are sources, which receive nothing`,
      "Aim at a receptor of a population of cells",
    );
  }
  const receptors = receptorsOf(target.model);
  const names = receptors.map((r) => r.name);
  const unknown = p.receptors.find((r) => !names.includes(r));
  if (unknown !== undefined || p.receptors.length === 0) {
    throw new ModelError(where, `"${p.target}" has no receptor "${unknown ?? ""}"`, didYouMean(unknown ?? "", names));
  }
  const weights = linkValues(`${where}, weight`, p.weight, weightUnit(where, p.receptors, receptors));
  if (isCells(target)) refuseLost(where, p, weights, target);
  linkValues(`${where}, delay`, p.delay, "ms");
  if (!Number.isFinite(p.maxScale) || p.maxScale <= 0) {
    throw new ModelError(`${where}, maxScale`, `is ${p.maxScale}`, "Give a finite number above 0");
  }
  if (p.maxDelay !== undefined) checkNotNegative(`${where}, maxDelay`, p.maxDelay, "ms", 1);
  const { sources } = ruleSizes(p, populations);
  const unit = weightUnit(where, p.receptors, receptors);
  if (p.plasticity !== undefined) checkPlasticity(`${where}, plasticity`, p.plasticity, { sources, unit });
  checkLearning(where, p, target);
  if (p.plasticity !== undefined && findPopulation(where, populations, p.source).model.kind === "port")
    throw new ModelError(`${where}, plasticity`, `begins at "${p.source}", which gives numbers of events and no spikes`, "Use poisson() sources, one by one"); // prettier-ignore
  if (p.procedural === true) checkProcedural(p, populations);
}

/** A receptor of a projection whose events set a state. */
const settingReceptor = ({ receptors }: ProjectionDescription, { model }: CellsDescription) =>
  model.receptors.find(
    (r) => receptors.includes(r.name) && Object.values(r.synapse.onEvent).some((e) => typeof e !== "string"),
  );

/** The factors that a projection's weights may get. Where events set a state one below 0 would take them away, as a weight below 0. */
export function scaleLimits(p: ProjectionDescription, populations: Populations): { min: number; max: number } {
  const target = findPopulation(p.name, populations, p.target);
  const sets = isCells(target) && settingReceptor(p, target) !== undefined;
  return { min: sets ? 0 : -p.maxScale, max: p.maxScale };
}

/** @throws ModelError for a factor outside the limits, NaN included */
export function checkScale(where: string, scale: number, { min, max }: { min: number; max: number }): void {
  if (typeof scale !== "number") refuse(where, scale, "a factor, for example 0.5");
  if (scale >= min && scale <= max) return;
  if (scale < min && min === 0) throw new ModelError(where, `is ${scale}, and events to its receptor set a state: they act where weights are above 0`, `Give 0 to ${max}`); // prettier-ignore
  throw new ModelError(where, `is ${scale}, and at most ${max} was declared`, `Give a finite factor up to it, or connect with a larger maxScale`); // prettier-ignore
}

/** Events that set a state act where their weights sum to more than 0: one below 0 would do nothing, and take away from others. */
function refuseLost(
  where: string,
  p: ProjectionDescription,
  weights: number | Float64Array,
  target: CellsDescription,
): void {
  const { weight } = p;
  const set = settingReceptor(p, target);
  if (set === undefined) return;
  const least = isDrawn(weight) ? leastDrawn(weight) : leastOf(weights);
  if (least >= 0) return;
  const what = isDrawn(weight) ? `may be drawn below 0 (from ${least})` : `is ${least}`;
  throw new ModelError(`${where}, weight`, `${what}, and events to "${set.name}" set a state: they act where their weights are above 0`, "Give weights above 0, for example 1; min: 0 keeps those that are drawn there"); // prettier-ignore
}

const leastOf = (values: number | Float64Array): number =>
  typeof values === "number" ? values : values.reduce((a, b) => Math.min(a, b), Infinity);

/** What only makes sense of links that learn, and where they may not end. */
function checkLearning(where: string, p: ProjectionDescription, target: CellsDescription | NeuronsDescription): void {
  const { plasticity, dendriticDelay } = p;
  if (!changesLinks(plasticity)) {
    if (dendriticDelay === undefined) return;
    throw new ModelError(`${where}, dendriticDelay`, "is given, but no plasticity of links", "Leave it out; the delay of the links is `delay`"); // prettier-ignore
  }
  if (dendriticDelay !== undefined) {
    checkNotNegative(`${where}, dendriticDelay`, dendriticDelay, "ms", 1);
    if (!hearsTarget(plasticity.mechanism))
      throw new ModelError(`${where}, dendriticDelay`, `is given, but ${plasticity.mechanism.name} has no onPost and no trace of "post"`, "Leave it out"); // prettier-ignore
  }
  if (!isCells(target)) return;
  const set = settingReceptor(p, target);
  if (set !== undefined)
    throw new ModelError(`${where}, plasticity`, `ends on "${set.name}", whose events set a state: weights have no effect on it`, "Aim at a receptor whose events add"); // prettier-ignore
}

/** @throws ModelError for a procedural projection whose links cannot be drawn again, spike by spike */
export function checkProcedural(p: ProjectionDescription, populations: Populations): void {
  const where = `${p.name}, procedural`;
  const store = "Leave procedural out, so that links are kept";
  if (p.plasticity !== undefined)
    throw new ModelError(where, "has plasticity, whose states belong to kept links", store);
  if (!isQuantity(p.weight) || !isQuantity(p.delay))
    throw new ModelError(where, "has weights or delays of single links, which are kept", `Give one for all. ${store}`);
  if (p.maxDelay !== undefined) throw new ModelError(where, "has a maxDelay, which drops single links", store);
  const { kind } = findPopulation(p.name, populations, p.source).model;
  if (kind === "trains")
    throw new ModelError(where, "has given trains for sources, whose events are made before the run", store);
  if (kind === "port")
    throw new ModelError(where, `begins at "${p.source}", which gives numbers of events and no spikes`, store);
  proceduralLaw(p.name, p.rule, ruleSizes(p, populations));
}

export function ruleSizes(p: { name: string; source: string; target: string }, populations: Populations): Sizes {
  return {
    sources: sizeOf(findPopulation(p.name, populations, p.source)),
    targets: sizeOf(findPopulation(p.name, populations, p.target)),
    same: p.source === p.target,
  };
}

/** Canonical weights or delays of links, a number when one value serves all; a distribution is checked only. Delays below 0 are refused.
 * @param links  how many there are; not compared when left out */
export function linkValues<U extends Unit>(
  where: string,
  given: Quantity<U> | Quantities<U> | Drawn<U>,
  unit: U,
  links?: number,
): number | Float64Array {
  if (isDrawn(given)) {
    checkDrawn(where, given, unit);
    return 0;
  }
  if (isQuantities(given) && links !== undefined && given.values.length !== links) {
    throw new ModelError(where, `has ${given.values.length} values for ${links} links`, `Give one value, or ${links}`);
  }
  const values = canonicalValues(where, given, unit, isQuantities(given) ? given.values.length : 1);
  if (unit === "ms") refuseNegative(where, values, unit);
  return values;
}

/** The one unit of the receptors that a projection ends on. */
export function weightUnit(
  where: string,
  wanted: readonly string[],
  receptors: readonly { readonly name: string; readonly unit: Unit }[],
): Unit {
  const units = new Set(receptors.filter((r) => wanted.includes(r.name)).map((r) => r.unit));
  const [unit = "uS", other] = units;
  if (other === undefined) return unit;
  throw new ModelError(where, `ends on receptors in "${unit}" and "${other}"`, "Make a projection for each");
}
