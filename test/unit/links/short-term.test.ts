import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { list } from "../../../src/connect/rules.ts";
import iafDelta from "../../../src/mechanisms/neurons/iaf_delta.ts";
import { plasticity, type Plasticity } from "../../../src/mechanisms/plasticity.ts";
import tsodyksMarkram from "../../../src/mechanisms/plasticity/tsodyks_markram.ts";
import { StateError } from "../../../src/errors.ts";
import { Network } from "../../../src/network/network.ts";
import { trains } from "../../../src/network/sources.ts";
import type { Chunk } from "../../../src/run/chunk.ts";
import { simulate, type Simulation } from "../../../src/run/simulate.ts";
import { ms, mV, one, perCell } from "../../../src/units.ts";
import { DT, growing, growingNetwork, plasticNetwork, rested } from "./networks.ts";

const END = ms(120);
const STATES = ["told", "loop", "on", "fast->E.excitatory"];

async function advance(sim: Simulation, to = END): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  const left = ms(to.value - sim.step * DT.value);
  for await (const chunk of sim.run(left, { chunk: left })) chunks.push(chunk);
  return chunks;
}

async function advanceTo(sim: Simulation, end: typeof END, steps: number[]): Promise<void> {
  for await (const chunk of sim.run(end)) steps.push(chunk.to);
  expect(sim.step).toBe(Math.round(end.value / DT.value));
}

/** Steps of the spikes of source 1 of `growingNetwork`. */
async function spikesOf(engine: "reference" | "reference32", entries: number): Promise<number[]> {
  const sim = await simulate(growingNetwork(growing({ largest: one(99) }), entries), { engine, dt: DT });
  const [chunk] = await advance(sim, ms(60));
  const { times, cells } = chunk!.spikes("a");
  return [...times].flatMap((t, k) => (cells[k] === 1 ? [Math.round(t / DT.value)] : []));
}

async function result(engine: "reference" | "reference32", maxBlock?: number, entries = 1) {
  const sim = await simulate(plasticNetwork(entries), { engine, dt: DT, ...(maxBlock === undefined ? {} : { maxBlock }) });
  const [chunk] = await advance(sim);
  const states = await Promise.all(STATES.map((p) => sim.plasticity(p)));
  return { spikes: [chunk!.spikes("E"), chunk!.spikes("L")], input: chunk!.trace("L", "I_ex").data, states };
} // prettier-ignore

describe.each(["reference", "reference32"] as const)("%s", (engine) => {
  test("a run does not depend on the block length", async () => {
    const whole = await result(engine);
    expect(whole.spikes[0]!.times.length).toBeGreaterThan(40);
    expect(whole.spikes[1]!.times.length).toBeGreaterThan(0);
    expect(await result(engine, 1)).toEqual(whole);
    expect(await result(engine, 7)).toEqual(whole);
  });

  test("a run from a checkpoint is the same bits", async () => {
    const whole = await result(engine);
    const first = await simulate(plasticNetwork(), { engine, dt: DT });
    await advance(first, ms(43.7));
    const second = await simulate(plasticNetwork(), { engine, dt: DT });
    await second.load(structuredClone(await first.save()));
    const [chunk] = await advance(second);
    const late = whole.input.subarray(whole.input.length - chunk!.trace("L", "I_ex").data.length);
    expect(chunk!.trace("L", "I_ex").data).toEqual(late);
    expect(await Promise.all(STATES.map((p) => second.plasticity(p)))).toEqual(whole.states);
  });

  test("an entry of a batch is the network on its own", async () => {
    const alone = await result(engine);
    const sim = await simulate(plasticNetwork(3), { engine, dt: DT });
    await advance(sim);
    for (const [k, p] of STATES.entries()) expect(await sim.plasticity(p, 0)).toEqual(alone.states[k]);
    expect(await sim.plasticity("loop", 1)).not.toEqual(alone.states[1]);
  });
});

