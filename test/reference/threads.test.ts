import { expect, test, vi } from "vitest";
import { pool } from "../../bench/models/network.ts";
import { compile } from "../../src/compile/compile.ts";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { DeviceError } from "../../src/errors.ts";
import type { Engine } from "../../src/host/engine.ts";
import { drive } from "../../src/network/signal.ts";
import type { Spawn, Thread } from "../../src/host/threads.ts";
import { nodeThreads } from "../../src/node/threads.ts";
import { Crew } from "../../src/reference/crew.ts";
import { referenceEngine, threadedEngine } from "../../src/reference/engine.ts";
import { sortSpikes } from "../../src/run/chunk.ts";
import { Share } from "../../src/reference/share.ts";
import { fixedProbability } from "../../src/connect/rules.ts";
import { Network } from "../../src/network/network.ts";
import { gamma, poisson } from "../../src/network/sources.ts";
import { Hz, ms, perCell, uS } from "../../src/units.ts";
import { clamped } from "../clamps.ts";
import { gathering } from "../gathers.ts";
import { collect, compiled, expectSame, hhCells, network, type RunOptions } from "../gpu/engine-networks.ts";
import { drawn, noisy } from "../noise.ts";
import { changeRates, portNetwork } from "../ports.ts";
import { reading } from "../readouts.ts";
import { DT, learningNetwork } from "../unit/links/learning-network.ts";
import { plasticNetwork } from "../unit/links/networks.ts";
import { mixed } from "../unit/links/procedural.ts";
import { CASES as UNSOUND } from "../unit/run/unsound.ts";

const spawn = nodeThreads().spawn as Spawn;

const threaded = async <T>(network: CompiledNetwork, threads: number, precision: 64 | 32, work: (engine: Engine) => Promise<T>): Promise<T> => {
  const engine = await threadedEngine(network, { threads, precision, spawn, worth: 0 }); // divides all that can be
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}; // prettier-ignore

const KINDS: readonly (readonly [string, () => CompiledNetwork])[] = [
  ["two stages of cells", () => compiled(network({ longMs: 20 }))],
  ["recurrent cells", () => compiled(network({ loops: true, longMs: 20 }))],
  ["gap junctions, graded synapses, point neurons", () => compile(gathering(), { dt: ms(0.1) })],
  ["noise, two entries", () => compile(noisy([5, 6]), { dt: ms(1) })],
  ["Poisson ports, three entries", () => compile(portNetwork(), { dt: ms(0.1) })],
  ["large trees under clamps", () => compile(clamped(20), { dt: ms(0.025) })],
  ["links drawn again, two entries", () => mixed(true, 2)],
  ["links that learn, two entries", () => compile(learningNetwork(2, 0.5), { dt: DT })],
  ["sources of every kind", () => compiled(manySources(1))],
  ["sources of every kind in four entries", () => compiled(manySources(4))],
  ["short-term plasticity of sources and of cells", () => compile(plasticNetwork(), { dt: ms(0.1) })],
  ["short-term plasticity in three entries", () => compile(plasticNetwork(3), { dt: ms(0.1) })],
  ["read-outs that learn and feed back", () => compile(reading({ loop: true, seeds: [1, 2] }), { dt: ms(0.1) })],
  ["the motor pool", () => pool({ motorNeurons: 60 })],
];
/** Signals of each cell and of all, constant rates, latencies, orders, noise; at rates of a spike in most blocks. */
function manySources(entries: number): Network {
  const net = new Network({ seed: 8 });
  const E = net.cells("E", hhCells(7));
  const wave = drive.sinusoid({ amplitude: Hz(300), frequency: Hz(90), offset: Hz(200) });
  const noise = drive.constant(Hz(400)).plus(drive.noise({ sd: Hz(200) }));
  const own = { signals: [wave, noise, drive.constant(Hz(3000))], signalOfCell: Array.from({ length: 25 }, (_, k) => (k * k) % 3) };
  const kinds = [
    gamma({ order: 4, rate: own, latency: ms(0.7) }),
    poisson({ rate: noise }),
    poisson({ rate: perCell(Hz, Array.from({ length: 25 }, (_, k) => 40 * k)), latency: ms(1.1) }),
    gamma({ order: 64, rate: perCell(Hz, Array.from({ length: 25 }, (_, k) => 9 * k)) }),
    poisson({ rate: Hz(2500) }),
  ];
  kinds.forEach((kind, k) => {
    const S = net.sources(`S${k}`, 25, kind);
    net.connect(S, E.excitatory, fixedProbability(0.4), { weight: uS(0.001), delay: (s) => ms(0.5 + 0.2 * (s % 9)) });
  });
  net.record(E, "V", { every: ms(0.1) });
  if (entries > 1) net.vary("seed", Array.from({ length: entries }, (_, e) => 8 + e));
  return net;
} // prettier-ignore

