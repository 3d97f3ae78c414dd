import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { list, oneToOne } from "../../../src/connect/rules.ts";
import pas from "../../../src/mechanisms/channels/pas.ts";
import { param } from "../../../src/mechanisms/mechanism.ts";
import iafDelta from "../../../src/mechanisms/neurons/iaf_delta.ts";
import { type LinkPlasticity, plasticity, weightParam } from "../../../src/mechanisms/plasticity.ts";
import stdpAdditive from "../../../src/mechanisms/plasticity/stdp_additive.ts";
import tsodyksMarkram from "../../../src/mechanisms/plasticity/tsodyks_markram.ts";
import gabab from "../../../src/mechanisms/synapses/gabab.ts";
import { Network } from "../../../src/network/network.ts";
import { trains } from "../../../src/network/sources.ts";
import type { Chunk } from "../../../src/run/chunk.ts";
import { simulate, type Simulation } from "../../../src/run/simulate.ts";
import { degC, ms, mV, nA, ohm_cm, one, perCell, uF_per_cm2, um, uS } from "../../../src/units.ts";
import { DT, learningNetwork, membranes, PLASTIC, structured, tiring } from "./learning-network.ts";

const END = ms(120);

async function advance(sim: Simulation, to = END): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  const left = ms(to.value - sim.step * DT.value);
  for await (const chunk of sim.run(left, { chunk: left })) chunks.push(chunk);
  return chunks;
}

async function result(engine: "reference" | "reference32", { maxBlock, entries = 1, dendritic = 0.5 }: { maxBlock?: number; entries?: number; dendritic?: number } = {}) {
  const sim = await simulate(learningNetwork(entries, dendritic), { engine, dt: DT, ...(maxBlock === undefined ? {} : { maxBlock }) });
  const [chunk] = await advance(sim);
  const states = await Promise.all(PLASTIC.map((p) => sim.plasticity(p)));
  return { spikes: [chunk!.spikes("E"), chunk!.spikes("L")], input: chunk!.trace("L", "I_ex").data, weights: chunk!.trace("E", "loop.w").data, states, sim };
} // prettier-ignore
const bare = (all: Awaited<ReturnType<typeof result>>) => ({ ...all, sim: undefined });

describe.each(["reference", "reference32"] as const)("%s", (engine) => {
  test("a run does not depend on the block length, and weights change", async () => {
    const whole = await result(engine);
    expect(whole.sim.network.maxBlock).toBe(5);
    expect(whole.spikes[0]!.times.length).toBeGreaterThan(40);
    expect(whole.spikes[1]!.times.length).toBeGreaterThan(5);
    for (const { w } of whole.states) expect(new Set(w).size).toBeGreaterThan(2);
    for (const maxBlock of [1, 3]) expect(bare(await result(engine, { maxBlock }))).toEqual(bare(whole));
  });

  test("without a dendritic delay steps go one at a time, and the network says so", async () => {
    const { sim, spikes } = await result(engine, { dendritic: 0 });
    expect(sim.network.maxBlock).toBe(1);
    expect(sim.warnings.filter((w) => /loop: plastic with a dendriticDelay of 0 steps/.test(w))).toHaveLength(1);
    expect(spikes[0]!.times.length).toBeGreaterThan(40);
  });

  test.each([0, 0.5])("a run from a checkpoint is the same bits (dendritic delay %d ms)", async (dendritic) => {
    const whole = await result(engine, { dendritic });
    const first = await simulate(learningNetwork(1, dendritic), { engine, dt: DT });
    await advance(first, ms(43.7));
    const second = await simulate(learningNetwork(1, dendritic), { engine, dt: DT });
    await second.load(structuredClone(await first.save()));
    const [chunk] = await advance(second);
    const late = whole.input.subarray(whole.input.length - chunk!.trace("L", "I_ex").data.length);
    expect(chunk!.trace("L", "I_ex").data).toEqual(late);
    expect(await Promise.all(PLASTIC.map((p) => second.plasticity(p)))).toEqual(whole.states);
  });

  test("an entry of a batch is the network on its own", async () => {
    const alone = await result(engine);
    const sim = await simulate(learningNetwork(3), { engine, dt: DT });
    await advance(sim);
    for (const [k, p] of PLASTIC.entries()) expect(await sim.plasticity(p, 0)).toEqual(alone.states[k]);
    expect(await sim.plasticity("loop", 1)).not.toEqual(alone.states[2]);
  });

  test("an entry of a varied structure is the network of that structure", async () => {
    const net = (structureSeed: number) => structured(new Network({ seed: 5, structureSeed }));
    const both = net(5);
    both.vary("structureSeed", [5, 6]);
    const sim = await simulate(both, { engine, dt: DT });
    await advance(sim, ms(60));
    const alone = await simulate(net(6), { engine, dt: DT });
    await advance(alone, ms(60));
    for (const p of ["in", "loop"]) {
      const found = await sim.plasticity(p, 1);
      expect(found).toEqual(await alone.plasticity(p));
      expect(new Set(found["w"]).size).toBeGreaterThan(2);
      expect(found["w"]!.length).not.toBe((await sim.plasticity(p, 0))["w"]!.length);
    }
  });
});

