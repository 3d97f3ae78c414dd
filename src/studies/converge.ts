import { compareTrains } from "../analysis/compare-spikes.ts";
import { timesPerCell, type SpikeTrains } from "../analysis/spikes.ts";
import type { Trace } from "../run/chunk.ts";
import type { StoredRun } from "../storage/load-run.ts";
import type { Values } from "./values.ts";

/** How far the numbers of a run move when it is done in another way: a smaller time step, another precision, another seed. */

/** What one way of running gave: its numbers, and the runs that it left, by folder ("" its own). */
export interface Outcome {
  readonly values: Values;
  readonly runs: ReadonlyMap<string, StoredRun>;
}

/** Spikes of one population against the base run's. */
interface SpikeMoves {
  readonly population: string;
  /** spikes of the base run and of this one. */
  readonly base: number;
  readonly spikes: number;
  /** share of the base run's spikes with a partner of their own at most one of its time steps away, and within 0.5 ms; 1 where it has none. */
  readonly withinStep: number;
  readonly withinHalfMs: number;
  /** units whose numbers of spikes differ. */
  readonly otherCounts: number;
  /** of the k-th spikes of units with equal numbers, ms: mean and largest. */
  readonly meanDifference__ms: number;
  readonly largestDifference__ms: number;
  /** mean rate over all units of the base run and of this one. */
  readonly baseRate__Hz: number;
  readonly rate__Hz: number;
}

/** A recorded variable against the base run's, where both have samples. */
interface TraceMoves {
  readonly population: string;
  readonly variable: string;
  readonly unit: string;
  readonly samples: number;
  readonly largestDifference: number;
  /** root mean square of the difference over the standard deviation of the base run's samples; NaN where these are constant. */
  readonly rmsOverSd: number;
}

/** One way of running against the base run. */
export interface Moves {
  readonly name: string;
  readonly spikes: readonly SpikeMoves[];
  readonly traces: readonly TraceMoves[];
  /** what the study measured: in the base run, in this one. */
  readonly values: Readonly<Record<string, readonly [base: number, here: number]>>;
}

/** @param name  of the other way. */
export async function moves(name: string, base: Outcome, other: Outcome): Promise<Moves> {
  const spikes: SpikeMoves[] = [];
  const traces: TraceMoves[] = [];
  for (const [folder, run] of base.runs) {
    const its = other.runs.get(folder);
    if (its === undefined) continue;
    const named = (population: string): string => (folder === "" ? population : `${folder}/${population}`);
    for (const { name: population } of run.run.populations) {
      const pair = [await run.spikes(population), await its.spikes(population)] as const;
      spikes.push(spikeMoves(named(population), ...pair, [run, its]));
    }
    for (const { population, variable } of run.run.traces) {
      if (!its.run.traces.some((t) => t.population === population && t.variable === variable)) continue;
      const pair = [await run.trace(population, variable), await its.trace(population, variable)] as const;
      traces.push({ population: named(population), ...traceMoves(...pair, run.run.dt / 4) });
    }
  }
  const both = Object.keys(base.values).filter((key) => Object.hasOwn(other.values, key));
  const values = both.map((key) => [key, [base.values[key] as number, other.values[key] as number]] as const);
  return { name, spikes, traces, values: Object.fromEntries(values) };
}

function spikeMoves(population: string, base: SpikeTrains, other: SpikeTrains, [run, its]: readonly [StoredRun, StoredRun]): SpikeMoves {
  const [a, b] = [timesPerCell(base), timesPerCell(other)];
  const compared = compareTrains(a, b, run.run.dt);
  let [sum, largest, pairs] = [0, 0, 0];
  a.forEach((train, cell) => {
    const others = b[cell] ?? [];
    if (train.length !== others.length) return;
    train.forEach((t, k) => {
      const difference = Math.abs(t - (others[k] as number));
      [sum, largest, pairs] = [sum + difference, Math.max(largest, difference), pairs + 1];
    });
  });
  const rate = (trains: SpikeTrains, of: StoredRun): number => (1000 * trains.times.length) / (trains.n * of.durationMs);
  return {
    population,
    base: compared.reference,
    spikes: compared.simulated,
    withinStep: compared.within(run.run.dt),
    withinHalfMs: compared.within(0.5),
    otherCounts: compared.otherCounts,
    meanDifference__ms: pairs === 0 ? 0 : sum / pairs,
    largestDifference__ms: largest,
    baseRate__Hz: rate(base, run),
    rate__Hz: rate(other, its),
  };
} // prettier-ignore

