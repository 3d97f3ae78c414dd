import { channel, param } from "../mechanism.ts";
import { mV, one, S_per_cm2 } from "../../units.ts";

export default channel({
  name: "naps",
  doc: `Persistent Na+ with slow inactivation, of the Powers2017 motor neuron.
Source: Powers & Heckman (2017), J. Neurophysiol. 117:1171-1184, as used by MyoGen.`,
  params: {
    gbar: param(S_per_cm2(2.6e-5), "maximal conductance density", { min: 0 }),
    sh: param(mV(5), "shift of m along the voltage axis"),
    ar: param(one(1), "fraction without slow inactivation: 1 means none", { min: 0, max: 1 }),
    slope: param(mV(5), "slope of the steady state of m", { min: 1e-3 }),
    asvh: param(mV(-90), "reference potential of the opening rate of s"),
    bsvh: param(mV(-22), "half potential of the closing rate of s"),
  },
  let: {
    alpha_s: "0.001 * exp((asvh - V) / 30)",
    beta_s: "0.0034 / (exp((bsvh - V) / 10) + 1)",
    c: "alpha_s / (alpha_s + beta_s)",
  },
  states: {
    m: { inf: "1 / (1 + exp(-(V + 52.3 - sh) / slope))", tau: "1" },
    s: { inf: "c + ar * (1 - c)", tau: "1 / (alpha_s + beta_s)" },
  },
  currents: { na: { g: "gbar * m * s", E: "ena", ion: "na" } },
});