/** A source that arrives at `pre` + 1 ms at a cell that spikes at `post`. */
function pair(pre: number[], post: number[], options: { dendriticDelay?: number; plastic?: ReturnType<typeof stdpAdditive> } = {}): Network {
  const net = new Network({ seed: 1 });
  const cell = net.cells("c", iafDelta({ n: 1, params: { tau_m: ms(1), E_L: mV(0), V_th: mV(15), V_reset: mV(0), t_ref: ms(0) }, initial: { V: mV(0) } }));
  net.connect(net.sources("order", 1, trains([post.map((t) => t - 0.1)])), cell.jump, oneToOne(), { weight: mV(40), delay: ms(0) });
  net.connect(net.sources("s", 1, trains([pre])), cell.jump, oneToOne(), {
    name: "p", weight: mV(1), delay: ms(1),
    plasticity: options.plastic ?? stdpAdditive({ A_plus: one(0.1), A_minus: one(0.2), tau_plus: ms(10), tau_minus: ms(20), w_max: mV(2) }),
    ...(options.dendriticDelay === undefined ? {} : { dendriticDelay: ms(options.dendriticDelay) }),
  });
  return net;
} // prettier-ignore

const weightAfter = async (net: Network, to = 60): Promise<number> => {
  const sim = await simulate(net, { dt: DT });
  await advance(sim, ms(to));
  return (await sim.plasticity("p"))["w"]![0]!;
};

describe("pair rule in closed form", () => {
  test.each([
    ["arrival 5 ms before the target", [9], [15], undefined, 1 + 0.2 * Math.exp(-5 / 10)],
    ["arrival 5 ms after the target", [9], [5], undefined, 1 - 0.4 * Math.exp(-5 / 20)],
    ["on one step the target comes first: depression by the whole of it", [9], [10], undefined, 1 - 0.4],
    ["a dendritic delay of 2 ms turns it round", [9], [10], 2, 1 + 0.2 * Math.exp(-2 / 10)],
    ["it adds to the interval", [9], [15], 2, 1 + 0.2 * Math.exp(-7 / 10)],
    ["pairs add up", [9, 12], [15], undefined, 1 + 0.2 * (Math.exp(-5 / 10) + Math.exp(-2 / 10))],
    ["within bounds", [9, 9.5, 10, 10.5, 11, 11.5, 12, 12.5], [14, 14.5, 15], undefined, 2],
  ])("%s", async (_, pre, post, dendriticDelay, expected) => {
    const net = pair(pre, post, dendriticDelay === undefined ? {} : { dendriticDelay });
    expect(await weightAfter(net)).toBeCloseTo(expected, 12);
  });

  test("an arrival delivers the weight that it finds, and two spikes of a train on one step each act", async () => {
    const net = pair([9, 9, 20], [5]);
    net.record(net.population("c") as never, "V", { every: DT });
    const sim = await simulate(net, { dt: DT });
    const [chunk] = await advance(sim, ms(30));
    const V = chunk!.trace("c", "V").data;
    const depressed = 1 - 0.4 * Math.exp(-5 / 20);
    const decay = Math.exp(-0.1);
    expect(V[101]).toBeCloseTo((1 + depressed) * decay, 4); // what is left of the target's own spike is below 1e-4
    const twice = depressed - 0.4 * Math.exp(-5 / 20);
    expect(V[211]).toBeCloseTo(twice * decay, 4);
  });

  test("weights are sampled before the step of their label, from t = 0 on", async () => {
    const net = pair([9], [15]);
    net.recordWeights("p", { every: ms(0.1) });
    const [chunk] = await advance(await simulate(net, { dt: DT }), ms(20));
    const { data, times, unit, cells } = chunk!.trace("c", "p.w");
    expect([unit, cells.length, times.length]).toEqual(["mV", 1, 201]);
    expect([data[0], data[150]]).toEqual([1, 1]);
    expect(data[151]).toBeCloseTo(1 + 0.2 * Math.exp(-5 / 10), 12);
  });
});

