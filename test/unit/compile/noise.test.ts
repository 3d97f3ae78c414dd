import { describe, expect, test } from "vitest";
import { param, synapse } from "../../../src/mechanisms/mechanism.ts";
import { neuron } from "../../../src/mechanisms/neuron.ts";
import { Network } from "../../../src/network/network.ts";
import { gauss, normalQ20 } from "../../../src/random/gauss.ts";
import { philox4x32, stream, USES } from "../../../src/random/philox.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms, ohm_cm } from "../../../src/units.ts";
import { dice, fluctuating, noisy, noisyCell, TREE } from "../../noise.ts";

async function run(net: Network, options: { engine?: "reference" | "reference32"; maxBlock?: number } = {}, chunkMs = 50) {
  const sim = await simulate(net, { dt: ms(1), ...options });
  const found: Record<string, number[]> = {};
  for await (const chunk of sim.run(ms(50), { chunk: ms(chunkMs) }))
    for (const [population, variable] of [["neurons", "W"], ["neurons", "V"], ["neurons", "both"], ["membranes", "V"], ...TREE.map((variable) => ["trees", variable] as const)] as const)
      for (let entry = 0; entry < chunk.entries; entry++)
        (found[`${population}.${variable}.${entry}`] ??= []).push(...chunk.trace(population, variable, entry).data);
  await sim.close();
  return found;
} // prettier-ignore

