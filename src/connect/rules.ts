import { ModelError } from "../errors.ts";

/** Which source meets which target. Rules draw by (structureSeed, projection name, source, target), never by call order. */
export type Rule =
  | { readonly kind: "oneToOne"; readonly probability: number }
  | { readonly kind: "allToAll"; readonly autapses: boolean }
  | { readonly kind: "fixedProbability"; readonly p: number; readonly autapses: boolean }
  | {
      readonly kind: "fixedNumberPerSource";
      readonly n: number | { readonly fraction: number };
      readonly autapses: boolean;
    }
  | { readonly kind: "list"; readonly pairs: readonly (readonly [source: number, target: number])[] };

/** What a rule is applied to. `same`: source and target are one population, so that autapses may be left out. */
export interface Sizes {
  readonly sources: number;
  readonly targets: number;
  readonly same: boolean;
}

/** Source i meets target i, each pair with this probability. */
export const oneToOne = ({ probability = 1 }: { probability?: number } = {}): Rule => ({
  kind: "oneToOne",
  probability,
});

/** Every source meets every target; `autapses` (default true): also itself, where both are one population. */
export const allToAll = ({ autapses = true }: { autapses?: boolean } = {}): Rule => ({ kind: "allToAll", autapses });

/** Each pair meets with probability p, independently of every other pair. */
export const fixedProbability = (p: number, { autapses = true }: { autapses?: boolean } = {}): Rule => ({
  kind: "fixedProbability",
  p,
  autapses,
});

/** Each source meets exactly n different targets, every set of n equally likely.
 * `{ fraction: p }` means n = floor(p * number of targets): what MyoGen calls deterministic. */
export const fixedNumberPerSource = (
  n: number | { readonly fraction: number },
  { autapses = true }: { autapses?: boolean } = {},
): Rule => ({ kind: "fixedNumberPerSource", n, autapses });

/** These [source, target] pairs, in this order; a pair given twice is two links. */
export const list = (pairs: readonly (readonly [source: number, target: number])[]): Rule => ({ kind: "list", pairs });

/** Targets per source of a fixedNumberPerSource rule. */
export const numberPerSource = (n: number | { readonly fraction: number }, sizes: Sizes): number =>
  typeof n === "number" ? n : Math.floor(n.fraction * sizes.targets);

/** @throws ModelError when the rule cannot be applied to these sizes; `where` names the projection */
export function checkRule(where: string, rule: Rule, sizes: Sizes): void {
  switch (rule.kind) {
    case "oneToOne":
      if (sizes.sources !== sizes.targets) {
        throw new ModelError(
          where,
          `one-to-one needs equal sizes, but there are ${sizes.sources} sources and ${sizes.targets} targets`,
          "Make the sizes equal or take another rule",
        );
      }
      return checkFraction(where, "probability", rule.probability);
    case "fixedProbability":
      return checkFraction(where, "probability", rule.p);
    case "fixedNumberPerSource":
      return checkNumber(where, rule.n, rule.autapses || !sizes.same ? sizes.targets : sizes.targets - 1, sizes);
    case "list":
      return checkPairs(where, rule.pairs, sizes);
    case "allToAll":
      return;
    default:
      throw new ModelError(
        where,
        `unknown rule ${JSON.stringify(rule)}`,
        "Known: oneToOne, allToAll, fixedProbability, fixedNumberPerSource, list",
      );
  }
}

function checkFraction(where: string, what: string, p: unknown): void {
  if (typeof p === "number" && p >= 0 && p <= 1) return; // false for NaN
  throw new ModelError(where, `${what} ${String(p)} is outside 0..1`, "Give a number from 0 to 1");
}

function checkNumber(where: string, n: number | { readonly fraction: number }, most: number, sizes: Sizes): void {
  if (typeof n !== "number") checkFraction(where, "fraction", n.fraction);
  const count = numberPerSource(n, sizes);
  if (!Number.isInteger(count) || count < 0) {
    throw new ModelError(
      where,
      `${count} targets per source is not a whole number of 0 or more`,
      "Give a count, or { fraction: p }",
    );
  }
  if (count > most) {
    throw new ModelError(where, `${count} different targets per source, but there are ${most}`, `Give at most ${most}`);
  }
}

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
