import { ms, one } from "../../units.ts";
import { param } from "../mechanism.ts";
import { plasticity, weightParam } from "../plasticity.ts";

export default plasticity({
  name: "triplet",
  doc: `Triplet rule, all spikes count: potentiation grows with the target's rate. Defaults: visual cortex, full model.
Source: Pfister & Gerstner (2006), J. Neurosci. 26:9673-9682, table 3.`,
  side: "link",
  params: {
    A2_plus: param(one(5e-10), "potentiation by pairs, as a fraction of w_max", { min: 0 }),
    A3_plus: param(one(6.2e-3), "potentiation by triplets, as a fraction of w_max", { min: 0 }),
    A2_minus: param(one(7e-3), "depression by pairs, as a fraction of w_max", { min: 0 }),
    A3_minus: param(one(2.3e-4), "depression by triplets, as a fraction of w_max", { min: 0 }),
    tau_plus: param(ms(16.8), "time constant of the source's fast trace", { min: 1e-6 }),
    tau_minus: param(ms(33.7), "time constant of the target's fast trace", { min: 1e-6 }),
    tau_x: param(ms(101), "time constant of the source's slow trace", { min: 1e-6 }),
    tau_y: param(ms(125), "time constant of the target's slow trace", { min: 1e-6 }),
    w_max: weightParam("largest weight", { min: 0 }),
  },
  traces: {
    r1: { of: "pre", tau: "tau_plus" },
    r2: { of: "pre", tau: "tau_x" },
    o1: { of: "post", tau: "tau_minus" },
    o2: { of: "post", tau: "tau_y" },
  },
  onPre: { w: "min(w_max, max(0, w - w_max * o1 * (A2_minus + A3_minus * r2)))" },
  onPost: { w: "min(w_max, max(0, w + w_max * r1 * (A2_plus + A3_plus * o2)))" },
  largest: "w_max",
});
