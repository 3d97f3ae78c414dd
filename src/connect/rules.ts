import { ModelError } from "../errors.ts";
import type { Check } from "../shapes.ts";
import type { Expected, Key, Links, RuleKind, Sizes } from "./rule.ts";
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
export const drawRule = (rule: Rule, sizes: Sizes, key: Key, tick: (cell: number) => void): Links =>
  kindOf(rule).draw(rule, sizes, key, tick);
