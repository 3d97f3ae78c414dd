import { currentSourceDensity } from "../../analysis/extracellular.ts";
import {
  averagedDipole,
  membraneCurrents,
  potentials,
  recordedDipole,
  scaledDipole,
  smoothedDipole,
  type ColumnSpike,
  type CortexColumn,
  type Dipole,
} from "../../models/cortical-column/index.ts";
import { fixed } from "../../analysis/summary.ts";
import type { StoredRun } from "../../storage/load-run.ts";
import { contacts } from "./network.ts";
import type { ColumnSettings } from "./settings.ts";

/** Spikes of one trial, drives' events included, in order of time; at equal times in order of gid. */
export async function trialSpikes(column: CortexColumn, run: StoredRun, trial: number): Promise<ColumnSpike[]> {
  const parts: ColumnSpike[] = [];
  for (const [type, { first }] of Object.entries(column.gids)) {
    const { times, cells } = await run.spikes(type, trial);
    times.forEach((timeMs, k) => parts.push({ timeMs, gid: first + (cells[k] as number), type }));
  }
  return parts.sort((a, b) => a.timeMs - b.timeMs || a.gid - b.gid);
}

/** The baseline-corrected dipole of one trial, nAm. */
export async function trialDipole(run: StoredRun, trial: number): Promise<Dipole> {
  return recordedDipole(
    await run.trace("L2_pyramidal", "dipole", trial),
    await run.trace("L5_pyramidal", "dipole", trial),
  );
}

/** As published: smoothed and scaled, for display and text files. */
export const displayed = (dipole: Dipole, { smoothing }: ColumnSettings): Dipole =>
  scaledDipole(smoothedDipole(dipole, smoothing.window), smoothing.scale);

export interface Field {
  readonly tMs: Float64Array;
  /** um, upwards. */
  readonly depths: Float64Array;
  /** uV by contact. */
  readonly potentials: readonly Float64Array[];
  /** uV/um2 by contact. */
  readonly csd: readonly Float64Array[];
}

/** Potentials along the probe and their current source density; undefined where membrane currents were not recorded. */
export async function trialField(
  column: CortexColumn,
  run: StoredRun,
  trial: number,
  s: ColumnSettings,
): Promise<Field | undefined> {
  if (!(s.record.field > 0)) return undefined;
  const currents: Record<string, ArrayLike<number>[]> = {};
  let tMs = new Float64Array(0);
  for (const type of column.cellTypes) {
    if (!type.dipole) continue;
    const traces = [];
    for (const name of Object.keys(membraneCurrents(type))) traces.push(await run.trace(type.name, name, trial));
    currents[type.name] = traces.map((t) => t.data);
    tMs = Float64Array.from(traces[0]?.times ?? []);
  }
  const at = contacts(s);
  const phi = potentials(column.cellTypes, column.layout, at, currents, { method: "psa" });
  const depths = Float64Array.from(at, (p) => p[2]);
  return { tMs, depths, potentials: phi, csd: currentSourceDensity(phi, s.probe.spacing) };
}

/** "381 spikes of cells and 235 drive events: ..." */
export function countLine(column: CortexColumn, spikes: readonly ColumnSpike[]): string {
  const counts = new Map<string, number>();
  for (const { type } of spikes) counts.set(type, (counts.get(type) ?? 0) + 1);
  const parts = Object.keys(column.gids).map((name) => `${name} ${counts.get(name) ?? 0}`);
  return `${spikes.length} spikes: ${parts.join(", ")}`;
}

/** The largest and smallest value of a displayed dipole away from its ends, where smoothing sags. */
export function peakLine({ tMs, agg, scale }: Dipole, windowMs: number): string {
  const [first, last] = [windowMs / 2, (tMs.at(-1) ?? 0) - windowMs / 2];
  let [low, high] = [-1, -1];
  tMs.forEach((t, k) => {
    if (t < Math.max(20, first) || t > last) return; // cells settle in the first 20 ms
    const x = agg[k] as number;
    if (low < 0 || x < (agg[low] as number)) low = k;
    if (high < 0 || x > (agg[high] as number)) high = k;
  });
  if (low < 0) return "the run is shorter than the dipole's window";
  const say = (k: number): string => `${fixed(agg[k] as number, 1)} at ${(tMs[k] as number).toFixed(0)} ms`;
  return `dipole (nAm x ${scale}): ${say(low)}, ${say(high)}`;
}

export const meanDipole = (dipoles: readonly Dipole[]): Dipole => averagedDipole(dipoles);
