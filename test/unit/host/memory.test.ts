import { expect, test } from "vitest";
import { arrayBytes } from "../../../src/host/memory.ts";

test("bytes of arrays in lists, maps and sets of any length, each buffer once", () => {
  const shared = new Float64Array(4);
  const long = Array.from({ length: 200_000 }, (_, k) => k);
  const data = { long, deep: [new Map([["a", shared]]), new Set([new Uint8Array(3), shared.subarray(1)])] };
  expect(arrayBytes(data, { again: data })).toBe(4 * 8 + 3);
});
