import { ModelError } from "../../errors.ts";
import { type Check, list as listOf, numbers, object, refuse, text } from "../../shapes.ts";
import type { RuleKind, Sizes } from "../rule.ts";
import { linksOfPairs } from "../rows.ts";

export interface PairList {
  readonly kind: "list";
  readonly pairs: readonly (readonly [source: number, target: number])[];
}

/** These [source, target] pairs, in this order; a pair given twice is two links. */
export function list(pairs: readonly (readonly [source: number, target: number])[]): PairList;
/** Links as two arrays of one length, typed or not: source and target of each. */
export function list(columns: { readonly source: ArrayLike<number>; readonly target: ArrayLike<number> }): PairColumns;
export function list(
  given: PairList["pairs"] | { readonly source: ArrayLike<number>; readonly target: ArrayLike<number> },
): PairList | PairColumns {
  if (!("source" in given)) return { kind: "list", pairs: given };
  return { kind: "columns", source: Array.from(given.source), target: Array.from(given.target) };
}

/** Plain numbers, so that a description survives JSON. */
export interface PairColumns {
  readonly kind: "columns";
  readonly source: readonly number[];
  readonly target: readonly number[];
}

export const columnsKind: RuleKind<PairColumns> = {
  shape: object({ kind: text, source: numbers, target: numbers }),
  check(where, { source, target }, sizes) {
    if (source.length !== target.length) throw new ModelError(where, `has ${source.length} sources and ${target.length} targets of links`, "Give one of each for every link"); // prettier-ignore
    for (let k = 0; k < source.length; k++) {
      const [s, t] = [source[k] as number, target[k] as number];
      if (isBelow(s, sizes.sources) && isBelow(t, sizes.targets)) continue;
      throw new ModelError(`${where}, link ${k}`, `${s} -> ${t} is not below ${sizes.sources} -> ${sizes.targets}`, "Give indices counted from 0 within their populations"); // prettier-ignore
    }
  },
  expected: ({ source }) => ({ mean: source.length, sd: 0 }),
  draw: ({ source, target }, { sources }) => linksOfPairs(Uint32Array.from(source), Uint32Array.from(target), sources),
};

const isBelow = (x: unknown, limit: number): boolean =>
  typeof x === "number" && Number.isInteger(x) && x >= 0 && x < limit;

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
  const bad = pairs.findIndex(([source, target]) => !isBelow(source, sizes.sources) || !isBelow(target, sizes.targets));
  if (bad < 0) return;
  throw new ModelError(
    `${where}, pair ${bad}`,
    `[${String(pairs[bad])}] is not below [${sizes.sources}, ${sizes.targets}]`,
    "Give [source, target] indices, counted from 0 within their populations",
  );
}
