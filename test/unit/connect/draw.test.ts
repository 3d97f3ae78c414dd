import { describe, expect, test } from "vitest";
import { drawLinks, drawReceptors, eachLink } from "../../../src/connect/draw.ts";
import {
  allToAll,
  fixedNumberPerSource,
  fixedProbability,
  list,
  oneToOne,
  type Rule,
} from "../../../src/connect/rules.ts";
import { gapTables } from "../../../src/connect/gaps.ts";
import { philox4x32, stream, USES } from "../../../src/random/philox.ts";

const SEED = 7;
const sizes = (sources: number, targets: number, same = false) => ({ sources, targets, same });
const pairs = (rule: Rule, sources: number, targets: number, { seed = SEED, name = "A->B", same = false } = {}) => {
  const found: [number, number][] = [];
  eachLink(drawLinks(rule, sizes(sources, targets, same), seed, name), (s, t, place) => (found[place] = [s, t]));
  return found;
};
/** Hoeffding (1963): P(|X - mean| >= t) <= 2 exp(-2 t^2 / n) for X a sum of n numbers in 0..1; `tests` of them at level alpha. */
const deviation = (n: number, tests: number, alpha = 1e-3) => Math.sqrt((n * Math.log((2 * tests) / alpha)) / 2);

describe("what a rule links", () => {
  test("one to one", () => {
    expect(pairs(oneToOne(), 3, 3)).toEqual([[0, 0], [1, 1], [2, 2]]);
    expect(pairs(oneToOne({ probability: 0 }), 3, 3)).toEqual([]);
  }); // prettier-ignore

  test("all to all, with and without autapses", () => {
    expect(pairs(allToAll(), 2, 2, { same: true })).toEqual([[0, 0], [0, 1], [1, 0], [1, 1]]);
    expect(pairs(allToAll({ autapses: false }), 2, 2, { same: true })).toEqual([[0, 1], [1, 0]]);
    expect(pairs(allToAll({ autapses: false }), 2, 2)).toHaveLength(4); // two populations have no autapses
  }); // prettier-ignore

  test("a list, in its own order, repeats included", () => {
    expect(pairs(list([[1, 0], [0, 2], [1, 0]]), 2, 3)).toEqual([[1, 0], [0, 2], [1, 0]]);
  }); // prettier-ignore

  test("probabilities 0 and 1 are exact", () => {
    expect(pairs(fixedProbability(0), 20, 20)).toEqual([]);
    expect(pairs(fixedProbability(1), 20, 21)).toHaveLength(420);
  });

  test.each([true, false])(
    "a fixed number: exactly n different targets of each source, ascending (autapses %s)",
    (autapses) => {
      const found = pairs(fixedNumberPerSource(7, { autapses }), 30, 30, { same: true });
      for (let s = 0; s < 30; s++) {
        const targets = found.filter((p) => p[0] === s).map((p) => p[1]);
        expect(new Set(targets).size).toBe(7);
        expect(targets).toEqual([...targets].sort((a, b) => a - b));
        expect(targets.every((t) => t >= 0 && t < 30)).toBe(true);
        if (!autapses) expect(targets).not.toContain(s);
      }
    },
  );

  test("a fraction of the targets is rounded down", () => {
    expect(pairs(fixedNumberPerSource({ fraction: 0.3 }), 2, 400)).toHaveLength(2 * 120);
    expect(pairs(fixedNumberPerSource({ fraction: 0.3 }), 1, 9)).toHaveLength(2);
    expect(pairs(fixedNumberPerSource(5), 1, 5)).toHaveLength(5);
  });
});

describe("draws depend on who meets whom only", () => {
  test("a pair's decision is the word of its own counter, compared as an integer", () => {
    const found = new Set(pairs(fixedProbability(0.3), 40, 50).map(String));
    const key = [SEED, stream("projection", "A->B")] as const;
    for (let t = 49; t >= 0; t--) {
      for (let s = 0; s < 40; s++) {
        const word = philox4x32([s, t >> 2, 0, USES.connection], key)[t & 3] as number;
        expect(found.has(String([s, t]))).toBe(word < Math.round(0.3 * 2 ** 32));
      }
    }
  });

  test("more sources or targets leave the others' links as they were", () => {
    const inside = ([s, t]: readonly [number, number]) => s < 40 && t < 50;
    expect(pairs(fixedProbability(0.3), 90, 203).filter(inside)).toEqual(pairs(fixedProbability(0.3), 40, 50));
    const fewer = pairs(fixedNumberPerSource(6), 10, 50);
    expect(pairs(fixedNumberPerSource(6), 25, 50).filter(([s]) => s < 10)).toEqual(fewer);
  });

  test("below BY_PAIRS gaps are drawn, block by block: more sources or targets leave the others' links as they were", () => {
    const p = 0.01;
    const { block } = gapTables(p);
    expect(block).toBeLessThan(20_000);
    const fewer = pairs(fixedProbability(p), 10, 20_000);
    const inside = ([s, t]: readonly [number, number]) => s < 10 && t < 20_000;
    expect(pairs(fixedProbability(p), 15, 30_011).filter(inside)).toEqual(fewer);
    const own = pairs(fixedProbability(p, { autapses: false }), 500, 500, { same: true });
    expect(own).toEqual(pairs(fixedProbability(p), 500, 500).filter(([s, t]) => s !== t));
  });

  test("one-to-one is the diagonal of fixed probability", () => {
    const diagonal = pairs(fixedProbability(0.4), 200, 200).filter(([s, t]) => s === t);
    expect(pairs(oneToOne({ probability: 0.4 }), 200, 200)).toEqual(diagonal);
  });

  test("another seed or another name gives other links", () => {
    const own = pairs(fixedProbability(0.3), 40, 50);
    expect(pairs(fixedProbability(0.3), 40, 50)).toEqual(own);
    expect(pairs(fixedProbability(0.3), 40, 50, { seed: 8 })).not.toEqual(own);
    expect(pairs(fixedProbability(0.3), 40, 50, { name: "A->C" })).not.toEqual(own);
  });
});

