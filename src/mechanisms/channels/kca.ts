import { channel, param } from "../mechanism.ts";
import { pS_per_um2 } from "../../units.ts";

export default channel({
  name: "kca",
  doc: `Ca2+-activated K+ of the cortical column; reads the calcium pool (cai, mM) and not the voltage. It advances
after the pool and sees its new value. The temperature factor scales rates and conductance alike.
Source: Jones et al. (2009), J. Neurophysiol. 102:3554-3572, as run by HNN-core.`,
  params: { gbar: param(pS_per_um2(2e-4), "maximal conductance density, before the temperature factor", { min: 0 }) },
  let: { tadj: "2.3^((celsius - 53.7) / 10)" },
  states: { n: { alpha: "tadj * 0.01 * cai", beta: "tadj * 0.02" } },
  currents: { k: { g: "tadj * gbar * n", E: "ek", ion: "k" } },
});
