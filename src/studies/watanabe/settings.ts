import { z } from "zod";
import { chunkLength, group, optional, real, whole } from "../schema.ts";

/** The pool and its inputs. */
export const POOL = {
  cells: group({
    motorNeurons: whole(800, "alpha motor neurons", { min: 2 }),
    descending: whole(400, "descending sources, shared", { min: 1 }),
    independent: whole(800, "independent sources, one for each motor neuron", { min: 1 }),
  }),
  thresholds: group({
    range: real(100, "", "largest recruitment threshold over the smallest", { above: 1 }),
    slope: real(10, "", "how steeply small thresholds rise", { above: 0 }),
  }),
  gamma: real(0.2, "", "neuromodulation of the dendritic calcium current", { min: 0 }),
  V0: real(-65, "mV", "where all compartments start: where the published runner really does", { min: -150, max: 50 }),
  probability: real(0.3, "", "that a descending source reaches a motor neuron", { min: 0, max: 1 }),
  weight: group({
    descending: real(0.1, "uS", "of a descending source's synapse", { min: 0 }),
    independent: real(0.05, "uS", "of an independent source's synapse", { min: 0 }),
  }),
  delay: real(1, "ms", "of every synapse", { min: 0 }),
  latency: real(1, "ms", "between a source's draw and its spike", { min: 0 }),
  independent: group({
    mean: real(125, "Hz", "rate of an independent source", { min: 0 }),
    sd: real(5, "Hz", "of that rate, from step to step", { min: 0 }),
  }),
};

/** The three phases and how they are run. */
export const PHASES = {
  phase: real(5, "s", "length of each of the three phases", { above: 0 }),
  duration: optional("s", "simulated time; left out: the three phases", { above: 0 }),
  dt: real(0.025, "ms", "time step", { above: 0, max: 1 }),
  record: group({
    every: real(0.1, "ms", "between samples of the potentials", { above: 0 }),
    cells: whole(5, "potentials of every so many motor neurons", { min: 1 }),
  }),
  chunk: chunkLength(5, "s"),
};

export const settings = z.strictObject({
  ...POOL,
  drive: group({
    constant: real(65, "Hz", "rate of a descending source in phases 1 and 2", { min: 0 }),
    dc: real(58, "Hz", "offset of the matched drive, phase 3"),
    amplitude: real(20, "Hz", "of the modulation in phases 2 and 3", { min: 0 }),
    frequency: real(20, "Hz", "of the modulation", { min: 0 }),
    silence: real(1, "s", "before the first phase's drive", { min: 0 }),
  }),
  ...PHASES,
});
export type WatanabeSettings = z.output<typeof settings>;
