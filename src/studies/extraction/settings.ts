import { z } from "zod";
import { oneOf, real, whole } from "../schema.ts";
import { MODELS } from "../trapezoid/settings.ts";

export const settings = z.strictObject({
  cells: whole(5, "motor neurons of the pool", { min: 1 }),
  model: oneOf(MODELS, "motor neuron model"),
  mode: oneOf(["fuglevand", "deluca", "konstantin", "combined"], "law of the recruitment thresholds"),
  range: real(100, "", "largest recruitment threshold over the smallest", { above: 1 }),
  slope: real(10, "", "how steeply small thresholds rise; of deluca and combined", { above: 0 }),
  gamma: real(0.2, "", "neuromodulation of the dendritic calcium current", { min: 0 }),
  V0: real(-67, "mV", "where the first run starts; the others start from what it found", { min: -150, max: 50 }),
  dt: real(0.0125, "ms", "time step", { above: 0, max: 1 }),
  longStep: real(1, "s", "of the long-step rheobase; 0 leaves it out", { min: 0 }),
});
export type ExtractSettings = z.output<typeof settings>;
