import { bool, object, text } from "../../shapes.ts";
import { pairsOf, type RuleKind, withoutSelf } from "../rule.ts";
import { drawRows } from "../rows.ts";

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
  draw(rule, sizes, _, tick) {
    const noSelf = withoutSelf(rule, sizes);
    return drawRows(
      sizes.sources,
      { mean: pairsOf(sizes, noSelf), sd: 0 },
      (source, out) => {
        for (let t = 0; t < sizes.targets; t++) if (!noSelf || t !== source) out.push(t);
      },
      tick,
    );
  },
};
