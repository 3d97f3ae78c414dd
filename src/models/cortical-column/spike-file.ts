import { binOf, edgeAfter, edgeOf } from "../../analysis/grid.ts";
import { DataError } from "../../errors.ts";
import { decimal } from "../../decimal.ts";
import { textRows } from "./text-rows.ts";

/** One spike of a cell or an event of a drive cell. */
export interface ColumnSpike {
  readonly timeMs: number;
  readonly gid: number;
  /** Name of the cell type or of the drive. */
  readonly type: string;
}

/** The published pattern of names, one file per trial. */
export const spikeFileName = (trial: number): string => `spk_${trial}.txt`;

/** Spikes as the original writes them: time with 3 decimals, gid and type, tab separated, in the given order. */
export const spikeFileText = (spikes: readonly ColumnSpike[]): string =>
  spikes.map(({ timeMs, gid, type }) => `${timeMs.toFixed(3)}\t${gid}\t${type}\n`).join("");

/** Reads a spike file: columns between spaces or tabs, blank lines and # comments skipped. Two columns do when gid ranges tell the types.
 * @param name       of the file, for errors
 * @param gidRanges  first gid and number of cells by type
 * @throws DataError with line and column of what does not parse */
export function readSpikeFile(
  text: string,
  name: string,
  gidRanges?: Readonly<Record<string, { readonly first: number; readonly n: number }>>,
): ColumnSpike[] {
  return textRows(text, name).map(({ fields, fail }): ColumnSpike => {
    const [time = "", id = "", given] = fields;
    const timeMs = decimal(time);
    if (!Number.isFinite(timeMs)) fail(0, `"${time}" is not a time`, "Expected milliseconds, for example 54.657");
    const gid = decimal(id);
    if (!Number.isSafeInteger(gid) || gid < 0) fail(1, `"${id}" is not a gid`, "Expected a whole number, at least 0");
    if (fields.length > 3) fail(3, `has ${fields.length} columns`, "Expected time, gid and type");
    const type = given ?? typeOfGid(gid, gidRanges);
    return {
      timeMs,
      gid,
      type: type ?? fail(2, `has no type for gid ${gid}`, "Add a third column or give gid ranges"),
    };
  });
}

/** Spikes of some types as trains keyed "<prefix><type>_GID<gid>", in order of each source's first spike: what a replay takes. */
export function trainsByGid(
  spikes: readonly ColumnSpike[],
  types: readonly string[],
  prefix = "",
): Record<string, number[]> {
  const trains: Record<string, number[]> = {};
  for (const { timeMs, gid, type } of spikes) {
    if (types.includes(type)) (trains[`${prefix}${type}_GID${gid}`] ??= []).push(timeMs);
  }
  return trains;
}

/** Mean rates (Hz) over a window, per type.
 * "all": over cells and trials; "trial": one per trial; "cell": one per cell, over trials.
 * @param trials  spikes of each trial
 * @param gids    first gid and number of cells of the types wanted */
export function ratesByType<M extends "all" | "trial" | "cell">(
  trials: readonly (readonly ColumnSpike[])[],
  gids: Readonly<Record<string, { readonly first: number; readonly n: number }>>,
  window: readonly [fromMs: number, toMs: number],
  mean: M,
): Record<string, M extends "all" ? number : number[]> {
  const [from, to] = window;
  if (!(to > from))
    throw new DataError("mean rates", `window ${from} to ${to} ms is empty`, "Give the end after the start");
  const rates = Object.entries(gids).map(([type, { first, n }]) => {
    const counts = trials.map((spikes) => {
      const perCell = new Float64Array(n);
      for (const s of spikes) {
        const cell = s.gid - first;
        if (s.type === type && s.timeMs > edgeAfter(from) && s.timeMs < edgeOf(to))
          perCell[cell] = (perCell[cell] ?? 0) + 1000 / (to - from);
      }
      return perCell;
    });
    const over = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length;
    const perTrial = counts.map(over);
    const perCell = Array.from({ length: n }, (_, c) => over(counts.map((k) => k[c] as number)));
    return [type, mean === "all" ? over(perTrial) : mean === "trial" ? perTrial : perCell] as const;
  });
  return Object.fromEntries(rates) as Record<string, M extends "all" ? number : number[]>;
}

/** Counts per bin as the original's histogram has them: 50 equally spaced edges from 0 to the last sample, so 49 bins, the last
 * of which holds its right edge.
 * @param prefixes  spikes whose type begins with one of these, one series each; longer ones first where both fit */
export function spikeHistogram(
  spikes: readonly ColumnSpike[],
  lastMs: number,
  prefixes: readonly string[],
  edges = 50,
): { readonly edgesMs: Float64Array; readonly counts: Record<string, Uint32Array> } {
  if (!(lastMs > 0) || !Number.isInteger(edges) || edges < 2) {
    throw new DataError(
      "spike histogram",
      `${edges} edges to ${lastMs} ms`,
      "Give at least 2 edges and a time above 0",
    );
  }
  const bins = edges - 1;
  const counts = Object.fromEntries(prefixes.map((prefix) => [prefix, new Uint32Array(bins)]));
  const longestFirst = [...prefixes].sort((a, b) => b.length - a.length);
  for (const { timeMs, type } of spikes) {
    const series = counts[longestFirst.find((prefix) => type.startsWith(prefix)) ?? ""];
    if (series === undefined || !(timeMs >= 0 && timeMs <= lastMs)) continue;
    const bin = Math.min(bins - 1, binOf(timeMs, lastMs / bins));
    series[bin] = (series[bin] as number) + 1;
  }
  return { edgesMs: Float64Array.from({ length: edges }, (_, k) => (k / bins) * lastMs), counts };
}

function typeOfGid(
  gid: number,
  ranges: Readonly<Record<string, { readonly first: number; readonly n: number }>> = {},
): string | undefined {
  return Object.entries(ranges).find(([, { first, n }]) => gid >= first && gid < first + n)?.[0];
}
