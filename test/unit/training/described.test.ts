import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { ensemble } from "../../../src/models/trained-network/ensemble.ts";
import { trainedNetworks } from "../../../src/compile/trained/networks.ts";
import { compile } from "../../../src/compile/compile.ts";
import { every, Network } from "../../../src/network/network.ts";
import { drive } from "../../../src/network/signal.ts";
import type { TrainedOptions } from "../../../src/network/trained.ts";
import { NOTEBOOK } from "../../../src/network/trained-parameters.ts";
import { referenceTraining } from "../../../src/reference/training.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";
import { recordRun } from "../../../src/storage/run-folder.ts";
import { Hz, ms, mV, one } from "../../../src/units.ts";

/** Loops of 60 steps, 10 with stimulus; loops 1 and 2 learn. */
const SMALL: TrainedOptions = { n: 24, p: 0.4, loop: ms(60), stimulus: ms(10), nloop_train: 2 };

function small(options: TrainedOptions = {}, seed = 3): Network {
  const net = new Network({ seed });
  const neurons = net.trained("reservoir", { ...SMALL, ...options });
  net.record(neurons, "r", { cells: every(5), every: ms(4) });
  net.record(neurons, "error", { every: ms(1) });
  net.recordWeights(neurons, { links: every(7), every: ms(50) });
  return net;
}

/** All that a run of 240 ms gives of one entry, and the weights at its end. */
async function everything(net: Network, entry = 0, chunk = 240, options: object = {}) {
  const sim = await simulate(net, { dt: ms(1), ...options });
  const out: Record<string, number[]> = { times: [], cells: [], r: [], error: [], w: [] };
  for await (const part of sim.run(ms(240), { chunk: ms(chunk) })) {
    const { times, cells } = part.spikes("reservoir", entry);
    out["times"]?.push(...times);
    out["cells"]?.push(...cells);
    for (const name of ["r", "error", "w"]) out[name]?.push(...part.trace("reservoir", name, entry).data);
  }
  const links = await sim.plasticity("reservoir", entry);
  await sim.close();
  return { ...out, ...Object.fromEntries(Object.entries(links).map(([name, x]) => [`links.${name}`, [...x]])) };
}

test("it is the notebook's network of its seed: what its engine gives, sampled as asked for", async () => {
  const parameters = { ...NOTEBOOK, N: 24, p: 0.4, itmax: 60, itstim: 10, learnFrom: 11, nloop: 4, nloop_train: 2 };
  const { members } = ensemble(parameters, { pqif: [0.5], vrest: [-12.3], seeds: [3] }, "philox");
  const compiled = trainedNetworks(parameters, members);
  const engine = referenceTraining(compiled);
  const { x0, r0, w: w0, rowPtr, colIdx } = compiled.entries[0]!;
  expect(x0).toHaveLength(24);
  const want: Record<string, number[]> = { times: [], cells: [], r: [], error: [], w: [] };
  const neurons = [0, 5, 10, 15, 20];
  const sampled = (w: Float64Array): number[] => [...w.filter((_, k) => k % 7 === 0)];
  want["r"]?.push(...neurons.map((i) => r0[i]!));
  want["w"]?.push(...sampled(w0));
  for (let step = 0; step < 240; step++) {
    const { spikes, traces } = (await engine.advance(1, ["r", "error"])).entries[0]!;
    spikes.forEach((fired, i) => fired === 1 && (want["times"]?.push(step), want["cells"]?.push(i)));
    want["error"]?.push(...traces.error!);
    if ((step + 1) % 4 === 0) want["r"]?.push(...neurons.map((i) => traces.r![i]!));
    if ((step + 1) % 50 === 0) want["w"]?.push(...sampled((await engine.weights())[0]!));
  }
  const target = Array.from(colIdx, (_, k) => rowPtr.findLastIndex((from) => from <= k));
  const got = await everything(small());
  expect(want["times"]!.length).toBeGreaterThan(100);
  expect(got).toEqual({ ...want, "links.w": [...(await engine.weights())[0]!], "links.source": [...colIdx], "links.target": target }); // prettier-ignore
  expect(got.w).toHaveLength(5 * Math.ceil(w0.length / 7));
  expect(await everything(small(), 0, 35)).toEqual(got);
});

