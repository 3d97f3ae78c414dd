import { expect, test } from "vitest";
import { chooseIndices, NumpyGenerator } from "../../../src/models/cortical-column/numpy-generator.ts";

// numpy 1.24.2: default_rng(seed).choice(n, size, replace=False); first numbers, and sum of (rank * sorted number) mod 1000003
test.each([
  [3, 100, 30, [51, 13, 35, 95, 26, 96, 17, 40], 31863], // Floyd
  [42, 10000, 7000, [551, 3062, 1529, 7290, 1208, 1152, 7304, 4931], 494829],
  [7, 27800, 278, [10465, 16525, 841, 17043, 27237, 15292, 2949, 17147], 312905],
  [7, 20000, 10000, [14426, 17978, 3789, 12633, 18356, 13785, 9721, 15739], 266867], // shuffled tail
  [0, 12, 6, [2, 7, 4, 3, 0, 5], 96],
  [2 ** 40 + 5, 9, 4, [0, 3, 6, 8], 56], // a seed of two words
])("seed %i: %i choose %i as numpy", (seed, n, size, first, sum) => {
  const chosen = new NumpyGenerator(seed).choice(n, size);
  expect([...chosen.subarray(0, first.length)]).toEqual(first);
  const sorted = [...chosen].sort((a, b) => a - b);
  expect(sorted.reduce((s, x, k) => (s + x * (k + 1)) % 1000003, 0)).toBe(sum);
});

test("the number of kept pairs rounds ties to even and their order stays", () => {
  expect(chooseIndices(5, 0.5, 1).length).toBe(2);
  expect(chooseIndices(5, 0.7, 1).length).toBe(4);
  const kept = chooseIndices(5, 0.6, 1);
  expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
  expect(() => new NumpyGenerator(-1)).toThrow(/seed: is -1/);
});
