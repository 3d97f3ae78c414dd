import { afterAll, beforeAll, expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { changeRates, DT, portNetwork } from "../ports.ts";
import { openTestDevice, type TestDevice } from "./device.ts";
import { collect, same } from "./engine-networks.ts";
import type { GpuOptions } from "../../src/gpu/base.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

const run = (options: GpuOptions & { readonly maxBlock?: number; readonly live?: boolean } = {}) =>
  gpu.use(async (device) => {
    const { maxBlock, live = false } = options;
    const network = compile(portNetwork(live), { dt: DT, ...(maxBlock === undefined ? {} : { maxBlock }) });
    const engine = await gpuEngine(network, device, options);
    const all = await collect(engine, 900, live ? changeRates : {});
    await engine.close();
    return all;
  });

test.each([false, true])("summed inputs are those of the float32 reference, whatever blocks and workgroups (rates change: %s)", async (live) => {
  const reference = referenceEngine(compile(portNetwork(live), { dt: DT }), { precision: 32 });
  const r = await collect(reference, 900, live ? changeRates : {});
  expect(r.spikes.length).toBeGreaterThan(30);
  for (const g of [await run({ live }), await run({ live, maxBlock: 1 }), await run({ live, maxBlock: 7, workgroupSize: 32 })]) {
    same("spikes", g.spikes, r.spikes);
    // the membrane's factor is a constant of the network, so that what the adapter adds is a last bit of a sum
    for (const name of Object.keys(r.traces)) r.traces[name]!.data.forEach((x, i) => expect(Math.abs(x - g.traces[name]!.data[i]!)).toBeLessThan(2e-5));
  }
}, 60_000); // prettier-ignore
