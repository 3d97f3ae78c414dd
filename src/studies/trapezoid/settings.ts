import { z } from "zod";
import { chunkLength, group, oneOf, real, whole, yesOrNo } from "../schema.ts";

export const MODELS = ["NERLab", "Powers2017"] as const;

export const settings = z.strictObject({
  model: oneOf(MODELS, "motor neuron model"),
  cells: group({
    motorNeurons: whole(100, "motor neurons", { min: 2 }),
    descending: whole(100, "descending sources", { min: 1 }),
  }),
  thresholds: group({
    range: real(100, "", "largest recruitment threshold over the smallest", { above: 1 }),
    slope: real(5, "", "how steeply small thresholds rise", { above: 0 }),
  }),
  V0: real(-67, "mV", "where all compartments start", { min: -150, max: 50 }),
  order: whole(5, "of the sources' renewal process: intervals have a CV of 1 / sqrt(order)", { min: 1, max: 64 }),
  probability: real(0.5, "", "that a source reaches a motor neuron", { min: 0, max: 1 }),
  weight: real(0.15, "uS", "of a synapse", { min: 0 }),
  delay: real(1, "ms", "of every synapse", { min: 0 }),
  latency: real(1, "ms", "between a source's draw and its spike", { min: 0 }),
  drive: group({
    baseline: real(0, "Hz", "rate at rest", { min: 0 }),
    peak: real(65, "Hz", "rate on the plateau", { min: 0 }),
    rest: real(1, "s", "before the rise", { min: 0 }),
    rise: real(0.5, "s", "of the rising ramp", { min: 0 }),
    hold: real(10, "s", "of the plateau", { min: 0 }),
    fall: real(0.5, "s", "of the falling ramp", { min: 0 }),
    noise: real(1, "Hz", "SD of the rectified noise of each step", { min: 0 }),
  }),
  plateau: group({
    from: real(1.5, "s", "where the plateau is measured from", { min: 0 }),
    to: real(11.5, "s", "and to", { above: 0 }),
  }),
  zeroCv: yesOrNo(false, "count units with one spike on the plateau as CV 0, as the published script does"),
  duration: real(15, "s", "simulated time", { above: 0 }),
  dt: real(0.1, "ms", "time step", { above: 0, max: 1 }),
  record: group({
    every: real(0.1, "ms", "between samples of the potentials", { above: 0 }),
    cells: whole(5, "potentials of every so many motor neurons", { min: 1 }),
  }),
  chunk: chunkLength(5, "s"),
});
export type TrapezoidSettings = z.output<typeof settings>;
