import { expect, test } from "vitest";
import { frozen } from "../../../src/compile/freeze.ts";

test("data come back frozen all through, in objects of their own; typed arrays as they are", () => {
  const values = Float64Array.of(1, 2);
  const shared = { deep: [{ x: 1 }] };
  const given = { a: shared, b: shared, values };
  const made = frozen(given);
  expect(made).toEqual(given);
  expect(made.values).toBe(values);
  expect(made.a).not.toBe(shared);
  expect(made.a).toBe(made.b);
  expect([made, made.a, made.a.deep, made.a.deep[0]].every(Object.isFrozen)).toBe(true);
  expect(Object.isFrozen(shared)).toBe(false);
});

test.each([[() => 1, "function"], [new Map(), "object"], [new Set(), "object"]])("what is no plain data is refused: %s", (value, kind) => {
  expect(() => frozen({ deep: [value] })).toThrow(`compiled network: holds a ${kind}`);
}); // prettier-ignore
