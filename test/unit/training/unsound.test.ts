import { describe, expect, test } from "vitest";
import { firstFault } from "../../../src/host/training-soundness.ts";
import { CASES, expectStop } from "./unsound.ts";

describe.each(["reference", "reference32"] as const)("trained networks on %s stop before a state no neuron can have", (engine) => {
  test.each(Object.keys(CASES))("%s", (name) => expectStop(name, { engine }));
}); // prettier-ignore

test("the first fault is that of the earliest step, where neurons move before they learn", () => {
  const at = (step: number, what: "potential" | "weight", neuron: number) => ({ step, what, neuron, entry: 0, value: NaN });
  const [late, weight, last, first] = [at(8, "potential", 0), at(7, "weight", 0), at(7, "potential", 2), at(7, "potential", 1)];
  expect(firstFault([late, weight, last, first])).toBe(first);
  expect(firstFault([late, weight])).toBe(weight);
  expect(firstFault([])).toBeUndefined();
}); // prettier-ignore
