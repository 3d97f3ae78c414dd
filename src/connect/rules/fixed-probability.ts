import { philoxInto, probabilityBound, USES } from "../../random/philox.ts";
import { bool, number, object, text } from "../../shapes.ts";
import { checkFraction } from "../checks.ts";
import { gapTables, type GapTables } from "../gaps.ts";
import { binomial, type Key, pairsOf, type RuleKind, type Sizes, withoutSelf } from "../rule.ts";
import { drawRows, type Uint32List } from "../rows.ts";

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
export const BY_PAIRS = 0.2;

export const fixedProbabilityKind: RuleKind<FixedProbability> = {
  shape: object({ kind: text, p: number, autapses: bool }),
  check: (where, { p }) => checkFraction(where, "probability", p),
  expected: (rule, sizes) => binomial(pairsOf(sizes, withoutSelf(rule, sizes)), rule.p),
  draw(rule, sizes, key, tick) {
    const row = rule.p >= BY_PAIRS ? pairsRow(rule, sizes, key) : gapsRow(rule, sizes, key);
    return drawRows(sizes.sources, fixedProbabilityKind.expected(rule, sizes), row, tick);
  },
};

type Row = (source: number, out: Uint32List) => void;

/** One u32 per (source, target): the four words of counter (source, target >> 2, 0, "connection") decide four neighbours. */
function pairsRow(rule: FixedProbability, sizes: Sizes, key: Key): Row {
  const bound = probabilityBound(rule.p);
  const noSelf = withoutSelf(rule, sizes);
  const words = new Uint32Array(4);
  return (source, out) => {
    for (let target = 0; target < sizes.targets; target++) {
      if ((target & 3) === 0 && rule.p < 1)
        philoxInto(words, 0, source, target >>> 2, 0, USES.connection, key.seed, key.stream);
      if ((words[target & 3] as number) < bound && (!noSelf || target !== source)) out.push(target);
    }
  };
}

function gapsRow(rule: FixedProbability, sizes: Sizes, key: Key): Row {
  if (rule.p === 0) return () => {};
  const tables = gapTables(rule.p);
  const noSelf = withoutSelf(rule, sizes);
  return (source, out) => {
    for (let from = 0; from < sizes.targets; from += tables.block) {
      pushBlock(tables, key, source, from, Math.min(sizes.targets, from + tables.block), noSelf, out);
    }
  };
}

const words = new Uint32Array(4); // scratch: holds nothing between calls

/** Links of a source among targets [from, end) of one block: gap k comes of words 2 (k & 1) and 2 (k & 1) + 1 of counter
 * (source, k >> 1, from / block, "connection"), its large and its small part. */
function pushBlock(
  { block, small, large, fine }: GapTables,
  key: Key,
  source: number,
  from: number,
  end: number,
  noSelf: boolean,
  out: Uint32List,
): void {
  const index = from / block;
  let target = from;
  for (let k = 0; ; k++) {
    const half = 2 * (k & 1);
    if (half === 0) philoxInto(words, 0, source, k >>> 1, index, USES.connection, key.seed, key.stream);
    target += small * large.find(words[half] as number) + fine.find(words[half + 1] as number);
    if (target >= end) return;
    if (!noSelf || target !== source) out.push(target);
    target++;
  }
}
