import { describe, expect, test } from "vitest";
import { list, oneToOne } from "../../../src/connect/rules.ts";
import { ModelError } from "../../../src/errors.ts";
import { compile } from "../../../src/compile/compile.ts";
import { Network } from "../../../src/network/network.ts";
import { poisson } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { Hz, ms, mV, nA, nS, one, uS } from "../../../src/units.ts";
import { passive } from "../../clamps.ts";
import { gathering, reader, transmitter } from "../../gathers.ts";

type Found = Record<string, number[]>;
const RECORDED = [["neurons", "V"], ["neurons", "graded.i"], ["neurons", "released.i"], ["cells", "V"], ["cells", "soma.out.s"], ["cells", "soma(0.1).out.s"], ["readers", "z"], ["readers", "out.i"]] as const; // prettier-ignore

async function run(net: Network, options: { engine?: "reference" | "reference32"; maxBlock?: number } = {}, restart?: number): Promise<Found> {
  const found: Found = {};
  const make = () => simulate(net, { dt: ms(0.1), ...options });
  let sim = await make();
  for (const part of restart === undefined ? [30] : [restart, 30 - restart]) {
    for await (const chunk of sim.run(ms(part), { chunk: ms(part) }))
      for (const [p, v] of RECORDED) (found[`${p}.${v}`] ??= []).push(...chunk.trace(p, v).data);
    const saved = await sim.save();
    await sim.close();
    sim = await make();
    await sim.load(saved);
  }
  await sim.close();
  return found;
} // prettier-ignore

describe.each(["reference", "reference32"] as const)("gathers on %s", (engine) => {
  test("give the sums over links of what the sources are at the step", async () => {
    const found = await run(gathering(), { engine });
    const V = (n: number, c: number): number => found["neurons.V"]![6 * n + c]!;
    const u = (n: number, c: number): number => found["cells.V"]![4 * n + c]!;
    const out = (n: number, c: number): number => found["readers.out.i"]![2 * n + c]!;
    let spikes = 0;
    for (let n = 1; n < 299; n++) {
      // a state is labelled before its detection; what is shown is after it: the reset value where the neuron fires
      const seen = (c: number): number => (V(n, c) > -50 ? -60 : V(n, c));
      for (const c of [0, 1, 5]) spikes += Number(V(n, c) > -50);
      const error = engine === "reference" ? 1e-9 : 1e-3;
      expect(Math.abs(out(n, 0) - (seen(0) + 2 * seen(1) + 6 * seen(5)))).toBeLessThan(error);
      expect(Math.abs(out(n, 1) - 16 * seen(5))).toBeLessThan(error);
      expect(found["readers.z"]![2 * (n + 1)]).toBe(out(n, 0)); // the map takes what was read
      const s = [0, 1, 2, 3].reduce((sum, c) => sum + 1 / (1 + Math.exp(-(u(n, c) + 60) / 5)), 0);
      const released = [0, 1, 2, 3].reduce((sum, c) => sum + found["cells.soma.out.s"]![4 * n + c]!, 0);
      for (let c = 0; c < 6; c++) {
        expect(Math.abs(found["neurons.graded.i"]![6 * n + c]! - 1e-4 * s * (-20 - seen(c)))).toBeLessThan(error * 1e-3);
        expect(Math.abs(found["neurons.released.i"]![6 * n + c]! - 2e-4 * released * (-80 - seen(c)))).toBeLessThan(error * 1e-3);
      }
    }
    expect(spikes).toBeGreaterThan(5);
  }); // prettier-ignore

  test("do not depend on blocks, and go on from a checkpoint bit for bit", async () => {
    for (const loops of [true, false]) {
      const all = await run(gathering(loops), { engine });
      expect(await run(gathering(loops), { engine, maxBlock: 1 })).toEqual(all);
      const again = await run(gathering(loops), { engine, maxBlock: 3 }, 11.3);
      expect(again["neurons.V"]).toEqual(all["neurons.V"]);
    }
    expect(compile(gathering(true), { dt: ms(0.1) }).maxBlock).toBe(1);
    expect(compile(gathering(false), { dt: ms(0.1) }).maxBlock).toBeGreaterThan(1);
  });

  test("survive JSON", async () => {
    const net = Network.fromJSON(JSON.parse(JSON.stringify(gathering())));
    expect(await run(net, { engine })).toEqual(await run(gathering(), { engine }));
  });
});

test("states of insertions are read at the place that the gather names, into cells too, and by read-outs", async () => {
  const net = gathering();
  net.recordReadout(net.readout("mean", net.population("cells") as never, { value: "out_s_pre", weight: one(0.25) }), "z", { every: ms(0.1) });
  const sim = await simulate(net, { dt: ms(0.1), engine: "reference" });
  for await (const chunk of sim.run(ms(20), { chunk: ms(20) })) {
    const [V, near, middle, i] = ["V", "soma(0.1).out.s", "soma.out.s", "mutual.i"].map((v) => chunk.trace("cells", v).data);
    const z = chunk.trace("cells", "mean.z").data;
    let apart = 0;
    for (let n = 0; n < 199; n++) {
      for (const c of [0, 1]) expect(Math.abs(i![4 * n + c]! - 1e-3 * near![4 * n + 1 - c]! * (-80 - V![4 * n + c]!))).toBeLessThan(1e-12);
      apart = Math.max(apart, Math.abs(near![4 * n]! - middle![4 * n]!));
      const mean = [0, 1, 2, 3].reduce((sum, c) => sum + middle![4 * n + c]! / 4, 0);
      expect(Math.abs(z[n]! - mean)).toBeLessThan(1e-12);
    }
    expect(apart).toBeGreaterThan(1e-6);
  }
  await sim.close();
}); // prettier-ignore

