import { ms } from "../../units.ts";
import { param } from "../mechanism.ts";
import { neuron, type NeuronState } from "../neuron.ts";
import adexType from "./adex.ts";

const adex = adexType.mechanism;
const { V, w } = adex.states as Readonly<Record<"V" | "w", NeuronState>>;

export default neuron({
  ...adex,
  name: "adex_alpha",
  doc: `Adaptive exponential integrate-and-fire neuron with conductances of alpha shape: an event of weight w peaks at w after its time constant.
Only the leak is the linear part, the exponential is held over a step.
Source: Brette & Gerstner (2005), J. Neurophysiol. 94:3637-3642.`,
  params: {
    ...adex.params,
    tau_ex: param(ms(5), "time to peak of excitation", { min: 1e-3 }),
    tau_in: param(ms(10), "time to peak of inhibition", { min: 1e-3 }),
  },
  states: {
    V,
    w,
    g_ex: { next: "exp(-dt / tau_ex) * (g_ex + a_ex * dt / tau_ex)", unit: "uS", init: "0" },
    a_ex: { inf: "0", tau: "tau_ex", unit: "uS", init: "0" },
    g_in: { next: "exp(-dt / tau_in) * (g_in + a_in * dt / tau_in)", unit: "uS", init: "0" },
    a_in: { inf: "0", tau: "tau_in", unit: "uS", init: "0" },
  },
  ports: {
    excitatory: { unit: "uS", doc: "excitatory conductance", onEvent: { a_ex: "weight * exp(1)" } },
    inhibitory: { unit: "uS", doc: "inhibitory conductance", onEvent: { a_in: "weight * exp(1)" } },
  },
});
