import { afterAll, beforeAll, expect, test } from "vitest";
import { simulate, type SimulateOptions } from "../../src/run/simulate.ts";
import { ms } from "../../src/units.ts";
import { drawing } from "../draws.ts";
import { noisy, TREE } from "../noise.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

async function run(options: Omit<SimulateOptions, "dt">, net = noisy([5, 6])) {
  const sim = await simulate(net, { dt: ms(1), ...options });
  for await (const chunk of sim.run(ms(200), { chunk: ms(200) })) {
    await sim.close();
    return chunk;
  }
  throw new Error("no chunk");
}

test("the adapter draws the same numbers as the references", async () => {
  const [a, b] = [await gpu.use((device) => run({ device })), await run({ engine: "reference32" })];
  for (const entry of [0, 1]) {
    // sums of whole multiples of 2^-20 below 2^4 are exact in float32, whatever their order: the draws agree in every bit
    expect([...a.trace("neurons", "W", entry).data]).toEqual([...b.trace("neurons", "W", entry).data]);
    for (const [population, variable] of [["neurons", "both"], ["membranes", "V"], ...TREE.map((variable) => ["trees", variable] as const)] as const) {
      const [x, y] = [a.trace(population, variable, entry).data, b.trace(population, variable, entry).data];
      // factors and half an ulp a step (6e-8 of at most 8, or 3.8e-6 mV), kept for the correlation time of 8 steps
      x.forEach((v, k) => expect(Math.abs(v - y[k]!)).toBeLessThan(population === "neurons" ? 8e-6 : 8e-5));
    }
  }
}); // prettier-ignore

test("draws of a step are the same in every bit", async () => {
  const [a, b] = [
    await gpu.use((device) => run({ device }, drawing())),
    await run({ engine: "reference32" }, drawing()),
  ];
  for (const variable of ["x", "y", "z", "w"]) expect([...a.trace("neurons", variable).data]).toEqual([...b.trace("neurons", variable).data]); // prettier-ignore
  expect(new Set(a.trace("neurons", "x").data.slice(8)).size).toBeGreaterThan(1500); // 200 steps of eight cells, hardly one twice
});
