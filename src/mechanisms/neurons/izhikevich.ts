import { mV, mV_per_ms, per_ms } from "../../units.ts";
import { param } from "../mechanism.ts";
import { neuron } from "../neuron.ts";

export default neuron({
  name: "izhikevich",
  doc: `Quadratic neuron with recovery, in the form of 2003, by explicit Euler steps of dt.
Source: Izhikevich (2003), IEEE Trans. Neural Netw. 14:1569-1572.`,
  params: {
    a: param(per_ms(0.02), "rate of recovery"),
    b: param(per_ms(0.2), "sensitivity of recovery to the voltage"),
    c: param(mV(-65), "voltage after a spike"),
    d: param(mV_per_ms(8), "jump of recovery after a spike"),
    V_peak: param(mV(30), "voltage of a spike"),
    I_e: param(mV_per_ms(0), "constant input"),
  },
  states: {
    // 0.04 V^2 + 5 V + 140 as a square: its terms do not cancel, so float32 keeps five digits more
    V: { d: "0.04 * (V + 62.5)^2 - 16.25 - u + I_e + I", unit: "mV", init: "c" },
    u: { d: "a * (b * V - u)", unit: "mV/ms", init: "b * V" },
  },
  ports: { jump: { unit: "mV", doc: "jump of the voltage", onEvent: { V: "weight" } } },
  inputs: { I: { unit: "mV/ms", doc: "input as the paper has it" } },
  spike: "V > V_peak",
  reset: { V: "c", u: "u + d" },
  method: "euler",
});
