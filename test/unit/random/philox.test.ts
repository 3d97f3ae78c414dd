import { describe, expect, test } from "vitest";
import { cosTurns, ln, sinTurns } from "../../../src/random/elementary.ts";
import { drawNormal, drawU32, mulHi, normal, philox4x32, stream, uniform } from "../../../src/random/philox.ts";

const FULL = 0xffffffff;

describe("philox4x32", () => {
  test.each([
    [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [[FULL, FULL, FULL, FULL], [FULL, FULL], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]],
  ] as const)("Random123 vector %#", (counter, key, want) => {
    expect(philox4x32(counter, key)).toEqual(want);
  }); // prettier-ignore

  test("mulHi equals the exact product's high word", () => {
    const edges = [0, 1, 2, 0xffff, 0x10000, 0x10001, 0x7fffffff, 0x80000000, 0xd2511f53, FULL - 1, FULL];
    for (const a of edges) {
      for (const b of edges) expect(mulHi(a, b) >>> 0).toBe(Number((BigInt(a) * BigInt(b)) >> 32n));
    }
  });

  test("a draw is the first word of counter (element, draw, 0, use)", () => {
    expect(drawU32(7, 8, 3, 4, "signal")).toBe(philox4x32([3, 4, 0, 3], [7, 8])[0]);
  });

  test("uniform numbers are never 0 or 1", () => {
    expect(uniform(0)).toBe(2 ** -33);
    expect(uniform(FULL)).toBe(1 - 2 ** -33);
  });
});

test("streams are FNV-1a of use:name", () => {
  // Published FNV-1a-32 vectors: "a" -> e40c292c, "foobar" -> bf9cf968; ours always contain a colon.
  const fnv = (text: string) => [...new TextEncoder().encode(text)].reduce((h, b) => Number((BigInt(h ^ b) * 0x01000193n) & 0xffffffffn) >>> 0, 0x811c9dc5);
  expect([fnv("a"), fnv("foobar")]).toEqual([0xe40c292c, 0xbf9cf968]);
  for (const [kind, name] of [["source", "DD"], ["signal", "α"], ["", ""]] as const) expect(stream(kind, name)).toBe(fnv(`${kind}:${name}`));
}); // prettier-ignore

describe("elementary functions", () => {
  test("ln is within one unit in the last place of Math.log, which is", () => {
    for (let i = 0; i < 20_000; i++) {
      const x = uniform(drawU32(1, 2, i, 0, "noise")) * 2 ** ((i % 41) - 20);
      const want = Math.log(x);
      expect(Math.abs(ln(x) - want)).toBeLessThanOrEqual(2 ** -52 * Math.abs(want));
    }
    expect(ln(1)).toBe(0);
    expect(ln(2)).toBe(Math.LN2);
    expect(ln(10)).toBe(Math.LN10);
  });

  test("ln keeps its relative accuracy near 1", () => {
    for (const h of [2 ** -52, 2 ** -30, 1e-5, -(2 ** -53), -1e-7])
      expect(ln(1 + h) / Math.log1p(1 + h - 1)).toBeCloseTo(1, 15);
  });

  test("sinTurns is exact at half turns and agrees with Math.sin", () => {
    expect([0, 0.5, 1, -3].map((t) => sinTurns(t) + 0)).toEqual([0, 0, 0, 0]);
    expect(sinTurns(0.25)).toBeCloseTo(1, 15);
    expect(sinTurns(-0.25)).toBeCloseTo(-1, 15);
    expect(cosTurns(0)).toBeCloseTo(1, 15);
    for (let i = -1500; i < 1500; i++) {
      const x = (2 * Math.PI * i) / 1000;
      // Four roundings of 2^-53 in the two arguments (2 pi, product, quotient; i / 1000), then 3e-16 + 1.2e-16 of the sines.
      expect(Math.abs(sinTurns(i / 1000) - Math.sin(x))).toBeLessThan(4 * 2 ** -53 * Math.abs(x) + 4.2e-16);
    }
  });
});

describe("normal numbers", () => {
  test("have the moments of N(0, 1)", () => {
    const n = 50_000;
    const sums = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const z = drawNormal(11, 12, i, 0, "signal");
      for (let p = 0; p < 4; p++) sums[p]! += z ** (p + 1);
    }
    // Standard errors of the raw moments 1..4: sqrt(var(z^p) / n) with var = 1, 2, 15, 96. Four comparisons at 1e-4 in all: 4.06 sd.
    const want = [0, 1, 0, 3];
    const variance = [1, 2, 15, 96];
    sums.forEach((sum, p) => expect(Math.abs(sum / n - want[p]!)).toBeLessThan(4.06 * Math.sqrt(variance[p]! / n)));
  });

  test("are finite at the ends of the words", () => {
    for (const a of [0, FULL]) for (const b of [0, FULL]) expect(Number.isFinite(normal(a, b))).toBe(true);
    expect(normal(0, 0)).toBeCloseTo(Math.sqrt(66 * Math.LN2), 8);
  });
});
