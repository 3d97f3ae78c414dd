import { ModelError } from "../../errors.ts";
import { bool, isPlain, number, object, text } from "../../shapes.ts";
import { checkFraction } from "../checks.ts";
import { type RuleKind, type Sizes, withoutSelf } from "../rule.ts";

export interface FixedNumberPerSource {
  readonly kind: "fixedNumberPerSource";
  readonly n: number | { readonly fraction: number };
  readonly autapses: boolean;
}

/** Each source meets exactly n different targets, every set of n equally likely.
 * `{ fraction: p }` means n = floor(p * number of targets): what MyoGen calls deterministic. */
export const fixedNumberPerSource = (
  n: number | { readonly fraction: number },
  { autapses = true }: { autapses?: boolean } = {},
): FixedNumberPerSource => ({ kind: "fixedNumberPerSource", n, autapses });

/** Targets per source. */
const numberPerSource = (n: FixedNumberPerSource["n"], sizes: Sizes): number =>
  typeof n === "number" ? n : Math.floor(n.fraction * sizes.targets);

export const fixedNumberPerSourceKind: RuleKind<FixedNumberPerSource> = {
  shape: object({
    kind: text,
    n: (where, x) => (isPlain(x) ? object({ fraction: number })(where, x) : number(where, x)),
    autapses: bool,
  }),
  check(where, rule, sizes) {
    if (typeof rule.n !== "number") checkFraction(where, "fraction", rule.n.fraction);
    const count = numberPerSource(rule.n, sizes);
    const most = sizes.targets - (withoutSelf(rule, sizes) ? 1 : 0);
    if (!Number.isInteger(count) || count < 0) {
      throw new ModelError(where, `${count} targets per source is not a whole number of 0 or more`, "Give a count, or { fraction: p }"); // prettier-ignore
    }
    if (count > most) {
      throw new ModelError(where, `${count} different targets per source, but there are ${most}`, `Give at most ${most}`); // prettier-ignore
    }
  },
  expected: ({ n }, sizes) => ({ mean: sizes.sources * numberPerSource(n, sizes), sd: 0 }),
  law: ({ n }, sizes) => ({ kind: "different", n: numberPerSource(n, sizes) }),
};
