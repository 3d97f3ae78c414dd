import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { timesPerCell } from "../../src/analysis/index.ts";
import { fixedProbability, oneToOne } from "../../src/connect/rules.ts";
import { nmodl, nmodlCell, type NmodlFile } from "../../src/import/index.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
import { Network } from "../../src/network/network.ts";
import { poisson, trains } from "../../src/network/sources.ts";
import { simulate } from "../../src/run/simulate.ts";
import type { Synapse } from "../../src/mechanisms/mechanism.ts";
import { degC, Hz, mM, ms, mV, nA, ohm_cm, one, S_per_cm2, uF_per_cm2, um } from "../../src/units.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

const read = (name: string): NmodlFile => nmodl(readFileSync(join(import.meta.dirname, `../fixtures/nmodl/${name}.mod`), "utf8"), { file: name }); // prettier-ignore
/** Calcium currents and what the pools' concentration opens. */
const COMPANIONS = ["hva_ca", "small_k_ca"];
const OF_POOLS: ReadonlyMap<string, readonly string[]> = new Map([["calcium_three_pools", ["lca_of_pool", "sk_of_pools"]]]); // prettier-ignore
const EVENTS = [3, 5, 6, 15];

function networkOf(name: string): Network {
  const { mechanism, plasticity } = read(name);
  const isReceptor = mechanism.kind === "synapse";
  const own = isReceptor ? [] : [mechanism, ...(OF_POOLS.get(name) ?? COMPANIONS).map((c) => read(c).mechanism)];
  const net = new Network({ seed: 1 });
  const cells = net.cells("cell", 2, {
    sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(35.4), cm: uF_per_cm2(1) }],
    insertions: [
      { sections: ["soma"], mechanism: pas, params: { g: S_per_cm2(3e-4), E: mV(-65) } },
      ...own.map((m) => ({ sections: ["soma"], mechanism: m })),
    ],
    receptors: isReceptor ? [{ name: "place", synapse: mechanism, section: "soma" }] : [],
    reversals: { na: mV(50), k: mV(-77), sk: mV(-80) },
    concentrations: { cao: mM(2) },
    V0: mV(-65),
    celsius: degC(25),
    detector: { section: "soma", threshold: mV(0) },
  });
  net.clamp(cells, nA(0.1), { delay: ms(2), duration: ms(15) });
  if (isReceptor) {
    const source = net.sources("source", 2, trains([EVENTS, EVENTS.map((t) => t + 1)]));
    const rule = plasticity === undefined ? {} : { plasticity: plasticity() };
    net.connect(source, cells.receptor("place"), oneToOne(), { weight: { value: 0.002, unit: mechanism.weight ?? "uS" }, delay: ms(0.5), ...rule } as never); // prettier-ignore
  }
  net.record(cells, "V", { every: ms(0.1) });
  return net;
}

async function voltage(name: string, device?: GPUDevice): Promise<Float64Array> {
  const engine = device === undefined ? { engine: "reference" as const } : { engine: "gpu" as const, device };
  const sim = await simulate(networkOf(name), { dt: ms(0.025), ...engine });
  const found: number[] = [];
  for await (const chunk of sim.run(ms(25))) found.push(...chunk.trace("cell", "V").data);
  await sim.close();
  return Float64Array.from(found);
}

test("cells that fire after the events of a step, in a loop, on the device as in both references", async () => {
  const run = async (engine: object): Promise<number[][]> => {
    const net = new Network({ seed: 3 });
    const file = nmodlCell(readFileSync(new URL("../fixtures/nmodl-cells/leaky_fire.mod", import.meta.url), "utf8"));
    if (file.kind !== "neuron") throw new Error(file.kind);
    const cells = net.cells("cells", file.neuron({ n: 40 }));
    const source = net.sources("source", 40, poisson({ rate: Hz(150) }));
    net.connect(source, cells.event, oneToOne(), { weight: one(0.45), delay: ms(0) });
    net.connect(cells, cells.event, fixedProbability(0.1), { weight: one(0.3), delay: ms(1) });
    const sim = await simulate(net, { dt: ms(0.1), ...engine });
    const found: number[][] = [];
    for await (const chunk of sim.run(ms(200), { chunk: ms(200) })) found.push(...timesPerCell(chunk.spikes(cells)).map((t) => [...t])); // prettier-ignore
    await sim.close();
    return found;
  };
  const want = await run({ engine: "reference" });
  expect(want.flat().length).toBeGreaterThan(300);
  expect(await run({ engine: "reference32" })).toEqual(want);
  expect(await gpu.use((device) => run({ engine: "gpu", device }))).toEqual(want);
});

test.each(["bounded_newton", "driven_interval"])("cells that compute when they fire, %s, on the device a step beside float64 at most", async (name) => {
  const run = async (engine: object): Promise<number[][]> => {
    const net = new Network({ seed: 3 });
    const file = nmodlCell(readFileSync(new URL(`../fixtures/nmodl-cells/${name}.mod`, import.meta.url), "utf8"));
    if (file.kind !== "neuron") throw new Error(file.kind);
    const cells = net.cells("cells", file.neuron({ n: 10 }));
    const source = net.sources("source", 10, poisson({ rate: Hz(150) }));
    net.connect(source, cells.event, oneToOne(), { weight: one(0.45), delay: ms(0) });
    const sim = await simulate(net, { dt: ms(0.1), ...engine });
    const found: number[][] = [];
    for await (const chunk of sim.run(ms(200), { chunk: ms(200) })) found.push(...timesPerCell(chunk.spikes(cells)).map((t) => [...t])); // prettier-ignore
    await sim.close();
    return found;
  };
  const want = await run({ engine: "reference" });
  expect(want.flat().length).toBeGreaterThan(50);
  const got = await gpu.use((device) => run({ engine: "gpu", device }));
  expect(got.map((times) => times.length)).toEqual(want.map((times) => times.length));
  got.forEach((times, c) => times.forEach((t, k) => expect(Math.abs(t - (want[c]?.[k] as number))).toBeLessThan(0.11)));
}); // prettier-ignore

