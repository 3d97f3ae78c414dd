import pas from "../src/mechanisms/channels/pas.ts";
import { channel, param, synapse } from "../src/mechanisms/mechanism.ts";
import { neuron } from "../src/mechanisms/neuron.ts";
import type { CellModel } from "../src/network/cell.ts";
import { Network } from "../src/network/network.ts";
import { degC, mA_per_cm2, ms, mV, ohm_cm, uF_per_cm2, um, uS } from "../src/units.ts";

/** The draws themselves: white noise of 1 per root of ms over steps of 1 ms. */
export const drawn = neuron({
  name: "drawn",
  doc: "Sums of normal numbers.",
  params: { tau: param(ms(4), "correlation time") },
  let: { both: "noise(1, tau) + noise(2, 2 * tau)" },
  states: { W: { d: "white(1)", unit: "1", init: "0" }, V: { next: "both", unit: "1", init: "0" } },
  ports: {},
  spike: "W > 1e6",
  reset: {},
  method: "euler",
});

export const fluctuating = channel({
  name: "fluctuating",
  doc: "A current of coloured and white noise.",
  params: { sd: param(mA_per_cm2(1e-3), "of the coloured one"), tau: param(ms(5), "its correlation time"), s: param(mA_per_cm2(2e-3), "of the white one, times the root of 1 ms") },
  states: {},
  currents: { fluctuation: { i: "noise(sd, tau) + white(s) * 1" } },
}); // prettier-ignore

/** Draws of a step, and a coloured current of a receptor. */
export const dice = channel({
  name: "dice",
  doc: "A state that is a normal number, and one that sums even ones.",
  params: {},
  states: { x: { next: "draw_normal(1)", init: "0" }, y: { next: "y + draw_uniform(2)", init: "0" } },
  currents: {},
});

export const murmur = synapse({
  name: "murmur",
  doc: "A conductance that is coloured noise, and jumps of its own.",
  params: { sd: param(uS(1e-5), "of the noise"), tau: param(ms(5), "its correlation time") },
  states: { g: { tau: "3 * tau" }, z: { next: "z", init: "0" } },
  receive: { g: "g + w", z: "z + draw_uniform(1)" },
  onEvent: {},
  g: "g + noise(sd, tau)",
  E: "0",
});

/** @param Ra  ohm cm; compartments that nothing joins are on their own */
export const noisyCell = (n: number, nseg = 1, Ra = 100): CellModel & Required<Pick<CellModel, "insertions">> => ({
  n,
  sections: [{ name: "soma", L: um(20 * Math.max(1, nseg / 3)), diam: um(20), Ra: ohm_cm(Ra), cm: uF_per_cm2(1), nseg }],
  insertions: [{ sections: ["soma"], mechanism: pas }, { sections: ["soma"], mechanism: fluctuating }],
  detector: { section: "soma", threshold: mV(0) },
  V0: mV(-70),
  celsius: degC(6.3),
}); // prettier-ignore

/** What is recorded of the tree. */
export const TREE = ["V", "soma(0.1).dice.x", "soma(0.9).dice.y", "r.g"] as const;

export function noisy(seeds: readonly number[] = [5]): Network {
  const net = new Network({ seed: seeds[0]! });
  const cells = net.cells("neurons", drawn({ n: 20 }));
  const membranes = net.cells("membranes", noisyCell(7, 3));
  if (seeds.length > 1) net.vary("seed", seeds);
  // a large tree, whose compartments are joined loosely: in float32 an elimination loses 6e-8 times axial over own conductance, 56 here, of what a step changes
  const trees = net.cells("trees", {
    ...noisyCell(4, 11, 1e4),
    insertions: [...noisyCell(1).insertions, { sections: ["soma"], mechanism: dice }],
    receptors: [{ name: "r", synapse: murmur, section: "soma" }],
  });
  for (const variable of TREE) net.record(trees, variable, { every: ms(1) });
  for (const variable of ["W", "V", "both"]) net.record(cells, variable, { every: ms(1) });
  net.record(membranes, "V", { every: ms(1) });
  return net;
}