test.each(["reference", "reference32"] as const)("cells of one compartment and of many detect before delivery, and read what is played (%s)", async (engine) => {
  const sim = await simulate(membranes(), { dt: ms(0.025), engine });
  const chunks: Chunk[] = [];
  for await (const chunk of sim.run(ms(30), { chunk: ms(30) })) chunks.push(chunk);
  const spikes = ["cells1", "cells12", "held"].map((p) => chunks[0]!.spikes(p));
  expect(spikes[0]!.times.length).toBeGreaterThan(1);
  expect(spikes[1]!.times).toEqual(spikes[1]!.times.slice().sort());
  expect([...spikes[2]!.times]).toEqual([15]);
  expect((await sim.plasticity("played"))["w"]![0]! * 1e6).toBeCloseTo(1e-3 + 0.1 * Math.exp(-5 / 10), engine === "reference" ? 9 : 6);
  // pairs of given arrivals and found spikes, in closed form
  for (const [k, nseg] of [1, 12].entries()) {
    const { w, source, target } = await sim.plasticity(`onto${nseg}`);
    const { times, cells } = spikes[k]!;
    w!.forEach((found, link) => {
      const s = source![link]!;
      const events = [...[2 + s, 14 - s, 22 + 0.3 * s].map((t) => ({ at: Math.round((t + 1) / 0.025), post: 0 })), ...[...times].filter((_, i) => cells[i] === target![link]).map((t) => ({ at: Math.round(t / 0.025), post: 1 }))].sort((a, b) => a.at - b.at || b.post - a.post);
      let [own, x, y, last] = [0.004, 0, 0, 0];
      for (const { at, post } of events) {
        const decay = Math.exp(-((at - last) * 0.025) / 20);
        [x, y, last] = [x * decay, y * decay, at];
        if (post === 1) [own, y] = [Math.min(0.02, own + 0.002 * x), y + 1];
        else [own, x] = [Math.max(0, own - 0.001 * y), x + 1];
      }
      expect(found).toBeCloseTo(own, engine === "reference" ? 14 : 8);
    });
  }
}); // prettier-ignore

test("frozen weights stay, traces go on, and it is kept in a checkpoint", async () => {
  const w = async (resumed: boolean) => {
    let sim = await simulate(pair([9, 39], [15, 45]), { dt: DT });
    sim.change((control) => control.freeze("p"));
    await advance(sim, ms(12)); // between a spike before and one after, which would potentiate
    if (resumed) {
      const saved = await sim.save();
      sim = await simulate(pair([9, 39], [15, 45]), { dt: DT });
      await sim.load(structuredClone(saved));
    }
    await advance(sim, ms(20));
    expect((await sim.plasticity("p"))["w"]![0]).toBe(1);
    await advance(sim, ms(30));
    sim.change((control) => control.freeze("p", false));
    await advance(sim, ms(60));
    return (await sim.plasticity("p"))["w"]![0]!;
  };
  const depressed = 1 - 0.4 * Math.exp(-25 / 20);
  const expected = depressed + 0.2 * (Math.exp(-5 / 10) + Math.exp(-35 / 10));
  expect(await w(false)).toBeCloseTo(expected, 12);
  expect(await w(true)).toBe(await w(false));
});

test("values per link are those of the links", async () => {
  const net = new Network({ seed: 1 });
  const cells = net.cells("c", iafDelta({ n: 2 }));
  const rule = tiring({ share: perCell(one, [0.1, 0.2, 0.3]), top: mV(1) });
  net.connect(net.sources("s", 2, trains([[1], [2]])), cells.jump, list([[1, 1], [0, 1], [0, 0]]), { name: "p", weight: mV(1), delay: ms(1), plasticity: rule }); // prettier-ignore
  for (const engine of ["reference", "reference32"] as const) {
    const sim = await simulate(net, { dt: DT, engine });
    await advance(sim, ms(10));
    const { w, source, target } = await sim.plasticity("p");
    expect([...w!].map((x) => Number(x.toFixed(6)))).toEqual([0.9, 0.8, 0.7]);
    expect([[...source!], [...target!]]).toEqual([[1, 0, 0], [1, 1, 0]]); // prettier-ignore
  }
});

