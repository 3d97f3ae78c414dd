import { ms, mV, nA, nF, per_mV } from "../../units.ts";
import { param } from "../mechanism.ts";
import { neuron } from "../neuron.ts";

export default neuron({
  name: "qif",
  doc: `Quadratic integrate-and-fire neuron by midpoint steps.
Source: Latham, Richmond, Nelson & Nirenberg (2000), J. Neurophysiol. 83:808-827.`,
  params: {
    C_m: param(nF(0.2), "membrane capacitance: currents act as tau_m / C_m times the current", { min: 1e-9 }),
    tau_m: param(ms(20), "membrane time constant", { min: 1e-3 }),
    V_rest: param(mV(-65), "resting voltage"),
    V_t: param(mV(-50), "voltage above which it escapes"),
    curvature: param(per_mV(1 / 15), "1 / (V_t - V_rest) keeps the slope at rest that of a leak"),
    V_peak: param(mV(20), "voltage of a spike"),
    V_reset: param(mV(-80), "voltage after a spike"),
    t_ref: param(ms(0), "refractory time", { min: 0 }),
    I_e: param(nA(0), "constant current"),
  },
  states: {
    V: {
      d: "(curvature * (V - V_rest) * (V - V_t) + tau_m / C_m * (I_e + I)) / tau_m", unit: "mV", init: "V_rest",
    },
  },
  ports: { jump: { unit: "mV", doc: "jump of the voltage", onEvent: { V: "weight" } } },
  inputs: { I: { unit: "nA", doc: "injected current" } },
  spike: "V > V_peak",
  reset: { V: "V_reset" },
  refractory: "t_ref",
  method: "midpoint",
}); // prettier-ignore
