import { afterAll, beforeAll, expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { fixedProbability } from "../../src/connect/rules.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { iaf_delta } from "../../src/mechanisms/neurons/index.ts";
import { Network } from "../../src/network/network.ts";
import { poisson } from "../../src/network/sources.ts";
import { Hz, ms, mV } from "../../src/units.ts";
import { mixed } from "../unit/links/procedural.ts";
import { openTestDevice, type TestDevice } from "./device.ts";
import { collect, expectSame } from "./engine-networks.ts";
import type { GpuOptions } from "../../src/gpu/base.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

const STEPS = 1200;
const run = (network: CompiledNetwork, options: GpuOptions = {}, steps = STEPS) =>
  gpu.use(async (device) => {
    const engine = await gpuEngine(network, device, options);
    const all = await collect(engine, steps);
    await engine.close();
    return all;
  });

test.each([1, 2])("links drawn again give the bits of kept ones, in %i entries", async (entries) => {
  const kept = await run(mixed(false, entries));
  expect(kept.spikes.length).toBeGreaterThan(100);
  expectSame(await run(mixed(true, entries)), kept);
  expectSame(await run(mixed(true, entries, 7), { workgroupSize: 128, logCapacity: 16 }), kept);
  expectSame(await run(mixed(true, entries), { parts: 3 }), kept);
});

test("where nothing else is delivered the log's position is noted all the same, and long rows have several blocks", async () => {
  const net = (procedural: boolean): CompiledNetwork => {
    const n = new Network({ seed: 2 });
    const S = n.sources("S", 20, poisson({ rate: Hz(50) }));
    const E = n.cells("E", iaf_delta({ n: 40_000 }));
    n.connect(S, E.receptor("jump"), fixedProbability(0.02), { weight: mV(9), delay: ms(1.5), procedural });
    n.connect(E, E.receptor("jump"), fixedProbability(0.0002), { weight: mV(2), delay: ms(0.8), procedural });
    return compile(n, { dt: ms(0.1) });
  };
  const kept = await run(net(false), {}, 600);
  expect(kept.spikes.length).toBeGreaterThan(1000);
  expectSame(await run(net(true), {}, 600), kept);
});
