import { channel, param } from "../mechanism.ts";
import { mV, pS_per_um2 } from "../../units.ts";

export default channel({
  name: "km",
  doc: `Slow (M-type) K+ of the cortical column. The temperature factor scales rates and conductance alike.
Source: Jones et al. (2009), J. Neurophysiol. 102:3554-3572, as run by HNN-core, rate table included.`,
  params: { gbar: param(pS_per_um2(200), "maximal conductance density, before the temperature factor", { min: 0 }) },
  let: { tadj: "2.3^((celsius - 53.7) / 10)" },
  states: { n: { alpha: "tadj * 0.001 * 9 / exprel(-(V + 30) / 9)", beta: "tadj * 0.001 * 9 / exprel((V + 30) / 9)" } },
  currents: { k: { g: "tadj * gbar * n", E: "ek", ion: "k" } },
  table: { from: mV(-120), to: mV(100), intervals: 199 },
});
