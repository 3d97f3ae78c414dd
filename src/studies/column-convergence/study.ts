import { PRESETS } from "../column/study.ts";
import type { LongStudy } from "../study.ts";
import { settings } from "./settings.ts";

/** How far a preset's result depends on the time step, on float32 and on the drives' seeds. The published behaviour belongs to
 * dt = 0.025 ms with this scheme: smaller steps move spikes. */
export const columnConvergence: LongStudy<typeof settings> = {
  name: "column-convergence",
  title: "A column preset at dt, at dt/2, in float64, and over seeds of its drives",
  settings,
  presets: new Map([...PRESETS].filter(([name]) => name !== "replay")),
  defaultSeed: 0,
  page: [180, 138],
  check: async (s, given) => {
    const { checkColumnRun } = await import("../column/check.ts");
    for (const [dt, trials] of [[s.dt, 1], [s.dt / 2, 1], [s.dt, s.seeds]] as const) checkColumnRun({ ...s, dt, trials, asIntended: false }, given); // prettier-ignore
  },
  run: async (s, context) => (await import("./run.ts")).runConvergence(s, context),
};
