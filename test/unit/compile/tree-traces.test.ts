// Currents of channels recorded in a large tree, whose pools set the reversal potentials.
import { expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { ca, cad, hh2 } from "../../../src/mechanisms/index.ts";
import { Network } from "../../../src/network/network.ts";
import { drive } from "../../../src/network/signal.ts";
import { referenceEngine } from "../../../src/reference/engine.ts";
import { Simulation } from "../../../src/run/simulate.ts";
import { degC, ms, mV, nA, ohm_cm, uF_per_cm2, um } from "../../../src/units.ts";

test("a calcium current is g (V - eca) with eca of the pool there", async () => {
  const net = new Network({ seed: 1 });
  const membrane = { Ra: ohm_cm(200), cm: uF_per_cm2(0.85) };
  const cells = net.cells("cell", 1, {
    sections: [
      { name: "soma", L: um(40), diam: um(28), ...membrane },
      { name: "dend", parent: "soma", L: um(600), diam: um(6), nseg: 11, ...membrane },
    ],
    insertions: [ca, cad, hh2].map((mechanism) => ({ sections: ["soma", "dend"], mechanism })),
    reversals: { na: mV(50), k: mV(-77) },
    detector: { section: "soma", threshold: mV(0) },
    V0: mV(-65),
    celsius: degC(37),
  });
  net.clamp(cells, drive.constant(nA(2)));
  const names = ["dend.ca.i_ca", "dend.V", "dend.ca.m", "dend.ca.h", "dend.cad.cai"];
  for (const variable of names) net.record(cells, variable, { every: ms(0.5) });
  const network = compile(net.describe(), { dt: ms(0.025) });
  expect(network.populations[0]?.kind === "cells" && network.populations[0].program.kind).toBe("tree");
  const simulation = new Simulation(network, referenceEngine(network, { precision: 64 }));
  const at = new Map<string, Map<number, number>>();
  for await (const chunk of simulation.run(ms(40), { chunk: ms(40) }))
    for (const variable of names) {
      const { times, data } = chunk.trace("cell", variable);
      at.set(variable, new Map(Array.from(times, (t, k) => [Math.round(t / 0.025), data[k] as number])));
    }
  await simulation.close();
  const [i, V, m, h, cai] = names.map((n) => at.get(n) as Map<number, number>) as [Map<number, number>, Map<number, number>, Map<number, number>, Map<number, number>, Map<number, number>]; // prettier-ignore
  const steps = [...i.keys()].filter((step) => V.has(step));
  expect(steps.length).toBeGreaterThan(70);
  const g = 60e-4 * 2.3 ** ((37 - 53.7) / 10); // pS/um2 to S/cm2, and the channel's temperature factor
  const RT_2F = (1000 * 8.3134 * 310.15) / (2 * 96485.309);
  for (const step of steps) {
    const [v, x, y, c] = [V, m, h, cai].map((of) => of.get(step) as number) as [number, number, number, number];
    const want = g * x * x * y * (v - RT_2F * Math.log(2 / c));
    expect(Math.abs((i.get(step) as number) - want)).toBeLessThan(1e-12 + 1e-9 * Math.abs(want)); // rounding of float64
  }
  expect(Math.min(...i.values())).toBeLessThan(-1e-4); // it flowed
});
