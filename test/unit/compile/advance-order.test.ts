import { expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { param, pool } from "../../../src/mechanisms/mechanism.ts";
import ca from "../../../src/mechanisms/channels/ca.ts";
import hh2 from "../../../src/mechanisms/channels/hh2.ts";
import kca from "../../../src/mechanisms/channels/kca.ts";
import km from "../../../src/mechanisms/channels/km.ts";
import pas from "../../../src/mechanisms/channels/pas.ts";
import cad from "../../../src/mechanisms/pools/cad.ts";
import { cellModel } from "../../../src/models/cortical-column/cell-model.ts";
import { jones2009 } from "../../../src/models/cortical-column/index.ts";
import type { CellModel, Insertion } from "../../../src/network/cell.ts";
import { Network } from "../../../src/network/network.ts";
import { referenceEngine } from "../../../src/reference/engine.ts";
import { degC, mM, ms, mV, nA, ohm_cm, uF_per_cm2, um } from "../../../src/units.ts";

const SECTIONS = ["soma", "dend"];
const INSERTIONS: readonly Insertion[] = [
  ...[hh2, ca, cad, kca, km].map((mechanism) => ({ sections: SECTIONS, mechanism })),
  { sections: ["soma"], mechanism: pas },
  { sections: ["dend"], mechanism: pas },
];

/** Two sections of the layer 5 channels; a dendrite of 12 compartments makes a tree of it. */
const model = (insertions: readonly Insertion[], nseg: number, advance?: readonly string[]): CellModel => ({
  kind: "cells",
  model: "layer 5",
  n: 1,
  sections: [
    { name: "soma", L: um(30), diam: um(30), Ra: ohm_cm(200), cm: uF_per_cm2(0.85) },
    { name: "dend", L: um(300), diam: um(3), Ra: ohm_cm(200), cm: uF_per_cm2(0.85), nseg, parent: "soma" },
  ],
  insertions,
  ...(advance === undefined ? {} : { advance }),
  receptors: [],
  groups: {},
  detector: { section: "soma", threshold: mV(0) },
  V0: mV(-65),
  celsius: degC(37),
  reversals: { na: mV(50), k: mV(-77) },
});

/** Every state after 20 ms of a strong current, a spike and its calcium behind it. */
async function states(cell: CellModel, precision: 32 | 64): Promise<Record<string, number>> {
  const net = new Network({ seed: 1 });
  const cells = net.cells("C", cell);
  net.clamp(cells, nA(2));
  const network = compile(net, { dt: ms(0.025), method: "backwardEuler" });
  const engine = referenceEngine(network, { precision });
  const { spikeSteps } = await engine.advance(800);
  expect(spikeSteps.length).toBeGreaterThan(0);
  const state = (await engine.save())["cells.C.state"] as Float64Array;
  const p = network.populations[0];
  return p?.kind === "cells"
    ? Object.fromEntries(p.program.states.map((id, k) => [id.replace(/^s\d+_/, ""), state[k] as number]))
    : {};
}

const shuffles = [
  INSERTIONS,
  INSERTIONS.toReversed(),
  [6, 3, 0, 5, 2, 4, 1].map((k) => INSERTIONS[k]!),
  [3, 2, 1, 0, 6, 4, 5].map((k) => INSERTIONS[k]!),
];

test.each([
  ["small", 1, 64],
  ["small", 1, 32],
  ["tree", 12, 64],
  ["tree", 12, 32],
] as const)("the order of insertions changes no bit of a %s cell (%d compartments, float%d)", async (_, nseg, bits) => {
  const [first, ...others] = await Promise.all(shuffles.map((s) => states(model(s, nseg), bits)));
  for (const other of others) expect(other).toEqual(first);
});

test("a stated order is what counts, whatever the insertions' order", async () => {
  const late = ["hh2", "ca", "kca", "cad", "km", "pas"];
  const [a, b] = await Promise.all(shuffles.slice(0, 2).map((s) => states(model(s, 1, late), 64)));
  expect(b).toEqual(a);
  expect(a!["soma_kca_n"]).not.toBe((await states(model(INSERTIONS, 1), 64))["soma_kca_n"]);
  // what is not named comes after
  expect(await states(model(INSERTIONS, 1, ["hh2", "ca", "kca"]), 64)).toEqual(
    await states(model(INSERTIONS.toReversed(), 1, ["hh2", "ca", "kca", "cad", "km", "pas"]), 64),
  );
});

test("the published cells advance their calcium before what it opens", () => {
  for (const type of Object.values(jones2009().cellTypes)) {
    const { advance } = cellModel(type, 1);
    if (advance?.includes("kca")) expect(advance.indexOf("cad")).toBeLessThan(advance.indexOf("kca"));
  }
});

const reading = (name: string, ion: string, other: string) =>
  pool({
    name,
    doc: "",
    ion,
    params: { rest: param(mM(1), "at rest") },
    states: { [`${ion}i`]: { inf: `rest + 0.1 * ${other}i`, tau: "5", init: "1" } },
  });

test("pools that read each other are refused until an order is stated", async () => {
  const both = ["ca", "na"].map((ion, k) => ({
    sections: ["soma"],
    mechanism: reading(`pool_${ion}`, ion, ["na", "ca"][k]!),
  }));
  const insertions = [...INSERTIONS.filter((i) => i.mechanism === hh2 || i.mechanism === pas), ...both];
  await expect(states(model(insertions, 1), 64)).rejects.toThrow(
    'C: pool_ca, pool_na: read each other\'s states, so that none can advance first. State the order: advance: ["pool_ca","pool_na"]',
  );
  const one = await states(model(insertions, 1, ["pool_ca", "pool_na"]), 64);
  expect(one["soma_pool_na_nai"]).not.toBe((await states(model(insertions, 1, ["pool_na", "pool_ca"]), 64))["soma_pool_na_nai"]); // prettier-ignore
});

test("names that are unknown or stand twice are refused", async () => {
  await expect(states(model(INSERTIONS, 1, ["kcaa"]), 64)).rejects.toThrow('advance: names "kcaa", which is not inserted');
  await expect(states(model([...INSERTIONS, { sections: ["dend"], mechanism: km }], 1), 64)).rejects.toThrow(
    'section "dend" has two insertions "km"',
  );
}); // prettier-ignore
