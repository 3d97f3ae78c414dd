import { ModelError } from "../../errors.ts";
import { type Check, list as listOf, object, refuse, text } from "../../shapes.ts";
import type { RuleKind, Sizes } from "../rule.ts";
import { linksOfPairs } from "../rows.ts";

export interface PairList {
  readonly kind: "list";
  readonly pairs: readonly (readonly [source: number, target: number])[];
}

/** These [source, target] pairs, in this order; a pair given twice is two links. */
export const list = (pairs: readonly (readonly [source: number, target: number])[]): PairList => ({
  kind: "list",
  pairs,
});

const pair: Check = (where, x) => {
  if (!Array.isArray(x) || x.length !== 2) refuse(where, x, "a pair [source, target]");
};

export const listKind: RuleKind<PairList> = {
  shape: object({ kind: text, pairs: listOf(pair) }),
  check: (where, { pairs }, sizes) => checkPairs(where, pairs, sizes),
  expected: ({ pairs }) => ({ mean: pairs.length, sd: 0 }),
  draw: ({ pairs }, { sources }) =>
    linksOfPairs(
      Uint32Array.from(pairs, (pair) => pair[0]),
      Uint32Array.from(pairs, (pair) => pair[1]),
      sources,
    ),
};

function checkPairs(where: string, pairs: readonly (readonly [number, number])[], sizes: Sizes): void {
  const below = (x: unknown, limit: number) => typeof x === "number" && Number.isInteger(x) && x >= 0 && x < limit;
  const bad = pairs.findIndex(([source, target]) => !below(source, sizes.sources) || !below(target, sizes.targets));
  if (bad < 0) return;
  throw new ModelError(
    `${where}, pair ${bad}`,
    `[${String(pairs[bad])}] is not below [${sizes.sources}, ${sizes.targets}]`,
    "Give [source, target] indices, counted from 0 within their populations",
  );
}
