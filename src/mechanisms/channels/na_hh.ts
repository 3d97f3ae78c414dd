import { channel, param } from "../mechanism.ts";
import { S_per_cm2 } from "../../units.ts";

export default channel({
  name: "na_hh",
  doc: `Na+ of the squid axon at 6.3 degC; ena is 50 mV there.
Source: Hodgkin & Huxley (1952), J. Physiol. 117:500-544, shifted to rest at -65 mV.`,
  params: { g_max: param(S_per_cm2(0.12), "maximal conductance density", { min: 0 }) },
  states: {
    m: { alpha: "0.1 * 10 / exprel(-(V + 40) / 10)", beta: "4 * exp(-(V + 65) / 18)" },
    h: { alpha: "0.07 * exp(-(V + 65) / 20)", beta: "1 / (exp(-(V + 35) / 10) + 1)" },
  },
  currents: { na: { g: "g_max * m^3 * h", E: "ena", ion: "na" } },
});
