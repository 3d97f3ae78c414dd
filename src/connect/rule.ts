import type { Check } from "../shapes.ts";

/** What a rule is applied to. `same`: source and target are one population, so that autapses may be left out. */
export interface Sizes {
  /** number of source cells. */
  readonly sources: number;
  /** number of target cells. */
  readonly targets: number;
  readonly same: boolean;
}

/** The key of everything that is drawn for one projection. */
export interface Key {
  /** structureSeed. */
  readonly seed: number;
  /** hash of the projection's name. */
  readonly stream: number;
}

/** Links of one projection by source. Indices count within populations. */
export interface Links {
  /** links of source s are start[s] .. start[s + 1] - 1; length sources + 1. */
  readonly start: Uint32Array;
  /** target cell of each link, ascending within a source unless the rule says otherwise. */
  readonly target: Uint32Array;
  /** place of each link in the rule's own order, in which weights and delays are given; undefined where that is by source, then target. */
  readonly order?: Uint32Array;
}

/** How many links are expected, and their standard deviation. */
export interface Expected {
  readonly mean: number;
  readonly sd: number;
}

/** One kind of rule. A new one is a file in `rules/` that exports a function for users and one of these, and a line in the table
 * of `rules.ts`; nothing else knows of kinds. `draw` must be pure and its words keyed by (key, source or target) alone, never by the
 * order of calls, so that more cells leave the others' links as they were:
 * - a rule that goes by source fills rows with `drawRows` (rows.ts), one source after another;
 * - a rule that goes by target fills columns with `drawColumns`, which turns them by a counting sort;
 * - a rule that has links as data sorts them with `linksOfPairs`.
 * All three take 4 bytes a link and `start`; none may hold an object per link. */
export interface RuleKind<R> {
  /** of a description that comes from JSON. */
  readonly shape: Check;
  /** @throws ModelError when the rule cannot be applied to these sizes; `where` names the projection */
  readonly check: (where: string, rule: R, sizes: Sizes) => void;
  readonly expected: (rule: R, sizes: Sizes) => Expected;
  /** @param tick  is told every now and then which cell is being drawn */
  readonly draw: (rule: R, sizes: Sizes, key: Key, tick: (cell: number) => void) => Links;
}

/** Whether links from a cell to itself are left out. */
export const withoutSelf = (rule: { readonly autapses: boolean }, sizes: Sizes): boolean =>
  sizes.same && !rule.autapses;

/** Pairs that could be linked. */
export const pairsOf = (sizes: Sizes, noSelf: boolean): number =>
  sizes.sources * sizes.targets - (noSelf ? sizes.sources : 0);

export const binomial = (n: number, p: number): Expected => ({ mean: n * p, sd: Math.sqrt(n * p * (1 - p)) });
