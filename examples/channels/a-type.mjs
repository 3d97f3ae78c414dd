// A transient (A-type) potassium channel in NERLab's frame, where rest is near 0 mV. Adding a channel is adding a file.
import { mS_per_cm2, mV, ms } from "hillock";
import { channel, param } from "hillock/mechanisms";

export default channel({
  name: "k_a",
  doc: "Transient K+, opening near rest and inactivating within tens of ms; made up for this example.",
  params: {
    g_max: param(mS_per_cm2(1), "maximal conductance density", { min: 0 }),
    half_a: param(mV(12), "half activation"),
    half_b: param(mV(4), "half inactivation"),
    tau_b: param(ms(30), "time constant of inactivation", { min: 0.1 }),
  },
  states: {
    a: { inf: "1 / (1 + exp(-(V - half_a) / 5))", tau: "1" },
    b: { inf: "1 / (1 + exp((V - half_b) / 4))", tau: "tau_b" },
  },
  currents: { k: { g: "g_max * a^3 * b", E: "-10" } }, // this model's K+ reversal
});
