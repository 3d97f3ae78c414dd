import { channel, param } from "../mechanism.ts";
import { mV, S_per_cm2 } from "../../units.ts";

export default channel({
  name: "ar",
  doc: `Anomalous rectifier of the cortical column; m starts at 0.25 whatever the voltage. No temperature dependence.
Source: Jones et al. (2009), J. Neurophysiol. 102:3554-3572, as run by HNN-core, rate table included.`,
  params: {
    gbar: param(S_per_cm2(1e-6), "maximal conductance density", { min: 0 }),
    E_h: param(mV(-35), "reversal potential"),
  },
  states: {
    m: {
      inf: "1 / (1 + exp((V + 75) / 5.5))",
      tau: "1 / (exp(-14.6 - 0.086 * V) + exp(-1.87 + 0.07 * V))",
      init: "0.25",
    },
  },
  currents: { h: { g: "gbar * m", E: "E_h" } },
  table: { from: mV(-120), to: mV(40), intervals: 641 },
});
