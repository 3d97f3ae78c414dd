import { describe, expect, test } from "vitest";
import { ModelError, type StateError } from "../../../src/errors.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms, mV, nA, perCell } from "../../../src/units.ts";
import { CASES, expectStop } from "./unsound.ts";
import { adex } from "../../../src/mechanisms/neurons/index.ts";
import { Network } from "../../../src/network/network.ts";

describe.each(["reference", "reference32"] as const)("%s stops before a state that no cell can have", (engine) => {
  test.each(Object.keys(CASES))("%s", (name) => expectStop(name, { engine }));
});

test("an exponential on its way to a spike is no fault, however far it goes in a step", async () => {
  // V_peak - V_T over Delta_T is 70: a step from just below V_peak adds 0.01 exp(70) = 2.5e28 mV, and a spike takes it back
  const net = new Network({ seed: 1 });
  const cells = adex({ n: 64, params: { Delta_T: mV(1), V_T: mV(-50), V_peak: mV(20), I_e: perCell(nA, Array.from({ length: 64 }, (_, k) => 0.8 + k / 64)) } }); // prettier-ignore
  net.record(net.cells("E", cells), "V", { every: ms(0.1) });
  const sim = await simulate(net, { dt: ms(0.1), engine: "reference" });
  const spikes: number[] = [];
  let most = 0;
  for await (const chunk of sim.run(ms(400))) {
    spikes.push(chunk.spikes("E").times.length);
    for (const V of chunk.trace("E", "V").data) most = Math.max(most, V);
  }
  expect(spikes[0]).toBeGreaterThan(1000);
  expect(most).toBeGreaterThan(1e9);
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
