import { param, synapse } from "../mechanism.ts";
import { mM, ms, mV } from "../../units.ts";

export default synapse({
  name: "nmda",
  doc: `NMDA conductance with two exponentials under an instantaneous magnesium block; without block one event of weight w peaks at w (uS).
Source: Jahr & Stevens (1990), J. Neurosci. 10:3178-3182, for the block. A tau_rise above 0.9999 tau_decay counts as 0.9999 tau_decay.`,
  params: {
    tau_rise: param(ms(2), "rise time constant", { min: 1e-3 }),
    tau_decay: param(ms(80), "decay time constant", { min: 1e-3 }),
    e: param(mV(0), "reversal potential"),
    mg: param(mM(1), "extracellular magnesium", { min: 0 }),
  },
  let: {
    rise: "min(tau_rise, 0.9999 * tau_decay)",
    tp: "rise * tau_decay / (tau_decay - rise) * log(tau_decay / rise)",
    f: "1 / (exp(-tp / tau_decay) - exp(-tp / rise))",
    open: "1 / (1 + exp(-0.062 * V) * mg / 3.57)",
  },
  states: { A: { tau: "rise" }, B: { tau: "tau_decay" } },
  onEvent: { A: "w * f", B: "w * f" },
  g: "(B - A) * open",
  E: "e",
});