test("traces decay by the whole time since the link's last event, however long", async () => {
  const net = new Network({ seed: 1 });
  const cells = net.cells("c", iafDelta({ n: 1 }));
  const plastic = stdpAdditive({ w_max: mV(1), tau_plus: ms(500) });
  net.connect(net.sources("s", 1, trains([[0, 300, 1200]])), cells.jump, oneToOne(), { name: "p", weight: mV(0.5), delay: ms(1), plasticity: plastic }); // prettier-ignore
  for (const [engine, error] of [["reference", 1e-14], ["reference32", 4.2e-7]] as const) {
    const sim = await simulate(net, { dt: DT, engine });
    await advance(sim, ms(1210));
    const x = (await sim.plasticity("p"))["x"]![0]!;
    const last = (Math.exp(-300 / 500) + 1) * Math.exp(-900 / 500) + 1; // at 1201 ms
    expect(Math.abs(x / (last * Math.exp(-9 / 500)) - 1)).toBeLessThan(error); // float32: seven roundings of 6e-8
  }
}); // prettier-ignore

test("a network that learns survives JSON, and its rule is part of the hash", () => {
  const hash = (n: Network) => compile(n, { dt: DT }).hash;
  expect(hash(Network.fromJSON(JSON.parse(JSON.stringify(learningNetwork()))))).toBe(hash(learningNetwork()));
  expect(hash(pair([9], [15]))).not.toBe(hash(pair([9], [15], { dendriticDelay: 2 })));
});

test("sums are scaled for the largest weight of the rule", () => {
  const q = (w_max: number) => {
    const net = pair([9], [15], { plastic: stdpAdditive({ w_max: mV(w_max) }) });
    return compile(net, { dt: DT }).stages[0]!.q[1]!;
  };
  expect(q(200) / q(800)).toBe(4);
});

describe("a weight that is no number ends the run before it", () => {
  test.each(["reference", "reference32"] as const)("%s", async (engine) => {
    const wild = plasticity({ ...stdpAdditive.mechanism, params: stdpAdditive.mechanism.params as never, onPost: { w: "w + w * x / (A_plus - A_plus)" } });
    const sim = await simulate(pair([9], [15], { plastic: wild({ w_max: mV(2) } as never) as never }), { dt: DT, engine });
    await expect(advance(sim, ms(40))).rejects.toThrow(/StateError|not finite|at step 151/);
  }); // prettier-ignore
});

