import { ms, mV, nA, nF, uS } from "../../units.ts";
import { param } from "../mechanism.ts";
import { neuron } from "../neuron.ts";

export default neuron({
  name: "hh_cond_exp_traub",
  doc: `Hodgkin-Huxley point neuron with two conductances that jump and decay; a spike is the first step above V_th after one not above.
Gates stand half a step behind the voltage (m at n is m of n - 1/2), which makes a step of second order in dt.
Source: Traub & Miles (1991), Neuronal Networks of the Hippocampus, as in benchmark 3 of Brette et al. (2007), J. Comput. Neurosci. 23:349-398.`,
  params: {
    C_m: param(nF(0.2), "membrane capacitance", { min: 1e-9 }),
    g_L: param(uS(0.01), "leak conductance", { min: 1e-12 }),
    g_Na: param(uS(20), "maximal Na+ conductance", { min: 0 }),
    g_K: param(uS(6), "maximal K+ conductance", { min: 0 }),
    E_L: param(mV(-65), "leak reversal potential"),
    E_Na: param(mV(50), "Na+ reversal potential"),
    E_K: param(mV(-90), "K+ reversal potential"),
    V_T: param(mV(-63), "where the rates' voltages count from: moves the threshold"),
    V_th: param(mV(-20), "voltage of a spike, crossed upwards"),
    E_ex: param(mV(0), "excitatory reversal potential"),
    E_in: param(mV(-80), "inhibitory reversal potential"),
    tau_ex: param(ms(5), "decay time constant of excitation", { min: 1e-3 }),
    tau_in: param(ms(10), "decay time constant of inhibition", { min: 1e-3 }),
    I_e: param(nA(0), "constant current"),
  },
  functions: {
    am: { of: ["v"], is: "1.28 / exprel((13 - v) / 4)" },
    bm: { of: ["v"], is: "1.4 / exprel((v - 40) / 5)" },
    ah: { of: ["v"], is: "0.128 * exp((17 - v) / 18)" },
    bh: { of: ["v"], is: "4 / (exp((40 - v) / 5) + 1)" },
    an: { of: ["v"], is: "0.16 / exprel((15 - v) / 5)" },
    bn: { of: ["v"], is: "0.5 * exp((10 - v) / 40)" },
  },
  let: {
    na: "g_Na * m^3 * h",
    k: "g_K * n^4",
    ex: "g_ex * exp(-dt / 2 / tau_ex)",
    inh: "g_in * exp(-dt / 2 / tau_in)",
    G: "g_L + na + k + ex + inh",
    rest: "(g_L * E_L + na * E_Na + k * E_K + ex * E_ex + inh * E_in + I_e + I) / G",
    v: "V + (rest - V) * (1 - exp(-dt * G / C_m)) - V_T",
  },
  states: {
    V: { inf: "rest", tau: "C_m / G", unit: "mV", init: "E_L" },
    m: { alpha: "am(v)", beta: "bm(v)", unit: "1", init: "am(V - V_T) / (am(V - V_T) + bm(V - V_T))" },
    h: { alpha: "ah(v)", beta: "bh(v)", unit: "1", init: "ah(V - V_T) / (ah(V - V_T) + bh(V - V_T))" },
    n: { alpha: "an(v)", beta: "bn(v)", unit: "1", init: "an(V - V_T) / (an(V - V_T) + bn(V - V_T))" },
    armed: { next: "select(V > V_th, 0, 1)", unit: "1", init: "1" },
    g_ex: { inf: "0", tau: "tau_ex", unit: "uS", init: "0" },
    g_in: { inf: "0", tau: "tau_in", unit: "uS", init: "0" },
  },
  ports: {
    excitatory: { unit: "uS", doc: "excitatory conductance", onEvent: { g_ex: "weight" } },
    inhibitory: { unit: "uS", doc: "inhibitory conductance", onEvent: { g_in: "weight" } },
  },
  inputs: { I: { unit: "nA", doc: "injected current" } },
  spike: "armed * (V - V_th) > 0",
  reset: {},
});
