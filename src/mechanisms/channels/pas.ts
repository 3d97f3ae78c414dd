import { channel, param } from "../mechanism.ts";
import { mV, S_per_cm2 } from "../../units.ts";

export default channel({
  name: "pas",
  doc: `Passive leak, g * (V - E).
Source: Ohm's law; the usual defaults of NEURON's mechanism of this name.`,
  params: {
    g: param(S_per_cm2(0.001), "leak conductance density", { min: 0 }),
    E: param(mV(-70), "leak reversal potential"),
  },
  states: {},
  currents: { leak: { g: "g", E: "E" } },
});
