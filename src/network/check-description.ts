import { checkClamp, checkPopulation, checkProjection, checkRecording, checkU32, currentsInto } from "./check.ts";
import type { NetworkDescription } from "./description.ts";
import { checkGather } from "./gathers.ts";
import { network as checkFrame } from "./shape.ts";

/** The whole of a description. */
export function checkDescription(d: NetworkDescription): void {
  checkFrame("network", d);
  checkU32("network", "seed", d.seed);
  checkU32("network", "structureSeed", d.structureSeed);
  d.populations.forEach((p, i) => checkPopulation(p, d.populations.slice(0, i)));
  d.projections.forEach((p, i) => checkProjection(p, d.populations, d.projections.slice(0, i)));
  d.clamps.forEach((c, i) => checkClamp(c, d.populations, d.clamps.slice(0, i)));
  for (const [i, g] of (d.gathers ?? []).entries())
    checkGather(g, d.populations, [...d.clamps, ...(d.gathers ?? []).slice(0, i)]);
  d.recordings.forEach((r) => checkRecording(r, d.populations, currentsInto(d), d.projections));
}
