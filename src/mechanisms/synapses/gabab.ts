import { param, synapse } from "../mechanism.ts";
import { mM, ms, mV, one, per_ms, uS } from "../../units.ts";

export default synapse({
  name: "gabab",
  doc: `GABA-B conductance through a G protein. An event opens a pulse of transmitter of length Cdur, or restarts it; its weight is not
used, but must be above 0. K1 multiplies the transmitter's concentration.
Source: Destexhe & Sejnowski (1995), Proc. Natl. Acad. Sci. USA 92:9515-9519.`,
  params: {
    Cmax: param(mM(0.5), "transmitter during a pulse", { min: 0 }),
    Cdur: param(ms(0.3), "length of a pulse", { min: 0 }),
    K1: param(one(0.52), "binding rate, 1/(ms mM)", { min: 0 }),
    K2: param(per_ms(0.0013), "unbinding rate", { min: 1e-9 }),
    K3: param(per_ms(0.098), "rate of G-protein production", { min: 0 }),
    K4: param(per_ms(0.033), "rate of G-protein decay", { min: 1e-9 }),
    KD: param(one(100), "dissociation constant of the channel, power 4", { min: 1e-9 }),
    gmax: param(uS(0.05), "conductance with all channels open", { min: 0 }),
    e: param(mV(-95), "reversal potential"),
  },
  states: {
    R: { alpha: "K1 * select(left > 0.5 * dt, Cmax, 0) / 1", beta: "K2", init: "0", unit: "1" },
    S: { inf: "K3 / K4 * R", tau: "1 / K4", init: "0", unit: "1" },
    left: { next: "max(0, left - dt)", init: "0", unit: "ms" },
  },
  onEvent: { left: { set: "Cdur" } },
  g: "gmax * S^4 / (S^4 + KD)",
  E: "e",
});
