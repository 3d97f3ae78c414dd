import { z } from "zod";
import { chunkLength, group, real, whole } from "../schema.ts";

export const settings = z.strictObject({
  scale: group({
    neurons: real(0.1, "", "neurons as a fraction of the published ones", { above: 0, max: 1 }),
    links: real(0.1, "", "links onto each neuron as a fraction of the published ones; weights grow by 1 / sqrt, a current replaces the mean of the rest", { above: 0, max: 1 }),
  }),
  weight: group({
    mean: real(87.8, "pA", "jump of the current at an excitatory spike", { above: 0, max: 1e6 }),
    spread: real(0.1, "", "standard deviation over mean of a weight", { min: 0 }),
    g: real(4, "", "inhibitory over excitatory weight", { min: 0, max: 1e4 }),
    L4E_to_L23E: real(2, "", "weights from L4E to L23E over the others", { min: 0, max: 1e4 }),
  }),
  delay: group({
    excitatory: real(1.5, "ms", "mean delay of excitatory links, external ones too", { above: 0 }),
    inhibitory: real(0.75, "ms", "mean delay of inhibitory links", { above: 0 }),
    spread: real(0.5, "", "standard deviation over mean of a delay", { min: 0 }),
    min: real(0.1, "ms", "shorter delays are drawn again", { above: 0 }),
  }),
  background: real(8, "Hz", "rate of each external link", { min: 0 }),
  neuron: group({
    C_m: real(250, "pF", "membrane capacitance", { above: 0 }),
    tau_m: real(10, "ms", "membrane time constant", { above: 0 }),
    tau_syn: real(0.5, "ms", "decay of the synaptic currents", { above: 0 }),
    t_ref: real(2, "ms", "refractory time", { min: 0 }),
    E_L: real(-65, "mV", "resting potential, and voltage after a spike"),
    V_th: real(-50, "mV", "threshold"),
  }),
  start: group({
    mean: real(-58, "mV", "mean of the first voltages"),
    sd: real(10, "mV", "their standard deviation", { min: 0 }),
  }),
  from: real(0.2, "s", "where statistics begin", { min: 0 }),
  pairs: whole(100, "neurons of each population whose pairs are correlated", { min: 2, max: 2000 }),
  shown: whole(400, "neurons in the raster, shared between populations by their size", { min: 8 }),
  duration: real(1.2, "s", "simulated time", { above: 0 }),
  dt: real(0.1, "ms", "time step", { above: 0, max: 1 }),
  chunk: chunkLength(1.2, "s"),
}); // prettier-ignore
export type MicrocircuitSettings = z.output<typeof settings>;
