import { z } from "zod";
import { oneOf, real, whole } from "../schema.ts";
import type { LongStudy } from "../study.ts";
import { MODELS, POOL_FILES } from "../trapezoid/study.ts";

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

/** Electrophysiological parameters of a pool's cells, each alone. Nothing in it is random: the seed changes nothing. */
export const extract: LongStudy<typeof settings> = {
  name: "extract",
  title: "input resistance, time constant, rheobase, spike and AHP, F-I gain of every motor neuron of a pool",
  settings,
  files: POOL_FILES,
  defaultSeed: 42,
  check: async (s, given) => (await import("./check.ts")).checkExtraction(s, given),
  run: async (s, context) => (await import("./run.ts")).runExtraction(s, context),
};
