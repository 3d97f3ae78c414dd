import { afterAll, beforeAll, expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { DT, portNetwork } from "../ports.ts";
import { openTestDevice, type TestDevice } from "./device.ts";
import { collect, same } from "./engine-networks.ts";
import type { GpuOptions } from "../../src/gpu/base.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

const run = (options: GpuOptions & { readonly maxBlock?: number } = {}) =>
  gpu.use(async (device) => {
    const { maxBlock } = options;
    const network = compile(portNetwork(), { dt: DT, ...(maxBlock === undefined ? {} : { maxBlock }) });
    const engine = await gpuEngine(network, device, options);
    const all = await collect(engine, 900);
    await engine.close();
    return all;
  });

test("summed inputs are those of the float32 reference, whatever blocks and workgroups", async () => {
  const r = await collect(referenceEngine(compile(portNetwork(), { dt: DT }), { precision: 32 }), 900);
  expect(r.spikes.length).toBeGreaterThan(30);
  for (const g of [await run(), await run({ maxBlock: 1 }), await run({ maxBlock: 7, workgroupSize: 32 })]) {
    same("spikes", g.spikes, r.spikes);
    // the membrane's factor is a constant of the network, so that what the adapter adds is a last bit of a sum
    for (const name of Object.keys(r.traces)) r.traces[name]!.data.forEach((x, i) => expect(Math.abs(x - g.traces[name]!.data[i]!)).toBeLessThan(2e-5)); // prettier-ignore
  }
}, 60_000);
