import { param, synapse } from "../mechanism.ts";
import { ms, mV } from "../../units.ts";

export default synapse({
  name: "expsyn",
  doc: `Conductance that jumps by the weight w (uS) and decays with tau.
Source: Destexhe, Mainen & Sejnowski (1994), J. Comput. Neurosci. 1:195-230, for instantaneous rise.`,
  params: {
    tau: param(ms(2), "decay time constant", { min: 1e-3 }),
    e: param(mV(0), "reversal potential"),
  },
  states: { g: { tau: "tau" } },
  onEvent: { g: "w" },
  g: "g",
  E: "e",
});