/** Samples at times that both have (within `near`, ms) of cells that both have. */
function traceMoves(base: Trace, other: Trace, near: number): Omit<TraceMoves, "population"> {
  const columns = [...base.cells].flatMap((cell, k) => {
    const its = other.cells.indexOf(cell);
    return its < 0 ? [] : [[k, its] as const];
  });
  const [width, itsWidth] = [base.cells.length, other.cells.length];
  let [row, samples, sum, squares, moved, largest] = [0, 0, 0, 0, 0, 0];
  base.times.forEach((t, k) => {
    while (row < other.times.length && (other.times[row] as number) < t - near) row++;
    if (row >= other.times.length || (other.times[row] as number) > t + near) return;
    for (const [own, its] of columns) {
      const x = base.data[k * width + own] as number;
      const difference = Math.abs(x - (other.data[row * itsWidth + its] as number));
      [samples, sum, squares] = [samples + 1, sum + x, squares + x * x];
      [moved, largest] = [moved + difference * difference, Math.max(largest, difference)];
    }
  });
  const variance = squares / samples - (sum / samples) ** 2;
  const rmsOverSd = variance > 0 ? Math.sqrt(moved / samples / variance) : NaN;
  return { variable: base.variable, unit: base.unit, samples, largestDifference: largest, rmsOverSd };
}

const short = (x: number): string => (Number.isFinite(x) ? String(Number(x.toPrecision(3))) : "n/a");
const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;

/** One table: a line for each way and population, with the largest difference of its first recorded variable; then what the study itself
 * measures and by how much it moved. */
export function movesTable(all: readonly Moves[]): string {
  const heads = ["against the run", "population", "spikes", "rate (Hz)", "within a step", "within 0.5 ms", "mean, worst shift (ms)", "other counts", "largest trace difference", "RMS/SD"]; // prettier-ignore
  const rows = all.flatMap(({ name, spikes, traces }) => {
    const names = [...new Set([...spikes, ...traces].map(({ population }) => population))];
    return names.map((population) => {
      const s = spikes.find((one) => one.population === population);
      const t = traces.find((one) => one.population === population);
      const fired = s === undefined ? ["", "", "", "", "", ""] : [`${s.base} / ${s.spikes}`, `${short(s.baseRate__Hz)} / ${short(s.rate__Hz)}`, percent(s.withinStep), percent(s.withinHalfMs), `${short(s.meanDifference__ms)}, ${short(s.largestDifference__ms)}`, `${s.otherCounts} units`]; // prettier-ignore
      const traced = t === undefined ? ["", ""] : [`${t.variable} ${short(t.largestDifference)} ${t.unit}`, short(t.rmsOverSd)]; // prettier-ignore
      return [name, population, ...fired, ...traced];
    });
  });
  const firing = new Set(
    all.flatMap(({ spikes }) => spikes.flatMap(({ population }) => FIRING.map((what) => `${population}.${what}`))),
  );
  const own = [...new Set(all.flatMap(({ values }) => Object.keys(values)))].filter((key) => !firing.has(key));
  const measured = own.map((key) => [
    key,
    short(all.find(({ values }) => Object.hasOwn(values, key))?.values[key]?.[0] ?? NaN),
    ...all.map(({ values }) => short(values[key]?.[1] ?? NaN)),
  ]);
  const parts = [];
  if (rows.length > 0) parts.push(table([heads, ...rows]));
  if (measured.length > 0) parts.push(table([["measured", "the run", ...all.map(({ name }) => name)], ...measured]));
  return parts.join("\n\n");
}

/** Values that every run gives for each population, which the table has already. */
const FIRING = ["spikes", "active", "rate__Hz", "cv"];

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, k) => Math.max(...rows.map((row) => (row[k] ?? "").length)) + 2);
  return rows
    .map((row) =>
      row
        .map((cell, k) => cell.padEnd(widths[k] ?? 0))
        .join("")
        .trimEnd(),
    )
    .join("\n");
}
