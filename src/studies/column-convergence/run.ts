import { matched } from "../../analysis/compare-spikes.ts";
import type { ColumnSpike, CortexColumn, Dipole } from "../../models/cortical-column/index.ts";
import { rasterData, type ColumnData } from "../column/drawn.ts";
import { columnRasterFigure, dipoleFigure } from "../column/figures.ts";
import { columnNetwork } from "../column/network.ts";
import { displayed } from "../column/results.ts";
import { runColumnNetwork } from "../column/run.ts";
import type { ColumnSettings } from "../column/settings.ts";
import type { Result, StudyContext } from "../study.ts";
import { prefixed, type Values } from "../values.ts";
import type { ConvergenceSettings } from "./settings.ts";

export async function runConvergence({ seeds, ...rest }: ConvergenceSettings, context: StudyContext): Promise<Result> {
  const s: ColumnSettings = { ...rest, trials: 1, asIntended: false };
  const once = async (name: string, settings: ColumnSettings, where: StudyContext): Promise<ColumnData> =>
    runColumnNetwork(columnNetwork(settings, context.seed), settings, where, await context.folder(name), name);
  const base = await once("dt", s, context);
  const half = await once("half-dt", { ...s, dt: s.dt / 2 }, context);
  const wide = { ...context, engine: "reference", adapter: "" } as const;
  const float64 = context.engine === "reference" ? undefined : await once("float64", s, wide);
  const over = await once("seeds", { ...s, trials: seeds }, context);
  const [first, small] = [base.dipoles[0] as Dipole, every(half.dipoles[0] as Dipole, 2)];
  const rows = [
    compare("dt / 2", base, half, small, s),
    ...(float64 === undefined ? [] : [compare("float64", base, float64, float64.dipoles[0] as Dipole, s)]),
    ...over.dipoles.slice(1).map((d, k) => {
      const other = { ...over, spikes: [over.spikes[k + 1] ?? []] };
      return compare(`seed ${context.seed + k + 1}`, base, other, d, s);
    }),
  ];
  const text = [HEAD, ...rows].map((cells) => cells.map((cell, k) => cell.padEnd(WIDTHS[k] ?? 0)).join("").trimEnd()).join("\n"); // prettier-ignore
  const shown = (d: Dipole): Dipole => displayed(d, s);
  const dipoles = (): string => dipoleFigure([...over.dipoles.slice(1), small, ...(float64?.dipoles ?? [])].map(shown), shown(first), s.smoothing.scale); // prettier-ignore
  const raster = (): string => {
    const runs = [["dt", base], ["dt / 2", half], ...(float64 === undefined ? [] : [["float64", float64]])] as [string, ColumnData][]; // prettier-ignore
    const panels = runs.map(([title, d]) => rasterData(d.column, d.spikes[0] ?? [], title));
    return columnRasterFigure(panels, s.duration);
  };
  const figures = [
    { name: "convergence-dipole", svg: dipoles },
    { name: "convergence-raster", svg: raster },
  ];
  const values = Object.assign({}, ...rows.map(rowValues)) as Values;
  return { text, values, figures: () => figures };
}

const HEAD = [
  "against dt",
  "spikes",
  "same step",
  "within 0.5 ms",
  "other counts",
  "dipole RMS/SD",
  "smoothed, of range",
];
/** A row as numbers: "dt / 2.same_step__percent". */
function rowValues([
  name = "",
  spikes = "",
  step = "",
  near = "",
  other = "",
  rms = "",
  smoothed = "",
]: string[]): Values {
  const [own = "", its = ""] = spikes.split("/");
  return prefixed(`${name.replaceAll(/\W+/g, "_")}.`, {
    spikes_dt: Number(own),
    spikes: Number(its),
    same_step__percent: parseFloat(step),
    within_half_ms__percent: parseFloat(near),
    cells_with_other_counts: parseFloat(other),
    dipole_rms_over_sd: Number(rms),
    smoothed_of_range: Number(smoothed),
  });
}

const WIDTHS = [12, 12, 11, 15, 14, 15, 0];

/** Every k-th sample. */
const every = (d: Dipole, k: number): Dipole => {
  const thin = (x: Float64Array): Float64Array => x.filter((_, n) => n % k === 0);
  return { tMs: thin(d.tMs), agg: thin(d.agg), L2: thin(d.L2), L5: thin(d.L5), scale: d.scale };
};

/** One row: spikes of real cells matched cell by cell, and the dipole against the base run's. */
function compare(name: string, base: ColumnData, other: ColumnData, dipole: Dipole, s: ColumnSettings): string[] {
  const [a, b] = [trains(base.column, base.spikes[0] ?? []), trains(other.column, other.spikes[0] ?? [])];
  const total = (list: readonly number[][]): number => list.reduce((n, train) => n + train.length, 0);
  const within = (ms: number): string =>
    `${((100 * a.reduce((n, train, k) => n + matched(train, b[k] ?? [], ms), 0)) / Math.max(1, total(a))).toFixed(1)} %`;
  const first = base.dipoles[0] as Dipole;
  const kept = Array.from(first.tMs.keys()).filter((k) => (first.tMs[k] as number) > 1);
  const mean = kept.reduce((sum, k) => sum + (first.agg[k] as number), 0) / kept.length;
  const square = (f: (k: number) => number): number => kept.reduce((sum, k) => sum + f(k) ** 2, 0) / kept.length;
  const rms = Math.sqrt(square((k) => (first.agg[k] as number) - (dipole.agg[k] as number)) / square((k) => (first.agg[k] as number) - mean)); // prettier-ignore
  const [x, y] = [displayed(first, s).agg, displayed(dipole, s).agg];
  const range = x.reduce((m, v) => Math.max(m, v), -Infinity) - x.reduce((m, v) => Math.min(m, v), Infinity);
  const most = x.reduce((m, v, k) => Math.max(m, Math.abs(v - (y[k] as number))), 0);
  return [
    name,
    `${total(a)}/${total(b)}`,
    within(s.dt / 4),
    within(0.5),
    `${a.filter((train, k) => train.length !== b[k]?.length).length} cells`,
    rms.toPrecision(2),
    (most / range).toPrecision(2),
  ];
}

function trains({ layout }: CortexColumn, spikes: readonly ColumnSpike[]): number[][] {
  const lists = Array.from({ length: layout.nCells }, (): number[] => []);
  for (const { gid, timeMs } of spikes) lists[gid]?.push(timeMs); // drives' gids are beyond
  return lists;
}
