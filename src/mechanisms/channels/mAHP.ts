import { channel, param } from "../mechanism.ts";
import { ms, mV, S_per_cm2 } from "../../units.ts";

export default channel({
  name: "mAHP",
  doc: `Medium afterhyperpolarisation of the Powers2017 motor neuron: a Ca2+ current, the calcium it brings into a shell of
0.1 um, and the K+ conductance that this calcium opens. Of one step: calcium first, from the last evaluated current; then n,
which sees the new calcium; then mca.
Source: Powers & Heckman (2017), J. Neurophysiol. 117:1171-1184, as used by MyoGen.`,
  params: {
    gcamax: param(S_per_cm2(6.4e-6), "maximal Ca2+ conductance density", { min: 0 }),
    gkcamax: param(S_per_cm2(4.5e-4), "maximal Ca2+-activated K+ conductance density", { min: 0 }),
    tau: param(ms(90), "time constant of calcium removal", { min: 1e-3 }),
    mvhalfca: param(mV(-22), "half activation of the Ca2+ current"),
    mtauca: param(ms(2), "time constant of the Ca2+ current", { min: 1e-3 }),
  },
  states: {
    // mM; 1e4 converts mA/cm2 over 2 F (96485.3321 C/mol) times 0.1 um to mM/ms
    cai: { inf: "1e-4 + tau * max(0, -1e4 * i_ca / (2 * 96485.3321 * 0.1))", tau: "tau", init: "1e-4" },
    n: { alpha: "0.1 * (1000 * (cai - 1e-4))^2", beta: "0.1" },
    mca: { inf: "1 / (1 + exp(-(V - mvhalfca) / 4))", tau: "mtauca" },
  },
  currents: {
    ca: { g: "gcamax * mca", E: "eca", ion: "ca" },
    k: { g: "gkcamax * n", E: "ek", ion: "k" },
  },
});
