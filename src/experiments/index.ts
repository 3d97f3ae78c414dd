import type { Experiment } from "./experiment.ts";

/** The experiments by name, each loaded when asked for: a run starts faster without the others. */
export const EXPERIMENTS: Readonly<Record<string, () => Promise<Experiment<never>>>> = {
  watanabe: async () => (await import("./watanabe.ts")).watanabe as unknown as Experiment<never>,
  trapezoid: async () => (await import("./trapezoid.ts")).trapezoid as unknown as Experiment<never>,
};
