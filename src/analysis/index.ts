/** Pure functions on spike trains and sampled signals, as `hillock/analysis`. */
export * from "./composite.ts";
export * from "./correlation.ts";
export * from "./cycle.ts";
export * from "./dipole.ts";
export * from "./extracellular.ts";
export * from "./fft.ts";
export * from "./force.ts";
export { binOf } from "./grid.ts";
export * from "./intervals.ts";
export * from "./morlet.ts";
export * from "./rates.ts";
export * from "./recruitment.ts";
export * from "./spectrum.ts";
export * from "./spikes.ts";
export * from "./stats.ts";
export * from "./summary.ts";
