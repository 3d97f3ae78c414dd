import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { pythonWith } from "../../scripts/requirements.mjs";
import k_hh from "../../src/mechanisms/channels/k_hh.ts";
import na_hh from "../../src/mechanisms/channels/na_hh.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
import type { WholeCell, Insertion } from "../../src/network/cell.ts";
import { Network } from "../../src/network/network.ts";
import type { Section } from "../../src/morphology/tree.ts";
import { simulate } from "../../src/run/simulate.ts";
import { degC, ms, mV, nA, ohm_cm, S_per_cm2, uF_per_cm2, um } from "../../src/units.ts";
import {
  BRANCH,
  branchSections,
  CABLE,
  cableSections,
  RALLPACK,
  stepResponse,
  type Cylinder,
} from "../unit/morphology/rallpack.ts";

type Kind = "reference" | "reference32";

/** Sections of the Rallpacks with their leak, and whatever else is inserted everywhere. */
function cell(sections: readonly Section[], more: readonly Insertion[] = []): WholeCell {
  const names = sections.map((s) => s.name);
  const leak = { g: S_per_cm2(1 / RALLPACK.Rm), E: mV(RALLPACK.EL) };
  return {
    kind: "cells",
    model: "rallpack",
    n: 1,
    sections: sections.map(({ name, L, diam, Ra, nseg, parent }) => ({
      name,
      L: um(L as number),
      diam: um(diam as number),
      Ra: ohm_cm(Ra as number),
      cm: uF_per_cm2(RALLPACK.Cm),
      ...(nseg === undefined ? {} : { nseg }),
      ...(parent === undefined ? {} : { parent }),
    })),
    insertions: [{ sections: names, mechanism: pas, params: leak }, ...more],
    receptors: [],
    groups: {},
    detector: { section: names[0]!, threshold: mV(0) },
    V0: mV(RALLPACK.EL),
    celsius: degC(6.3),
    reversals: { na: mV(50), k: mV(-77) },
  };
}

interface Place {
  readonly section: string;
  readonly at: number;
}

/** Voltages at places after every step, with the Rallpacks' current into the first place. */
async function voltages(model: WholeCell, places: readonly Place[], dt: number, endMs: number, engine: Kind) {
  const net = new Network({ seed: 1 });
  const sums = Object.fromEntries(places.map((p, k) => [`place${k}`, { unit: "mV", terms: [{ ...p, weight: 1 }] }]));
  const cells = net.cells("cells", { ...model, sums });
  const { section, at } = places[0]!;
  net.clamp(cells, nA(RALLPACK.currentNa), { section, at });
  for (const name of Object.keys(sums)) net.record(cells, name, { every: ms(dt) });
  const sim = await simulate(net, { engine, dt: ms(dt), duration: ms(endMs) }); // the default method
  try {
    for await (const chunk of sim.run(ms(endMs), { chunk: ms(endMs) }))
      return Object.keys(sums).map((name) => Float64Array.from(chunk.trace(cells, name).data));
    throw new Error("the run has no chunk");
  } finally {
    await sim.close();
  }
}

/** Errors over the range of the wanted curve. */
function errors(got: ArrayLike<number>, want: ArrayLike<number>): { rms: number; max: number } {
  let [sum, max, low, high] = [0, 0, Infinity, -Infinity];
  for (let n = 1; n < want.length; n++) {
    const error = Math.abs(got[n]! - want[n]!);
    sum += error * error;
    max = Math.max(max, error);
    [low, high] = [Math.min(low, want[n]!), Math.max(high, want[n]!)];
  }
  return { rms: Math.sqrt(sum / (want.length - 1)) / (high - low), max: max / (high - low) };
}

const closedForm = (cylinder: Cylinder, X: number, dt: number, endMs: number): Float64Array =>
  Float64Array.from({ length: Math.round(endMs / dt) + 1 }, (_, n) => stepResponse(cylinder, X, n * dt));

