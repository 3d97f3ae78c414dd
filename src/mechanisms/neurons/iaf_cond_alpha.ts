import { ms, mV, nA, nF, uS } from "../../units.ts";
import { param } from "../mechanism.ts";
import { neuron } from "../neuron.ts";

export default neuron({
  name: "iaf_cond_alpha",
  doc: `Leaky integrate-and-fire neuron with conductances of alpha shape: an event of weight w peaks at w after its time constant.
Source: Rall (1967), J. Neurophysiol. 30:1138-1168 (the alpha function); conductances advance exactly, the voltage by exponential Euler.`,
  params: {
    C_m: param(nF(0.25), "membrane capacitance", { min: 1e-9 }),
    g_L: param(uS(0.0166667), "leak conductance", { min: 1e-12 }),
    E_L: param(mV(-70), "leak reversal potential"),
    V_th: param(mV(-55), "threshold"),
    V_reset: param(mV(-60), "voltage after a spike"),
    t_ref: param(ms(2), "refractory time", { min: 0 }),
    E_ex: param(mV(0), "excitatory reversal potential"),
    E_in: param(mV(-85), "inhibitory reversal potential"),
    tau_ex: param(ms(0.2), "time to peak of excitation", { min: 1e-3 }),
    tau_in: param(ms(2), "time to peak of inhibition", { min: 1e-3 }),
    I_e: param(nA(0), "constant current"),
  },
  let: { G: "g_L + g_ex + g_in" },
  states: {
    V: { inf: "(g_L * E_L + g_ex * E_ex + g_in * E_in + I_e + I) / G", tau: "C_m / G", unit: "mV", init: "E_L" },
    g_ex: { next: "exp(-dt / tau_ex) * (g_ex + a_ex * dt / tau_ex)", unit: "uS", init: "0" },
    a_ex: { inf: "0", tau: "tau_ex", unit: "uS", init: "0" },
    g_in: { next: "exp(-dt / tau_in) * (g_in + a_in * dt / tau_in)", unit: "uS", init: "0" },
    a_in: { inf: "0", tau: "tau_in", unit: "uS", init: "0" },
  },
  ports: {
    excitatory: { unit: "uS", doc: "excitatory conductance", onEvent: { a_ex: "weight * exp(1)" } },
    inhibitory: { unit: "uS", doc: "inhibitory conductance", onEvent: { a_in: "weight * exp(1)" } },
  },
  inputs: { I: { unit: "nA", doc: "injected current" } },
  spike: "V > V_th",
  reset: { V: "V_reset" },
  refractory: "t_ref",
});
