import { ModelError } from "../../errors.ts";
import { object, number, text } from "../../shapes.ts";
import { checkFraction } from "../checks.ts";
import { binomial, type RuleKind } from "../rule.ts";

export interface OneToOne {
  readonly kind: "oneToOne";
  readonly probability: number;
}

/** Source i meets target i, each pair with this probability. */
export const oneToOne = ({ probability = 1 }: { probability?: number } = {}): OneToOne => ({
  kind: "oneToOne",
  probability,
});

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
  law: ({ probability }) => ({ kind: "diagonal", p: probability }),
  mostInto: () => 1,
};
