import { figure } from "../../plot/figure.ts";
import { seriesColour } from "../../plot/colours.ts";
import type { Panel, Series } from "../../plot/types.ts";

/** Colours of the published figures. */
export const CELL_COLOURS: Readonly<Record<string, string>> = {
  L2_basket: "#c000c0",
  L2_pyramidal: "#00a5b5",
  L5_basket: "#d02020",
  L5_pyramidal: "#1f3fbf",
};
const GREY = "#b0b0b0";

interface DipoleTraces {
  readonly tMs: ArrayLike<number>;
  readonly agg: ArrayLike<number>;
  readonly L2: ArrayLike<number>;
  readonly L5: ArrayLike<number>;
}

const time = (last: number) => ({ label: "Time", unit: "ms", range: [0, last] as const });

/** Aggregate dipole with single trials behind the mean, and the layers' means.
 * @param scale  what the moments were multiplied by */
export function dipoleFigure(trials: readonly DipoleTraces[], mean: DipoleTraces, scale: number, width = 180): string {
  const last = mean.tMs[mean.tMs.length - 1] ?? 0;
  const y = { label: "Dipole moment", unit: scale === 1 ? "nAm" : `nAm × ${scale}` };
  const single = trials.length > 1 ? trials : [];
  const panel = (key: "agg" | "L2" | "L5", title: string, colour: string): Panel => ({
    title,
    height: key === "agg" ? 45 : 28,
    x: time(last),
    y,
    series: [
      ...single.map((t, k): Series => ({ type: "line", x: t.tMs, y: t[key], colour: GREY, width: 0.5, ...(k === 0 ? { label: "single trials" } : {}) })),
      { type: "line", x: mean.tMs, y: mean[key], colour, width: 1.1, ...(single.length > 0 ? { label: `mean of ${single.length}` } : {}) },
    ],
  }); // prettier-ignore
  return figure({
    width,
    shareX: true,
    panels: [
      panel("agg", "Aggregate", "#12275a"),
      panel("L2", "Layer 2/3", CELL_COLOURS["L2_pyramidal"] as string),
      panel("L5", "Layer 5", CELL_COLOURS["L5_pyramidal"] as string),
    ],
  });
}

/** Power of the aggregate dipole below 100 Hz. */
export function dipoleSpectrumFigure(
  spectra: readonly { readonly f: ArrayLike<number>; readonly density: ArrayLike<number> }[],
  durationMs: number,
  width = 85,
): string {
  const resolution = 1000 / durationMs;
  const series = spectra.map(({ f, density }, k): Series => {
    const single = k > 0;
    const label = single ? (k === 1 ? { label: "single trials" } : {}) : { label: spectra.length > 1 ? "mean over trials" : "dipole" }; // prettier-ignore
    return {
      type: "line",
      x: f,
      y: density,
      width: single ? 0.4 : 1.1,
      colour: single ? GREY : seriesColour(0),
      ...label,
    };
  });
  return figure({
    width,
    panels: [
      {
        title: `Spectrum (resolution ${resolution.toPrecision(2)} Hz)`,
        height: 45,
        x: { label: "Frequency", unit: "Hz", range: [0, 100] },
        y: { label: "Power density", unit: "nAm²/Hz", range: [0, undefined] },
        series: [...series.slice(1), ...series.slice(0, 1)],
      },
    ],
  });
}

interface HeatData {
  /** rows x columns, row by row. */
  readonly rows: readonly ArrayLike<number>[];
  readonly tMs: ArrayLike<number>;
  /** Outer edges of the row axis. */
  readonly y: readonly [number, number];
}

function heat({ rows, tMs, y }: HeatData, range: readonly [number, number], valueLabel: string): Series {
  const columns = tMs.length;
  const z = new Float64Array(rows.length * columns);
  rows.forEach((row, k) => z.set(Array.from(row), k * columns));
  return {
    type: "heat",
    z,
    rows: rows.length,
    columns,
    x: [tMs[0] ?? 0, tMs[columns - 1] ?? 1],
    y,
    range,
    valueLabel,
  };
}

const largest = (rows: readonly ArrayLike<number>[]): number =>
  rows.reduce((most, row) => Array.from(row).reduce((m, x) => Math.max(m, Math.abs(x)), most), 0) || 1;

/** Morlet power over time and frequency under the dipole it was made of. */
export function spectrogramFigure(dipole: DipoleTraces, power: HeatData, width = 180): string {
  const last = dipole.tMs[dipole.tMs.length - 1] ?? 0;
  return figure({
    width,
    shareX: true,
    panels: [
      {
        title: "Aggregate dipole, mean over trials",
        height: 25,
        x: time(last),
        y: { label: "Dipole moment", unit: "nAm" },
        series: [{ type: "line", x: dipole.tMs, y: dipole.agg, colour: "#12275a" }],
      },
      {
        title: "Morlet power (7 cycles; sags at both ends)",
        height: 45,
        x: time(last),
        y: { label: "Frequency", unit: "Hz", range: power.y },
        series: [heat(power, [0, largest(power.rows)], "power (nAm²)")],
      },
    ],
  });
}

