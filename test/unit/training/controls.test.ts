import { describe, expect, test } from "vitest";
import { linksOf } from "../../../src/compile/links/links-of.ts";
import { ModelError } from "../../../src/errors.ts";
import { drive } from "../../../src/network/signal.ts";
import type { Control } from "../../../src/run/control.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { Hz, ms, mV, one } from "../../../src/units.ts";
import { controlTests, small } from "./controlled.ts";

describe.each(["reference", "reference32"] as const)("on %s", (engine) => {
  controlTests(() => ({ engine }));
});

test.each<[string, (control: Control) => void, RegExp]>([
  [
    "a parameter that is fixed",
    (c) => c.param("reservoir", "gsyn", one(1)),
    /reservoir "gsyn": is not a parameter that may change while running. .*vt/,
  ],
  [
    "a unit that is none of it",
    (c) => c.param("reservoir", "vt", mV(1) as never),
    /reservoir vt: has unit "mV"|reservoir vt: is in mV|"1"/,
  ],
  ["noise below 0", (c) => c.param("reservoir", "sigma", one(-1)), /reservoir sigma: is -1 1, outside 0/],
  [
    "values of other neurons",
    (c) => c.param("reservoir", "vt", { unit: "1", values: [1, 2] }),
    /has 2 values for 24 cells/,
  ],
  ["an entry that is not there", (c) => c.freeze("reservoir", true, 2), /entry 2: is not in a batch of 2/],
  ["another name", (c) => c.freeze("reservoirs"), /"reservoirs": has no links that learn.*reservoir/],
  ["a rate", (c) => c.rate("reservoir", drive.constant(Hz(1))), /reservoir: has no rate/],
  ["a scale", (c) => c.scale("reservoir", 2), /reservoir: is not a projection of this network/],
  ["a gain", (c) => c.gain("reservoir", 2), /reservoir: is not a clamp of this network/],
])("a wrong control is refused: %s", async (_, act, said) => {
  const sim = await simulate(small(), { dt: ms(1) });
  const change = (): void => sim.change(act);
  expect(change).toThrow(ModelError);
  expect(change).toThrow(said);
  await sim.close();
});

test("a network without noise has none to change, and links have names", async () => {
  const sim = await simulate(small({ sigma: 0 }), { dt: ms(1) });
  expect(() => sim.change((c) => c.param("reservoir", "sigma", one(1)))).toThrow(/"sigma": is not a parameter/);
  await sim.close();
  expect(() => linksOf(small(), "reservoirs")).toThrow(/projection "reservoirs": is not in the network.*reservoir/);
  const given = { source: [3, 0, 1], target: [0, 2, 2], weight: [1, 2, 3] };
  const { source, target, weight } = linksOf(small({ links: given }), { name: "reservoir" });
  expect([[...source], [...target], [...weight]]).toEqual([[0, 1, 3], [2, 2, 0], [2, 3, 1]]); // prettier-ignore
});
