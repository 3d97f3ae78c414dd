import pas from "../src/mechanisms/channels/pas.ts";
import { channel, param } from "../src/mechanisms/mechanism.ts";
import iafDelta from "../src/mechanisms/neurons/iaf_delta.ts";
import type { CellModel } from "../src/network/cell.ts";
import { Network } from "../src/network/network.ts";
import { drive } from "../src/network/signal.ts";
import { simulate, type SimulateOptions } from "../src/run/simulate.ts";
import type { Chunk } from "../src/run/chunk.ts";
import { degC, Hz, MOhm, ms, mV, nA, nF, ohm_cm, one, perCell, S_per_cm2, uF_per_cm2, um } from "../src/units.ts";

export const DT = 0.025;
export const [G, E, AREA] = [1e-4, -65, Math.PI * 20 * 20]; // S/cm2, mV, um2
export const RS = [0.01, 50, 2000]; // MOhm

/** A passive cylinder as long as wide, or with its compartments cut into a large tree. */
export const passive = (nseg: number): CellModel => ({
  sections: [{ name: "soma", L: um(20 * nseg), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1), nseg }],
  insertions: [{ sections: ["soma"], mechanism: pas, params: { g: S_per_cm2(G), E: mV(E) } }],
  detector: { section: "soma", threshold: mV(0) },
  V0: mV(E),
  celsius: degC(6.3),
});

export const commands = [-40, -80, -100];
export const signals = [
  drive.steps({ times: [ms(5), ms(10)], values: [nA(0.02), nA(-0.01)] }),
  drive.constant(nA(0.01)),
  drive.sinusoid({ amplitude: nA(0.02), frequency: Hz(100) }),
];

/** A gate that goes where a parameter says. */
const following = channel({
  name: "following",
  doc: "A test's",
  params: { to: param(one(0), "where m goes"), tau: param(ms(3), "its time constant") },
  states: { m: { inf: "to", tau: "tau", init: "0" } },
  currents: {},
});
export const toward = drive.steps({ times: [ms(0), ms(5), ms(12)], values: [one(0), one(0.5), one(0.2)] });

/** Currents, voltages and parameters, each of three cells with its own signal. */
export function clamped(nseg: number): Network {
  const net = new Network({ seed: 1 });
  const current = net.cells("current", 3, passive(nseg));
  net.clamp(current, signals);
  const voltage = net.cells("voltage", 3, passive(nseg));
  net.voltageClamp(voltage, commands.map((v) => mV(v)), { resistance: perCell(MOhm, RS), delay: ms(1), duration: ms(15), name: "vc" });
  const neurons = net.cells("neurons", iafDelta({ n: 3, params: { E_L: mV(-70), V_reset: mV(-70), tau_m: ms(20), C_m: nF(0.2) }, initial: { V: mV(-70) } }));
  net.play(neurons, "V_th", [mV(-50), mV(-60), drive.steps({ times: [ms(0), ms(10)], values: [mV(-50), mV(-80)] })]);
  net.clamp(neurons, nA(0.5));
  const played = net.cells("played", 3, { ...passive(nseg), insertions: [...(passive(nseg).insertions ?? []), { sections: ["soma"], mechanism: following }] });
  net.play(played, "pas.E", drive.ramps({ times: [ms(0), ms(20)], values: [mV(E), mV(-45)] }), { gain: { values: [1, 1.1, 0.9], unit: "1" } });
  net.play(played, "following.to", toward, { gain: { values: [1, 2, 3], unit: "1" } });
  net.record(played, "V", { every: ms(DT) });
  net.record(played, "soma.following.m", { every: ms(DT) });
  for (const cells of [current, voltage, neurons]) net.record(cells, "V", { every: ms(DT) });
  net.record(voltage, "vc.i", { every: ms(DT) });
  return net;
} // prettier-ignore

export async function run(net: Network, options: Omit<SimulateOptions, "dt">): Promise<Chunk> {
  const sim = await simulate(net, { dt: ms(DT), ...options });
  try {
    for await (const chunk of sim.run(ms(20), { chunk: ms(20) })) return chunk;
    throw new Error("no chunk");
  } finally {
    await sim.close();
  }
}
