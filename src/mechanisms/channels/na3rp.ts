import { channel, param } from "../mechanism.ts";
import { mV, one, S_per_cm2 } from "../../units.ts";

export default channel({
  name: "na3rp",
  doc: `Fast Na+ with slow inactivation, of the Powers2017 motor neuron; rates scale with 2^((celsius - 24) / 10).
Source: Powers & Heckman (2017), J. Neurophysiol. 117:1171-1184, as used by MyoGen.`,
  params: {
    gbar: param(S_per_cm2(0.01), "maximal conductance density", { min: 0 }),
    sh: param(mV(1), "shift of m and h along the voltage axis"),
    ar: param(one(1), "fraction without slow inactivation: 1 means none", { min: 0, max: 1 }),
    thinf: param(mV(-50), "half inactivation, before the shift"),
    qinf: param(mV(8), "slope of the steady state of h", { min: 1e-3 }),
  },
  let: {
    qt: "2^((celsius - 24) / 10)",
    am: "0.4 * 7.2 / exprel(-(V + 30 - sh) / 7.2)",
    bm: "0.124 * 7.2 / exprel((V + 30 - sh) / 7.2)",
    ah: "0.03 * 1.5 / exprel(-(V + 45 - sh) / 1.5)",
    bh: "0.01 * 1.5 / exprel((V + 45 - sh) / 1.5)",
    alpha_s: "0.001 * exp((-85 - V) / 30)",
    beta_s: "0.0034 / (exp((-17 - V) / 10) + 1)",
    c: "alpha_s / (alpha_s + beta_s)",
  },
  states: {
    m: { inf: "am / (am + bm)", tau: "max(1 / ((am + bm) * qt), 0.02)" },
    h: { inf: "1 / (1 + exp((V - thinf - sh) / qinf))", tau: "max(1 / ((ah + bh) * qt), 0.5)" },
    s: { inf: "c + ar * (1 - c)", tau: "1 / (alpha_s + beta_s)" },
  },
  currents: { na: { g: "gbar * m^3 * h * s", E: "ena", ion: "na" } },
});
