import { canonical, isQuantities, type Quantity, type Unit } from "../../units.ts";
import { ModelError } from "../../errors.ts";
import { isDrawn } from "../../connect/values.ts";
import { expectedLinks } from "../../connect/rules.ts";
import { ruleSizes } from "../../network/check-projection.ts";
import type { NetworkDescription, PerLink, ProjectionDescription } from "../../network/description.ts";
import { delaySteps } from "../../steps.ts";
import { LARGEST, LIMIT } from "./scaling.ts";

/** What a description alone shows, before links are drawn: seconds where there are millions of them. The checks of the links
 * themselves stay, for what only they show.
 * @throws ModelError for delays of too many steps, and weights that would act as 0 */
export function checkBeforeLinks(d: NetworkDescription, dt: number): void {
  for (const p of d.projections) {
    const delay = middle(p.delay, "ms");
    if (delay !== undefined && p.maxDelay === undefined && surelyLinked(p, d)) delaySteps(p.name, delay, dt);
  }
  checkWeights(d);
}

/** One value for all links, or the mean of those that are drawn, within their limits; undefined for a list. */
function middle<U extends Unit>(given: PerLink<U>, unit: U): number | undefined {
  if (isQuantities(given)) return undefined;
  if (!isDrawn(given)) return canonical("value", given, unit);
  const mean = given.distribution === "uniform" ? (given.from.value + given.to.value) / 2 : given.mean.value;
  return Math.min(mean, given.max?.value ?? Infinity);
}

const surelyLinked = (p: ProjectionDescription, d: NetworkDescription): boolean =>
  expectedLinks(p.rule, ruleSizes(p, d.populations)).mean >= 1;

/** Sums of a step are whole multiples of 1/q with q times the largest weight at most LIMIT: half of that is the least that counts. */
function checkWeights(d: NetworkDescription): void {
  const varied = new Set(d.variations.map(({ path }) => path));
  const constant = d.projections.flatMap((p) => {
    if (isQuantities(p.weight) || isDrawn(p.weight) || p.plasticity !== undefined || p.receptors.length !== 1)
      return [];
    if ([...varied].some((path) => path.startsWith(p.name)) || !surelyLinked(p, d)) return [];
    return [{ p, onto: `${p.target} ${p.receptors[0]}`, weight: Math.abs((p.weight as Quantity).value) }];
  });
  const largest = new Map<string, number>();
  for (const { p, onto, weight } of constant) largest.set(onto, Math.max(largest.get(onto) ?? 0, weight * p.maxScale));
  for (const { p, onto, weight } of constant) {
    const most = largest.get(onto) as number;
    if (weight === 0 || weight >= Math.min(most / LIMIT, LARGEST) / 2) continue;
    const { unit } = p.weight;
    throw new ModelError(
      p.name,
      `all links weigh ${weight} ${unit}, beside others of ${most} ${unit} onto the same ${p.receptors[0]}: sums of a step keep nine digits, they would act as 0`,
      "Make the largest weights onto this target smaller (or its maxScale), or connect them to a population of their own",
    );
  }
}
