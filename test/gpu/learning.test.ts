import { afterAll, beforeAll, expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { allToAll } from "../../src/connect/rules.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { iaf_delta } from "../../src/mechanisms/neurons/index.ts";
import { stdp_additive } from "../../src/mechanisms/plasticity/index.ts";
import { trains } from "../../src/network/sources.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { Network } from "../../src/network/network.ts";
import { ms, mV, perCell } from "../../src/units.ts";
import { DT, learningNetwork, membranes, structured } from "../unit/links/learning-network.ts";
import { openTestDevice, type TestDevice } from "./device.ts";
import { collect, same } from "./engine-networks.ts";
import type { GpuOptions } from "../../src/gpu/base.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

const STEPS = 700;
const ALL = [0, 1, 2, 3];
const network = (maxBlock?: number, dendritic = 0.5) =>
  compile(learningNetwork(2, dendritic), { dt: DT, ...(maxBlock === undefined ? {} : { maxBlock }) });

const run = (options: GpuOptions & { readonly maxBlock?: number; readonly dendritic?: number } = {}) =>
  gpu.use(async (device) => {
    const engine = await gpuEngine(network(options.maxBlock, options.dendritic), device, options);
    const all = await collect(engine, STEPS);
    const links = await Promise.all(ALL.map((k) => engine.linkStates(k)));
    await engine.close();
    return { ...all, links };
  });

/** Relative, or absolute below 1: each of some 50 events of a link rounds its states, and an adapter's exp may be off by some ulp (6e-8). */
const CLOSE = 2e-6;
const expectClose = (own: ArrayLike<number>, expected: ArrayLike<number>): void =>
  Array.from(own).forEach((x, i) =>
    expect(Math.abs(x - expected[i]!)).toBeLessThan(CLOSE * Math.max(1, Math.abs(expected[i]!))),
  );

test.each([0, 0.5])("spikes, inputs and states are those of the float32 reference (dendritic delay %d ms)", async (dendritic) => {
  const engine = referenceEngine(network(undefined, dendritic), { precision: 32 });
  const r = await collect(engine, STEPS);
  const g = await run({ dendritic });
  expect(r.spikes.length).toBeGreaterThan(100);
  same("spikes", g.spikes, r.spikes);
  for (const k of ALL) {
    const expected = await engine.linkStates(k);
    expect(g.links[k]!.last).toEqual(expected.last);
    expectClose(g.links[k]!.state, expected.state);
  }
  for (const name of Object.keys(r.traces)) expectClose(g.traces[name]!.data, r.traces[name]!.data);
}, 60_000); // prettier-ignore

test("the same bits whatever the block length, the workgroup and how often the log was too small", async () => {
  const one = await run();
  for (const other of [await run({ maxBlock: 1 }), await run({ maxBlock: 3, workgroupSize: 32 }), await run({ logCapacity: 16 })]) {
    same("spikes", other.spikes, one.spikes);
    expect(other.links).toEqual(one.links);
    for (const name of Object.keys(one.traces)) same(name, other.traces[name]!.data, one.traces[name]!.data);
  }
}, 120_000); // prettier-ignore

test("a run from a checkpoint goes on bitwise, what is remembered of spikes included", async () => {
  const whole = await run();
  const links = await gpu.use(async (device) => {
    const first = await gpuEngine(network(), device);
    await first.advance(337);
    const state = structuredClone(await first.save());
    await first.close();
    const second = await gpuEngine(network(), device, { logCapacity: 64 });
    await second.load(state, 337);
    await second.advance(STEPS);
    const own = await Promise.all(ALL.map((k) => second.linkStates(k)));
    await second.close();
    return own;
  });
  expect(links).toEqual(whole.links);
}, 60_000);

test("frozen weights stay, in one entry or in all; the rest is as on the reference", async () => {
  const both = await gpu.use(async (device) => {
    const engines = [await gpuEngine(network(), device), referenceEngine(network(), { precision: 32 })];
    const found = [];
    for (const engine of engines) {
      await engine.advance(200);
      const before = (await engine.linkStates(0)).state.slice();
      engine.setFrozen(0, true, 1);
      await engine.advance(400);
      const after = await engine.linkStates(0);
      found.push({ before, after, links: before.length / engine.network.learning[0]!.states.length });
      await engine.close();
    }
    return found;
  });
  const [g, r] = both as [(typeof both)[0], (typeof both)[0]];
  const half = g!.links / 2;
  expect(g!.after.state.slice(half, 2 * half)).toEqual(g!.before.slice(half, 2 * half)); // weights of entry 1
  expect(g!.after.state.slice(0, half)).not.toEqual(g!.before.slice(0, half));
  expectClose(g!.after.state, r!.after.state);
}, 60_000);

test("cells of one compartment and of many detect before delivery", async () => {
  const compiled = compile(membranes(), { dt: ms(0.025) });
  const reference = referenceEngine(compiled, { precision: 32 });
  const r = await collect(reference, 1200);
  await gpu.use(async (device) => {
    const engine = await gpuEngine(compiled, device);
    same("spikes", (await collect(engine, 1200)).spikes, r.spikes);
    for (const k of [0, 1, 2]) expectClose((await engine.linkStates(k)).state, (await reference.linkStates(k)).state);
    await engine.close();
  });
}, 60_000);

test("entries with structures of their own", async () => {
  const net = structured(new Network({ seed: 5, structureSeed: 5 }));
  net.vary("structureSeed", [5, 6, 7]);
  const compiled = compile(net, { dt: DT });
  const reference = referenceEngine(compiled, { precision: 32 });
  const r = await collect(reference, 500);
  await gpu.use(async (device) => {
    const engine = await gpuEngine(compiled, device);
    same("spikes", (await collect(engine, 500)).spikes, r.spikes);
    for (const k of [0, 1]) {
      const [own, expected] = [await engine.linkStates(k), await reference.linkStates(k)];
      expect(own.last).toEqual(expected.last);
      expectClose(own.state, expected.state);
    }
    await engine.close();
  });
}, 60_000);

test.each([0, 0.5])("a target that spikes at the first step changes its links, and so does what arrives then (dendritic delay %d ms)", async (dendritic) => {
  const net = new Network({ seed: 1 });
  const cells = net.cells("c", iaf_delta({ n: 3, params: { V_th: mV(20), E_L: mV(0), V_reset: mV(10) }, initial: { V: perCell(mV, [30, 0, 30]) } }));
  const inputs = net.sources("s", 3, trains([[0], [0.1], [5]]));
  net.connect(inputs, cells.jump, allToAll(), { name: "p", weight: mV(0.5), delay: ms(0.1), dendriticDelay: ms(dendritic), plasticity: stdp_additive({ w_max: mV(1) }) });
  const compiled = compile(net, { dt: ms(0.1) });
  const reference = referenceEngine(compiled, { precision: 32 });
  await reference.advance(40);
  const expected = await reference.linkStates(0);
  const found = await gpu.use(async (device) => {
    const engine = await gpuEngine(compiled, device);
    await engine.advance(40);
    return engine.linkStates(0);
  });
  expect(new Set(expected.last).size).toBeGreaterThan(2);
  expect(found.last).toEqual(expected.last);
  expectClose(found.state, expected.state);
}); // prettier-ignore
