import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { changeRates, DT, portNetwork } from "../ports.ts";
import { openTestDevice, type TestDevice } from "./device.ts";
import { joinedPorts } from "../../src/gpu/port-part.ts";
import { collect, expectSame, same } from "./engine-networks.ts";
import type { GpuOptions } from "../../src/gpu/base.ts";
import type * as Ports from "../../src/host/ports.ts";
import { portTables } from "../../src/host/ports.ts";

// as it is, and counted
vi.mock("../../src/host/ports.ts", async (original) => {
  const real = await original<typeof Ports>();
  return { ...real, portTables: vi.fn(real.portTables) };
});

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

const [PORTS, APART] = [2, 1000]; // bytes that tables of two do not fit into

test("ports whose rates stay are drawn together, others alone: the same bits", async () => {
  const together = (live: boolean, most: number): number[] => {
    const network = compile(portNetwork(live), { dt: DT });
    return joinedPorts(network, network.stages[0]!.ports, most).map((of) => of.length);
  };
  expect(together(false, 2 ** 20)).toEqual([PORTS]);
  expect(together(false, APART)).toEqual(Array.from({ length: PORTS }, () => 1));
  expect(together(true, 2 ** 20)).toEqual(together(false, APART));
  expectSame(await run({}), await run({ bindingBytes: APART }));
});

test("an engine makes the tables of a port whose rate stays once", async () => {
  vi.mocked(portTables).mockClear();
  await run({});
  expect(vi.mocked(portTables)).toHaveBeenCalledTimes(PORTS);
});
