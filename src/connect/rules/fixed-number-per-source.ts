import { ModelError } from "../../errors.ts";
import { philoxInto, USES } from "../../random/philox.ts";
import { bool, isPlain, number, object, text } from "../../shapes.ts";
import { checkFraction } from "../checks.ts";
import { type Key, type RuleKind, type Sizes, withoutSelf } from "../rule.ts";
import { drawRows, type Uint32List } from "../rows.ts";

export interface FixedNumberPerSource {
  readonly kind: "fixedNumberPerSource";
  readonly n: number | { readonly fraction: number };
  readonly autapses: boolean;
}

/** Each source meets exactly n different targets, every set of n equally likely.
 * `{ fraction: p }` means n = floor(p * number of targets): what MyoGen calls deterministic. */
export const fixedNumberPerSource = (
  n: number | { readonly fraction: number },
  { autapses = true }: { autapses?: boolean } = {},
): FixedNumberPerSource => ({ kind: "fixedNumberPerSource", n, autapses });

/** Targets per source. */
export const numberPerSource = (n: FixedNumberPerSource["n"], sizes: Sizes): number =>
  typeof n === "number" ? n : Math.floor(n.fraction * sizes.targets);

export const fixedNumberPerSourceKind: RuleKind<FixedNumberPerSource> = {
  shape: object({
    kind: text,
    n: (where, x) => (isPlain(x) ? object({ fraction: number })(where, x) : number(where, x)),
    autapses: bool,
  }),
  check(where, rule, sizes) {
    if (typeof rule.n !== "number") checkFraction(where, "fraction", rule.n.fraction);
    const count = numberPerSource(rule.n, sizes);
    const most = sizes.targets - (withoutSelf(rule, sizes) ? 1 : 0);
    if (!Number.isInteger(count) || count < 0) {
      throw new ModelError(where, `${count} targets per source is not a whole number of 0 or more`, "Give a count, or { fraction: p }"); // prettier-ignore
    }
    if (count > most) {
      throw new ModelError(where, `${count} different targets per source, but there are ${most}`, `Give at most ${most}`); // prettier-ignore
    }
  },
  expected: ({ n }, sizes) => ({ mean: sizes.sources * numberPerSource(n, sizes), sd: 0 }),
  draw(rule, sizes, key, tick) {
    const noSelf = withoutSelf(rule, sizes);
    const n = numberPerSource(rule.n, sizes);
    const draw = new DifferentTargets(n, sizes.targets - (noSelf ? 1 : 0), key);
    const row = (source: number, out: Uint32List): void => draw.row(source, noSelf, out);
    return drawRows(sizes.sources, { mean: sizes.sources * n, sd: 0 }, row, tick);
  },
};

/** Floyd's algorithm (Bentley & Floyd 1987, Commun. ACM 30:754): n draws give n different targets, every set equally likely. */
export class DifferentTargets {
  readonly #n: number;
  readonly #choices: number; // without autapses: numbered past the source
  readonly #key: Key;
  readonly #words = new Uint32Array(4);
  readonly #chosen: Uint8Array; // zero between rows

  constructor(n: number, choices: number, key: Key) {
    [this.#n, this.#choices, this.#key] = [n, choices, key];
    this.#chosen = new Uint8Array(Math.max(choices, 0));
  }

  row(source: number, noSelf: boolean, out: Uint32List): void {
    const [words, chosen, choices] = [this.#words, this.#chosen, this.#choices];
    const { seed, stream } = this.#key;
    const first = out.length;
    for (let j = choices - this.#n; j < choices; j++) {
      if ((j & 3) === 0 || out.length === first)
        philoxInto(words, 0, source, j >>> 2, 0, USES.connection, seed, stream);
      const t = Math.floor((words[j & 3] as number) * 2 ** -32 * (j + 1)); // a target's chance is off by less than 2^-32
      const own = chosen[t] === 0 ? t : j;
      chosen[own] = 1;
      out.push(own);
    }
    out.sortFrom(first);
    for (let k = first; k < out.length; k++) {
      const t = out.at(k);
      chosen[t] = 0;
      if (noSelf && t >= source) out.set(k, t + 1);
    }
  }
}