// In float32 the axial conductances (0.79 uS between compartments) stand beside membranes of 8e-7 uS, and a voltage's last place is
// 4e-6 mV: flows round by 3e-6 nA, 3e-5 of the injected current. So single precision is held to the same bounds, which are for
// double precision elsewhere; what it does is in docs/column.md.
describe.each(["reference", "reference32"] as const)("the %s engine", (engine) => {
  test("Rallpack 1: a cable of 1000 compartments", async () => {
    const places = [0.0005, 0.9995].map((at) => ({ section: "cable", at }));
    const [near, far] = await voltages(cell(cableSections()), places, 0.05, 250, engine);
    for (const [got, X] of [[near, 0], [far, 1]] as const) {
      const { rms, max } = errors(got!, closedForm(CABLE, X, 0.05, 250));
      expect(rms).toBeLessThan(0.001);
      expect(max).toBeLessThan(0.005);
    }
  }); // prettier-ignore

  test("Rallpack 2: a binary tree of 1023 branches", async () => {
    const places = ["b0_0", "b9_511"].map((section) => ({ section, at: 0.5 }));
    const [near, far] = await voltages(cell(branchSections()), places, 0.1, 250, engine);
    for (const [got, X] of [[near, 0], [far, BRANCH.L]] as const) {
      const { rms, max } = errors(got!, closedForm(BRANCH, X, 0.1, 250));
      expect(rms).toBeLessThan(0.0025);
      expect(max).toBeLessThan(0.005);
    }
  }); // prettier-ignore

  test("Rallpack 3: the squid axon's first spike along the cable, against NEURON", async () => {
    const more = [na_hh, k_hh].map((mechanism): Insertion => ({ sections: ["cable"], mechanism }));
    const places = [0.0005, 0.9995].map((at) => ({ section: "cable", at }));
    const dt = engine === "reference" ? 0.001 : 0.005; // a step of 1 us rounds more often than it moves in float32
    const want = neuronAxon(dt, STRETCH);
    const got = await voltages(cell(cableSections(), more), places, dt, STRETCH, engine);
    for (const k of [0, 1]) {
      const { rms, max } = errors(got[k]!, want[k]!);
      expect(Math.max(...want[k]!)).toBeGreaterThan(0); // the spike has passed
      expect(rms).toBeLessThan(0.001);
      expect(max).toBeLessThan(0.005);
    }
  });
});

/** ms: the spike of the near end reaches the far one in 3. */
const STRETCH = 6;

/** Voltages of both end compartments from NEURON, backward Euler, rates without tables. */
function neuronAxon(dt: number, endMs: number): number[][] {
  const script = `
import json
from neuron import h
h.load_file("stdrun.hoc")
s = h.Section(name="cable"); s.L = 1000; s.diam = 1; s.nseg = 1000; s.Ra = ${RALLPACK.Ra}; s.cm = ${RALLPACK.Cm}
s.insert("pas"); s.insert("hh")
for seg in s:
    seg.pas.g = 1 / ${RALLPACK.Rm}.0; seg.pas.e = ${RALLPACK.EL}
    seg.hh.gl = 0; seg.hh.gnabar = 0.12; seg.hh.gkbar = 0.036
s.ena = 50; s.ek = -77
h.usetable_hh = 0
h.celsius = 6.3
clamp = h.IClamp(s(0.0005)); clamp.delay = 0; clamp.dur = 1e9; clamp.amp = ${RALLPACK.currentNa}
v = [h.Vector().record(s(x)._ref_v) for x in (0.0005, 0.9995)]
h.dt = ${dt}; h.steps_per_ms = 1 / ${dt}; h.secondorder = 0
h.finitialize(${RALLPACK.EL})
h.continuerun(${endMs})
print("RESULT" + json.dumps([list(x) for x in v]))
`;
  const out = execFileSync(pythonWith(["neuron"]), ["-c", script], { encoding: "utf8", maxBuffer: 2 ** 26 });
  const line = out.split("\n").find((text) => text.startsWith("RESULT"));
  if (line === undefined) throw new Error(`NEURON gave no result: ${out.slice(0, 500)}`);
  return JSON.parse(line.slice("RESULT".length)) as number[][];
}
