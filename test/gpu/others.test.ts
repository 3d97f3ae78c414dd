import { afterAll, beforeAll, expect, test } from "vitest";
import { simulate } from "../../src/run/simulate.ts";
import { ms } from "../../src/units.ts";
import { readingOthers, RECORDED } from "../others.ts";
import { openTestDevice, type TestDevice } from "./device.ts";
import { inPieces } from "./pieces.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

test.each([1, 12])("mechanisms that read what stands beside them, in %i compartments", async (nseg) => {
  await gpu.use(async (device) => {
    const traces = RECORDED.map((variable) => ["cells", variable] as const);
    const run = async (options: object): Promise<Record<string, number[]>> => {
      const { found, last } = await inPieces(await simulate(readingOthers(nseg), { dt: ms(0.1), ...options }), { lengths: [20], traces }); // prettier-ignore
      await last.close();
      return found;
    };
    const [a, b] = [await run({ device }), await run({ engine: "reference32" })];
    // half an ulp of 65 mV a step (3.8e-6 mV), kept for the 100 steps of the membrane's 10 ms; states follow it by at most 1 per 5 mV
    for (const name of Object.keys(b)) b[name]!.forEach((x, k) => expect(Math.abs(x - a[name]![k]!), name).toBeLessThan(4e-4)); // prettier-ignore
  });
});