const STEPS = 900;
const ENDS = [300, 301, 777];

/** Starting threads from sources is slow: float32, whose sums are integers, is tried on some kinds. */
const CASES = [
  ...KINDS.map(([name, make]) => ({ name, make, threads: 3, precision: 64 as const })),
  ...KINDS.filter(([name]) => /sources/.test(name)).map(([name, make]) => ({
    name,
    make,
    threads: 2,
    precision: 64 as const,
  })),
  ...[1, 4, 7, 9].map((k) => ({ name: KINDS[k]![0], make: KINDS[k]![1], threads: 2, precision: 32 as const })),
];

test.each(CASES)(
  "$name on $threads threads, float$precision: the bits of one",
  async ({ make, threads, precision }) => {
    const want = await collect(referenceEngine(make(), { precision }), STEPS, { ends: ENDS });
    expectSame(await threaded(make(), threads, precision, (engine) => collect(engine, STEPS, { ends: ENDS })), want);
  },
);

test("a checkpoint of three threads goes on with one, and one of one thread with two", async () => {
  const make = (): CompiledNetwork => compile(learningNetwork(2, 0.5), { dt: DT });
  const want = await collect(referenceEngine(make()), STEPS);
  const half = await threaded(make(), 3, 64, (engine) => collect(engine, 431));
  const alone = referenceEngine(make());
  await alone.load(half.state, 431);
  const middle = await collect(alone, 600);
  const end = await threaded(make(), 2, 64, async (engine) => {
    await engine.load(structuredClone(middle.state), 600);
    return collect(engine, STEPS);
  });
  expectSame({ ...end, spikes: want.spikes, traces: want.traces }, want);
  expect([...half.spikes, ...middle.spikes, ...end.spikes]).toEqual([...want.spikes]);
});

test("controls act from their step on", async () => {
  const before: RunOptions["before"] = (engine, step) => {
    if (step % 300 !== 0 || step === 0) return;
    const { populations, projections } = engine.network;
    engine.setRate(populations.findIndex((p) => p.name === "S"), drive.constant(Hz(100 + step / 10)));
    engine.setScale(projections.findIndex((p) => p.name === "S->E.excitatory"), step / 1000);
    engine.setGain(0, step / 800);
  }; // prettier-ignore
  const how = { before, ends: [300, 600] };
  const want = await collect(referenceEngine(compiled(network({ loops: true }))), STEPS, how);
  expectSame(await threaded(compiled(network({ loops: true })), 2, 64, (e) => collect(e, STEPS, how)), want);
});

test("rates that become rows of their own: more than there was room for", async () => {
  const before: RunOptions["before"] = (engine, step) => {
    const k = engine.network.populations.findIndex((p) => p.name === "S1");
    for (let entry = 0; entry < 4; entry++) engine.setRate(k, drive.constant(Hz(100 * (entry + 1) + step)), entry);
  };
  const how = { before, ends: [300, 600] };
  const make = (): CompiledNetwork => compiled(manySources(4));
  expectSame(await threaded(make(), 2, 64, (e) => collect(e, STEPS, how)), await collect(referenceEngine(make()), STEPS, how)); // prettier-ignore
});

test("a thread that ends is told, and the run goes on alone from where the segment began", async () => {
  const made: Thread[] = [];
  const counted: Spawn = () => {
    const thread = spawn();
    made.push(thread);
    return thread;
  };
  const make = (): CompiledNetwork => compiled(network({ loops: true }));
  const engine = await threadedEngine(make(), { threads: 2, spawn: counted });
  const first = await engine.advance(300);
  made[0]?.end();
  const failed = await engine.advance(600).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(DeviceError);
  expect(String(failed)).toMatch(/thread 2 of 2: ended during a step/);
  expect(engine.step).toBe(300);
  const rest = await collect(engine, STEPS);
  const want = await collect(referenceEngine(make()), STEPS);
  expect(first.spikeIds.length + rest.spikes.length).toBe(want.spikes.length);
  expectSame({ ...rest, spikes: want.spikes, traces: want.traces }, want);
});

test.each(Object.keys(UNSOUND).filter((name) => UNSOUND[name]!.says !== undefined))("threads stop where one does, with its words: %s", async (name) => {
  const make = (): CompiledNetwork => compile(UNSOUND[name]!.net(), { dt: ms(0.025) });
  const alone = await referenceEngine(make()).advance(2400);
  expect(alone.fault?.message).toMatch(UNSOUND[name]!.says!);
  const { to, fault } = await threaded(make(), 2, 64, (engine) => engine.advance(2400));
  expect([to, fault?.message, fault?.fault]).toEqual([alone.to, alone.fault?.message, alone.fault?.fault]);
}); // prettier-ignore

