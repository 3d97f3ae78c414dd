import { param, synapse } from "../mechanism.ts";
import { ms, mV } from "../../units.ts";

export default synapse({
  name: "exp2syn",
  doc: `Conductance that rises with tau1 and decays with tau2; its peak after one event of weight w is w (uS).
Source: the two-exponential synapse of NEURON. A tau1 above 0.9999 tau2 counts as 0.9999 tau2.`,
  params: {
    tau1: param(ms(0.2), "rise time constant", { min: 1e-3 }),
    tau2: param(ms(0.3), "decay time constant", { min: 1e-3 }),
    e: param(mV(0), "reversal potential"),
  },
  let: {
    rise: "min(tau1, 0.9999 * tau2)",
    tp: "rise * tau2 / (tau2 - rise) * log(tau2 / rise)",
    f: "1 / (exp(-tp / tau2) - exp(-tp / rise))",
  },
  states: { A: { tau: "rise" }, B: { tau: "tau2" } },
  onEvent: { A: "w * f", B: "w * f" },
  g: "B - A",
  E: "e",
});
