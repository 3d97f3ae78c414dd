// States of cells that say their slope: linear ones exactly, others by an implicit step that a root found by halving knows.
import { describe, expect, test } from "vitest";
import { oneToOne } from "../../../src/connect/rules.ts";
import { channel, pool, type State, synapse } from "../../../src/mechanisms/index.ts";
import pas from "../../../src/mechanisms/channels/pas.ts";
import type { CellModel, Insertion, ReceptorSpec } from "../../../src/network/cell.ts";
import { Network } from "../../../src/network/network.ts";
import { trains } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { degC, mM, ms, mV, ohm_cm, uF_per_cm2, um, uS } from "../../../src/units.ts";

const doc = "For a test. Source: this test.";
const gate = (n: State) =>
  channel({ name: "gate", doc, params: {}, states: { n }, currents: { x: { g: "1e-9 * n", E: "-30" } } });

/** @param nseg  compartments: small cells and trees have steps of their own */
function cell(nseg: number, insertions: readonly Insertion[], receptors: readonly ReceptorSpec[] = []): CellModel {
  return {
    sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1), nseg }],
    insertions: [{ sections: ["soma"], mechanism: pas }, ...insertions],
    receptors,
    detector: { section: "soma", threshold: mV(50) },
    V0: mV(-70),
    celsius: degC(36),
    concentrations: { cao: mM(2) },
  };
}

async function samples(
  model: CellModel,
  what: string,
  engine: "reference" | "reference32" = "reference",
  at?: number,
  every = ms(0.5),
) {
  const net = new Network({ seed: 1 });
  const cells = net.cells("E", 1, model);
  if (at !== undefined) net.connect(net.sources("S", 1, trains([[at]])), cells.receptor("r"), oneToOne(), { weight: uS(0.5), delay: ms(1) }); // prettier-ignore
  net.record(cells, what, { every });
  const sim = await simulate(net, { dt: ms(0.5), engine });
  const length = ms(Math.max(30, every.value));
  for await (const chunk of sim.run(length, { chunk: length })) {
    await sim.close();
    return Array.from(chunk.trace("E", what).data);
  }
  throw new Error("no chunk");
}

describe.each([1, 12])("slopes in cells of %i compartments", (nseg) => {
  const insert = (mechanism: Insertion["mechanism"]): Insertion => ({ sections: ["soma"], mechanism });

  test("what is linear goes as inf and tau do", async () => {
    const [slope, relaxing] = [gate({ d: "(0.7 - n) / 4", init: "0" }), gate({ inf: "0.7", tau: "4", init: "0" })];
    const found = await samples(cell(nseg, [insert(slope)]), "soma.gate.n");
    const known = await samples(cell(nseg, [insert(relaxing)]), "soma.gate.n");
    found.forEach((x, k) => {
      expect(Math.abs(x - known[k]!)).toBeLessThan(1e-14);
      expect(Math.abs(x - 0.7 * -Math.expm1(-k / 8))).toBeLessThan(1e-13);
    });
  });

  test("what is not takes an implicit step", async () => {
    const square = gate({ d: "(1 - n) / 2 - 3 * n^2 / 1", init: "0.9" });
    const found = await samples(cell(nseg, [insert(square)]), "soma.gate.n");
    for (let k = 0; k < 60; k++) {
      // 1.5 x^2 + 1.25 x - (before + 0.25) = 0
      const root = (-1.25 + Math.sqrt(1.25 ** 2 + 6 * (found[k]! + 0.25))) / 3;
      const K = 1.5 / (1.25 + 3 * root); // four iterations of Newton's from e off leave (K e)^16 / K
      expect(Math.abs(found[k + 1]! - root)).toBeLessThan((K * Math.abs(found[k]! - root)) ** 16 / K + 5e-16);
    }
    const single = await samples(cell(nseg, [insert(square)]), "soma.gate.n", "reference32");
    single.forEach((x, k) => expect(Math.abs(x - found[k]!)).toBeLessThan(5e-7)); // some roundings of 6e-8, which decay
  });

  test("float32 keeps what a slow state that is not linear changes by", async () => {
    const slow = gate({ d: "1e-6 * (2 - n^2)", init: "0.5" });
    const every = ms(5000);
    const [wide, narrow] = [await samples(cell(nseg, [insert(slow)]), "soma.gate.n", "reference", undefined, every), await samples(cell(nseg, [insert(slow)]), "soma.gate.n", "reference32", undefined, every)];
    // sqrt(2) tanh: 10,000 steps add 8.7e-7 each, 15 ulp of a half; without what is carried a step's rounding of up to half an ulp is always the same
    expect(Math.abs(wide[1]! - Math.SQRT2 * Math.tanh(Math.atanh(0.5 / Math.SQRT2) + Math.SQRT2 * 5e-3))).toBeLessThan(1e-8);
    expect(Math.abs(narrow[1]! / wide[1]! - 1)).toBeLessThan(2e-7);
  }); // prettier-ignore

  test("pools and receptors have them too", async () => {
    const calcium = pool({ name: "store", doc, ion: "ca", params: {}, states: { cai: { d: "(1e-4 - cai) / 5", init: "1e-3" } } }); // prettier-ignore
    const held = await samples(cell(nseg, [insert(calcium)]), "soma.store.cai");
    held.forEach((x, k) => expect(Math.abs(x - (1e-4 + 9e-4 * Math.exp(-k / 10)))).toBeLessThan(1e-15));
    const cube = synapse({ name: "cube", doc, params: {}, states: { g: { d: "-8 * g^3", init: "0" } }, onEvent: { g: "w" }, g: "1e-9 * g", E: "0" }); // prettier-ignore
    const open = await samples(cell(nseg, [], [{ name: "r", synapse: cube, section: "soma" }]), "r.g", "reference", 4);
    const first = open.findIndex((x) => x > 0);
    // g of n + 1 solves 4 x^3 + x = g of n; the recorded conductance is 1e-9 of it
    for (let k = first; k < 59; k++) {
      const [before, x] = [open[k]! * 1e9, open[k + 1]! * 1e9];
      expect(Math.abs(4 * x ** 3 + x - before)).toBeLessThan(1e-5); // Newton's first steps, of a half, have not ended
    }
    const late = open.slice(first + 6).map((x) => x * 1e9);
    for (let k = 0; k + 1 < late.length; k++) expect(Math.abs(4 * late[k + 1]! ** 3 + late[k + 1]! - late[k]!)).toBeLessThan(1e-12); // prettier-ignore
  });
});

test.each<[string, State, string]>([
  ["a slope in another unit", { d: "V", init: "0" } as State, 'states.n.d: "V" is in mV, not 1/ms'],
  ["a slope without a start", { d: "(0.5 - n) / 4" } as State, "give this one an `init`"],
])("%s is refused", (_, state, message) => {
  const add = () => new Network({ seed: 1 }).cells("E", 1, cell(1, [{ sections: ["soma"], mechanism: gate(state) }]));
  expect(add).toThrow(message);
});
