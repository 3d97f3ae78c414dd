import type { Experiment } from "./experiment.ts";
import type { Study } from "./study.ts";

/** The experiments by name, each loaded when asked for: a run starts faster without the others. */
export const EXPERIMENTS: Readonly<Record<string, () => Promise<Experiment<never>>>> = {
  watanabe: async () => (await import("./watanabe/experiment.ts")).watanabe as unknown as Experiment<never>,
  trapezoid: async () => (await import("./trapezoid/experiment.ts")).trapezoid as unknown as Experiment<never>,
};

/** The studies, which run more than one network. */
export const STUDIES: Readonly<Record<string, () => Promise<Study<never>>>> = {
  column: async () => (await import("./column/study.ts")).column as unknown as Study<never>,
  "column-convergence": async () =>
    (await import("./column/convergence.ts")).columnConvergence as unknown as Study<never>,
  extract: async () => (await import("./extraction/study.ts")).extract as unknown as Study<never>,
  train: async () => (await import("./training/study.ts")).train as unknown as Study<never>,
  "watanabe-pipeline": async () =>
    (await import("./watanabe-pipeline/study.ts")).watanabePipeline as unknown as Study<never>,
};
