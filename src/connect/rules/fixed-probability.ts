import { bool, number, object, text } from "../../shapes.ts";
import { checkFraction } from "../checks.ts";
import { binomial, mostOf, pairsOf, type RuleKind, withoutSelf } from "../rule.ts";

export interface FixedProbability {
  readonly kind: "fixedProbability";
  readonly p: number;
  readonly autapses: boolean;
}

/** Each pair meets with probability p, independently of every other pair. */
export const fixedProbability = (p: number, { autapses = true }: { autapses?: boolean } = {}): FixedProbability => ({
  kind: "fixedProbability",
  p,
  autapses,
});

/** From this probability on every pair is looked at: one word of Philox decides it, which costs no more than drawing the gap to
 * the next link. Below it gaps are drawn, so that the cost goes by links. Part of what a seed means: never change it. */
const BY_PAIRS = 0.2;

export const fixedProbabilityKind: RuleKind<FixedProbability> = {
  shape: object({ kind: text, p: number, autapses: bool }),
  check: (where, { p }) => checkFraction(where, "probability", p),
  expected: (rule, sizes) => binomial(pairsOf(sizes, withoutSelf(rule, sizes)), rule.p),
  law: ({ p }) => ({ kind: p >= BY_PAIRS ? "pairs" : "gaps", p }),
  // By pairs it is counted, as ever: bits of float32 sums follow from it.
  mostInto: (rule, sizes) => (rule.p < BY_PAIRS ? mostOf(sizes.sources, rule.p) : undefined),
};
