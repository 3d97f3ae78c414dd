import type { LongStudy } from "../study.ts";
import { POOL_FILES } from "../trapezoid/study.ts";
import { settings } from "./settings.ts";

/** Electrophysiological parameters of a pool's cells, each alone. Nothing in it is random: the seed changes nothing. */
export const extract: LongStudy<typeof settings> = {
  name: "extract",
  title: "input resistance, time constant, rheobase, spike and AHP, F-I gain of every motor neuron of a pool",
  settings,
  files: POOL_FILES,
  defaultSeed: 42,
  page: [180, 104],
  check: async (s, given) => (await import("./check.ts")).checkExtraction(s, given),
  run: async (s, context) => (await import("./run.ts")).runExtraction(s, context),
};