describe("normal numbers in integers", () => {
  test("are Box and Muller's", () => {
    let worst = 0;
    for (let k = 0; k < 20_000; k++) {
      const [a, b] = philox4x32([k, 0, 0, 0], [1, 2]);
      const exact = Math.sqrt(-2 * Math.log(((a | 1) >>> 0) / 2 ** 32)) * Math.cos(2 * Math.PI * ((b + 0.5) / 2 ** 32));
      worst = Math.max(worst, Math.abs(normalQ20(a, b) / 2 ** 20 - exact));
    }
    // ln is 2e-8 off, which a root of 1e-4 and less (one number in 10^4) turns into 1e-4 at most; elsewhere half of 2^-20 and the polynomials
    expect(worst).toBeLessThan(2e-5);
    expect(normalQ20(0xffffffff, 0)).toBe(0);
    expect(Math.abs(normalQ20(0, 0))).toBeLessThan(2 ** 23); // exact in float32
  });

  test("have the moments of a normal number", () => {
    const n = 400_000;
    const sums = [0, 0, 0, 0];
    for (let k = 0; k < n; k++) {
      const x = gauss(3, 77, k % 1000, Math.floor(k / 1000));
      for (let m = 0; m < 4; m++) sums[m]! += x ** (m + 1);
    }
    const [mean, square, cube, fourth] = sums.map((s) => s / n) as [number, number, number, number];
    // 5 standard errors of each moment, of variance 1, 2, 15 and 96
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(square - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(cube)).toBeLessThan(5 * Math.sqrt(15 / n));
    expect(Math.abs(fourth - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
  });

  test("belong to population, term, cell and step", () => {
    const words = philox4x32([3, 11, 0, USES.noise], [5, stream("noise", "neurons.0")]);
    expect(gauss(5, stream("noise", "neurons.0"), 3, 11)).toBe(normalQ20(words[0], words[1]) / 2 ** 20);
  });
});

describe.each(["reference", "reference32"] as const)("noise on %s", (engine) => {
  test("white noise over 1 ms is the draw itself; another block or chunk changes nothing", async () => {
    const all = await run(noisy(), { engine });
    const cell = 4;
    const white = ["neurons.2", "neurons.1", "neurons.0"].find((label) => Math.abs(all["neurons.W.0"]![20 + cell]! - gauss(5, stream("noise", label), cell, 0)) < 1e-6);
    expect(white).toBeDefined();
    const W = (n: number): number => all["neurons.W.0"]![20 * n + cell]!;
    for (let n = 0; n < 50; n++) expect(W(n + 1) - W(n)).toBeCloseTo(gauss(5, stream("noise", white!), cell, n), 5);
    for (const [options, chunk] of [[{ maxBlock: 1 }, 50], [{ maxBlock: 7 }, 3]] as const)
      expect(await run(noisy(), { engine, ...options }, chunk)).toEqual(all);
  }); // prettier-ignore

  test("a map of noise is the noise of the step before", async () => {
    const all = await run(noisy(), { engine });
    for (let n = 0; n < 50; n++)
      for (let c = 0; c < 20; c++) expect(all["neurons.V.0"]![20 * (n + 1) + c]).toBe(all["neurons.both.0"]![20 * n + c]); // prettier-ignore
  });

  test("entries of equal seeds share it, others have their own", async () => {
    const all = await run(noisy([5, 6, 5]), { engine });
    for (const variable of ["neurons.W", "neurons.both", "membranes.V", ...TREE.map((v) => `trees.${v}`)]) {
      expect(all[`${variable}.2`]).toEqual(all[`${variable}.0`]);
      expect(all[`${variable}.1`]).not.toEqual(all[`${variable}.0`]);
    }
    const alone = await run(noisy([6]), { engine });
    for (const variable of ["membranes.V", "trees.V"]) expect(alone[`${variable}.0`]).toEqual(all[`${variable}.1`]);
  });
});

// Both draw the same numbers. A step rounds x once, half an ulp of at most 4 (2.4e-7), and its two terms by less: as a random walk over 8000
// steps 2e-5 at the very worst. A factor exp(-dt/tau) of float32 is up to 3e-8 off, a tenth of 1 - exp(-dt/tau) here: 2e-4 of x in the end.
test("slow noise keeps its time constant in float32", async () => {
  const slow = neuron({
    name: "slow", doc: "d", params: { tau: param(ms(100_000), "of the noise") }, ports: {}, spike: "x > 100", reset: {},
    states: { x: { next: "noise(1, tau)", unit: "1", init: "0" } },
  }); // prettier-ignore
  const path = async (engine: "reference" | "reference32"): Promise<Float64Array> => {
    const net = new Network({ seed: 4 });
    net.record(net.cells("neurons", slow({ n: 20 })), "x", { every: ms(1) });
    const sim = await simulate(net, { dt: ms(0.025), engine });
    for await (const chunk of sim.run(ms(200))) return Float64Array.from(chunk.trace("neurons", "x").data);
    throw new Error("no chunk");
  };
  const [exact, single] = [await path("reference"), await path("reference32")];
  expect(Math.max(...exact.map(Math.abs))).toBeGreaterThan(1);
  expect(Math.max(...exact.map((x, k) => Math.abs(x - single[k]!)))).toBeLessThan(2e-5);
});

test("a large tree draws for each compartment what a small cell of the same compartments does", async () => {
  const voltages = async (engine: "reference" | "reference32", tree: boolean): Promise<number[][]> => {
    const net = new Network({ seed: 7 });
    const { sections: [soma], insertions, ...rest } = noisyCell(3, 8);
    // what is joined by 1e15 ohm cm takes nothing, and makes more than eight compartments of it
    const far = { ...soma!, name: "far", nseg: 3, Ra: ohm_cm(1e15), parent: "soma" };
    const cells = net.cells("E", { ...rest, sections: tree ? [soma!, far] : [soma!], insertions: [insertions[0]!, { sections: tree ? ["soma", "far"] : ["soma"], mechanism: fluctuating }, { sections: ["soma"], mechanism: dice }] });
    const variables = [1, 9, 15].flatMap((k) => [`soma(${k / 16}).V`, `soma(${k / 16}).dice.x`, `soma(${k / 16}).dice.y`]);
    for (const v of variables) net.record(cells, v, { every: ms(1) });
    const sim = await simulate(net, { dt: ms(0.5), engine });
    for await (const chunk of sim.run(ms(100), { chunk: ms(100) })) {
      await sim.close();
      return variables.map((v) => Array.from(chunk.trace(cells, v).data));
    }
    throw new Error("no chunk");
  };
  const [small, large] = [await voltages("reference", false), await voltages("reference", true)];
  expect(new Set([0, 3, 6].map((k) => small[k]!.at(-1))).size).toBe(3);
  small.forEach((trace, k) => trace.forEach((x, n) => expect(Math.abs(large[k]![n]! - x), `${k} ${n}`).toBeLessThan(k % 3 === 0 ? 1e-8 : 1e-15)));
}); // prettier-ignore

test.each([1, 11])("a membrane under noise has the variance of the discrete scheme, %i compartments", async (nseg) => {
  // V' = -V/tau_m - i/c with backward Euler: V_{n+1} = a (V_n - dt i_n / c), a = 1/(1 + dt/tau_m); white i_n has variance s^2/dt
  const net = new Network({ seed: 2 });
  const [n, dt, c] = [nseg === 1 ? 200 : 60, 0.5, 1e-3]; // uF/cm2 as mA ms / (cm2 mV)
  const cells = net.cells("cells", noisyCell(n, nseg, 1e12));
  net.record(cells, "V", { every: ms(25) });
  const sim = await simulate(net, { dt: ms(dt), engine: "reference" });
  for await (const chunk of sim.run(ms(200))) void chunk;
  let [count, sum, squares] = [0, 0, 0];
  for await (const chunk of sim.run(ms(2000)))
    for (const V of chunk.trace(cells, "V").data) [count, sum, squares] = [count + 1, sum + V + 70, squares + (V + 70) ** 2];
  await sim.close();
  const tau = c / 1e-3 / 1; // pas: g 0.001 S/cm2 in mA/(cm2 mV)
  const [a, b] = [1 / (1 + dt / tau), Math.exp(-dt / 5)];
  const white = (a * dt * (2e-3 / Math.sqrt(dt)) / c) ** 2 / (1 - a * a);
  const colour = ((a * dt * 1e-3) / c) ** 2 * ((1 + a * b) / ((1 - a * b) * (1 - a * a)));
  const variance = squares / count - (sum / count) ** 2;
  // samples of 25 ms are five correlation times apart: nearly independent; 5 standard errors
  expect(Math.abs(variance / (white + colour) - 1)).toBeLessThan(5 * Math.sqrt(2 / count) * 1.1);
}); // prettier-ignore

describe("noise where it cannot be", () => {
  const lif = (change: object) => () => new Network({ seed: 1 }).cells("cells", neuron({
    name: "lif", doc: "d", params: { tau: param(ms(10), "tau") }, states: { V: { d: "-V / tau", unit: "mV", init: "0" } }, ports: { jump: { unit: "mV", doc: "d", onEvent: { V: "weight" } } },
    spike: "V > 1", reset: { V: "0" }, ...change,
  })({ n: 1 })); // prettier-ignore

  test.each<[object, RegExp]>([
    [{ spike: "V > noise(V, tau)" }, /sd or tau that reads "V"/],
    [{ spike: "V > white(1)" }, /reads "white\(\)".*no value/],
    [{ states: { V: { d: "-V / tau", unit: "mV", init: "noise(1, tau)" } } }, /reads "noise\(\)".*no value/],
    [{ states: { V: { inf: "white(1)", tau: "tau", unit: "mV", init: "0" } } }, /reads "white\(\)"/],
    [{ ports: { jump: { unit: "mV", doc: "d", onEvent: { V: "weight * noise(1, tau)" } } } }, /reads "noise\(\)"/],
    [{ refractory: "noise(1, tau)" }, /reads "noise\(\)"/],
    [{ let: { x: "white(1)" }, reset: { V: "x" } }, /reads "white\(\)" through "x"/],
    [{ states: { V: { d: "noise(tau, 1) / tau", unit: "mV", init: "0" } } }, /is in 1, not mV\/ms|not mV/],
  ])("%o is refused at the call", (change, message) => expect(lif(change)).toThrow(message)); // prettier-ignore

  test("white noise that is not added, and that of a large tree as a recording, are refused before the first step", async () => {
    const squared = new Network({ seed: 1 });
    squared.cells("cells", neuron({ name: "n", doc: "d", params: {}, states: { V: { d: "white(1)^2 * 1", unit: "mV", init: "0" } }, ports: {}, spike: "V > 1", reset: {} })({ n: 1 })); // prettier-ignore
    await expect(run(squared)).rejects.toThrow(/white noise in a product or function/);
    const tree = new Network({ seed: 1 });
    tree.record(tree.cells("cells", noisyCell(1, 20)), "soma.fluctuating.i_fluctuation", { every: ms(1) });
    await expect(run(tree)).rejects.toThrow(/has white noise, of a cell of more than 8 compartments/);
  });

  test("in the states of receptors", () => {
    const bad = synapse({ name: "bad", doc: "d", params: {}, states: { g: { inf: "noise(1, 1)", tau: "1" } }, onEvent: { g: "w" }, g: "g", E: "0" }); // prettier-ignore
    const cell = { ...noisyCell(1), receptors: [{ name: "r", synapse: bad, section: "soma" }] };
    expect(() => new Network({ seed: 1 }).cells("cells", cell)).toThrow(/noise belongs into a current/);
  });
});