test("its folder goes on after an interruption, bit for bit, and its description makes it again", async () => {
  const record = async (files: MemoryFiles, stopAfter: number, resume: boolean): Promise<void> => {
    const sim = await simulate(small(), { dt: ms(1), engine: "reference32" });
    let chunks = 0;
    for await (const _ of recordRun(sim, { files, duration: ms(240), chunk: ms(70), resume })) if (++chunks >= stopAfter) break; // prettier-ignore
    await sim.close();
  };
  const [whole, cut] = [new MemoryFiles(), new MemoryFiles()];
  await record(whole, Infinity, false);
  await record(cut, 2, false);
  await record(cut, Infinity, true);
  const [a, b] = [await loadRun(whole), await loadRun(cut)];
  expect(b.run.resumed).toEqual([{ step: 140, bitwise: true }]);
  expect(await b.spikes("reservoir")).toEqual(await a.spikes("reservoir"));
  for (const name of ["r", "error", "w"]) expect(await b.trace("reservoir", name)).toEqual(await a.trace("reservoir", name)); // prettier-ignore
  expect((await a.trace("reservoir", "w")).times).toEqual(Float64Array.of(0, 50, 100, 150, 200));
  const again = Network.fromJSON(a.run.description);
  expect(again.describe()).toEqual(small().describe());
  expect(compile(again, { dt: ms(1) }).hash).toBe(a.run.hash);
});

test("entries of a batch have their own seeds and parameters, and are the networks that they would be alone", async () => {
  const net = small();
  net.vary("seed", [3, 4, 3]);
  net.vary("reservoir.vrest", [-12.3, -12.3, -8.5]);
  net.vary("reservoir.sigma", [1, 1, 0]);
  const alone = new Network({ seed: 4, structureSeed: 3 });
  const neurons = alone.trained("reservoir", SMALL);
  alone.record(neurons, "r", { cells: every(5), every: ms(4) });
  alone.record(neurons, "error", { every: ms(1) });
  alone.recordWeights("reservoir", { links: every(7), every: ms(50) });
  const first = await everything(net, 0);
  expect(first).toEqual(await everything(small()));
  const second = await everything(net, 1);
  expect(second).toEqual(await everything(alone));
  expect(second["links.source"]).toEqual(first["links.source"]); // the noise alone is another
  expect(second.r).not.toEqual(first.r);
  expect(await everything(net, 2)).toEqual(await everything(small({ vrest: -8.5, sigma: 0 })));
  const other = small();
  other.vary("structureSeed", [3, 8]);
  expect((await everything(other, 1))["links.source"]).not.toEqual(first["links.source"]);
});

test("given targets and links take the place of drawn ones, and what was learned goes on in another network", async () => {
  const targets = Array.from({ length: 24 }, (_, i) => drive.sinusoid({ amplitude: one(i / 10), frequency: Hz(50) }));
  const sim = await simulate(small({ targets }), { dt: ms(1) });
  const { target } = sim.network.trained!.entries[0]!;
  for (const [it, i] of [[0, 3], [7, 0], [7, 23], [59, 5]] as const) expect(target[it * 24 + i]).toBeCloseTo((i / 10) * Math.sin(2 * Math.PI * 0.05 * it), 12); // prettier-ignore
  for await (const _ of sim.run(ms(180)));
  const links = await sim.plasticity("reservoir");
  await sim.close();
  const shuffled = [...links["w"]!.keys()].reverse();
  const of = (name: string): number[] => shuffled.map((k) => links[name]![k]!);
  const given = { source: of("source"), target: of("target"), weight: of("w") };
  const next = await simulate(small({ links: given, nloop_train: 0 }), { dt: ms(1) });
  for await (const _ of next.run(ms(120)));
  expect(await next.plasticity("reservoir")).toEqual(links);
  await next.close();
});

