import { channel, param } from "../mechanism.ts";
import { mV, S_per_cm2 } from "../../units.ts";

export default channel({
  name: "hh2",
  doc: `Fast Na+, delayed-rectifier K+ and leak of the cortical column; rates scale with 3^((celsius - 37) / 10).
Source: Jones et al. (2009), J. Neurophysiol. 102:3554-3572, as run by HNN-core, rate table included.`,
  params: {
    gnabar: param(S_per_cm2(0.12), "maximal Na+ conductance density", { min: 0 }),
    gkbar: param(S_per_cm2(0.036), "maximal K+ conductance density", { min: 0 }),
    gl: param(S_per_cm2(3e-4), "leak conductance density", { min: 0 }),
    el: param(mV(-54.3), "leak reversal potential"),
  },
  let: { q: "3^((celsius - 37) / 10)" },
  states: {
    m: { alpha: "q * 0.1 * 10 / exprel(-(V + 40) / 10)", beta: "q * 4 * exp(-(V + 65) / 18)" },
    h: { alpha: "q * 0.07 * exp(-(V + 65) / 20)", beta: "q / (exp(-(V + 35) / 10) + 1)" },
    n: { alpha: "q * 0.01 * 10 / exprel(-(V + 55) / 10)", beta: "q * 0.125 * exp(-(V + 65) / 80)" },
  },
  currents: {
    na: { g: "gnabar * m^3 * h", E: "ena", ion: "na" },
    k: { g: "gkbar * n^4", E: "ek", ion: "k" },
    leak: { g: "gl", E: "el" },
  },
  table: { from: mV(-100), to: mV(100), intervals: 200 },
});
