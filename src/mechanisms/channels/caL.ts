import { channel, param } from "../mechanism.ts";
import { ms, mV, one, S_per_cm2 } from "../../units.ts";

export default channel({
  name: "caL",
  doc: `Dendrite of the NERLab motor neuron: L-type Ca2+ that does not inactivate, scaled by neuromodulation, and leak.
Source: NERLab model as used by MyoGen. The activation's slope factor is 1 mV.`,
  params: {
    gcaLbar: param(S_per_cm2(6.2e-6), "maximal Ca2+ conductance density, before gamma", { min: 0 }),
    gamma: param(one(0.2), "neuromodulation: the fraction of gcaLbar that is available", { min: 0, live: true }),
    vtraub: param(mV(34), "30 mV above the potential of half activation"),
    Ltau: param(ms(47), "time constant of the gate", { min: 1e-3 }),
    gl: param(S_per_cm2(7.69231e-5), "leak conductance density", { min: 0 }),
    E_ca: param(mV(140), "Ca2+ reversal potential"),
    E_l: param(mV(0), "leak reversal potential"),
  },
  states: { L: { inf: "1 / (1 + exp(-(V - vtraub + 30) / 1))", tau: "Ltau" } },
  currents: {
    ca: { g: "gcaLbar * gamma * L", E: "E_ca" },
    leak: { g: "gl", E: "E_l" },
  },
});
