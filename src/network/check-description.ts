import { checkClamp, checkPopulation, checkRecording, checkU32, currentsInto } from "./check.ts";
import { checkProjection } from "./check-projection.ts";
import type { NetworkDescription } from "./description.ts";
import { checkGather } from "./gathers.ts";
import { checkReadout, checkReadoutRecording, takenNames } from "./readouts.ts";
import { network as checkFrame } from "./shape.ts";
import { checkTrained, checkTrainedRecording } from "./trained.ts";

/** The whole of a description. */
export function checkDescription(d: NetworkDescription): void {
  checkFrame("network", d);
  checkU32("network", "seed", d.seed);
  checkU32("network", "structureSeed", d.structureSeed);
  d.populations.forEach((p, i) => checkPopulation(p, d.populations.slice(0, i)));
  d.projections.forEach((p, i) => checkProjection(p, d.populations, d.projections.slice(0, i)));
  d.clamps.forEach((c, i) => checkClamp(c, d.populations, d.clamps.slice(0, i)));
  const { gathers = [], readouts = [] } = d;
  readouts.forEach((r, i) => checkReadout(r, d.populations, takenNames(d.projections, readouts.slice(0, i))));
  gathers.forEach((g, i) => checkGather(g, d.populations, [...d.clamps, ...gathers.slice(0, i)], readouts));
  if (d.trained !== undefined) checkTrained(d.trained, d);
  for (const r of d.recordings) {
    if (d.trained !== undefined) checkTrainedRecording(r, d.trained);
    else if (r.readout === undefined) checkRecording(r, d.populations, currentsInto(d), d.projections);
    else checkReadoutRecording(r, readouts, d.populations);
  }
}
