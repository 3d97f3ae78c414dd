import { expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { oneToOne } from "../../../src/connect/rules.ts";
import iafDelta from "../../../src/mechanisms/neurons/iaf_delta.ts";
import stdpAdditive from "../../../src/mechanisms/plasticity/stdp_additive.ts";
import { Network } from "../../../src/network/network.ts";
import { poissonPort } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { Hz, ms, mV, perCell } from "../../../src/units.ts";
import { DT, portNetwork } from "../../ports.ts";

async function voltages(engine: "reference" | "reference32", maxBlock?: number, split = 80) {
  const sim = await simulate(portNetwork(), { engine, dt: DT, ...(maxBlock === undefined ? {} : { maxBlock }) });
  const found: number[][] = [[], [], []];
  for (const span of [split, 80 - split]) {
    if (span === 0) continue;
    for await (const chunk of sim.run(ms(span), { chunk: ms(span) }))
      found.forEach((all, e) => all.push(...chunk.trace("cells", "V", e).data));
  }
  return found;
}

test.each(["reference", "reference32"] as const)("does not depend on blocks or on where a run is cut (%s)", async (engine) => {
  const whole = await voltages(engine);
  expect(await voltages(engine, 1)).toEqual(whole);
  expect(await voltages(engine, 7, 33.3)).toEqual(whole);
}); // prettier-ignore

test("entries of one seed share what their rates share; a seed of its own is another", async () => {
  const [a, b, c] = (await voltages("reference")) as [number[], number[], number[]];
  expect(b).not.toEqual(a);
  expect(c).not.toEqual(b);
});

test("the free membrane has the mean and the variance of its shot noise", async () => {
  const n = 400;
  const net = new Network({ seed: 11 });
  const cells = net.cells("cells", iafDelta({ n, params: { tau_m: ms(20), E_L: mV(0), V_th: mV(1e6), V_reset: mV(0) }, initial: { V: mV(0) } })); // prettier-ignore
  const port = net.sources("port", n, poissonPort({ sources: 1000, rate: Hz(20) }));
  net.connect(port, cells.jump, oneToOne(), { weight: mV(0.1), delay: ms(1.5) });
  net.record(cells, "V", { every: ms(100) });
  const sim = await simulate(net, { dt: DT });
  let last: number[] = [];
  for await (const chunk of sim.run(ms(200), { chunk: ms(200) })) last = [...chunk.trace("cells", "V").data.slice(-n)];
  // per step 2 events of J = 0.1 mV; after receiving, V decays: sums of J k exp(-dt j / tau), j = 1, 2, ...
  const e = Math.exp(-0.1 / 20);
  const [mean, variance] = [(0.1 * 2 * e) / (1 - e), (0.01 * 2 * e * e) / (1 - e * e)];
  const found = last.reduce((s, v) => s + v, 0) / n;
  const spread = last.reduce((s, v) => s + (v - found) ** 2, 0) / (n - 1);
  expect(Math.abs(found - mean)).toBeLessThan(4 * Math.sqrt(variance / n) + mean * Math.exp(-198.5 / 20));
  expect(Math.abs(spread / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
});

test("survives JSON, is part of the hash, and draws by its name alone", async () => {
  const hash = (n: Network) => compile(n, { dt: DT }).hash;
  expect(hash(Network.fromJSON(JSON.parse(JSON.stringify(portNetwork()))))).toBe(hash(portNetwork()));
});

test("refusals come before the first step", async () => {
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", iafDelta({ n: 2 }));
  expect(() => net.sources("a", 2, poissonPort({ sources: 0, rate: Hz(1) }))).toThrow(/sources: is 0/);
  expect(() => net.sources("b", 2, poissonPort({ sources: 1, rate: Hz(-1) }))).toThrow(/rate: is -1 Hz/);
  expect(() => net.sources("c", 2, poissonPort({ sources: 1, rate: perCell(Hz, [1]) }))).toThrow(/1 values for 2/);
  const port = net.sources("port", 2, poissonPort({ sources: 1e6, rate: Hz(100) }));
  const options = { weight: mV(1), delay: ms(1) };
  expect(() => net.connect(port, cells.jump, oneToOne(), { ...options, plasticity: stdpAdditive({ w_max: mV(1) }) })).toThrow(/numbers of events and no spikes/); // prettier-ignore
  net.connect(port, cells.jump, oneToOne(), options);
  expect(() => compile(net, { dt: DT })).toThrow(/port: asks for 10000 events in a step/);
  const sim = await simulate(portNetwork(), { dt: DT });
  for await (const chunk of sim.run(ms(1)))
    expect(() => chunk.spikes("own")).toThrow(/numbers of events and no spikes/);
});
