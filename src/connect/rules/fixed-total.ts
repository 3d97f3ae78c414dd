import { ModelError } from "../../errors.ts";
import { philoxInto, USES } from "../../random/philox.ts";
import { bool, number, object, text } from "../../shapes.ts";
import { pairsOf, type RuleKind, withoutSelf } from "../rule.ts";
import { sortedLinks } from "../rows.ts";

export interface FixedTotal {
  readonly kind: "fixedTotal";
  readonly n: number;
  readonly autapses: boolean;
}

/** Exactly n links, source and target of each drawn uniformly: a pair may be linked more than once (multapses), as in Potjans & Diesmann (2014).
 * `autapses` (default true): also from a cell to itself, where both are one population. */
export const fixedTotal = (n: number, { autapses = true }: { autapses?: boolean } = {}): FixedTotal => ({
  kind: "fixedTotal",
  n,
  autapses,
});

export const fixedTotalKind: RuleKind<FixedTotal> = {
  shape: object({ kind: text, n: number, autapses: bool }),
  check(where, rule, sizes) {
    if (!Number.isInteger(rule.n) || rule.n < 0) throw new ModelError(where, `${rule.n} links is not a whole number of 0 or more`, "Give a count");
    if (rule.n > 0 && pairsOf(sizes, withoutSelf(rule, sizes)) < 1) throw new ModelError(where, `there is no pair for ${rule.n} links`, "Allow autapses, or give more cells");
  },
  expected: ({ n }) => ({ mean: n, sd: 0 }),
  draw(rule, sizes, { seed, stream }, tick) {
    const noSelf = withoutSelf(rule, sizes);
    const choices = sizes.targets - (noSelf ? 1 : 0);
    const [source, target] = [new Uint32Array(rule.n), new Uint32Array(rule.n)];
    const words = new Uint32Array(4);
    for (let k = 0; k < rule.n; k++) {
      if ((k & 65535) === 0) tick(Math.floor((k / rule.n) * sizes.sources));
      const half = 2 * (k & 1);
      if (half === 0) philoxInto(words, 0, k >>> 1, 0, 0, USES.connection, seed, stream);
      const s = Math.floor((words[half] as number) * 2 ** -32 * sizes.sources);
      const t = Math.floor((words[half + 1] as number) * 2 ** -32 * choices);
      source[k] = s;
      target[k] = noSelf && t >= s ? t + 1 : t;
    }
    return sortedLinks(source, target, sizes);
  },
}; // prettier-ignore
