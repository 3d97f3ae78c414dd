import { channel, param } from "../mechanism.ts";
import { mV, pS_per_um2 } from "../../units.ts";

export default channel({
  name: "ca",
  doc: `High-voltage-activated Ca2+ of the cortical column. The temperature factor scales rates and conductance alike.
Source: Jones et al. (2009), J. Neurophysiol. 102:3554-3572, as run by HNN-core, rate table included.`,
  params: { gbar: param(pS_per_um2(60), "maximal conductance density, before the temperature factor", { min: 0 }) },
  let: { tadj: "2.3^((celsius - 53.7) / 10)" },
  states: {
    m: { alpha: "tadj * 0.055 * 3.8 / exprel((-27 - V) / 3.8)", beta: "tadj * 0.94 * exp((-75 - V) / 17)" },
    h: { alpha: "tadj * 0.000457 * exp((-13 - V) / 50)", beta: "tadj * 0.0065 / (exp((-V - 15) / 28) + 1)" },
  },
  currents: { ca: { g: "tadj * gbar * m^2 * h", E: "eca", ion: "ca" } },
  table: { from: mV(-120), to: mV(100), intervals: 199 },
});
