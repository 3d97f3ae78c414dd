import { ModelError } from "../../errors.ts";
import { philoxInto, probabilityBound, USES } from "../../random/philox.ts";
import { object, number, text } from "../../shapes.ts";
import { checkFraction } from "../checks.ts";
import { binomial, type RuleKind } from "../rule.ts";
import { drawRows } from "../rows.ts";

export interface OneToOne {
  readonly kind: "oneToOne";
  readonly probability: number;
}

/** Source i meets target i, each pair with this probability. */
export const oneToOne = ({ probability = 1 }: { probability?: number } = {}): OneToOne => ({
  kind: "oneToOne",
  probability,
});

/** The diagonal of a `fixedProbability` that decides by pairs: the same pair is decided by the same word. */
export const oneToOneKind: RuleKind<OneToOne> = {
  shape: object({ kind: text, probability: number }),
  check(where, { probability }, sizes) {
    if (sizes.sources !== sizes.targets) {
      throw new ModelError(
        where,
        `one-to-one needs equal sizes, but there are ${sizes.sources} sources and ${sizes.targets} targets`,
        "Make the sizes equal or take another rule",
      );
    }
    checkFraction(where, "probability", probability);
  },
  expected: ({ probability }, { sources }) => binomial(sources, probability),
  draw({ probability }, { sources }, key, tick) {
    const bound = probabilityBound(probability);
    const words = new Uint32Array(4);
    return drawRows(
      sources,
      binomial(sources, probability),
      (i, out) => {
        if (probability < 1) philoxInto(words, 0, i, i >>> 2, 0, USES.connection, key.seed, key.stream);
        if ((words[i & 3] as number) < bound) out.push(i);
      },
      tick,
    );
  },
};