describe("statistics", () => {
  test("fixed probability: links, in-degrees and their variance are binomial", () => {
    const [S, T, p] = [400, 800, 0.3];
    const degree = new Array<number>(T).fill(0);
    const found = pairs(fixedProbability(p), S, T);
    for (const [, t] of found) degree[t]!++;
    const tests = T + 2;
    expect(Math.abs(found.length - S * T * p)).toBeLessThan(deviation(S * T, tests));
    for (const d of degree) expect(Math.abs(d - S * p)).toBeLessThan(deviation(S, tests));
    const variance = degree.reduce((sum, d) => sum + (d - S * p) ** 2, 0) / T;
    // a sum of T nearly normal squares has relative s.d. sqrt(2 / T); |z| bounded by the normal tail 2 exp(-z^2 / 2)
    const z = Math.sqrt(2 * Math.log((2 * tests) / 1e-3));
    expect(Math.abs(variance / (S * p * (1 - p)) - 1)).toBeLessThan(z * Math.sqrt(2 / T));
  });

  test.each([0.15, 0.02, 0.001, 1e-5])(
    "gaps of probability %f: links, in- and out-degrees, distances between neighbours",
    (p) => {
      const [S, T] = [400, Math.max(600, Math.round(40 / p))];
      const found = pairs(fixedProbability(p), S, T);
      const n = found.length;
      // Bernstein (1946): P(|X - mean| >= t) <= 2 exp(-t^2 / (2 (variance + t / 3))); every link, gap and degree at level 1e-3 in all
      const tests = 2 * S + 202;
      const bound = (mean: number) => {
        const l = Math.log((2 * tests) / 1e-3);
        return l / 3 + Math.sqrt((l / 3) ** 2 + 2 * mean * l);
      };
      expect(Math.abs(n - S * T * p)).toBeLessThan(bound(S * T * p));
      const out = new Array<number>(S).fill(0);
      const into = new Array<number>(200).fill(0);
      const gaps = new Array<number>(200).fill(0);
      found.forEach(([s, t], k) => {
        out[s]!++;
        into[Math.floor((200 * t) / T)]!++;
        const before = found[k - 1];
        if (before?.[0] === s) gaps[Math.min(199, Math.floor((t - before[1]) * p * 20))]!++;
      });
      for (const d of out) expect(Math.abs(d - T * p)).toBeLessThan(bound(T * p));
      into.forEach((d, k) => {
        const width = Math.ceil((T * (k + 1)) / 200) - Math.ceil((T * k) / 200);
        expect(Math.abs(d - S * width * p)).toBeLessThan(bound(S * width * p));
      });
      // of neighbours g apart there are (T - g) places per source, each with chance p (1 - p)^(g - 1) p
      const want = new Array<number>(200).fill(0);
      for (let g = 1; g < T; g++)
        want[Math.min(199, Math.floor(g * p * 20))]! += S * (T - g) * p * p * (1 - p) ** (g - 1);
      // neighbouring gaps share a link: the bound on sums of independent ones, doubled by splitting them into every other one
      gaps.forEach((d, k) => expect(Math.abs(d - want[k]!)).toBeLessThan(2 * bound(want[k]! / 2)));
    },
  );

  test("a fixed number: every target, and every pair of targets, is equally likely", () => {
    const [S, T, n] = [4000, 9, 4];
    const chosen = Array.from({ length: S }, () => new Set<number>());
    for (const [s, t] of pairs(fixedNumberPerSource(n), S, T)) chosen[s]!.add(t);
    const tests = T + (T * (T - 1)) / 2;
    for (let a = 0; a < T; a++) {
      const alone = chosen.filter((c) => c.has(a)).length;
      expect(Math.abs(alone - (S * n) / T)).toBeLessThan(deviation(S, tests));
      for (let b = 0; b < a; b++) {
        const both = chosen.filter((c) => c.has(a) && c.has(b)).length;
        expect(Math.abs(both - (S * n * (n - 1)) / (T * (T - 1)))).toBeLessThan(deviation(S, tests));
      }
    }
  });

  test("receptors are picked evenly and independently of the link's own draw", () => {
    const links = drawLinks(fixedProbability(0.3), sizes(200, 200), SEED, "A->B");
    const pick = drawReceptors(links, 4, SEED, "A->B")!;
    const n = pick.length;
    for (let r = 0; r < 4; r++) {
      expect(Math.abs(pick.filter((x) => x === r).length - n / 4)).toBeLessThan(deviation(n, 4));
    }
  });
});

test("a repeated pair picks its receptor anew; one receptor needs no draw", () => {
  const pairs = (n: number) => ({ start: Uint32Array.of(0, 0, 0, 0, n), target: new Uint32Array(n).fill(5) });
  const picked = drawReceptors(pairs(64), 4, SEED, "A->B")!;
  expect(new Set(picked).size).toBe(4); // all alike would be 4^-63 likely otherwise
  expect(picked[0]).toBe(drawReceptors(pairs(1), 4, SEED, "A->B")![0]);
  expect(drawReceptors(pairs(64), 1, SEED, "A->B")).toBeUndefined();
});
