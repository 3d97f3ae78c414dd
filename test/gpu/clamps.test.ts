import { afterAll, beforeAll, expect, test } from "vitest";
import { clamped, run } from "../clamps.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

test.each([1, 21])("signals per cell, voltage clamps and played parameters are the float32 reference's, %i compartments", async (nseg) => {
  const [a, b] = [await gpu.use((device) => run(clamped(nseg), { device })), await run(clamped(nseg), { engine: "reference32" })];
  const traces = [["current", "V", 5e-4], ["voltage", "V", 5e-4], ["voltage", "vc.i", 2e-3], ["neurons", "V", 5e-4]] as const;
  // half an ulp of 65 mV (3.8e-6 mV) a step, kept for tau / dt = 400 steps at most, is 1.5e-3 at worst and grows as its root;
  // the clamp's current resolves ulp(100 mV) / 0.01 MOhm = 8e-4 nA
  for (const [population, variable, error] of [...traces, ...(nseg === 1 ? [["played", "V", 5e-4] as const] : [])]) {
    const [x, y] = [a.trace(population, variable).data, b.trace(population, variable).data];
    expect(x.length, population).toBe(y.length);
    expect(Math.max(...Array.from(x, (v, k) => Math.abs(v - y[k]!))), `${population} ${variable}`).toBeLessThan(error);
  }
  expect([...a.spikes("neurons").times]).toEqual([...b.spikes("neurons").times]);
}); // prettier-ignore
