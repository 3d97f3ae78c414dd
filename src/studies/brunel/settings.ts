import { z } from "zod";
import { chunkLength, group, real, whole } from "../schema.ts";

export const settings = z.strictObject({
  cells: group({
    excitatory: whole(10000, "excitatory neurons", { min: 2 }),
    inhibitory: whole(2500, "inhibitory neurons", { min: 2 }),
  }),
  probability: real(0.1, "", "links of a neuron as a fraction of each population: a fixed number of different sources", { above: 0, max: 1 }),
  J: real(0.1, "mV", "jump of the voltage at an excitatory spike", { above: 0 }),
  g: real(5, "", "inhibitory over excitatory jump", { min: 0 }),
  eta: real(2, "", "external rate over the rate that reaches the threshold without feedback", { min: 0 }),
  delay: real(1.5, "ms", "of every link", { above: 0 }),
  neuron: group({
    tau: real(20, "ms", "membrane time constant", { above: 0 }),
    threshold: real(20, "mV", "threshold", { above: 0 }),
    reset: real(10, "mV", "voltage after a spike"),
    refractory: real(2, "ms", "refractory time", { min: 0 }),
  }),
  from: real(0.2, "s", "where statistics begin", { min: 0 }),
  pairs: whole(100, "neurons whose correlations and raster are shown", { min: 2, max: 2000 }),
  duration: real(1.2, "s", "simulated time", { above: 0 }),
  dt: real(0.1, "ms", "time step", { above: 0, max: 1 }),
  chunk: chunkLength(1.2, "s"),
}); // prettier-ignore
export type BrunelSettings = z.output<typeof settings>;
