import { channel, param } from "../mechanism.ts";
import { mV, one, S_per_cm2 } from "../../units.ts";

export default channel({
  name: "wang_buzsaki",
  doc: `Na+ with instantaneous activation, delayed-rectifier K+ and leak of a fast-spiking hippocampal interneuron.
Source: Wang & Buzsaki (1996), J. Neurosci. 16:6402-6413. Under strong excitation the slope of the instantaneous activation
outweighs the capacitance over a step of 0.025 ms: take 0.01 ms, or currents.na with slope: "conductance".`,
  params: {
    gna: param(S_per_cm2(0.035), "maximal Na+ conductance density", { min: 0 }),
    gk: param(S_per_cm2(0.009), "maximal K+ conductance density", { min: 0 }),
    gl: param(S_per_cm2(1e-4), "leak conductance density", { min: 0 }),
    ENa: param(mV(55), "Na+ reversal potential"),
    EK: param(mV(-90), "K+ reversal potential"),
    el: param(mV(-65), "leak reversal potential"),
    phi: param(one(5), "factor on the rates of h and n", { min: 0 }),
  },
  let: {
    am: "1 / exprel(-(V + 35) / 10)",
    bm: "4 * exp(-(V + 60) / 18)",
    m: "am / (am + bm)",
  },
  states: {
    h: { alpha: "phi * 0.07 * exp(-(V + 58) / 20)", beta: "phi / (exp(-0.1 * (V + 28)) + 1)" },
    n: { alpha: "phi * 0.1 / exprel(-(V + 34) / 10)", beta: "phi * 0.125 * exp(-(V + 44) / 80)" },
  },
  currents: {
    na: { g: "gna * m^3 * h", E: "ENa", ion: "na" },
    k: { g: "gk * n^4", E: "EK", ion: "k" },
    leak: { g: "gl", E: "el" },
  },
});
