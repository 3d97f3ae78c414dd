import { ms, mV, nA, nF } from "../../units.ts";
import { param } from "../mechanism.ts";
import { neuron } from "../neuron.ts";

export default neuron({
  name: "iaf_delta",
  doc: `Leaky integrate-and-fire neuron whose voltage jumps by the weight of an event, advanced exactly. Jumps in refractory steps are lost.
Source: Brunel (2000), J. Comput. Neurosci. 8:183-208.`,
  params: {
    C_m: param(nF(0.2), "membrane capacitance: tau_m / C_m turns currents into slopes", { min: 1e-9 }),
    tau_m: param(ms(20), "membrane time constant", { min: 1e-3 }),
    E_L: param(mV(0), "resting voltage"),
    V_th: param(mV(20), "threshold"),
    V_reset: param(mV(10), "voltage after a spike"),
    t_ref: param(ms(2), "refractory time", { min: 0 }),
    I_e: param(nA(0), "constant current"),
  },
  states: { V: { inf: "E_L + tau_m / C_m * (I_e + I)", tau: "tau_m", unit: "mV", init: "E_L" } },
  ports: { jump: { unit: "mV", doc: "jump of the voltage", onEvent: { V: "weight" } } },
  inputs: { I: { unit: "nA", doc: "injected current" } },
  spike: "V > V_th",
  reset: { V: "V_reset" },
  refractory: "t_ref",
});
