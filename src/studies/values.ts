import { coefficientOfVariation, intervals } from "../analysis/intervals.ts";
import type { PhaseSummary } from "../analysis/summary.ts";
import { timesPerCell, type SpikeTrains } from "../analysis/spikes.ts";
import { mean } from "../analysis/stats.ts";
import type { StoredRun } from "../storage/load-run.ts";

/** What a finished study measured, as numbers by name: summary.json, and the columns of a sweep's table. Names carry their
 * unit ("aMN.rate__Hz"); NaN where a thing is undefined. */
export type Values = Readonly<Record<string, number>>;

/** With a word before each name: "phase 1." */
export const prefixed = (before: string, values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${before}${name}`, value]));

/** Firing of a population over a whole run of some length (ms): spikes, units that fire, their mean rate over all units, and the
 * mean CV of intervals of units with three spikes or more. */
function activityValues(name: string, trains: SpikeTrains, durationMs: number): Values {
  const all = timesPerCell(trains);
  const cvs = all.filter((times) => times.length >= 3).map((times) => coefficientOfVariation(intervals(times)));
  return prefixed(`${name}.`, {
    spikes: trains.times.length,
    active: all.filter((times) => times.length > 0).length,
    rate__Hz: (1000 * trains.times.length) / (trains.n * durationMs),
    cv: cvs.length === 0 ? NaN : mean(cvs),
  });
}

/** Firing in a window, by its name. */
export const phaseValues = ({ name, active, spikes, meanRate, cv }: PhaseSummary): Values =>
  prefixed(`${name.replaceAll(/\W+/g, "_")}.`, { active, spikes, rate__Hz: meanRate, cv });

/** Firing of every population of one entry of a run, then what the study itself measures. */
export async function entryValues(
  run: StoredRun,
  entry: number,
  own: ((run: StoredRun, entry: number) => Promise<Values>) | undefined,
): Promise<Values> {
  const found: Record<string, number> = {};
  for (const { name } of run.run.populations)
    Object.assign(found, activityValues(name, await run.spikes(name, entry), run.durationMs));
  return { ...found, ...(await own?.(run, entry)) };
}
