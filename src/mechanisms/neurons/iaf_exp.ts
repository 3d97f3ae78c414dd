import { ms, mV, nA, nF, uS } from "../../units.ts";
import { param } from "../mechanism.ts";
import { neuron } from "../neuron.ts";

export default neuron({
  name: "iaf_exp",
  doc: `Leaky integrate-and-fire neuron with two currents that jump and decay, advanced exactly.
Source: Rotter & Diesmann (1999), Biol. Cybern. 81:381-402 (exact integration).`,
  params: {
    C_m: param(nF(0.25), "membrane capacitance", { min: 1e-9 }),
    g_L: param(uS(0.025), "leak conductance", { min: 1e-12 }),
    E_L: param(mV(-65), "leak reversal potential"),
    V_th: param(mV(-50), "threshold"),
    V_reset: param(mV(-65), "voltage after a spike"),
    t_ref: param(ms(2), "refractory time", { min: 0 }),
    tau_ex: param(ms(0.5), "decay time constant of excitation", { min: 1e-3 }),
    tau_in: param(ms(0.5), "decay time constant of inhibition", { min: 1e-3 }),
    I_e: param(nA(0), "constant current"),
  },
  states: {
    I_ex: { d: "-I_ex / tau_ex", unit: "nA", init: "0" },
    I_in: { d: "-I_in / tau_in", unit: "nA", init: "0" },
    V: { d: "(g_L * (E_L - V) + I_ex + I_in + I_e + I) / C_m", unit: "mV", init: "E_L" },
  },
  ports: {
    excitatory: { unit: "nA", doc: "excitatory current", onEvent: { I_ex: "weight" } },
    inhibitory: { unit: "nA", doc: "inhibitory current: weights below 0", onEvent: { I_in: "weight" } },
  },
  inputs: { I: { unit: "nA", doc: "injected current" } },
  spike: "V > V_th",
  reset: { V: "V_reset" },
  refractory: "t_ref",
  method: "exact",
});
