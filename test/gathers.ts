import { allToAll, fixedProbability, list } from "../src/connect/rules.ts";
import { channel, param } from "../src/mechanisms/mechanism.ts";
import iafCondExp from "../src/mechanisms/neurons/iaf_cond_exp.ts";
import { neuron } from "../src/mechanisms/neuron.ts";
import { Network } from "../src/network/network.ts";
import { drive } from "../src/network/signal.ts";
import { ms, mV, nA, nS, one, uS } from "../src/units.ts";
import { passive } from "./clamps.ts";

/** Sums what it is given, exactly. */
export const reader = neuron({
  name: "reader",
  doc: "Keeps the last value of its input.",
  params: {},
  states: { z: { next: "x / 1", unit: "1", init: "0" } },
  ports: {},
  inputs: { x: { unit: "mV", doc: "what it reads" } },
  spike: "z > 1e9",
  reset: {},
});

/** Rises and falls with the voltage of the cell that releases it. */
export const transmitter = channel({
  name: "transmitter",
  doc: "Opens where it arrives. Source: this test.",
  params: { half: param(mV(-60), "voltage of half the release") },
  states: { s: { alpha: "0.5 / (1 + exp(-(V - half) / 5))", beta: "0.1" } },
  currents: {},
});

/** Point neurons with gap junctions among themselves, read out by others; cells with graded synapses onto them, some of them with a state. */
export function gathering(loops = true): Network {
  const net = new Network({ seed: 3 });
  const neurons = net.cells("neurons", iafCondExp({ n: 6, params: { t_ref: ms(2) } }));
  const model = passive(3);
  const released = { sections: ["soma"], mechanism: transmitter, as: "out" };
  const cells = net.cells("cells", 4, { ...model, insertions: [...(model.insertions ?? []), released] });
  const readers = net.cells("readers", reader({ n: 2 }));
  net.clamp(neurons, nA(0.4), { gain: { values: [1, 0.9, 0.8, 0.5, 0, 1.1], unit: "1" } });
  net.clamp(cells, drive.sinusoid({ amplitude: nA(0.05), frequency: { value: 100, unit: "Hz" } }), { gain: { values: [1, 0.7, 1.2, 0.5], unit: "1" } });
  if (loops) net.gapJunctions(neurons, neurons, fixedProbability(0.5), { conductance: (s, t) => nS(1 + s + t) });
  net.gather(cells, neurons, allToAll(), { weight: uS(1e-4), value: "(E - V) / (1 + exp(-(V_pre - half) / slope))", params: { E: mV(-20), half: mV(-60), slope: mV(5) }, name: "graded" });
  net.gather(cells, neurons, allToAll(), { weight: uS(2e-4), value: "out_s_pre * (E - V)", params: { E: mV(-80) }, name: "released" });
  if (loops) net.gather(cells, cells, list([[0, 1], [1, 0]]), { weight: uS(1e-3), value: "s_pre * (-80 - V)", from: { section: "soma", at: 0.1 }, name: "mutual" });
  net.gather(neurons, readers, list([[0, 0], [1, 0], [5, 0], [5, 1]]), { weight: (s, t) => one(1 + s + 10 * t), value: "V_pre", name: "out" });
  const mutual = loops ? [[cells, "mutual.i"] as const] : [];
  for (const [p, v] of [...mutual, [neurons, "V"], [neurons, "graded.i"], [neurons, "released.i"], [cells, "V"], [cells, "soma.out.s"], [cells, "soma(0.1).out.s"], [readers, "z"], [readers, "out.i"]] as const) net.record(p, v, { every: ms(0.1) });
  return net;
} // prettier-ignore
