import { channel, param } from "../mechanism.ts";
import { mV, S_per_cm2 } from "../../units.ts";

export default channel({
  name: "cat",
  doc: `Low-voltage-activated (T-type) Ca2+ of the cortical column. Its reversal is a constant and its current does not reach
the calcium pool; m starts at 0 whatever the voltage. No temperature dependence.
Source: Jones et al. (2009), J. Neurophysiol. 102:3554-3572, as run by HNN-core, rate table included.`,
  params: {
    gbar: param(S_per_cm2(2e-4), "maximal conductance density", { min: 0 }),
    E_ca: param(mV(125), "reversal potential"),
  },
  states: {
    m: {
      inf: "1 / (1 + exp((-V - 56) / 6.2))",
      tau: "0.204 + 0.333 / (exp((V + 15.8) / 18.2) + exp((-V - 131) / 16.7))",
      init: "0",
    },
    h: {
      inf: "1 / (1 + exp((V + 80) / 4))",
      tau: "select(V < -81, 0.333 * exp((V + 466) / 66.6), 9.32 + 0.333 * exp((-V - 21) / 10.5))",
    },
  },
  currents: { ca: { g: "gbar * m^2 * h", E: "E_ca" } },
  table: { from: mV(-120), to: mV(40), intervals: 641 },
});
