import { bool, object, text } from "../../shapes.ts";
import { pairsOf, type RuleKind, withoutSelf } from "../rule.ts";

export interface AllToAll {
  readonly kind: "allToAll";
  readonly autapses: boolean;
}

/** Every source meets every target; `autapses` (default true): also itself, where both are one population. */
export const allToAll = ({ autapses = true }: { autapses?: boolean } = {}): AllToAll => ({
  kind: "allToAll",
  autapses,
});

export const allToAllKind: RuleKind<AllToAll> = {
  shape: object({ kind: text, autapses: bool }),
  check: () => {},
  expected: (rule, sizes) => ({ mean: pairsOf(sizes, withoutSelf(rule, sizes)), sd: 0 }),
  law: () => ({ kind: "pairs", p: 1 }),
  mostInto: (rule, sizes) => sizes.sources - (withoutSelf(rule, sizes) ? 1 : 0),
};