/** One source at 5, 10 and 30 ms; three times the weight arrives after 1 ms. */
function one_source(plastic = tsodyksMarkram({ U: one(0.5), tau_d: ms(20), tau_f: ms(0) }), times = [[5, 10, 30]]): Network {
  const net = new Network({ seed: 1 });
  const source = net.sources("s", 1, trains(times));
  const cell = net.cells("c", iafDelta({ n: 1, params: { tau_m: ms(1e9), E_L: mV(0), V_th: mV(1e6), V_reset: mV(0) }, initial: { V: mV(0) } }));
  net.connect(source, cell.jump, list([[0, 0]]), { name: "p", weight: mV(3), delay: ms(1), plasticity: plastic });
  net.record(cell, "V", { every: DT });
  return net;
} // prettier-ignore

test("what arrives is the weight times the release, in closed form", async () => {
  const sim = await simulate(one_source(), { dt: DT });
  const [chunk] = await advance(sim, ms(40));
  const V = chunk!.trace("c", "V").data;
  const x2 = 1 - 0.5 * Math.exp(-5 / 20); // before the second spike
  const x3 = 1 - (1 - 0.5 * x2) * Math.exp(-20 / 20);
  const at = (t: number) => V[Math.round(t / 0.1)]!;
  expect(at(6)).toBeCloseTo(0, 12);
  expect(at(6.1)).toBeCloseTo(1.5, 7); // tau_m of 1e9 ms takes 1e-9 of it a ms
  expect(at(11.1)).toBeCloseTo(1.5 + 1.5 * x2, 7);
  expect(at(31.1)).toBeCloseTo(1.5 + 1.5 * x2 + 1.5 * x3, 6);
  const { x, u, release } = await sim.plasticity("p");
  expect([x![0], u![0], release![0]].map((v) => v!.toFixed(12))).toEqual([0.5 * x3, 0.5, 0.5 * x3].map((v) => v.toFixed(12)));
}); // prettier-ignore

test("a network with plasticity survives JSON, and its parameters are part of the hash", () => {
  const net = one_source();
  const hash = (n: Network) => compile(n, { dt: DT }).hash;
  expect(hash(Network.fromJSON(JSON.parse(JSON.stringify(net))))).toBe(hash(net));
  expect(hash(one_source(tsodyksMarkram({ U: one(0.4) })))).not.toBe(hash(net));
});

test("sums are scaled for the largest factor: twice the factor halves q", () => {
  const loaded = (factor: number) => {
    const net = new Network({ seed: 1 });
    const a = net.cells("a", iafDelta({ n: 1 }));
    const b = net.cells("b", iafDelta({ n: 1 }));
    net.connect(a, b.jump, list([[0, 0]]), { weight: mV(1), delay: ms(1), plasticity: rested({ most: one(factor) }) });
    return compile(net, { dt: DT }).stages[1]!.q[0]!;
  };
  expect(loaded(1) / loaded(2)).toBe(2);
  expect(loaded(1) / loaded(64)).toBe(64);
});

test("a factor beyond its declared bound is held there, so that sums cannot overflow", async () => {
  const { mechanism } = rested;
  const wild = plasticity({ ...mechanism, transmit: "100 * given", largest: "1.5" });
  const sim = await simulate(one_source(wild()), { dt: DT });
  const [chunk] = await advance(sim, ms(8));
  expect(chunk!.trace("c", "V").data.at(-1)).toBeCloseTo(4.5, 7);
});

