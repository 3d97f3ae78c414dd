import { ms, one } from "../../units.ts";
import { param } from "../mechanism.ts";
import { plasticity, weightParam } from "../plasticity.ts";

export default plasticity({
  name: "stdp_additive",
  doc: `Spike-timing dependent plasticity whose steps do not depend on the weight, between hard bounds; every pair of spikes counts.
Source: Song, Miller & Abbott (2000), Nature Neurosci. 3:919-926.`,
  side: "link",
  params: {
    A_plus: param(one(0.005), "largest potentiation, as a fraction of w_max", { min: 0 }),
    A_minus: param(one(0.00525), "largest depression, as a fraction of w_max", { min: 0 }),
    tau_plus: param(ms(20), "time constant of potentiation", { min: 1e-6 }),
    tau_minus: param(ms(20), "time constant of depression", { min: 1e-6 }),
    w_max: weightParam("largest weight", { min: 0 }),
  },
  traces: { x: { of: "pre", tau: "tau_plus" }, y: { of: "post", tau: "tau_minus" } },
  onPre: { w: "max(0, w - A_minus * w_max * y)" },
  onPost: { w: "min(w_max, w + A_plus * w_max * x)" },
  largest: "w_max",
});
