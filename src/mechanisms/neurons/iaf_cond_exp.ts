import { ms, mV, nA, nF, uS } from "../../units.ts";
import { param } from "../mechanism.ts";
import { neuron } from "../neuron.ts";

export default neuron({
  name: "iaf_cond_exp",
  doc: `Leaky integrate-and-fire neuron with two conductances that jump and decay.
Source: Vogels & Abbott (2005), J. Neurosci. 25:10786-10795; exponential Euler with the conductances of the step.`,
  params: {
    C_m: param(nF(0.2), "membrane capacitance", { min: 1e-9 }),
    g_L: param(uS(0.01), "leak conductance", { min: 1e-12 }),
    E_L: param(mV(-60), "leak reversal potential"),
    V_th: param(mV(-50), "threshold"),
    V_reset: param(mV(-60), "voltage after a spike"),
    t_ref: param(ms(5), "refractory time", { min: 0 }),
    E_ex: param(mV(0), "excitatory reversal potential"),
    E_in: param(mV(-80), "inhibitory reversal potential"),
    tau_ex: param(ms(5), "decay time constant of excitation", { min: 1e-3 }),
    tau_in: param(ms(10), "decay time constant of inhibition", { min: 1e-3 }),
    I_e: param(nA(0), "constant current"),
  },
  let: { G: "g_L + g_ex + g_in" },
  states: {
    V: { inf: "(g_L * E_L + g_ex * E_ex + g_in * E_in + I_e + I) / G", tau: "C_m / G", unit: "mV", init: "E_L" },
    g_ex: { inf: "0", tau: "tau_ex", unit: "uS", init: "0" },
    g_in: { inf: "0", tau: "tau_in", unit: "uS", init: "0" },
  },
  ports: {
    excitatory: { unit: "uS", doc: "excitatory conductance", onEvent: { g_ex: "weight" } },
    inhibitory: { unit: "uS", doc: "inhibitory conductance", onEvent: { g_in: "weight" } },
  },
  inputs: { I: { unit: "nA", doc: "injected current" } },
  spike: "V > V_th",
  reset: { V: "V_reset" },
  refractory: "t_ref",
});
