import { afterAll, beforeAll, expect, test } from "vitest";
import { clamped, run } from "../clamps.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

test.each([1, 21])("signals per cell, voltage clamps and played parameters are the float32 reference's, %i compartments", async (nseg) => {
  const [a, b] = [await gpu.use((device) => run(clamped(nseg), { device })), await run(clamped(nseg), { engine: "reference32" })];
  const traces = [["current", "V", 5e-4], ["voltage", "V", 5e-4], ["neurons", "V", 5e-4]] as const;
  // half an ulp of 65 mV (3.8e-6 mV) a step, kept for tau / dt = 400 steps at most, is 1.5e-3 at worst and grows as its root
  for (const [population, variable, error] of [...traces, ["played", "V", 5e-4] as const, ["played", "soma.following.m", 2e-6] as const]) {
    const [x, y] = [a.trace(population, variable).data, b.trace(population, variable).data];
    expect(x.length, population).toBe(y.length);
    expect(Math.max(...Array.from(x, (v, k) => Math.abs(v - y[k]!))), `${population} ${variable}`).toBeLessThan(error);
  }
  // some roundings of currents below 1 nA; where the command jumps one of the voltage over 0.01 MOhm, a hundredth of which flows on
  const [i, j] = [a.trace("voltage", "vc.i").data, b.trace("voltage", "vc.i").data];
  i.forEach((x, k) => expect(Math.abs(x - j[k]!)).toBeLessThan(1e-5 + 1e-4 * Math.abs(x)));
  expect([...a.spikes("neurons").times]).toEqual([...b.spikes("neurons").times]);
}); // prettier-ignore