/** As threads of a page are, of whose end only events tell. @param made  the threads that are made */
const unseen = (made: Thread[] = []): Spawn => () => {
  const thread = spawn();
  made.push(thread);
  return { ...thread, alive: () => undefined };
}; // prettier-ignore

test("where only an event tells that a thread ended, events are let through after a while", async () => {
  const made: Thread[] = [];
  const make = (): CompiledNetwork => compiled(network({ loops: true }));
  const engine = await threadedEngine(make(), { threads: 2, spawn: unseen(made) });
  await engine.advance(300);
  made[0]?.end();
  const failures = [engine.advance(600), engine.advance(700)].map((run) => run.catch((error: unknown) => error));
  for (const failed of await Promise.all(failures)) expect(String(failed)).toMatch(/DeviceError: thread 2 of 2: ended during a step/);
  expect(engine.step).toBe(300);
  const [rest, want] = [await collect(engine, STEPS), await collect(referenceEngine(make()), STEPS)];
  expectSame({ ...rest, spikes: want.spikes, traces: want.traces }, want);
}); // prettier-ignore

test("threads that are waited for in vain are at work after all: the segment is run again, with the same bits", async () => {
  const make = (): CompiledNetwork => compiled(network({ loops: true }));
  const engine = await threadedEngine(make(), { threads: 2, spawn: unseen() });
  const settled = vi.spyOn(Crew.prototype, "settled");
  let now = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 4000)); // every wait seems long
  const [first, second] = [engine.advance(300), engine.advance(STEPS)];
  const segments = [await first, await second];
  clock.mockRestore();
  expect(settled).toHaveBeenCalled();
  settled.mockRestore();
  const alone = referenceEngine(make());
  const want = [await alone.advance(300), await alone.advance(STEPS)];
  const from = [0, 300];
  const ordered = (all: typeof want) =>
    all.map((s, k) => ({ ...sortSpikes(alone.network, [s], from[k]!, s.to), traces: s.traces }));
  expect(ordered(segments)).toEqual(ordered(want));
  expect(ordered(want)[1]!.steps.length).toBeGreaterThan(10);
  expect(await engine.save()).toEqual(await alone.save());
  await engine.close();
});

test("a thread that fails says what failed in it", async () => {
  const broken: Spawn = () => {
    const thread = spawn();
    const without = (message: unknown): unknown =>
      typeof message === "object" && message !== null && "found" in message
        ? { ...message, found: undefined }
        : message;
    return { ...thread, post: (message) => thread.post(without(message)) };
  };
  const engine = await threadedEngine(compiled(network({ loops: true })), { threads: 2, spawn: broken });
  const failed = await engine.advance(300).catch((error: unknown) => error);
  expect(String(failed)).toMatch(
    /thread 2 of 2: failed during a step \(TypeError: Cannot read properties of undefined \(reading 'ids'\)\)/,
  );
  expect(String(failed)).toMatch(/as it was before this segment/);
  await engine.close();
});

test("what fails in the leading thread's own part goes back only when no other thread is at work", async () => {
  const many = new Network({ seed: 3 });
  many.cells("neurons", drawn({ n: 5000 })); // a block of them takes the other thread longer than going back
  const late: Spawn = () => {
    const thread = spawn();
    return { ...thread, end: () => void setTimeout(() => thread.end(), 200) }; // as late as a platform may be
  };
  const engine = await threadedEngine(compile(many, { dt: ms(1) }), { threads: 2, spawn: late });
  await engine.advance(200);
  const before = structuredClone(await engine.save());
  const own = vi.spyOn(Share.prototype, "advance").mockImplementationOnce(() => {
    throw new RangeError("own");
  });
  await expect(engine.advance(600)).rejects.toThrow("own");
  own.mockRestore();
  expect(await engine.save()).toEqual(before);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await engine.save()).toEqual(before);
  await engine.close();
});

test("one thread does sources and releases that are not worth a meeting: the same bits", async () => {
  const make = (): CompiledNetwork => compile(plasticNetwork(), { dt: ms(0.1) });
  const engine = await threadedEngine(make(), { threads: 2, spawn });
  expectSame(await collect(engine, STEPS, { ends: ENDS }), await collect(referenceEngine(make()), STEPS, { ends: ENDS }));
  await engine.close();
}); // prettier-ignore

test("rates of Poisson ports that change", async () => {
  const compiledPorts = compile(portNetwork(true), { dt: ms(0.1) });
  for (const precision of [64, 32] as const) {
    const one = await collect(referenceEngine(compiledPorts, { precision }), 900, changeRates);
    expectSame(await threaded(compiledPorts, 2, precision, (engine) => collect(engine, 900, changeRates)), one);
  }
});
