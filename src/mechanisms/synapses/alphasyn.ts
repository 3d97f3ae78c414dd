import { param, synapse } from "../mechanism.ts";
import { ms, mV } from "../../units.ts";

export default synapse({
  name: "alphasyn",
  doc: `Conductance of alpha shape: one event of weight w gives w (t/tau) exp(1 - t/tau), which peaks at w (uS) after tau.
Source: Rall (1967), J. Neurophysiol. 30:1138-1168; the step is the exact solution of g' = (a - g)/tau, a' = -a/tau.`,
  params: {
    tau: param(ms(2), "time to peak", { min: 1e-3 }),
    e: param(mV(0), "reversal potential"),
  },
  states: {
    g: { next: "exp(-dt / tau) * (g + a * dt / tau)", init: "0" },
    a: { tau: "tau" },
  },
  onEvent: { a: "w * exp(1)" },
  g: "g",
  E: "e",
});
