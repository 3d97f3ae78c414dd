import { describe, expect, test } from "vitest";
import pas from "../../../src/mechanisms/channels/pas.ts";
import { channel, param, synapse } from "../../../src/mechanisms/mechanism.ts";
import { neuron } from "../../../src/mechanisms/neuron.ts";
import { Network } from "../../../src/network/network.ts";
import { even, unitQ24 } from "../../../src/random/gauss.ts";
import { stream } from "../../../src/random/philox.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms } from "../../../src/units.ts";
import { drawing } from "../../draws.ts";

/** x and y of each cell after each of 50 steps, [step][cell]. */
async function run(net: Network, options: { engine?: "reference" | "reference32"; maxBlock?: number } = {}, chunkMs = 50) {
  const sim = await simulate(net, { dt: ms(1), ...options });
  const found: Record<string, number[]> = {};
  for await (const chunk of sim.run(ms(50), { chunk: ms(chunkMs) }))
    for (const variable of ["x", "y", "z"]) (found[variable] ??= []).push(...chunk.trace("neurons", variable).data);
  await sim.close();
  return found;
} // prettier-ignore

test("uniform numbers lie between 0 and 1, are exact in float32 and have the moments of their law", () => {
  expect([unitQ24(0), unitQ24(0xffffffff)]).toEqual([2 ** -24, 1 - 2 ** -24]);
  const n = 400_000;
  const sums = [0, 0, 0];
  let rounded = 0;
  for (let k = 0; k < n; k++) {
    const u = even(3, 77, k % 1000, Math.floor(k / 1000));
    if (u !== Math.fround(u)) rounded++;
    [u, u * u, -Math.log(u)].forEach((value, m) => (sums[m]! += value));
  }
  expect(rounded).toBe(0);
  const [mean, square, exponential] = sums.map((s) => s / n) as [number, number, number];
  // 5 standard errors: variances of u, u^2 and -ln u
  expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
  expect(Math.abs(square - 1 / 3)).toBeLessThan(5 * Math.sqrt((1 / 5 - 1 / 9) / n));
  expect(Math.abs(exponential - 1)).toBeLessThan(5 / Math.sqrt(n));
});

describe.each(["reference", "reference32"] as const)("draws on %s", (engine) => {
  test("are the numbers of population, draw, cell and step, whatever blocks and chunks are", async () => {
    const all = await run(drawing(), { engine });
    for (let n = 0; n < 50; n++) for (let c = 0; c < 8; c++) expect(all["x"]![8 * (n + 1) + c]).toBe(even(5, stream("noise", "neurons.draw_uniform1"), c, n)); // prettier-ignore
    for (const [options, chunk] of [[{ maxBlock: 1 }, 50], [{ maxBlock: 7 }, 3]] as const) expect(await run(drawing(), { engine, ...options }, chunk)).toEqual(all); // prettier-ignore
  });

  test("one call is one number wherever it stands, another number is another draw", async () => {
    const { x, y, z } = await run(drawing(), { engine });
    for (let k = 8; k < x!.length; k++) {
      expect(y![k]).toBe(2 * x![k]! - 1);
      expect(z![k]).not.toBe(x![k]);
    }
  });
});

describe("draws where they cannot be", () => {
  const lif = (change: object) => () => new Network({ seed: 1 }).cells("cells", neuron({
    name: "lif", doc: "d", params: { tau: param(ms(10), "tau") }, states: { V: { d: "-V / tau", unit: "mV", init: "0" } }, ports: {}, spike: "V > 1", reset: { V: "0" }, ...change,
  })({ n: 1 })); // prettier-ignore
  test.each<[object, RegExp]>([
    [{ spike: "V > draw_uniform(1)" }, /reads "draw_uniform\(\)"[\s\S]*Each step draws it anew/],
    [{ states: { V: { d: "draw_normal(1) / tau", unit: "mV", init: "0" } } }, /reads "draw_normal\(\)"/],
    [{ states: { V: { next: "V", unit: "mV", init: "draw_normal(1)" } } }, /reads "draw_normal\(\)"/],
    [{ states: { V: { next: "draw_normal(0)", unit: "mV", init: "0" } } }, /no whole number from 1 to 100/],
    [{ states: { V: { next: "draw_normal(tau / tau)", unit: "mV", init: "0" } } }, /no whole number from 1 to 100/],
    [{ let: { x: "draw_uniform(1)" }, reset: { V: "x" } }, /reads "draw_uniform\(\)" through "x"/],
  ])("%o is refused at the call", (change, message) => expect(lif(change)).toThrow(message)); // prettier-ignore

  test("in currents and in what events add", () => {
    const soma = { name: "soma", L: { value: 10, unit: "um" }, diam: { value: 10, unit: "um" }, Ra: { value: 100, unit: "ohm cm" }, cm: { value: 1, unit: "uF/cm2" } } as const; // prettier-ignore
    const cell = { n: 1, sections: [soma], insertions: [{ sections: ["soma"], mechanism: pas }], receptors: [], V0: { value: -65, unit: "mV" }, celsius: { value: 6.3, unit: "degC" }, detector: { section: "soma", threshold: { value: 0, unit: "mV" } } } as const; // prettier-ignore
    const flickers = channel({ name: "flickers", doc: "d", params: {}, states: {}, currents: { leak: { g: "1e-4 * draw_uniform(1)", E: "-65" } } }); // prettier-ignore
    const fails = synapse({ name: "fails", doc: "d", params: {}, states: { g: { tau: "2" } }, onEvent: { g: "w * draw_uniform(1)" }, g: "g", E: "0" }); // prettier-ignore
    const made = (change: object) => () => new Network({ seed: 1 }).cells("cells", { ...cell, ...change });
    expect(made({ insertions: [{ sections: ["soma"], mechanism: flickers }] })).toThrow(/reads "draw_uniform\(\)"/);
    expect(made({ receptors: [{ name: "r", synapse: fails, section: "soma" }] })).toThrow(/reads "draw_uniform\(\)"/);
  });
});
