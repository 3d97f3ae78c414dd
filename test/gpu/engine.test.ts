import { countTables } from "../../src/gpu/link-tables.ts";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import type { Engine } from "../../src/host/engine.ts";
import { allToAll, oneToOne } from "../../src/connect/rules.ts";
import { DeviceError } from "../../src/errors.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { Network } from "../../src/network/network.ts";
import { drive } from "../../src/network/signal.ts";
import { gamma, poisson, regular } from "../../src/network/sources.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { Hz, ms, mV, nA, perCell, uS } from "../../src/units.ts";
import { openTestDevice, type TestDevice } from "./device.ts";
import {
  collect,
  compiled,
  expectSame,
  hhCells,
  network,
  pool,
  same,
  spikesOf,
  type Run,
  type RunOptions,
} from "./engine-networks.ts";
import type { GpuOptions } from "../../src/gpu/base.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

const STEPS = 1600; // 40 ms

/** Runs a network on the GPU from step 0. */
const run = (c: CompiledNetwork, options: GpuOptions = {}, how: RunOptions = {}, to = STEPS): Promise<Run> =>
  gpu.use(async (device) => {
    const engine = await gpuEngine(c, device, options);
    try {
      return await collect(engine, to, how);
    } finally {
      await engine.close();
    }
  });

/** How often a spike log was made. */
const logsIn = (calls: readonly (readonly [GPUBufferDescriptor])[]): number =>
  calls.filter(([d]) => d.label === "spike log").length;

describe.each([
  ["a chain of stages", { longMs: 20 }],
  ["recurrent, long delays", { loops: true, longMs: 20 }],
] as const)("bitwise, %s", (_, shape) => {
  let want: Run;
  let c: CompiledNetwork;
  beforeAll(async () => {
    c = compiled(network(shape));
    want = await run(c);
  });

  test("the network is worth testing: every population spikes, also over the long delay", () => {
    expect(c.maxBlock).toBe("loops" in shape ? 22 : 1000); // 0.55 ms
    expect(c.stages.length).toBe(2);
    expect(c.maxDelaySteps).toBe(800); // many blocks
    for (const name of ["S", "P", "E", "M"]) expect(spikesOf(c, want, name).length, name).toBeGreaterThan(10);
    const late = compiled(network(shape));
    late.initialScales.fill(0, 4, 5); // projection "long"
    expect(late.projections[4]!.name).toBe("long");
    return expect(run(late).then((r) => r.spikes.length)).resolves.not.toBe(want.spikes.length);
  });

  test("the same seed twice", async () => expectSame(await run(c), want));

  test.each([1, 3, 40, 1000])("blocks of %i steps", async (maxBlock) => {
    expectSame(await run(compiled(network(shape), { maxBlock })), want);
  });

  test.each([32, 128])("workgroups of %i", async (workgroupSize) => expectSame(await run(c, { workgroupSize }), want));

  test.each([160, 250])("links split over buffers of %i bytes", async (bindingBytes) => {
    const tables = (bytes: number) => c.stages.reduce((sum, stage) => sum + countTables(stage, c, bytes), 0);
    expect(tables(bindingBytes)).toBeGreaterThan(tables(2 ** 20));
    expectSame(await run(c, { bindingBytes }), want);
  });

  test.each([2, 3, 7])("slots in %i parts", async (parts) => expectSame(await run(c, { parts }), want));

  test.each([0, 2, 5])("rows of more than %i links shared by a workgroup", async (alone) =>
    expectSame(await run(c, { alone, parts: 1 + (alone % 2) }), want),
  );

  test("segments of 1, 7, 39, 333 steps and the rest", async () => {
    expectSame(await run(c, {}, { ends: [1, 8, 47, 380, 383] }), want);
  });

  test("a log of 16 spikes loses none: it grows and the submit runs again", async () => {
    const made = vi.spyOn(gpu.device, "createBuffer");
    expectSame(await run(c, { logCapacity: 16 }), want);
    expect(logsIn(made.mock.calls)).toBeGreaterThan(1);
    made.mockRestore();
  });
  test("a log of 16 spikes with two submits in flight", async () => {
    expectSame(await run(c, { logCapacity: 16 }, { ends: [100, 200, 500, 900] }), want);
  });

  test("saved in the middle and loaded into a new engine", async () => {
    const half = await run(c, {}, {}, 777);
    const rest = await gpu.use(async (device) => {
      const engine = await gpuEngine(compiled(network(shape), { maxBlock: 13 }), device);
      await engine.load(half.state, 777);
      const second = await collect(engine, STEPS, { ends: [800] });
      await engine.close();
      return second;
    });
    same("spikes", [...half.spikes, ...rest.spikes], want.spikes);
    for (const [name, { steps, data }] of Object.entries(want.traces)) {
      same(`${name}: steps`, [...half.traces[name]!.steps, ...rest.traces[name]!.steps], steps);
      same(name, [...half.traces[name]!.data, ...rest.traces[name]!.data], data);
    }
    expectSame({ ...rest, spikes: want.spikes, traces: want.traces }, want);
  });
});

