import { param, synapse } from "../mechanism.ts";
import { ms } from "../../units.ts";

export default synapse({
  name: "expisyn",
  doc: `Current that jumps by the weight w (nA; depolarising where positive) and decays with tau, whatever the voltage.
Source: Burkitt (2006), Biol. Cybern. 95:1-19, exponential synaptic currents.`,
  params: { tau: param(ms(2), "decay time constant", { min: 1e-3 }) },
  states: { s: { tau: "tau" } },
  onEvent: { s: "w" },
  weight: "nA",
  i: "-s",
});
