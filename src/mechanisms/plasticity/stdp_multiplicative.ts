import { ms, one } from "../../units.ts";
import { param } from "../mechanism.ts";
import { plasticity, weightParam } from "../plasticity.ts";

export default plasticity({
  name: "stdp_multiplicative",
  doc: `Spike-timing dependent plasticity whose steps shrink towards the bounds: potentiation with what is missing to w_max, depression
with the weight; every pair of spikes counts.
Source: Rubin, Lee & Sompolinsky (2001), Phys. Rev. Lett. 86:364-367.`,
  side: "link",
  params: {
    A_plus: param(one(0.005), "largest potentiation, as a fraction of w_max - w", { min: 0, max: 1 }),
    A_minus: param(one(0.00525), "largest depression, as a fraction of w", { min: 0, max: 1 }),
    tau_plus: param(ms(20), "time constant of potentiation", { min: 1e-6 }),
    tau_minus: param(ms(20), "time constant of depression", { min: 1e-6 }),
    w_max: weightParam("largest weight", { min: 0 }),
  },
  traces: { x: { of: "pre", tau: "tau_plus" }, y: { of: "post", tau: "tau_minus" } },
  onPre: { w: "max(0, w - A_minus * w * y)" },
  onPost: { w: "min(w_max, w + A_plus * (w_max - w) * x)" },
  largest: "w_max",
});
