import { ModelError } from "../errors.ts";
import type { Check } from "../shapes.ts";
import { type ProceduralLaw, rowOf } from "./laws.ts";
import { drawRows } from "./rows.ts";
import { type Expected, type Key, type Links, type RuleKind, type Sizes, withoutSelf } from "./rule.ts";
import { type AllToAll, allToAllKind } from "./rules/all-to-all.ts";
import { type DistanceLaw, distanceLawKind } from "./rules/distance-law.ts";
import { type FixedDegree, fixedDegreeKind } from "./rules/fixed-degree.ts";
import { type FixedNumberPerSource, fixedNumberPerSourceKind } from "./rules/fixed-number-per-source.ts";
import { type FixedProbability, fixedProbabilityKind } from "./rules/fixed-probability.ts";
import { type FixedTotal, fixedTotalKind } from "./rules/fixed-total.ts";
import { columnsKind, listKind, type PairColumns, type PairList } from "./rules/list.ts";
import { type OneToOne, oneToOneKind } from "./rules/one-to-one.ts";

export type { Sizes } from "./rule.ts";
export { allToAll } from "./rules/all-to-all.ts";
export { distanceLaw } from "./rules/distance-law.ts";
export { fixedInDegree, fixedOutDegree } from "./rules/fixed-degree.ts";
export { fixedNumberPerSource } from "./rules/fixed-number-per-source.ts";
export { fixedProbability } from "./rules/fixed-probability.ts";
export { fixedTotal } from "./rules/fixed-total.ts";
export { list } from "./rules/list.ts";
export { oneToOne } from "./rules/one-to-one.ts";

/** Which source meets which target. Rules draw by (structureSeed, projection name, source or target), never by call order. */
export type Rule =
  | OneToOne
  | AllToAll
  | FixedProbability
  | FixedNumberPerSource
  | FixedDegree
  | FixedTotal
  | DistanceLaw
  | PairList
  | PairColumns;

type Kinds = { readonly [K in Rule["kind"]]: RuleKind<Extract<Rule, { kind: K }>> };

/** Every kind of rule. See `RuleKind` for how one is added. */
const KINDS: Kinds = {
  oneToOne: oneToOneKind,
  allToAll: allToAllKind,
  fixedProbability: fixedProbabilityKind,
  fixedNumberPerSource: fixedNumberPerSourceKind,
  fixedDegree: fixedDegreeKind,
  fixedTotal: fixedTotalKind,
  distanceLaw: distanceLawKind,
  list: listKind,
  columns: columnsKind,
};
const BY_NAME = new Map<string, RuleKind<Rule>>(Object.entries(KINDS) as unknown as [string, RuleKind<Rule>][]);

/** The fields of each kind in a description. */
export const RULE_SHAPES: ReadonlyMap<string, Check> = new Map([...BY_NAME].map(([name, { shape }]) => [name, shape]));

const kindOf = (rule: Rule): RuleKind<Rule> => BY_NAME.get(rule.kind) as RuleKind<Rule>;

/** @throws ModelError when the rule cannot be applied to these sizes; `where` names the projection */
export function checkRule(where: string, rule: Rule, sizes: Sizes): void {
  const kind = BY_NAME.get(rule.kind);
  if (kind !== undefined) return kind.check(where, rule, sizes);
  throw new ModelError(where, `unknown rule ${JSON.stringify(rule)}`, `Known: ${[...BY_NAME.keys()].join(", ")}`);
}

/** Call `checkRule` first. */
export const expectedLinks = (rule: Rule, sizes: Sizes): Expected => kindOf(rule).expected(rule, sizes);

/** @internal what `drawLinks` does with a key. */
export function drawRule(rule: Rule, sizes: Sizes, key: Key, tick: (cell: number) => void): Links {
  const kind = kindOf(rule);
  const law = kind.law?.(rule, sizes);
  if (law === undefined) return (kind.draw as Draw)(rule, sizes, key, tick);
  return drawRows(sizes.sources, kind.expected(rule, sizes), rowOf(law, sizes, leavesOutSelf(rule, sizes), key), tick);
}
type Draw = NonNullable<RuleKind<Rule>["draw"]>;

export const leavesOutSelf = (rule: Rule, sizes: Sizes): boolean => "autapses" in rule && withoutSelf(rule, sizes);

/** The most links that end on one target, where the rule says so. */
export const mostInto = (rule: Rule, sizes: Sizes): number | undefined => kindOf(rule).mostInto?.(rule, sizes);

/** The law of a row that a device can draw again. @throws ModelError for a rule without one */
export function proceduralLaw(where: string, rule: Rule, sizes: Sizes): ProceduralLaw {
  const law = kindOf(rule).law?.(rule, sizes);
  if (law !== undefined && law.kind !== "different") return law;
  throw new ModelError(
    `${where}, procedural`,
    `links of ${rule.kind} cannot be drawn again one source at a time`,
    "Take oneToOne, allToAll or fixedProbability, or leave procedural out",
  );
}
