import { ModelError } from "../../errors.ts";
import { philoxInto, USES } from "../../random/philox.ts";
import { bool, number, object, oneOf, text } from "../../shapes.ts";
import { type Key, type RuleKind, type Sizes, withoutSelf } from "../rule.ts";
import { ascending, drawColumns, drawRows, type Row, type Uint32List } from "../rows.ts";
import { DifferentTargets } from "../laws.ts";

/** A fixed number of links of each cell on one side. */
export interface FixedDegree {
  readonly kind: "fixedDegree";
  readonly side: "in" | "out";
  readonly n: number;
  readonly autapses: boolean;
  readonly multapses: boolean;
}

export interface DegreeOptions {
  /** links from a cell to itself, where both sides are one population (default true). */
  readonly autapses?: boolean;
  /** a pair may be linked more than once: partners are drawn with replacement (default false). */
  readonly multapses?: boolean;
}

/** Each target has exactly n links, from sources drawn uniformly. */
export const fixedInDegree = (n: number, { autapses = true, multapses = false }: DegreeOptions = {}): FixedDegree => ({
  kind: "fixedDegree", side: "in", n, autapses, multapses,
}); // prettier-ignore

/** Each source has exactly n links, onto targets drawn uniformly. */
export const fixedOutDegree = (n: number, { autapses = true, multapses = false }: DegreeOptions = {}): FixedDegree => ({
  kind: "fixedDegree", side: "out", n, autapses, multapses,
}); // prettier-ignore

const cellsOf = ({ side }: FixedDegree, sizes: Sizes): number => (side === "in" ? sizes.targets : sizes.sources);
const partnersOf = (rule: FixedDegree, sizes: Sizes): number =>
  (rule.side === "in" ? sizes.sources : sizes.targets) - (withoutSelf(rule, sizes) ? 1 : 0);

export const fixedDegreeKind: RuleKind<FixedDegree> = {
  shape: object({ kind: text, side: oneOf("in", "out"), n: number, autapses: bool, multapses: bool }),
  check(where, rule, sizes) {
    const { n, side, multapses } = rule;
    const what = side === "in" ? "sources" : "targets";
    if (!Number.isInteger(n) || n < 0) throw new ModelError(where, `${n} ${what} per cell is not a whole number of 0 or more`, "Give a count");
    const most = partnersOf(rule, sizes);
    if (n > 0 && most < 1) throw new ModelError(where, `there is no other cell for ${n} links`, "Allow autapses, or give more cells");
    if (!multapses && n > most) throw new ModelError(where, `${n} different ${what} per cell, but there are ${most}`, `Give at most ${most}, or multapses: true`);
  },
  expected: (rule, sizes) => ({ mean: rule.n * cellsOf(rule, sizes), sd: 0 }),
  draw(rule, sizes, key, tick) {
    const noSelf = withoutSelf(rule, sizes);
    const expected = fixedDegreeKind.expected(rule, sizes);
    const partners = rule.multapses ? withReplacement(rule, sizes, key) : new DifferentTargets(rule.n, partnersOf(rule, sizes), key);
    const row: Row = (cell, out) => partners.row(cell, noSelf, out);
    return rule.side === "in" ? drawColumns(sizes, expected, row, tick) : drawRows(sizes.sources, expected, ascending(row), tick);
  },
}; // prettier-ignore

/** n independent draws per cell. */
function withReplacement(rule: FixedDegree, sizes: Sizes, { seed, stream }: Key) {
  const words = new Uint32Array(4);
  const choices = partnersOf(rule, sizes);
  return {
    row(cell: number, noSelf: boolean, out: Uint32List): void {
      for (let j = 0; j < rule.n; j++) {
        if ((j & 3) === 0) philoxInto(words, 0, cell, j >>> 2, 0, USES.connection, seed, stream);
        const t = Math.floor((words[j & 3] as number) * 2 ** -32 * choices); // a partner's chance is off by less than 2^-32
        out.push(noSelf && t >= cell ? t + 1 : t);
      }
    },
  };
}
