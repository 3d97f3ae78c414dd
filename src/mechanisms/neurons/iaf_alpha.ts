import { ms, mV, nA, nF, uS } from "../../units.ts";
import { param } from "../mechanism.ts";
import { neuron } from "../neuron.ts";

export default neuron({
  name: "iaf_alpha",
  doc: `Leaky integrate-and-fire neuron with two currents of alpha shape, advanced exactly: an event of weight w peaks at w after its time constant.
Source: Rotter & Diesmann (1999), Biol. Cybern. 81:381-402 (exact integration).`,
  params: {
    C_m: param(nF(0.25), "membrane capacitance", { min: 1e-9 }),
    g_L: param(uS(0.025), "leak conductance", { min: 1e-12 }),
    E_L: param(mV(-70), "leak reversal potential"),
    V_th: param(mV(-55), "threshold"),
    V_reset: param(mV(-70), "voltage after a spike"),
    t_ref: param(ms(2), "refractory time", { min: 0 }),
    tau_ex: param(ms(2), "time to peak of excitation", { min: 1e-3 }),
    tau_in: param(ms(2), "time to peak of inhibition", { min: 1e-3 }),
    I_e: param(nA(0), "constant current"),
  },
  states: {
    a_ex: { d: "-a_ex / tau_ex", unit: "nA", init: "0" },
    I_ex: { d: "(a_ex - I_ex) / tau_ex", unit: "nA", init: "0" },
    a_in: { d: "-a_in / tau_in", unit: "nA", init: "0" },
    I_in: { d: "(a_in - I_in) / tau_in", unit: "nA", init: "0" },
    V: { d: "(g_L * (E_L - V) + I_ex + I_in + I_e + I) / C_m", unit: "mV", init: "E_L" },
  },
  ports: {
    excitatory: { unit: "nA", doc: "excitatory current", onEvent: { a_ex: "weight * exp(1)" } },
    inhibitory: { unit: "nA", doc: "inhibitory current: weights below 0", onEvent: { a_in: "weight * exp(1)" } },
  },
  inputs: { I: { unit: "nA", doc: "injected current" } },
  spike: "V > V_th",
  reset: { V: "V_reset" },
  refractory: "t_ref",
  method: "exact",
});
