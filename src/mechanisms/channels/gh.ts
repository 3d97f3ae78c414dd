import { channel, param, type Channel } from "../mechanism.ts";
import { mV, S_per_cm2 } from "../../units.ts";

/** The hyperpolarisation-activated current with another half activation (mV) or time constant (ms). Both are literals, not
 * parameters, because the published rate table holds one curve for all cells. */
export const gh = (half = -77, tau = 30): Channel =>
  channel({
    name: "gh",
    doc: `Hyperpolarisation-activated mixed cation current of the Powers2017 motor neuron; half activation -77 mV, 30 ms.
Source: Powers & Heckman (2017), J. Neurophysiol. 117:1171-1184, as used by MyoGen, rate table included.`,
    params: {
      ghbar: param(S_per_cm2(3e-5), "maximal conductance density", { min: 0 }),
      E_h: param(mV(-41), "reversal potential"),
    },
    states: { n: { inf: `1 / (1 + exp((V - (${half})) / 8))`, tau: String(tau) } },
    currents: { h: { g: "ghbar * n", E: "E_h" } },
    table: { from: mV(-100), to: mV(100), intervals: 200, of: ["n"] },
  });

export default gh();