test("an advance longer than the longest submit equals several, whatever the log", async () => {
  const c = compiled(network(), { maxBlock: 500 });
  const to = 20_000; // three submits of at most 8192
  const want = await run(c, {}, { ends: [2000, 4000, 9000, 15_000] }, to);
  expectSame(await run(c, { logCapacity: 64 }, {}, to), want);
});

describe("controls act from their step on", () => {
  /** At steps 300, 600, ...: everything that may change. */
  const before: RunOptions["before"] = (engine, step) => {
    if (step % 300 !== 0 || step === 0) return;
    const { populations, projections } = engine.network;
    const rate = drive.constant(Hz(100 + step / 10)).plus(drive.noise({ sd: Hz(10) }));
    engine.setRate(populations.findIndex((p) => p.name === "S"), rate);
    engine.setScale(projections.findIndex((p) => p.name === "S->E.excitatory"), step / 1000);
    engine.setGain(0, [0, 1, 2, 3, 4, 5, 6, 7, step / 500]);
    engine.setGain(1, step / 900);
  }; // prettier-ignore
  const ends = [300, 600, 900, 1200, 1500];

  test.each([1, 40, 250])("blocks of %i equal the longest; nothing waits for the change", async (maxBlock) => {
    const want = await run(compiled(network()), {}, { ends, before });
    expectSame(await run(compiled(network(), { maxBlock }), {}, { ends, before }), want);
    expect(want.spikes).not.toEqual((await run(compiled(network()))).spikes);
  });

  test("also when a full log makes submits repeat, and between other segments", async () => {
    const want = await run(compiled(network()), {}, { ends, before });
    expectSame(await run(compiled(network()), { logCapacity: 16 }, { ends, before }), want);
    expectSame(await run(compiled(network()), {}, { ends: [...ends, 1, 299, 301, 777].sort((a, b) => a - b), before }), want); // prettier-ignore
  });

  test("live parameters too, on both engines", async () => {
    const change: RunOptions["before"] = (engine, step) => {
      if (step === 301) engine.setParam(0, "dend.caL.gamma", 0.5);
      if (step === 900) engine.setParam(0, "caL.gamma", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    };
    const want = await run(compiled(pool(), { maxBlock: 1000 }), {}, { ends: [301, 900], before: change });
    expectSame(await run(compiled(pool(), { maxBlock: 40 }), {}, { ends: [100, 301, 302, 900], before: change }), want);
    expectSame(await run(compiled(pool(), { maxBlock: 1000 }), { logCapacity: 4 }, { ends: [301, 900], before: change }), want);
    const V = want.traces["aMN.V"]!.data;
    const still = (await run(compiled(pool(), { maxBlock: 1000 }))).traces["aMN.V"]!.data;
    const differs = V.findIndex((x, k) => x !== still[k]);
    expect(Math.floor(differs / 6)).toBeGreaterThanOrEqual(75); // the sample after step 304: the first that may see it
    expect(Math.floor(differs / 6)).toBeLessThan(225); // and does before the second change
    const reference = await collect(referenceEngine(compiled(pool(), { maxBlock: 25 }), { precision: 32 }), STEPS, { ends: [7, 301, 900], before: change });
    const first = Math.min(STEPS, ...spikesOf(compiled(pool(), { maxBlock: 1000 }), want, "aMN").map((key) => Math.floor(key / 2 ** 20))) - 40;
    expect(first).toBeGreaterThan(1000);
    // as in engine-twins.test.ts, with tau_m / dt = 8 ms / 0.025 ms = 320 steps: twice 320 * 7.6e-6 mV
    reference.traces["aMN.V"]!.data.slice(0, 6 * Math.floor(first / 4)).forEach((x, k) => expect(Math.abs(x - V[k]!), `sample ${k}`).toBeLessThan(5e-3));
  }); // prettier-ignore

  test("are part of a checkpoint", async () => {
    const want = await run(compiled(network()), {}, { ends, before });
    const half = await run(compiled(network()), {}, { ends, before }, 1000);
    await gpu.use(async (device) => {
      const engine = await gpuEngine(compiled(network()), device);
      await engine.load(half.state, 1000);
      const rest = await collect(engine, STEPS, { ends, before });
      await engine.close();
      same("spikes", [...half.spikes, ...rest.spikes], want.spikes);
      expectSame({ ...rest, spikes: want.spikes, traces: want.traces }, want);
    });
  });
});

describe("a batch", () => {
  const vary = (net: Network, entries: readonly number[]): Network => {
    const of = <T>(values: readonly T[]): T[] => entries.map((e) => values[e]!);
    const rate = (hz: number) => drive.constant(Hz(hz)).plus(drive.noise({ sd: Hz(50) }));
    net.vary("seed", of([7, 8, 7]));
    net.vary("S.rate", of([rate(150), rate(250), rate(350)]));
    net.vary("P->E.fast.scale", of([1, 0.5, -1]));
    net.vary("E.clamp.gain", of([1, 2, 0]));
    net.vary("M.clamp.signal", of([drive.constant(nA(0.05)), drive.constant(nA(0)), drive.sinusoid({ amplitude: nA(0.05), frequency: Hz(20) })]));
    net.vary("E.pas.E", of([mV(-54), mV(-55), mV(-53)]));
    net.vary("E.threshold", of([mV(0), mV(-10), mV(10)]));
    net.vary("M.V0", of([mV(-65), mV(-60), mV(-70)]));
    return net;
  }; // prettier-ignore

  test("an entry equals the same run alone", async () => {
    const together = compiled(vary(network(), [0, 1, 2]));
    const all = await run(together);
    for (const e of [0, 1, 2]) {
      const c = compiled(vary(network(), [e]));
      const alone = await run(c);
      for (const name of ["S", "P", "E", "M"]) same(`${name} of entry ${e}`, spikesOf(together, all, name, e), spikesOf(c, alone, name)); // prettier-ignore
      for (const [name, { steps, data }] of Object.entries(alone.traces)) {
        const width = data.length / steps.length;
        const mine = steps.flatMap((_, k) =>
          all.traces[name]!.data.slice((3 * k + e) * width, (3 * k + e + 1) * width),
        );
        same(`${name} of entry ${e}`, mine, data);
      }
    }
  });

  test("entries with connections of their own equal the same run alone", async () => {
    const own = (entries: readonly number[]): CompiledNetwork => {
      const net = network(); // values per link belong to one structure, so none here
      net.vary("structureSeed", entries);
      return compiled(net);
    };
    const together = own([3, 4, 3]);
    expect(together.stages.map((s) => s.rows.length)).toEqual([3, 3]);
    const all = await run(together);
    for (const [e, structureSeed] of [3, 4, 3].entries()) {
      const alone = own([structureSeed]);
      const one = await run(alone);
      for (const name of ["S", "P", "E", "M"]) same(`${name} of entry ${e}`, spikesOf(together, all, name, e), spikesOf(alone, one, name));
    }
    expect(spikesOf(together, all, "M", 1)).not.toEqual(spikesOf(together, all, "M", 0));
  }); // prettier-ignore

  test("entries of one seed share their noise, others do not", async () => {
    const net = network();
    net.vary("seed", [7, 8, 7]);
    const c = compiled(net);
    const all = await run(c, { workgroupSize: 32 });
    for (const name of ["S", "P", "E", "M"]) {
      const [a, b, again] = [0, 1, 2].map((e) => spikesOf(c, all, name, e));
      same(name, again!, a!);
      expect(b, name).not.toEqual(a);
    }
    const alone = compiled(network({ seed: 8 }));
    const one = await run(alone);
    same("seed 8", spikesOf(c, all, "E", 1), spikesOf(alone, one, "E"));
  });
});

test("adding populations changes no other's spikes", async () => {
  const [less, more] = [compiled(network()), compiled(network({ extra: true }))];
  const [a, b] = [await run(less), await run(more)];
  for (const name of ["S", "P", "E", "M"]) same(name, spikesOf(more, b, name), spikesOf(less, a, name));
  same("V", b.traces["E.V"]!.data, a.traces["E.V"]!.data);
});

test("a source whose threshold is 0 waits for an increment, and fires once", async () => {
  const net = new Network({ seed: 1 });
  const rate = drive.constant(Hz(300)).after(ms(5));
  net.sources("one", 4, poisson({ rate }));
  net.sources("three", 4, gamma({ order: 3, rate }));
  net.sources("each", 4, poisson({ rate: perCell(Hz, [0, 300, 0, 20]) }));
  const c = compiled(net);
  const theta = { one: 4, three: 4, each: 4 };
  const engines: Engine[] = [await gpuEngine(c, gpu.device), referenceEngine(c)];
  const runs: Run[] = [];
  for (const engine of engines) {
    const state = await engine.save();
    for (const [name, at] of Object.entries(theta)) state[`sources.${name}`]!.fill(0, at, at + 4);
    await engine.load(state, 0);
    runs.push(await gpu.use(() => collect(engine, 2000, { ends: [100] })));
    await engine.close();
  }
  same("spikes", runs[0]!.spikes, runs[1]!.spikes);
  for (const name of ["one", "three", "each"]) same(name, runs[0]!.state[`sources.${name}`]!, runs[1]!.state[`sources.${name}`]!);
  const first = spikesOf(c, runs[0]!, "one").filter((key) => key < 201 * 2 ** 20);
  expect(first).toEqual([0, 1, 2, 3].map((cell) => 200 * 2 ** 20 + cell)); // 5 ms
}); // prettier-ignore

test("where nothing is delivered the log forgets, so that it need not grow", async () => {
  const net = new Network({ seed: 1 });
  net.sources("S", 20, poisson({ rate: Hz(500) }));
  const c = compiled(net);
  const made = vi.spyOn(gpu.device, "createBuffer");
  const ends = Array.from({ length: 40 }, (_, k) => 40 * (k + 1));
  const spikes = (await run(c, { logCapacity: 64 }, { ends })).spikes.length;
  expect(spikes).toBeGreaterThan(300); // 400 expected, 10 in a submit of 1 ms
  expect(logsIn(made.mock.calls)).toBe(1);
  made.mockRestore();
});

test("given trains reach the device submit by submit", async () => {
  const net = new Network({ seed: 1 });
  const T = net.sources("T", 9, regular({ start: perCell(ms, [0, 1, 2, 3, 4, 5, 6, 7, 8]), interval: ms(0.7), stop: ms(250) }));
  const E = net.cells("E", hhCells(9));
  const M = net.cells("M", hhCells(4));
  net.connect(T, E.excitatory, oneToOne(), { weight: uS(0.004), delay: ms(1) });
  net.connect(T, M.fast, allToAll(), { weight: uS(0.002), delay: ms(3) });
  net.record(E, "V", { every: ms(5) });
  const want = await run(compiled(net), {}, { ends: [5000] }, 10_000); // at most 8192 in a submit
  expect(spikesOf(compiled(net), want, "E").length).toBeGreaterThan(20);
  expectSame(await run(compiled(net), { logCapacity: 16 }, {}, 10_000), want);
  expectSame(await run(compiled(net, { maxBlock: 77 }), {}, { ends: [1, 100, 101, 3000, 9999] }, 10_000), want);
}); // prettier-ignore

test("phases are timed, with two submits in flight", async () => {
  const c = compiled(network({ longMs: 20 }));
  await gpu.use(async (device) => {
    const engine = await gpuEngine(c, device, { profile: true });
    const profiled = await collect(engine, STEPS, { ends: [300, 600, 900] });
    const { drive: a = 0, deliver: b = 0, integrate: d = 0 } = engine.timings();
    expect(Math.min(a, b, d)).toBeGreaterThan(0);
    await engine.close();
    expectSame(profiled, await run(c));
  });
});

test("what does not fit the device is refused by name before the first step", async () => {
  const limits = { maxStorageBufferBindingSize: 2 ** 20, maxBufferSize: 2 ** 28 };
  const small = new Proxy(gpu.device, {
    get: (of, key) => {
      if (key === "limits") return limits;
      const value: unknown = Reflect.get(of, key, of);
      return typeof value === "function" ? value.bind(of) : value;
    },
  });
  const net = new Network({ seed: 1 });
  net.cells("E", hhCells(60_000));
  await expect(gpuEngine(compiled(net), small)).rejects.toThrow(/buffer "E\.[a-z]+": needs [0-9.]+ MiB, the device binds at most 1\.0 MiB/);
}); // prettier-ignore

test("a lost device is a DeviceError for what is in flight and for what comes after", async () => {
  const other = await openTestDevice();
  const engine = await gpuEngine(compiled(network()), other.device);
  await engine.advance(100);
  other.device.destroy();
  await other.device.lost;
  await expect(engine.advance(1000)).rejects.toThrow(DeviceError);
  await expect(engine.advance(2000)).rejects.toThrow(/lost|destroyed/);
  await engine.close();
});
