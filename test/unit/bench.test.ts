import { expect, test } from "vitest";
import { verdictOf } from "../../bench/lib.ts";

test("a system agrees when all of it was compared and nothing failed", () => {
  expect(verdictOf({ pass: 42, fail: 0, fault: "" })).toBe("agrees");
  expect(verdictOf({ pass: 42, fail: 1, fault: "" })).toBe("DIFFERS");
  expect(verdictOf({ pass: 3, fail: 1, fault: "not finished in 40 s" })).toBe("DIFFERS");
  expect(verdictOf({ pass: 3, fail: 0, fault: "not finished in 40 s" })).toBe("in part, agrees so far:");
  expect(verdictOf({ pass: 0, fail: 0, fault: "not finished in 40 s" })).toBe("NOT COMPARED");
  expect(verdictOf({ pass: 0, fail: 0, fault: "" })).toBe("NOT COMPARED");
});