describe("a rule that stops at its bound", () => {
  const use = (largest: number) => growing({ largest: one(largest) });
  const END = ms(60);

  test.each(["reference", "reference32"] as const)("on %s: the source's fourth spike is beyond it, and what came before is kept", async (engine) => {
    for (const entries of [1, 2]) {
      const sim = await simulate(growingNetwork(use(2.2), entries), { engine, dt: DT, maxBlock: 7 });
      const born = await spikesOf(engine, entries);
      const steps: number[] = [];
      const failed = advanceTo(sim, END, steps);
      await expect(failed).rejects.toThrow(StateError);
      await expect(failed).rejects.toThrow(new RegExp(`^a, source 1${entries > 1 ? ", entry 0" : ""}: transmits 2\\.5 times its weights by growing at step ${born[3]! + 1} .*Give the plasticity largest: one\\(3\\.1\\) or more`));
      expect(sim.step).toBe(born[3]); // the step that it is born in is not taken
    }
  });

  test("not at the bound itself, rounding aside, nor where the bound is large enough", async () => {
    for (const engine of ["reference", "reference32"] as const) {
      await advanceTo(await simulate(growingNetwork(use(4)), { engine, dt: DT }), END, []);
      const held = growing.mechanism;
      await advanceTo(await simulate(growingNetwork({ mechanism: { ...held, beyond: "hold" }, params: { largest: one(2.2) } } as never), { engine, dt: DT }), END, []);
      const exact = plasticity({ ...held, onPre: { f: "largest * (1 / 3 + 1 / 3 + 1 / 3)" } } as never) as unknown as typeof growing;
      await advanceTo(await simulate(growingNetwork(exact({ largest: one(0.7) })), { engine, dt: DT }), END, []);
    }
  });

  test("of trains before the first step, with the time", () => {
    expect(() => compile(one_source(use(2.2) as never, [[5, 10, 30, 31.5, 32]]), { dt: DT })).toThrow(/^s, source 0: transmits 2\.5 times its weights by growing at 31\.5 ms, beyond the largest factor/);
    expect(() => compile(one_source(use(2.2) as never), { dt: DT })).not.toThrow();
  });
}); // prettier-ignore

describe("refused before the first step", () => {
  const with_ = (change: Partial<Plasticity>, params = {}) => {
    const m = { ...tsodyksMarkram.mechanism, ...change };
    return () => one_source({ mechanism: m, params } as never);
  };
  const states = tsodyksMarkram.mechanism.states;
  test.each([
    ["an unknown parameter", with_({}, { tau_rec: ms(3) }), /has no parameter "tau_rec"/],
    ["a value out of its limits", with_({}, { U: one(1.5) }), /U: is 1.5 1. Give a value from 0 to 1/],
    ["the wrong number of values", with_({}, { U: perCell(one, [0.1, 0.2]) }), /U.*2 values/],
    ["a wrong unit", with_({}, { tau_d: mV(3) }), /tau_d/],
    ["an unknown name", with_({ transmit: "u * y" }), /transmit: "y" is not defined here/],
    ["the weight in a rule of the source", with_({ transmit: "w * u" }), /"w" is not defined here/],
    ["a unit that does not fit", with_({ transmit: "tau_d" }), /transmit/],
    ["a state that nothing writes", with_({ onPre: { u: "1", x: "1" } }), /nothing writes the state "release"/],
    ["onPre of no state", with_({ onPre: { ...tsodyksMarkram.mechanism.onPre, v: "1" } }), /"v", which is no state/],
    ["a time constant that changes", with_({ states: { ...states, u: { inf: "0", tau: "tau_f * x", init: "0" } } }), /tau: reads "x"/],
    ["half a relaxation", with_({ states: { ...states, u: { tau: "tau_f", init: "0" } as never } }), /states.u.inf/],
    ["another side", with_({ side: "post" as never }), /side/],
    ["a field that nothing reads", with_({ onPost: {} } as never), /onPost/],
    ["a word as a name", with_({ states: { ...states, while: { init: "0" } } }), /while/],
  ])("%s", (_, make, message) => expect(make).toThrow(message)); // prettier-ignore

  test("a bound that is none", () => {
    const m = { ...rested.mechanism, largest: "most - 2" };
    expect(() => compile(one_source({ mechanism: m, params: {} }), { dt: DT })).toThrow(/largest: is 0 for source 0/);
  });

  test("the state of a projection without plasticity, or while a run goes on", async () => {
    const sim = await simulate(plasticNetwork(), { dt: DT });
    await expect(sim.plasticity("plain")).rejects.toThrow(/plasticity of "plain"/);
    await expect(sim.plasticity("loop", 1)).rejects.toThrow(/entry 1: is not in a batch of 1/);
    const run = sim.run(ms(1));
    const first = run.next();
    await expect(sim.plasticity("loop")).rejects.toThrow(/while a run goes on/);
    await first;
  });
});
