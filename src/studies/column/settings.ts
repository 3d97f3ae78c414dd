import { z } from "zod";
import { DataError } from "../../errors.ts";
import { chunkLength, group, oneOf, real, whole, yesOrNo } from "../schema.ts";

const every = (description: string) => real(0, "ms", `${description}, every so long; 0: not`, { min: 0 });

/** The published evoked run, and network A of a replay, ms. */
export const EVOKED_MS = 170;
/** Of drives: below it float32 sums lose their weights. */
const LEAST_SCALE = 1e-4;
/** The published step, ms. */
export const STEP_MS = 0.025;

export const COLUMN = {
  preset: oneOf(["evoked", "erp", "alpha", "gamma", "replay"], "whose drives; presets set the rest too"),
  model: oneOf(["jones-2009", "law-2021", "calcium"], "cells and local connections"),
  mesh: group({ x: whole(10, "cells of a type along x", { min: 1 }), y: whole(10, "and along y", { min: 1 }) }),
  duration: real(EVOKED_MS, "ms", "simulated time", { above: 0 }),
  trials: whole(1, "trials, which differ in their drives' events and are advanced together", { min: 1, max: 100_000 }),
  asIntended: yesOrNo(false, "replay: with the targets, delays and probability that the published run did not use"),
  alphaDistal: yesOrNo(false, "alpha: with its second drive, which makes a beta rhythm"),
  driveScale: real(1, "", "times all weights of drives; 0, or 0.0001 and more", { min: 0, max: 10_000 }),
  tonic: real(0, "nA", "into the somata of L5 pyramidal cells, from t = 0"),
  tables: oneOf(["asPublished", "exact"], "rate tables of the channels"),
  smoothing: group({
    window: real(30, "ms", "of the dipole in texts and figures; 0: none", { min: 0 }),
    scale: real(3000, "", "what it is multiplied by there", { above: 0 }),
  }),
  record: group({ soma: every("soma voltages"), field: every("membrane currents, for potentials and the CSD") }),
  probe: group({
    x: real(30, "um", "where potentials are taken"),
    y: real(4.5, "um", "where potentials are taken"),
    from: real(-400, "um", "height of the lowest contact"),
    spacing: real(100, "um", "between contacts", { above: 0 }),
    contacts: whole(26, "contacts, upwards", { min: 4, max: 10_000 }),
  }),
  dt: real(STEP_MS, "ms", "time step", { above: 0, max: 1 }),
  chunk: chunkLength(50, "ms"),
};

export const settings = z.strictObject(COLUMN);
export type ColumnSettings = z.output<typeof settings>;

/** What texts and figures of a run would refuse after it. */
export function checkColumn({ preset, model, duration, dt, driveScale, smoothing: { window } }: ColumnSettings): void {
  if (driveScale > 0 && driveScale < LEAST_SCALE) throw new DataError("column driveScale", `is ${driveScale}`, `Give 0, or ${LEAST_SCALE} and more: smaller weights would be lost beside those of the column`); // prettier-ignore
  if (preset === "gamma" && model === "law-2021") throw new DataError("column model", "is law-2021, whose connections are not those that gamma gives weights to", "Give jones-2009 or calcium"); // prettier-ignore
  const shortest = preset === "replay" ? Math.min(duration, EVOKED_MS) : duration;
  if (window === 0 || (window >= 1 && window <= shortest + dt)) return;
  throw new DataError("column smoothing.window", `is ${window} ms for a run of ${shortest} ms`, "Give 0, or 1 ms up to the duration, or a longer duration"); // prettier-ignore
}
