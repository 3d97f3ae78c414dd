import type { LongStudy } from "../study.ts";
import { settings } from "./settings.ts";

/** What differs from the defaults in each preset. */
export const PRESETS = new Map<string, Readonly<Record<string, unknown>>>([
  ["evoked", {}],
  ["erp", { preset: "erp" }],
  ["alpha", { preset: "alpha", duration: 310, smoothing: { window: 20 } }],
  ["gamma", { preset: "gamma", duration: 250, smoothing: { window: 0, scale: 30000 } }],
  ["replay", { preset: "replay", duration: 225 }],
  ["law-2021", { model: "law-2021" }],
  ["calcium", { model: "calcium" }],
]);

/** The laminar cortical column: evoked, erp, alpha, gamma, and a replay of one network's pyramidal spikes into another.
 * `--seed` is the number of the first trial. */
export const column: LongStudy<typeof settings> = {
  name: "column",
  title: "The laminar cortical column: 270 cells of 4 types, its drives and its dipole",
  settings,
  presets: PRESETS,
  files: new Map([
    ["spikes", "replay: a spike file to replay, instead of a first network's"],
    ["params", "a network of HNN, .json or .param: its drives, weights and mesh, instead of the preset's"],
  ]),
  defaultSeed: 0,
  page: [180, 148],
  check: async (s, given) => (await import("./check.ts")).checkColumnRun(s, given),
  run: async (s, context) => (await import("./run.ts")).runColumn(s, context),
};
