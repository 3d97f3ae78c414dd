import { channel, param } from "../mechanism.ts";
import { ms, mV, S_per_cm2 } from "../../units.ts";

export default channel({
  name: "kdrRL",
  doc: `Delayed-rectifier K+ of the Powers2017 motor neuron.
Source: Powers & Heckman (2017), J. Neurophysiol. 117:1171-1184, as used by MyoGen.`,
  params: {
    gMax: param(S_per_cm2(0.015), "maximal conductance density", { min: 0 }),
    mVh: param(mV(-21), "half activation"),
    tmin: param(ms(0.8), "smallest time constant", { min: 1e-3 }),
    taumax: param(ms(20), "four times what the time constant gains at its largest", { min: 0 }),
  },
  let: { b: "exp((V + 39) / 5.5)" },
  // b / (1 + b)^2 written so that no square overflows single precision
  states: { m: { inf: "1 / (1 + exp(-(V - mVh) / 20))", tau: "tmin + taumax / (b + 2 + 1 / b)" } },
  currents: { k: { g: "gMax * m^4", E: "ek", ion: "k" } },
});
