import type { LongStudy } from "../study.ts";
import { settings } from "./settings.ts";

/** The published Watanabe study from end to end, in its six steps. Each step reads what earlier ones left in the folder,
 * under the published names (JSON and HDF5 in place of pickles), so it may be run alone. */
export const watanabePipeline: LongStudy<typeof settings> = {
  name: "watanabe-pipeline",
  title: "constant drive's force, search for the matching oscillating drive, three phases, force, coherence",
  settings,
  presets: new Map([["published", { search: { network: "published", objective: "own maximum", baseline: 10 } }]]),
  defaultSeed: 42,
  page: [180, 200],
  check: async (s, given) => (await import("./check.ts")).checkPipeline(s, given),
  continues: ({ step }) => step !== "all" && step !== "01",
  run: async (s, context) => (await import("./run.ts")).runPipeline(s, context),
};
