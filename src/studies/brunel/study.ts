import { z } from "zod";
import { chunkLength, group, real, whole } from "../schema.ts";
import type { NetworkStudy } from "../study.ts";

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

/** The four states of figure 8 of the paper. */
const REGIMES = new Map([
  ["SR", { g: 3, eta: 2 }], // synchronous regular
  ["SI-fast", { g: 6, eta: 4 }], // synchronous irregular, fast oscillation
  ["AI", { g: 5, eta: 2 }], // asynchronous irregular
  ["SI-slow", { g: 4.5, eta: 0.9 }], // synchronous irregular, slow oscillation
]);

/** Brunel (2000), J. Comput. Neurosci. 8:183-208, model A. */
export const brunel: NetworkStudy<typeof settings> = {
  name: "brunel",
  title: "12,500 integrate-and-fire neurons with delta synapses (Brunel 2000); presets are its four regimes",
  settings,
  presets: REGIMES,
  defaultSeed: 1,
  build: async (s, given) => (await import("./build.ts")).buildBrunel(s, given),
};
