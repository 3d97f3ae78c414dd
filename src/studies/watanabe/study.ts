import type { NetworkStudy } from "../study.ts";
import { settings } from "./settings.ts";

/** Watanabe & Kohn (2015), J. Neurosci. 35:13687: a pool of motor neurons under a constant drive, the same with a 20 Hz
 * modulation, and a modulated drive whose offset is matched to the constant one's force. */
export const watanabe: NetworkStudy<typeof settings> = {
  name: "watanabe",
  title: "800 motor neurons, three phases of 5 s: constant drive, 20 Hz modulation, matched modulation",
  settings,
  defaultSeed: 42,
  page: [180, 194],
  build: async (s, given) => (await import("./build.ts")).buildWatanabe(s, given),
};
