import { ms, one } from "../../units.ts";
import { param } from "../mechanism.ts";
import { plasticity } from "../plasticity.ts";

export default plasticity({
  name: "tsodyks_markram",
  doc: `Short-term depression and facilitation: u, the fraction of the resources x that a spike releases, jumps first.
Source: Tsodyks, Pawelzik & Markram (1998), Neural Comput. 10:821-835.`,
  side: "pre",
  params: {
    U: param(one(0.5), "fraction of u that a spike adds; the first release", { min: 0, max: 1 }),
    tau_d: param(ms(800), "recovery time constant of the resources", { min: 0 }),
    tau_f: param(ms(0), "decay time constant of u; 0: no facilitation", { min: 0 }),
  },
  states: {
    u: { inf: "0", tau: "tau_f", init: "0" },
    x: { inf: "1", tau: "tau_d", init: "1" },
    release: { init: "0" },
  },
  onPre: { u: "u + U * (1 - u)", release: "u * x", x: "x - release" },
  transmit: "release",
  largest: "1",
});
