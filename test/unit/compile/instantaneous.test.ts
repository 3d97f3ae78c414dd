// An instantaneous activation under strong excitation: what dI/dV contains decides whether a step of 0.025 ms is stable.
import { expect, test } from "vitest";
import { oneToOne } from "../../../src/connect/rules.ts";
import { exp2syn, wang_buzsaki } from "../../../src/mechanisms/index.ts";
import { channel, synapse } from "../../../src/mechanisms/mechanism.ts";
import { Network } from "../../../src/network/network.ts";
import { trains } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { degC, ms, mV, ohm_cm, uF_per_cm2, um, uS } from "../../../src/units.ts";

type Slope = "derivative" | "difference" | "conductance";

/** Wang and Buzsaki's interneuron with a pulse of excitation every 3 ms from 3 ms on. */
async function run(slope: Slope, weight: number, { nseg = 1, engine = "reference" as "reference" | "reference32" } = {}) {
  const currents = { ...wang_buzsaki.currents, na: { ...wang_buzsaki.currents["na"], slope } };
  const net = new Network({ seed: 1 });
  const cells = net.cells("E", 1, {
    sections: [{ name: "soma", L: um(17.841 * nseg), diam: um(17.841), Ra: ohm_cm(nseg === 1 ? 100 : 1e18), cm: uF_per_cm2(1), nseg }],
    insertions: [{ sections: ["soma"], mechanism: { ...wang_buzsaki, currents } as typeof wang_buzsaki }],
    receptors: [{ name: "syn", synapse: exp2syn, section: "soma", params: { tau1: ms(0.3), tau2: ms(2), e: mV(0) } }],
    detector: { section: "soma", threshold: mV(0) },
    V0: mV(-65),
    celsius: degC(6.3),
  });
  const pulses = net.sources("pulses", 1, trains([Array.from({ length: 30 }, (_, k) => 2 + 3 * k)]));
  net.connect(pulses, cells.receptor("syn"), oneToOne(), { weight: uS(weight), delay: ms(1) });
  net.record(cells, "V", { every: ms(0.025) });
  const sim = await simulate(net, { dt: ms(0.025), engine });
  for await (const chunk of sim.run(ms(100), { chunk: ms(100) })) {
    await sim.close();
    return { V: Array.from(chunk.trace(cells, "V").data), spikes: chunk.spikes(cells).times.length };
  }
  throw new Error("no chunk");
} // prettier-ignore

/** V at steps, mV, of NEURON 8.2.2 with own files: minf in a block of its own (conductance), or in BREAKPOINT, whose difference NEURON takes. */
const NEURON: readonly (readonly [Slope, number, Readonly<Record<number, number>>, number])[] = [
  ["conductance", 0.001, { 150: -61.285812794487974, 200: -55.0807233926621, 1337: -63.177205441215534, 4000: -61.56541709161701 }, 1e-8],
  ["conductance", 0.005, { 150: -47.66955144753385, 160: -0.902116505829266, 1337: -34.46912549785287, 4000: -58.62682574896942 }, 1e-8],
  ["difference", 0.001, { 150: -61.28042996041504, 200: -55.017891101943995, 1337: -63.851938211195815, 4000: -59.97159410934015 }, 1e-5],
]; // prettier-ignore

test.each(NEURON)("%s, pulses of %d uS: as NEURON's file with that", async (slope, weight, wanted, error) => {
  const { V } = await run(slope, weight);
  for (const [step, v] of Object.entries(wanted)) expect(Math.abs(V[Number(step)]! - v), `step ${step}`).toBeLessThan(error); // prettier-ignore
});

test.each([1, 11])(
  "with the conductance alone a step keeps between the reversal potentials, %i compartments",
  async (nseg) => {
    const bent = await run("derivative", 0.005, { nseg });
    expect(Math.min(...bent.V)).toBeLessThan(-120); // EK is -90 mV
    for (const weight of [0.0002, 0.005, 0.5]) {
      const { V } = await run("conductance", weight, { nseg });
      expect(Math.min(...V)).toBeGreaterThan(-90);
      expect(Math.max(...V)).toBeLessThan(55);
    }
    // pulses of 1 nS drive it at 177 Hz, in float32 too
    for (const engine of ["reference", "reference32"] as const) expect((await run("conductance", 0.001, { nseg, engine })).spikes).toBe(18); // prettier-ignore
  },
);

test("a current that says no conductance has none to take", () => {
  const net = new Network({ seed: 1 });
  const leak = channel({ name: "leak", doc: "A test's", params: {}, states: {}, currents: { l: { i: "1e-4 * (V + 65)", slope: "conductance" } } as never }); // prettier-ignore
  const cell = { sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1) }], detector: { section: "soma", threshold: mV(0) }, V0: mV(-65), celsius: degC(6.3) }; // prettier-ignore
  expect(() => net.cells("E", 1, { ...cell, insertions: [{ sections: ["soma"], mechanism: leak }] })).toThrow(/slope: is "conductance". .*Known: derivative, difference/); // prettier-ignore
  const drive = synapse({ name: "drive", doc: "A test's", params: {}, states: { g: { tau: "2" } }, onEvent: { g: "w" }, i: "g * V", slope: "conductance" } as never); // prettier-ignore
  expect(() => net.cells("F", 1, { ...cell, receptors: [{ name: "r", synapse: drive, section: "soma" }] })).toThrow(/slope: is "conductance"/); // prettier-ignore
});
