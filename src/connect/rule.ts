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

/** How the targets of one source follow from the words of (key, source), whatever other sources have: plain data, so that a row may
 * be drawn again whenever it is needed, on the host or by shaders/regenerate.wgsl.
 * - pairs: one u32 per (source, target) with chance p; the words of counter (source, target >> 2, 0) decide four neighbours.
 * - gaps: the same chance by the distance to the next link, block by block (gaps.ts).
 * - diagonal: source i meets target i with chance p, by the word that `pairs` would take.
 * - different: n different targets, every set equally likely. */
export type RowLaw =
  | { readonly kind: "pairs"; readonly p: number }
  | { readonly kind: "gaps"; readonly p: number }
  | { readonly kind: "diagonal"; readonly p: number }
  | { readonly kind: "different"; readonly n: number };

/** One kind of rule. A new one is a file in `rules/` that exports a function for users and one of these, and a line in the table
 * of `rules.ts`; nothing else knows of kinds. It draws in one of three ways, each 4 bytes a link and no object per link:
 * - by source: it says the `law` of a row (laws.ts; a law that shaders/regenerate.wgsl knows too may be procedural);
 * - by target: `draw` calls `drawColumns` (rows.ts), which turns columns by a counting sort;
 * - from data: `draw` calls `linksOfPairs`.
 * Words are keyed by (key, source or target) alone, never by the order of calls, so that more cells leave the others' links as
 * they were. */
export interface RuleKind<R> {
  /** of a description that comes from JSON. */
  readonly shape: Check;
  /** @throws ModelError when the rule cannot be applied to these sizes; `where` names the projection */
  readonly check: (where: string, rule: R, sizes: Sizes) => void;
  readonly expected: (rule: R, sizes: Sizes) => Expected;
  /** what the links of one source follow from. */
  readonly law?: (rule: R, sizes: Sizes) => RowLaw;
  /** instead of a law. @param tick  is told every now and then which cell is being drawn */
  readonly draw?: (rule: R, sizes: Sizes, key: Key, tick: (cell: number) => void) => Links;
  /** more links than this end on no target, but for a chance of 1e-12: what a step may bring at most is then known before anything is
   * drawn. Left out where it is counted in what was drawn. */
  readonly mostInto?: (rule: R, sizes: Sizes) => number | undefined;
}

/** Whether links from a cell to itself are left out. */
export const withoutSelf = (rule: { readonly autapses: boolean }, sizes: Sizes): boolean =>
  sizes.same && !rule.autapses;

/** Pairs that could be linked. */
export const pairsOf = (sizes: Sizes, noSelf: boolean): number =>
  sizes.sources * sizes.targets - (noSelf ? sizes.sources : 0);

/** More than this is drawn of n with chance p each in less than one case of 1e12 (Bernstein 1946: P(X >= mean + t) is at most
 * exp(-t^2 / (2 (variance + t / 3)))). */
export function mostOf(n: number, p: number): number {
  const third = Math.LN10 * 4; // ln(1e12) / 3
  return Math.min(n, Math.ceil(n * p + third + Math.sqrt(third ** 2 + 6 * third * n * p * (1 - p))));
}

export const binomial = (n: number, p: number): Expected => ({ mean: n * p, sd: Math.sqrt(n * p * (1 - p)) });