// states of connections; events that a receptor sends itself; a WATCH; a pool with a current of its own, and one solved by Newton's method
test("a large cell with events of receptors' own, and one that hears nobody, on the device as in both references", async () => {
  const run = async (engine: object): Promise<number[]> => {
    const net = new Network({ seed: 1 });
    const [pulse, train] = ["pulse_ampa", "pulse_train"].map((name) => read(name).mechanism as Synapse) as [Synapse, Synapse]; // prettier-ignore
    const cells = net.cells("cell", 2, {
      sections: [
        { name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1) },
        { name: "dend", L: um(400), diam: um(2), Ra: ohm_cm(100), cm: uF_per_cm2(1), nseg: 9, parent: "soma" },
      ],
      insertions: [{ sections: ["soma", "dend"], mechanism: pas, params: { g: S_per_cm2(3e-4), E: mV(-65) } }],
      receptors: [
        { name: "a", synapse: pulse, section: "dend", at: 0.7 },
        { name: "b", synapse: train, section: "dend", at: 0.2 },
        { name: "c", synapse: pulse, section: "soma" },
      ],
      V0: mV(-65),
      celsius: degC(25),
      detector: { section: "soma", threshold: mV(0) },
    });
    const source = net.sources("source", 2, trains([EVENTS, EVENTS.map((t) => t + 1)]));
    net.connect(source, cells.receptor("a"), oneToOne(), { weight: one(0.01), delay: ms(0.5) });
    net.record(cells, "V", { every: ms(0.1) });
    const sim = await simulate(net, { dt: ms(0.025), ...engine });
    const found: number[] = [];
    for await (const chunk of sim.run(ms(10))) found.push(...chunk.trace("cell", "V").data);
    await sim.close();
    return found;
  };
  const want = await run({ engine: "reference" });
  expect(Math.max(...want) - Math.min(...want)).toBeGreaterThan(5);
  const others = [await run({ engine: "reference32" }), await gpu.use((device) => run({ engine: "gpu", device }))]; // prettier-ignore
  for (const got of others) expect(want.reduce((most, v, k) => Math.max(most, Math.abs(v - (got[k] as number))), 0)).toBeLessThan(1e-3); // prettier-ignore
});

test("several connections onto one receptor, each with states of its own, on the device as in both references", async () => {
  const run = async (engine: object): Promise<number[]> => {
    const net = new Network({ seed: 1 });
    const cells = net.cells("cell", 2, {
      sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1) }],
      insertions: [{ sections: ["soma"], mechanism: pas, params: { g: S_per_cm2(3e-4), E: mV(-65) } }],
      receptors: [{ name: "place", synapse: read("pulse_ampa").mechanism as Synapse, section: "soma" }],
      V0: mV(-65),
      celsius: degC(25),
      detector: { section: "soma", threshold: mV(0) },
    });
    const source = net.sources("source", 3, trains([EVENTS, EVENTS.map((t) => t + 0.3), [4, 7]]));
    net.connect(source, cells.receptor("place"), fixedProbability(1), { weight: one(0.002), delay: ms(0.5) });
    net.record(cells, "V", { every: ms(0.1) });
    const sim = await simulate(net, { dt: ms(0.025), ...engine });
    const found: number[] = [];
    for await (const chunk of sim.run(ms(20))) found.push(...chunk.trace("cell", "V").data);
    await sim.close();
    return found;
  };
  const want = await run({ engine: "reference" });
  expect(Math.max(...want) - Math.min(...want)).toBeGreaterThan(5);
  const others = [await run({ engine: "reference32" }), await gpu.use((device) => run({ engine: "gpu", device }))]; // prettier-ignore
  for (const got of others) expect(want.reduce((most, v, k) => Math.max(most, Math.abs(v - (got[k] as number))), 0)).toBeLessThan(1e-3); // prettier-ignore
});

test.each([
  "tm_syn",
  "det_gabaab",
  "pulse_ampa",
  "watch_after",
  "ca_pump_current",
  "calcium_shell",
  "calcium_three_pools",
])("%s on the device as in float64", async (name) => {
  const want = await voltage(name);
  const got = await gpu.use((device) => voltage(name, device));
  expect(got.length).toBe(want.length);
  const [low, high] = [Math.min(...want), Math.max(...want)];
  expect(high - low).toBeGreaterThan(5);
  const worst = want.reduce((most, v, k) => Math.max(most, Math.abs(v - (got[k] as number))), 0);
  // a step of float32 at 65 mV is 8e-6 mV; the membrane remembers 133 steps (3.3 ms): below 1e-3 mV if all round one way
  expect(worst).toBeLessThan(1e-3);
});