test("an entry of a batch shows its own states", async () => {
  const varied = gathering();
  varied.vary("cells.soma.out.half", [mV(-60), mV(-55)]);
  const run = async (net: Network, entry: number): Promise<number[]> => {
    const sim = await simulate(net, { dt: ms(0.1), engine: "reference" });
    for await (const chunk of sim.run(ms(20), { chunk: ms(20) })) {
      await sim.close();
      return [...chunk.trace("neurons", "released.i", entry).data, ...chunk.trace("neurons", "V", entry).data];
    }
    return [];
  };
  const described = JSON.parse(JSON.stringify(gathering())) as { populations: { name: string; model: { insertions: { as?: string; params?: object }[] } }[] };
  for (const { model } of described.populations) for (const i of model.insertions ?? []) if (i.as === "out") i.params = { half: mV(-55) };
  const alone = await run(Network.fromJSON(described as never), 0);
  expect(await run(varied, 1)).toEqual(alone);
  expect(await run(varied, 0)).not.toEqual(alone);
}); // prettier-ignore

describe("gathers that cannot be", () => {
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", 2, passive(1));
  const readers = net.cells("readers", reader({ n: 2 }));
  const sources = net.sources("sources", 2, poisson({ rate: Hz(1) }));
  const options = { weight: uS(1), value: "V_pre - V" };
  const model = passive(1);
  const twice = ["out", "again"].map((as) => ({ sections: ["soma"], mechanism: transmitter, as }));
  const releasing = net.cells("releasing", 2, { ...model, insertions: [...(model.insertions ?? []), ...twice] });

  test.each<[string, () => unknown, RegExp]>([
    ["sources", () => net.gather(sources as never, cells, oneToOne(), options), /are sources, which have no states/],
    ["a unit", () => net.gather(cells, cells, oneToOne(), { ...options, weight: one(1) }), /in mV where nA is wanted/],
    ["an unknown state", () => net.gather(cells, cells, oneToOne(), { ...options, value: "W_pre" }), /"W_pre" is not defined/],
    ["a state of what is not inserted", () => net.gather(cells, cells, oneToOne(), { ...options, value: "s_pre * V" }), /"s_pre" is not defined/],
    ["a state of two insertions", () => net.gather(releasing, cells, oneToOne(), { ...options, value: "s_pre * V" }), /Several insertions have it: say "out_s_pre" or "again_s_pre"/],
    ["an own state that is not V", () => net.gather(releasing, releasing, oneToOne(), { ...options, value: "out_s_pre * out_s * V" }), /"out_s" is not defined/],
    ["the unit of a state", () => net.gather(releasing, cells, oneToOne(), { ...options, value: "out_s_pre" }), /in uS where nA is wanted/],
    ["a product of own states", () => net.gather(cells, cells, oneToOne(), { ...options, value: "V_pre * V^2 / 1" }), /not linear in the target's own states/],
    ["an unknown input", () => net.gather(cells, readers, oneToOne(), { weight: one(1), value: "V_pre", input: "y" }), /no input "y"/],
    ["a place of point neurons", () => net.gather(readers, cells, oneToOne(), { weight: nA(1) as never, value: "z_pre", from: { section: "soma" } }), /is a place of point neurons/],
    ["a number of weights", () => net.gather(cells, cells, list([[0, 1]]), { ...options, weight: { values: [1, 2], unit: "uS" } }), /2 values for 1 links/],
    ["noise", () => net.gather(cells, cells, oneToOne(), { ...options, value: "noise(1, 1) * V_pre" }), /has noise/],
    ["a name that is taken", () => (net.gather(cells, cells, oneToOne(), options), net.gather(cells, cells, oneToOne(), options)), /exists already/],
  ])("%s", (_, build, message) => {
    expect(build).toThrow(ModelError);
    expect(build).toThrow(message);
  }); // prettier-ignore

  test("large trees, and a structure that differs over the batch", () => {
    const trees = new Network({ seed: 1 });
    const tree = trees.cells("tree", 2, passive(20));
    trees.gapJunctions(tree, tree, list([[0, 1]]), { conductance: nS(1) });
    expect(() => compile(trees, { dt: ms(0.1) })).toThrow(/more than 8 compartments/);
    const varied = gathering();
    varied.vary("structureSeed", [1, 2]);
    expect(() => compile(varied, { dt: ms(0.1) })).toThrow(/structureSeed/);
    void mV;
  });
});
