import type { NetworkStudy } from "../study.ts";
import { settings } from "./settings.ts";

/** The four states of figure 8 of the paper. */
const REGIMES = new Map([
  ["SR", { g: 3, eta: 2 }], // synchronous regular
  ["SI-fast", { g: 6, eta: 4 }], // synchronous irregular, fast oscillation
  ["AI", { g: 5, eta: 2 }], // asynchronous irregular
  ["SI-slow", { g: 4.5, eta: 0.9 }], // synchronous irregular, slow oscillation
]);

/** Brunel (2000), J. Comput. Neurosci. 8:183-208, model A. */
export const brunel: NetworkStudy<typeof settings> = {
  name: "brunel",
  title: "12,500 integrate-and-fire neurons with delta synapses (Brunel 2000); presets are its four regimes",
  settings,
  presets: REGIMES,
  defaultSeed: 1,
  page: [160, 122],
  build: async (s, given) => (await import("./build.ts")).buildBrunel(s, given),
};