describe("refused before the first step", () => {
  const own = stdpAdditive.mechanism;
  const with_ =
    (change: Partial<LinkPlasticity>, params: object = { w_max: mV(2) }) =>
    () =>
      pair([9], [15], { plastic: { mechanism: { ...own, ...change }, params } as never });
  test.each([
    ["a parameter that has to be given", with_({}, {}), /w_max: is missing. Give the largest weight in "mV"/],
    ["a weight's parameter in another unit", with_({}, { w_max: nA(2) }), /w_max: has unit "nA"/],
    ["an unknown parameter", with_({}, { w_max: mV(2), eta: one(1) }), /has no parameter "eta"/],
    ["an unknown name", with_({ onPost: { w: "w + z" } }), /onPost.w: "z" is not defined here/],
    ["a unit that does not fit", with_({ onPost: { w: "w + A_plus * x * tau_plus" } }), /onPost.w/],
    ["a trace that is written", with_({ onPre: { x: "1" } }), /onPre: writes the trace "x"/],
    ["something that is no state", with_({ onPre: { v: "1" } }), /onPre: names "v", which is no state/],
    ["a state that nothing writes", with_({ states: { s: { init: "0" } } }), /nothing writes the state "s"/],
    ["a trace of nobody", with_({ traces: { x: { of: "both" as never, tau: "tau_plus" } } }), /traces.x.of/],
    ["a trace whose time constant changes", with_({ traces: { ...own.traces, x: { of: "pre", tau: "tau_plus * y" } } }), /traces.x.tau: reads "y"/],
    ["a jump that reads another trace", with_({ traces: { ...own.traces, x: { of: "pre", tau: "tau_plus", onEvent: "y" } } }), /traces.x.onEvent: reads "y"/],
    ["a name that is the weight's", with_({ traces: { w: { of: "pre", tau: "tau_plus" } } }), /"w" has the name of a link's weight/],
    ["a rule without effect", with_({ onPre: {}, onPost: {} }), /changes nothing/],
    ["a field that nothing reads", with_({ onEvent: {} } as never), /onEvent/],
    ["a bound that changes", with_({ largest: "w" }), /largest: reads "w"/],
  ])("%s", (_, make, message) => expect(make).toThrow(message)); // prettier-ignore

  test("weights beyond the bound, and bounds that are none", () => {
    const net = (w_max: number) => pair([9], [15], { plastic: stdpAdditive({ w_max: mV(w_max) }) });
    expect(() => compile(net(0.5), { dt: DT })).toThrow(/link 0: starts at 1, beyond the largest weight 0.5/);
    expect(() => compile(net(0), { dt: DT })).toThrow(/largest: is 0 for link 0/);
  });

  test("more spikes of a train on one step than can be told apart", () => {
    expect(() => compile(pair(new Array<number>(16).fill(9), [15]), { dt: DT })).toThrow(
      /more than 15 spikes of one train/,
    );
  });

  test("a dendritic delay where nothing hears the target", () => {
    const net = new Network({ seed: 1 });
    const a = net.cells("a", iafDelta({ n: 1 }));
    const base = { weight: mV(1), delay: ms(1), dendriticDelay: ms(1) };
    expect(() => net.connect(a, a.jump, oneToOne(), base)).toThrow(/dendriticDelay: is given, but no plasticity of links/);
    expect(() => net.connect(a, a.jump, oneToOne(), { ...base, plasticity: tsodyksMarkram() })).toThrow(/dendriticDelay/);
    expect(() => net.connect(a, a.jump, oneToOne(), { ...base, plasticity: tiring({ top: mV(1) }) })).toThrow(/no onPost/);
  }); // prettier-ignore

  test("receptors whose events set a state", () => {
    const net = new Network({ seed: 1 });
    const cells = net.cells("c", {
      n: 1, model: "point", sections: [{ name: "soma", L: um(10), diam: um(10), Ra: ohm_cm(100), cm: uF_per_cm2(1) }],
      insertions: [{ sections: ["soma"], mechanism: pas }], receptors: [{ name: "b", synapse: gabab, section: "soma" }],
      detector: { section: "soma", threshold: mV(0) }, V0: mV(-65), celsius: degC(20),
    } as never); // prettier-ignore
    const sources = net.sources("s", 1, trains([[1]]));
    expect(() => net.connect(sources, cells.receptor("b"), oneToOne(), { weight: uS(1), delay: ms(1), plasticity: stdpAdditive({ w_max: uS(1) }) })).toThrow(/events set a state: weights have no effect/);
  }); // prettier-ignore

  test("recordings and freezing of what does not learn", async () => {
    const net = learningNetwork();
    expect(() => net.recordWeights("plain", { every: ms(1) })).toThrow(/its weights do not change/);
    expect(() => net.recordWeights("nowhere", { every: ms(1) })).toThrow(/there is no such projection/);
    expect(() => net.recordWeights("loop", { every: ms(0) })).toThrow(/sampled every 0 ms/);
    net.recordWeights("told", { links: [4], every: ms(1) });
    expect(() => compile(net, { dt: DT })).toThrow(/has no link 4. They go from 0 to 3/);
    const sim = await simulate(learningNetwork(), { dt: DT });
    expect(() => sim.change((c) => c.freeze("plain"))).toThrow(/"plain": has no links that learn/);
    expect(() => sim.change((c) => c.freeze("loop", 1 as never))).toThrow(/neither true nor false/);
    expect(() => sim.change((c) => c.freeze("loop", true, 4))).toThrow(/entry 4/);
  });

  test("units of a rule with a unit of its own", () => {
    const inCurrent = plasticity({
      ...own, name: "in_current", params: { A: param(nA(1), "step"), w_max: weightParam("largest") }, traces: {},
      onPre: { w: "w + A" }, onPost: {},
    } as never); // prettier-ignore
    expect(() => pair([9], [15], { plastic: inCurrent({ w_max: mV(1) } as never) as never })).toThrow(
      /adds "w" \(mV\) and "A" \(nA\)/,
    );
  });
});