/** Potentials along a probe and their current source density: sinks below zero. */
export function fieldFigure(potentials: HeatData, csd: HeatData, width = 180): string {
  const last = potentials.tMs[potentials.tMs.length - 1] ?? 0;
  const panel = (title: string, data: HeatData, label: string, after: number): Panel => {
    // cells settle in the first 20 ms: their currents must not set the colours
    const from = Array.from(data.tMs).findIndex((t) => t >= after);
    const most = largest(data.rows.map((row) => Array.from(row).slice(Math.max(0, from))));
    return {
      title,
      height: 50,
      x: time(last),
      y: { label: "Height", unit: "µm", range: data.y },
      series: [heat(data, [-most, most], label)],
    };
  };
  return figure({
    width,
    shareX: true,
    panels: [
      panel("Potential along the probe", potentials, "potential (µV)", 20),
      panel("Current source density", csd, "CSD (µV/µm²)", 20),
    ],
  });
}

interface SpikesByType {
  readonly timesMs: ArrayLike<number>;
  readonly gids: ArrayLike<number>;
}

export interface RasterData {
  readonly title: string;
  /** Real cells only, by type. */
  readonly spikes: Readonly<Record<string, SpikesByType>>;
  readonly nCells: number;
}

/** A tick per spike, 5 cells tall in the published network, gid 0 at the top; several runs stacked on one time axis. */
export function columnRasterFigure(runs: readonly RasterData[], lastMs: number, width = 180): string {
  const panels = runs.map(({ title, spikes, nCells }): Panel => {
    const series = Object.entries(spikes)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([type, { timesMs, gids }], k): Series => {
        const rows = Float64Array.from(gids, (gid) => nCells - 1 - gid);
        const colour = CELL_COLOURS[type] ?? seriesColour(k);
        return {
          type: "raster",
          x: timesMs,
          rows,
          rowCount: nCells,
          tick: Math.max(1, (5 * nCells) / 270),
          colour,
          label: `${type} Spikes`,
        };
      });
    return { title, height: runs.length > 1 ? 55 : 80, x: time(lastMs), y: { label: "Cell ID", ticks: [] }, series };
  });
  return figure({ width, shareX: true, panels });
}

/** Counts per bin of the drives' events, one panel for all drives, and of the cells by type. */
export function histogramFigure(
  edgesMs: ArrayLike<number>,
  drives: Readonly<Record<string, ArrayLike<number>>>,
  cells: Readonly<Record<string, ArrayLike<number>>>,
  width = 180,
): string {
  const last = edgesMs[edgesMs.length - 1] ?? 0;
  const series = (of: Readonly<Record<string, ArrayLike<number>>>): Series[] =>
    Object.entries(of).map(([label, y], k) => ({
      type: "step",
      edges: edgesMs,
      y,
      label,
      width: 1,
      colour: CELL_COLOURS[label] ?? seriesColour(k),
    }));
  const panel = (title: string, list: Series[]): Panel => ({
    title,
    height: 35,
    x: time(last),
    y: { label: "Events per bin", range: [0, undefined] },
    series: list,
  });
  return figure({ width, shareX: true, panels: [panel("Drives", series(drives)), panel("Cells", series(cells))] });
}

/** Mean rates: a bar per type, a point per trial. */
export function ratesFigure(rates: Readonly<Record<string, readonly number[]>>, width = 85): string {
  const types = Object.keys(rates);
  const bars = types.flatMap((type, k): Series[] => {
    const perTrial = rates[type] ?? [];
    const mean = perTrial.reduce((a, b) => a + b, 0) / Math.max(1, perTrial.length);
    const colour = CELL_COLOURS[type] ?? seriesColour(k);
    const bar: Series = { type: "step", edges: [k - 0.35, k + 0.35], y: [mean], filled: true, colour };
    if (perTrial.length < 2) return [bar];
    const points: Series = { type: "scatter", x: perTrial.map(() => k), y: perTrial, size: 2, colour: "#222222" };
    return [bar, points];
  });
  return figure({
    width,
    panels: [
      {
        title: "Mean rates over cells",
        height: 45,
        x: { range: [-0.6, types.length - 0.4], ticks: types.map((label, at) => ({ at, label })) },
        y: { label: "Rate", unit: "Hz", range: [0, undefined] },
        series: bars,
      },
    ],
  });
}
