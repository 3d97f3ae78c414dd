import { describe, expect, test } from "vitest";
import { ModelError, type StateError } from "../../../src/errors.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms, mV } from "../../../src/units.ts";
import { CASES, expectStop } from "./unsound.ts";

describe.each(["reference", "reference32"] as const)("%s stops before a state that no cell can have", (engine) => {
  test.each(Object.keys(CASES))("%s", (name) => expectStop(name, { engine }));
});

test("the step is the first whose potential is beyond the bound", async () => {
  // cell 3 gets 1e6 nA from the step at 30 ms on; one step moves 0.012566 nF by I dt / C, nearly 2 V s of it at once
  const sim = await simulate(CASES[Object.keys(CASES)[0]!]!.net(), { dt: ms(0.025) });
  const run = async (): Promise<void> => {
    for await (const chunk of sim.run(ms(60))) void chunk;
  };
  const error = (await run().catch((e: unknown) => e)) as StateError;
  expect(error.fault).toMatchObject({ population: "E", entry: 0, cell: 3, step: 30 / 0.025 + 1 });
  const unhindered = (-1e6 * 0.025) / (Math.PI * 20 * 20 * 1e-8 * 1e3); // mV: nA ms / nF
  expect(error.fault.value! / unhindered).toBeGreaterThan(0.8); // the membrane's own current takes back a part
  expect(error.fault.value! / unhindered).toBeLessThan(1.2);
});

test("a bound must be a potential above 0", async () => {
  const net = CASES[Object.keys(CASES)[0]!]!.net();
  await expect(simulate(net, { dt: ms(0.025), voltageLimit: mV(0) })).rejects.toThrow(ModelError);
  await expect(simulate(net, { dt: ms(0.025), voltageLimit: mV(NaN) })).rejects.toThrow(ModelError);
});
