import type { NetworkStudy } from "../study.ts";
import { settings } from "./settings.ts";

/** Potjans & Diesmann (2014), Cereb. Cortex 24:785-806; downscaled as in their program for NEST and in van Albada, Helias & Diesmann
 * (2015), PLoS Comput. Biol. 11:e1004490. */
export const microcircuit: NetworkStudy<typeof settings> = {
  name: "microcircuit",
  title:
    "the cortical microcircuit, 77,169 neurons in four layers (Potjans & Diesmann 2014), at a tenth; preset full: all of it",
  settings,
  presets: new Map([["full", { scale: { neurons: 1, links: 1 } }]]),
  defaultSeed: 1,
  page: [160, 132],
  build: async (s, given) => (await import("./build.ts")).buildMicrocircuit(s, given),
};
