import { NOTEBOOK_GRID } from "../../network/trained-parameters.ts";
import type { LongStudy } from "../study.ts";
import { settings, type TrainingOptions } from "./settings.ts";

/** One network, and the notebook's whole ensemble (40 asked, 34 distinct). */
export const PRESETS = new Map<string, Partial<TrainingOptions>>([
  ["quick", {}],
  ["notebook", { pqif: [...NOTEBOOK_GRID.pqif], vrest: [...NOTEBOOK_GRID.vrest], seeds: [...NOTEBOOK_GRID.seeds] }],
]);

export const train: LongStudy<typeof settings> = {
  name: "train",
  title: "Training of LIF and QIF networks by recursive least squares: one network, or the notebook's ensemble",
  settings,
  presets: PRESETS,
  files: new Map([["targets", "CSV with a row per step and a column per neuron, instead of drawn targets"]]),
  defaultSeed: 0,
  page: [180, 133],
  mostThreads: 1,
  check: async (s, given) => (await import("./check.ts")).checkTraining(s, given),
  run: async (s, context) => (await import("./train.ts")).train(s, context),
};
