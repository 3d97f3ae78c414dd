import { channel, param } from "../src/mechanisms/mechanism.ts";
import pas from "../src/mechanisms/channels/pas.ts";
import type { CellModel, Insertion } from "../src/network/cell.ts";
import { Network } from "../src/network/network.ts";
import { degC, ms, mV, nA, ohm_cm, S_per_cm2, uF_per_cm2, um } from "../src/units.ts";

/** A gate that opens with the voltage, and a current of its own. */
export const leading = channel({
  name: "leading",
  doc: "Is read by others. Source: this test.",
  params: { g_max: param(S_per_cm2(2e-4), "conductance") },
  states: { n: { inf: "1 / (1 + exp(-(V + 55) / 5))", tau: "3" } },
  currents: { k: { g: "g_max * n", E: "-80" } },
});

/** A gate that follows another's gate and current, and opens a current with it. */
export const following = channel({
  name: "following",
  doc: "Reads what stands beside it. Source: this test.",
  params: { g_max: param(S_per_cm2(3e-4), "conductance") },
  states: {
    x: { inf: "leading_n", tau: "5", init: "0" },
    q: { d: "100 * i_leading_k - q / 10", init: "0" },
  },
  currents: { leak: { g: "g_max * x * leading_n * q", E: "-90" } },
});

export const inserted: readonly Insertion[] = [following, leading].map((mechanism) => ({ sections: ["soma"], mechanism })); // prettier-ignore

export const beside = (nseg: number, insertions: readonly Insertion[] = inserted): CellModel => ({
  sections: [{ name: "soma", L: um(20 * nseg), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1), nseg }],
  insertions: [{ sections: ["soma"], mechanism: pas, params: { g: S_per_cm2(1e-4), E: mV(-65) } }, ...insertions],
  detector: { section: "soma", threshold: mV(0) },
  V0: mV(-65),
  celsius: degC(6.3),
});

export const RECORDED = ["V", "soma.leading.n", "soma.leading.i_k", "soma.following.x", "soma.following.q"] as const;

/** Cells of one compartment, or of many, under a current. */
export function readingOthers(nseg: number): Network {
  const net = new Network({ seed: 1 });
  const cells = net.cells("cells", 2, beside(nseg));
  for (let k = 0; k < nseg; k++) net.clamp(cells, nA(0.04), { at: (k + 0.5) / nseg, gain: { values: [1, 1.5], unit: "1" }, name: `clamp${k}` }); // prettier-ignore
  for (const variable of RECORDED) net.record(cells, variable, { every: ms(0.1) });
  return net;
}