describe("what cannot be is refused before anything is drawn", () => {
  const net =
    (options: object): (() => Network) =>
    () =>
      small(options as TrainedOptions);
  test.each<[string, () => unknown, RegExp]>([
    ["no neurons", net({ n: 0 }), /n: is 0. Give a whole number from 1/],
    ["a parameter that is none", net({ alhpa: 1 }), /has a field "alhpa", which nothing reads. Did you mean "alpha"/],
    ["a fraction", net({ pqif: 1.5 }), /reservoir", pqif: is 1.5. Give a number from 0 to 1/],
    ["alpha of 0", net({ alpha: 0 }), /reservoir", alpha: is 0. Give a number above 0/],
    ["a time without a unit", net({ loop: 60 }), /loop: is 60. Give a quantity in "ms"/],
    ["a time in another unit", net({ tau_m: mV(3) }), /tau_m.unit/],
    ["a stimulus longer than the loop", net({ stimulus: ms(61) }), /stimulus: is 61 ms. Give a time from 0 to 60 ms/],
    ["three cycles", net({ cycles: [1, 2, 3] }), /cycles: has 3 values. Give two/],
    ["a target in another unit", net({ targets: drive.constant(mV(1)) }), /targets: has unit "mV". Give a signal in "1"/],
    ["targets of others", net({ targets: [one(1)] }), /is a list of 1 signals for 24 cells/],
    ["a link to itself", net({ links: { source: [1], target: [1], weight: [1] } }), /links\[0\]: takes neuron 1 to itself/],
    ["a link twice", net({ links: { source: [1, 1], target: [2, 2], weight: [1, 1] } }), /links\[1\]: is a second one from 1 to 2/],
    ["a neuron that is not there", net({ links: { source: [1], target: [24], weight: [1] } }), /has no neuron 24. They go from 0 to 23/],
    ["links of two lengths", net({ links: { source: [1, 2], target: [3], weight: [1] } }), /have 2 sources, 1 targets and 1 weights/],
    ["links that are no lists", net({ links: { source: 1, target: [3], weight: [1] } }), /links.source: is 1. Give a list of numbers/],
    ["a loop between steps", () => compile(small({ loop: ms(60.5) }), { dt: ms(1) }), /loop: 60.5 ms is not a whole number of steps/],
    ["a step that loses the trace", () => compile(small({ tau_s: ms(1) }), { dt: ms(1) }), /dt: is 1 ms, where tau_s of "reservoir" is 1 ms/],
    ["a method", () => compile(small(), { dt: ms(1), method: "crankNicolson" }), /is advanced by the midpoint rule/],
    ["more than memory holds", () => compile(small({ n: 40_000 }), { dt: ms(1) }), /take at least 3.81e\+4 GiB of memory, where 8.00 GiB are allowed/],
    ["a variable that is none", () => small().record({ kind: "trained", name: "reservoir", n: 24 }, "V", { every: ms(1) }), /"V" in "reservoir": is no variable of a trained network/],
    ["a neuron to record", () => small().record({ kind: "trained", name: "reservoir", n: 24 }, "r", { cells: [24], every: ms(1) }), /there is no cell 24 among 24/],
    ["a path that is none", () => small().vary("reservoir.vreset", [1]), /Did you mean "reservoir.vrest"/],
    ["a value that is none", () => small().vary("reservoir.pqif", [2]), /entry 0: is 2. Give a number from 0 to 1/],
    ["a second one", () => small().trained("other"), /"other": stands beside "reservoir"/],
    ["sources beside it", () => small().sources("s", 3, { kind: "trains", times: [[], [], []] }), /"reservoir": stands beside "s"/],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(ModelError);
    expect(make).toThrow(message);
  }); // prettier-ignore

  test("a description that leaves out what has a default is completed", () => {
    const made = new Network({ seed: 1 });
    made.trained("t", { n: 5 });
    const read = Network.fromJSON({ seed: 1, trained: { name: "t", n: 5 } } as never);
    expect(read.describe()).toEqual(made.describe());
    expect(read.describe().trained).toMatchObject({ n: 5, vrest: -12.3, loop: ms(1000), tau_s: ms(50) });
  });
});
