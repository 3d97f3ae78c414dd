import { ModelError } from "../../errors.ts";
import { Texts } from "../../lang/check.ts";
import { evaluator } from "../../lang/evaluate.ts";
import { philoxInto, probabilityBound, USES } from "../../random/philox.ts";
import { bool, type Check, finite, list, numbers, object, refuse, text } from "../../shapes.ts";
import { pairsOf, type RuleKind, type Sizes, withoutSelf } from "../rule.ts";
import { drawRows } from "../rows.ts";

/** Places of cells, um: one to three coordinates each. */
export type Positions = readonly (readonly number[])[];

export interface DistanceLaw {
  readonly kind: "distanceLaw";
  /** chance of a link, an expression of the distance `d` (um). */
  readonly probability: string;
  readonly sources: Positions;
  readonly targets: Positions;
  readonly autapses: boolean;
  /** um: cells lie on a ring or torus of this circumference in every direction. */
  readonly period?: number;
}

/** Each pair is linked with a probability that depends on its distance: `distanceLaw("0.3 * exp(-d / 150)", { sources: places, targets: places })`.
 * `d` is in um; every pair is looked at, so the work goes by pairs. */
export const distanceLaw = (
  probability: string,
  { sources, targets = sources, autapses = true, period }: { sources: Positions; targets?: Positions; autapses?: boolean; period?: number },
): DistanceLaw => ({ kind: "distanceLaw", probability, sources, targets, autapses, ...(period === undefined ? {} : { period }) }); // prettier-ignore

const place: Check = (where, x) => {
  numbers(where, x);
  const { length } = x as readonly number[];
  if (length < 1 || length > 3) refuse(where, x, "one to three coordinates, um");
};

export const distanceLawKind: RuleKind<DistanceLaw> = {
  shape: object({ kind: text, probability: text, sources: list(place), targets: list(place), autapses: bool }, { period: finite }),
  check(where, rule, sizes) {
    law(where, rule);
    for (const [what, places, n] of [["sources", rule.sources, sizes.sources], ["targets", rule.targets, sizes.targets]] as const)
      if (places.length !== n) throw new ModelError(where, `has ${places.length} places of ${n} ${what}`, "Give one for each");
    const width = rule.sources[0]?.length ?? 1;
    if ([...rule.sources, ...rule.targets].some((p) => p.length !== width)) throw new ModelError(where, "has places of different numbers of coordinates", "Give all alike");
    if (rule.period !== undefined && !(rule.period > 0)) throw new ModelError(`${where}, period`, `is ${rule.period} um`, "Give a length above 0");
  },
  expected: (rule, sizes) => expected(rule, sizes),
  draw(rule, sizes, { seed, stream }, tick) {
    const chance = law("distanceLaw", rule);
    const noSelf = withoutSelf(rule, sizes);
    const words = new Uint32Array(4);
    return drawRows(sizes.sources, expected(rule, sizes), (source, out) => {
      for (let target = 0; target < sizes.targets; target++) {
        if ((target & 3) === 0) philoxInto(words, 0, source, target >>> 2, 0, USES.connection, seed, stream);
        if (noSelf && target === source) continue;
        if ((words[target & 3] as number) < probabilityBound(chance(source, target))) out.push(target);
      }
    }, tick);
  },
}; // prettier-ignore

/** The chance of a pair. @throws ModelError for a text that does not hold, and for a chance outside 0..1 */
function law(where: string, { probability, sources, targets, period }: DistanceLaw): (source: number, target: number) => number {
  const { expr } = new Texts(where, { d: "um" }).check("probability", probability, "1", new Map());
  const at = evaluator(expr, ["d"]);
  const d = new Float64Array(1);
  return (source, target) => {
    let sum = 0;
    sources[source]?.forEach((x, k) => {
      let apart = Math.abs(x - (targets[target]?.[k] as number));
      if (period !== undefined) apart = Math.min(apart % period, period - (apart % period));
      sum += apart * apart;
    });
    d[0] = Math.sqrt(sum);
    const p = at(d);
    if (p >= 0 && p <= 1) return p; // false for NaN
    throw new ModelError(`${where}, probability`, `is ${p} at a distance of ${d[0]} um (${source} -> ${target})`, "Keep it from 0 to 1, for example with min(1, ...)");
  };
} // prettier-ignore

/** From some pairs, evenly spread: enough to make room, and to find a law that leaves 0..1 before anything is drawn. */
function expected(rule: DistanceLaw, sizes: Sizes) {
  const chance = law("distanceLaw", rule);
  const looks = Math.min(sizes.sources * sizes.targets, 4096);
  let sum = 0;
  for (let k = 0; k < looks; k++) {
    const pair = Math.floor(((k + 0.5) / looks) * sizes.sources * sizes.targets);
    sum += chance(Math.floor(pair / sizes.targets), (pair * 7919) % sizes.targets);
  }
  const mean = (pairsOf(sizes, withoutSelf(rule, sizes)) * sum) / Math.max(1, looks);
  return { mean, sd: Math.sqrt(mean) };
}
