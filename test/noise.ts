import pas from "../src/mechanisms/channels/pas.ts";
import { channel, param } from "../src/mechanisms/mechanism.ts";
import { neuron } from "../src/mechanisms/neuron.ts";
import type { CellModel } from "../src/network/cell.ts";
import { Network } from "../src/network/network.ts";
import { degC, mA_per_cm2, ms, mV, ohm_cm, uF_per_cm2, um } from "../src/units.ts";

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

export const noisyCell = (n: number, nseg = 1): CellModel => ({
  n,
  sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1), nseg }],
  insertions: [{ sections: ["soma"], mechanism: pas }, { sections: ["soma"], mechanism: fluctuating }],
  detector: { section: "soma", threshold: mV(0) },
  V0: mV(-70),
  celsius: degC(6.3),
}); // prettier-ignore

export function noisy(seeds: readonly number[] = [5]): Network {
  const net = new Network({ seed: seeds[0]! });
  const cells = net.cells("neurons", drawn({ n: 20 }));
  const membranes = net.cells("membranes", noisyCell(7, 3));
  if (seeds.length > 1) net.vary("seed", seeds);
  for (const variable of ["W", "V", "both"]) net.record(cells, variable, { every: ms(1) });
  net.record(membranes, "V", { every: ms(1) });
  return net;
}
