import { allToAll, fixedProbability, list } from "../src/connect/rules.ts";
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

/** Point neurons with gap junctions among themselves, read out by others; cells with graded synapses onto them. */
export function gathering(loops = true): Network {
  const net = new Network({ seed: 3 });
  const neurons = net.cells("neurons", iafCondExp({ n: 6, params: { t_ref: ms(2) } }));
  const cells = net.cells("cells", 4, passive(3));
  const readers = net.cells("readers", reader({ n: 2 }));
  net.clamp(neurons, nA(0.4), { gain: { values: [1, 0.9, 0.8, 0.5, 0, 1.1], unit: "1" } });
  net.clamp(cells, drive.sinusoid({ amplitude: nA(0.05), frequency: { value: 100, unit: "Hz" } }));
  if (loops) net.gapJunctions(neurons, neurons, fixedProbability(0.5), { conductance: (s, t) => nS(1 + s + t) });
  net.gather(cells, neurons, allToAll(), { weight: uS(1e-4), value: "(E - V) / (1 + exp(-(V_pre - half) / slope))", params: { E: mV(-20), half: mV(-60), slope: mV(5) }, name: "graded" });
  net.gather(neurons, readers, list([[0, 0], [1, 0], [5, 0], [5, 1]]), { weight: (s, t) => one(1 + s + 10 * t), value: "V_pre", name: "out" });
  for (const [p, v] of [[neurons, "V"], [neurons, "graded.i"], [cells, "V"], [readers, "z"], [readers, "out.i"]] as const) net.record(p, v, { every: ms(0.1) });
  return net;
} // prettier-ignore
