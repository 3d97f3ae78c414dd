import { ms, mV, nA, nF, uS } from "../../units.ts";
import { param } from "../mechanism.ts";
import { neuron } from "../neuron.ts";

export default neuron({
  name: "adex_alpha",
  doc: `Adaptive exponential integrate-and-fire neuron with conductances of alpha shape: an event of weight w peaks at w after its time constant.
Only the leak is the linear part, the exponential is held over a step.
Source: Brette & Gerstner (2005), J. Neurophysiol. 94:3637-3642.`,
  params: {
    C_m: param(nF(0.281), "membrane capacitance", { min: 1e-9 }),
    g_L: param(uS(0.03), "leak conductance", { min: 1e-12 }),
    E_L: param(mV(-70.6), "leak reversal potential"),
    V_T: param(mV(-50.4), "threshold of the exponential"),
    Delta_T: param(mV(2), "slope of the exponential", { min: 1e-3 }),
    tau_w: param(ms(144), "time constant of adaptation", { min: 1e-3 }),
    a: param(uS(0.004), "adaptation below threshold"),
    b: param(nA(0.0805), "adaptation after a spike"),
    V_peak: param(mV(0), "voltage of a spike"),
    V_reset: param(mV(-70.6), "voltage after a spike"),
    t_ref: param(ms(0), "refractory time", { min: 0 }),
    E_ex: param(mV(0), "excitatory reversal potential"),
    E_in: param(mV(-80), "inhibitory reversal potential"),
    tau_ex: param(ms(5), "time to peak of excitation", { min: 1e-3 }),
    tau_in: param(ms(10), "time to peak of inhibition", { min: 1e-3 }),
    I_e: param(nA(0), "constant current"),
  },
  let: { synaptic: "g_ex * (E_ex - V) + g_in * (E_in - V)" },
  states: {
    V: {
      d: "(g_L * (E_L - V) + g_L * Delta_T * exp((V - V_T) / Delta_T) + synaptic + I_e + I - w) / C_m",
      tau: "C_m / g_L", unit: "mV", init: "E_L",
    },
    w: { inf: "a * (V - E_L)", tau: "tau_w", unit: "nA", init: "0" },
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
  spike: "V > V_peak",
  reset: { V: "V_reset", w: "w + b" },
  refractory: "t_ref",
}); // prettier-ignore
