import { channel, param } from "../mechanism.ts";
import { ms, mV, one, S_per_cm2 } from "../../units.ts";

export default channel({
  name: "L_Ca_inact",
  doc: `Dendritic L-type Ca2+ with slow inactivation, of the Powers2017 motor neuron, scaled by neuromodulation.
Source: Powers & Heckman (2017), J. Neurophysiol. 117:1171-1184, as used by MyoGen. Its reversal is a constant, not eca.`,
  params: {
    gcabar: param(S_per_cm2(8.5e-5), "maximal conductance density, before gamma", { min: 0 }),
    gamma: param(one(0.2), "neuromodulation: the fraction of gcabar that is available", { min: 0, live: true }),
    theta_m: param(mV(-42), "half activation"),
    theta_h: param(mV(10), "half inactivation"),
    kappa_m: param(mV(-6), "slope of activation, negative", { max: -1e-3 }),
    kappa_h: param(mV(5), "slope of inactivation", { min: 1e-3 }),
    tau_m: param(ms(40), "time constant of activation", { min: 1e-3 }),
    tau_h: param(ms(2500), "time constant of inactivation", { min: 1e-3 }),
    E_L: param(mV(80), "reversal potential"),
  },
  states: {
    m: { inf: "1 / (1 + exp((V - theta_m) / kappa_m))", tau: "tau_m" },
    h: { inf: "1 / (1 + exp((V - theta_h) / kappa_h))", tau: "tau_h" },
  },
  currents: { caL: { g: "gcabar * gamma * m * h", E: "E_L" } },
});
