import { afterAll, beforeAll, expect, test } from "vitest";
import { channel, param } from "../../src/mechanisms/mechanism.ts";
import { type Method, neuron } from "../../src/mechanisms/neuron.ts";
import pas from "../../src/mechanisms/channels/pas.ts";
import type { WholeCell } from "../../src/network/cell.ts";
import { Network } from "../../src/network/network.ts";
import { simulate } from "../../src/run/simulate.ts";
import { degC, ms, mV, ohm_cm, S_per_cm2, uF_per_cm2, um } from "../../src/units.ts";
import { openTestDevice, type TestDevice } from "./device.ts";

let gpu: TestDevice;
beforeAll(async () => {
  gpu = await openTestDevice();
});
afterAll(() => gpu.close());

type Engine = "gpu" | "reference" | "reference32";

/** A gate that closes from 1 to 0.3 with a time constant of 2500 ms and carries no current. */
const slow = channel({
  name: "slow",
  doc: "",
  params: {},
  states: { s: { inf: "0.3", tau: "2500", init: "1" } },
  currents: { none: { g: "0 * s", E: "0" } },
});

/** One passive cell with membrane time constant `tau`, which starts 10 mV above its rest of -70 mV, in so many compartments. */
const cell = (tau: number, nseg: number): WholeCell => ({
  kind: "cells",
  model: "slow",
  n: 1,
  // a cable of several compartments is thin: a thick one's axial conductance drowns C/dt in float32, carried or not
  sections: [
    {
      name: "soma",
      L: um(nseg === 1 ? 20 : 1000),
      diam: um(nseg === 1 ? 20 : 2),
      Ra: ohm_cm(100),
      cm: uF_per_cm2(1),
      nseg,
    },
  ],
  insertions: [
    { sections: ["soma"], mechanism: pas, params: { g: S_per_cm2(1e-3 / tau), E: mV(-70) } },
    { sections: ["soma"], mechanism: slow },
  ],
  receptors: [],
  groups: {},
  detector: { section: "soma", threshold: mV(0) },
  V0: mV(-60),
  celsius: degC(6.3),
});

/** Voltage and gate of the first compartment at the end, and the words of its state. */
async function end(model: WholeCell, dt: number, endMs: number, engine: Engine, chunk = endMs) {
  const net = new Network({ seed: 1 });
  const cells = net.cells("C", { ...model, sums: { V0: { unit: "mV", terms: [{ section: "soma", at: 0.01, weight: 1 }] } } });
  net.record(cells, "V0", { every: ms(endMs) });
  const sim = await simulate(net, { device: gpu.device, engine, dt: ms(dt), method: "backwardEuler" });
  try {
    let V = NaN;
    for await (const c of sim.run(ms(endMs), { chunk: ms(chunk) })) V = c.trace(cells, "V0").data.at(-1) ?? V;
    const { state } = await sim.save();
    const p = sim.network.populations[0];
    if (p?.kind !== "cells") throw new Error("no cells");
    const words = state["cells.C.state"] as Float64Array;
    return { V, s: words[p.program.states.findIndex((id) => /slow_s$/.test(id) && !id.startsWith("low"))] as number, words, carried: p.program.carried };
  } finally {
    await sim.close();
  }
} // prettier-ignore

// A float32 V between 64 and 128 mV is a multiple of 7.6e-6 mV, half of which is what it may be off once the sum's rounding is
// carried; the constant leak and each solve add some roundings of a term of 10 mV / (tau/dt), 1e-7 of it over tau/dt steps: 1e-6.
// Backward Euler itself is exact to (1 + dt/tau)^-n, which is the wanted value. Uncarried it stalls 0.076 and 0.15 mV away.
test.each([
  [100, 0.005, 1],
  [1000, 0.025, 1],
  [100, 0.005, 10],
] as const)("a membrane of %d ms reaches its rest at steps of %d ms in %d compartments", async (tau, dt, nseg) => {
  const wanted = -70 + 10 * (1 + dt / tau) ** -Math.round(tau / dt);
  for (const engine of ["reference", "reference32", "gpu"] as const) {
    const { V, carried } = await gpu.use(() => end(cell(tau, nseg), dt, tau, engine));
    expect(carried).toContain(nseg === 1 ? "V0_soma" : "V0_soma_0");
    expect(Math.abs(V - wanted), engine).toBeLessThan(engine === "reference" ? 1e-10 : 2e-5);
  }
});

// exp(-dt/2500) is known to float32 only through expm1, 2e-7 of it; the gate's last place is 6e-8.
test.each([1, 10])("a gate of 2500 ms goes its way in float32 (%d compartments)", async (nseg) => {
  const wanted = 0.3 + 0.7 * Math.exp(-100 / 2500);
  for (const engine of ["reference", "reference32", "gpu"] as const) {
    const { s, carried } = await gpu.use(() => end(cell(10, nseg), 0.005, 100, engine));
    expect(carried.some((id) => /slow_s$/.test(id))).toBe(true);
    expect(Math.abs(s - wanted), engine).toBeLessThan(engine === "reference" ? 1e-12 : 1.2e-7);
  }
});

test.each([1, 10])("what is carried is part of the state: chunks change no bit (%d compartments)", async (nseg) => {
  for (const engine of ["reference32", "gpu"] as const) {
    const whole = await gpu.use(() => end(cell(100, nseg), 0.025, 20, engine));
    const cut = await gpu.use(() => end(cell(100, nseg), 0.025, 20, engine, 2.5));
    expect([...cut.words]).toEqual([...whole.words]);
    expect(whole.words.some((x) => x !== 0 && Math.abs(x) < 4e-6)).toBe(true); // a remainder
  }
});

test("fast states carry nothing", async () => {
  const { carried } = await end({ ...cell(1, 1), insertions: [cell(1, 1).insertions[0]!] }, 0.025, 1, "reference");
  expect(carried).toEqual([]);
});

/** Point neurons whose potential and gate relax alone, by any of the methods. */
const relaxing = (tau: number, method: Method) =>
  neuron({
    name: "relaxing", doc: "", params: { tau: param(ms(tau), "of both states") }, ports: {}, method,
    states: { V: { d: "(-70 - V) / tau", init: "-60", unit: "mV" }, u: { d: "(0.3 - u) / tau", init: "1", unit: "1" } },
    spike: "V > 1000", reset: {},
  }); // prettier-ignore

// As for membranes and gates above; Euler's own solution is (1 - dt/tau)^n.
test.each(["exact", "exponentialEuler", "euler", "heun"] as const)(
  "slow states of point neurons go their way in float32 (%s)",
  async (method) => {
    const dt = 0.025;
    for (const engine of ["reference32", "gpu"] as const)
      for (const tau of [100, 1000, 2500]) {
        const net = new Network({ seed: 1 });
        const cells = net.cells("N", relaxing(tau, method)({ n: 1 }));
        for (const s of ["V", "u"]) net.record(cells, s, { every: ms(100) });
        const left = method === "euler" ? (1 - dt / tau) ** 4000 : Math.exp(-100 / tau);
        await gpu.use(async () => {
          const sim = await simulate(net, { device: gpu.device, engine, dt: ms(dt) });
          for await (const c of sim.run(ms(100))) {
            const at = (s: string): number => c.trace(cells, s).data.at(-1) as number;
            expect(Math.abs(at("V") + 70 - 10 * left), `V, ${engine}, ${tau} ms`).toBeLessThan(2e-5);
            expect(Math.abs(at("u") - 0.3 - 0.7 * left), `u, ${engine}, ${tau} ms`).toBeLessThan(1.2e-7);
          }
          await sim.close();
        });
      }
  },
);
