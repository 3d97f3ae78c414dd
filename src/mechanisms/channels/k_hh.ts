import { channel, param } from "../mechanism.ts";
import { S_per_cm2 } from "../../units.ts";

export default channel({
  name: "k_hh",
  doc: `Delayed-rectifier K+ of the squid axon at 6.3 degC; ek is -77 mV there.
Source: Hodgkin & Huxley (1952), J. Physiol. 117:500-544, shifted to rest at -65 mV.`,
  params: { g_max: param(S_per_cm2(0.036), "maximal conductance density", { min: 0 }) },
  states: { n: { alpha: "0.01 * 10 / exprel(-(V + 55) / 10)", beta: "0.125 * exp(-(V + 65) / 80)" } },
  currents: { k: { g: "g_max * n^4", E: "ek", ion: "k" } },
});
