import { expect, test } from "vitest";
import { blockLength, scaleFor } from "../../../src/compile/links/scaling.ts";

test("the scale is the largest power of two that keeps a step's sum within 2^30", () => {
  for (const load of [1, 0.05, 12.05, 1.5, 2 ** 30, 3e-7, 1 - 2 ** -53, 2 ** -1070]) {
    const q = scaleFor(load);
    expect(Number.isInteger(Math.log2(q))).toBe(true);
    expect(q * load).toBeLessThanOrEqual(2 ** 30);
    expect(q === 2 ** 100 || 2 * q * load > 2 ** 30).toBe(true);
  }
  expect(scaleFor(0)).toBe(2 ** 100); // no weight is too small where nothing arrives
});

test("a block is bounded by loops, 1000 steps, what is cached (but 200 steps), 64 MiB of accumulators and the caller", () => {
  expect(blockLength(undefined, 500, 1, Infinity)).toBe(1000);
  expect(blockLength(undefined, 800, 1, Infinity)).toBe(655); // 2 * 2^20 / (4 * 800) = 655.4
  expect(blockLength(40, 800, 1, Infinity)).toBe(40);
  expect(blockLength(4000, 500, 1, Infinity)).toBe(1000);
  expect(blockLength(undefined, 80_000, 1, Infinity)).toBe(200);
  expect(blockLength(undefined, 1_000_000, 1, Infinity)).toBe(16); // 64 * 2^20 / (4 * 10^6) = 16.8
  expect(blockLength(undefined, 100_000, 10, Infinity)).toBe(16);
  expect(blockLength(undefined, 800, 1, 7)).toBe(7);
  expect(blockLength(undefined, 0, 1, Infinity)).toBe(1000);
  expect(blockLength(undefined, 2 ** 25, 1, Infinity)).toBe(1);
});
