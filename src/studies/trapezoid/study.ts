import type { NetworkStudy } from "../study.ts";
import { settings } from "./settings.ts";

/** What a study of one pool may take instead of a law and the published cells. */
export const POOL_FILES = new Map([
  ["thresholds", "recruitment thresholds instead of a law: one number per line, or CSV with a column rt"],
  ["config", "cell configuration as YAML, merged over the published one"],
]);

export const trapezoid: NetworkStudy<typeof settings> = {
  name: "trapezoid",
  title: "100 motor neurons under a trapezoidal drive of order-5 sources, 15 s",
  settings,
  files: POOL_FILES,
  defaultSeed: 42,
  page: [180, 166],
  build: async (s, given) => (await import("./build.ts")).buildTrapezoid(s, given),
};
