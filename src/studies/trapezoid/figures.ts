import { percentile } from "../../analysis/stats.ts";
import { populationRate } from "../../analysis/rates.ts";
import type { SpikeTrains } from "../../analysis/spikes.ts";
import { blue, rainbow, red, seriesColour } from "../../plot/colours.ts";
import { figure } from "../../plot/figure.ts";
import type { Panel, Series } from "../../plot/types.ts";
import { rateSteps, seconds, type TimeSeries } from "../../plot/common.ts";

interface TrapezoidData {
  /** Rate asked of the descending sources, noise included (Hz). */
  readonly drive: TimeSeries;
  /** Its level before noise at rest (Hz). */
  readonly baseline: number;
  readonly sources: SpikeTrains;
  /** In recruitment order. */
  readonly motorNeurons: SpikeTrains;
  /** ms. */
  readonly duration: number;
}

/** Shades that a raster's rows are grouped into; each is one path. */
const SHADES = 12;

function raster(trains: SpikeTrains, shade: (f: number) => string): Series {
  const colours = Array.from({ length: SHADES }, (_, k) => shade(k / (SHADES - 1)));
  const colourOf = (row: number) => colours[Math.floor((row * SHADES) / trains.n)] as string;
  return { type: "raster", x: seconds(trains.times), rows: trains.cells, rowCount: trains.n, colourOf };
}

/** Drive with its baseline, raster of the sources in blues, raster of the motor neurons in reds, both population rates. */
export function trapezoidFigure(data: TrapezoidData, width = 180): string {
  const { drive, baseline, sources, motorNeurons, duration } = data;
  const x = { label: "time", unit: "s", range: [0, duration / 1000] as const };
  const active = new Set(motorNeurons.cells).size;
  const rate = (trains: SpikeTrains) => populationRate(trains, { from: 0, to: duration });
  const panels: Panel[] = [
    {
      title: "Descending drive",
      height: 22,
      x,
      y: { label: "rate", unit: "Hz" },
      series: [
        { type: "line", x: seconds(drive.t), y: drive.value, label: "drive", width: 0.6 },
        { type: "rule", y: baseline, label: `baseline ${baseline} Hz` },
      ],
    },
    {
      title: `Descending sources (${sources.n})`,
      height: 35,
      x,
      y: { label: "source" },
      series: [raster(sources, blue)],
    },
    {
      title: `Motor neurons in recruitment order, ${active} of ${motorNeurons.n} active`,
      height: 45,
      x,
      y: { label: "motor neuron" },
      series: [raster(motorNeurons, red)],
    },
    {
      title: "Population rates over all cells, 100 ms bins",
      height: 24,
      x,
      y: { label: "rate", unit: "Hz", range: [0, undefined] },
      series: [
        rateSteps(rate(sources), blue(0.75), "descending sources"),
        rateSteps(rate(motorNeurons), red(0.2), "motor neurons"),
      ],
    },
  ];
  return figure({ width, shareX: true, panels });
}

interface DischargeRates {
  /** ms, evenly spaced. */
  readonly t: Float64Array;
  /** Hz, one array per unit, in recruitment order. */
  readonly hz: readonly Float64Array[];
  /** Index of each unit in its pool. */
  readonly cells: ArrayLike<number>;
}

/** Smoothed discharge rates: as a heat map from 0 to the 95th percentile, and as traces in rainbow order. */
export function dischargeRatesFigure({ t, hz, cells }: DischargeRates, width = 180): string {
  const columns = t.length;
  const z = new Float64Array(hz.length * columns);
  hz.forEach((row, k) => z.set(row, k * columns));
  const spacing = columns > 1 ? (t[1] as number) - (t[0] as number) : 1;
  const span = [(t[0] ?? 0) / 1000, ((t[0] ?? 0) + columns * spacing) / 1000] as const;
  const x = { label: "time", unit: "s", range: span };
  const top = percentile(z, 95);
  const named = hz.length <= 20;
  const traces = hz.map((y, k): Series => {
    const line: Series = {
      type: "line",
      x: seconds(t),
      y,
      colour: rainbow(k / Math.max(1, hz.length - 1)),
      width: 0.5,
    };
    return named ? { ...line, label: `unit ${cells[k]}` } : line;
  });
  const heat: Series = {
    type: "heat", z, rows: hz.length, columns, x: span, y: [-0.5, hz.length - 0.5], range: [0, top > 0 ? top : 1], valueLabel: "rate (Hz)",
  }; // prettier-ignore
  const panels: Panel[] = [
    {
      title: "Smoothed discharge rates (400 ms Hann window)",
      height: 50,
      x,
      y: { label: "active unit, by recruitment", range: [-0.5, Math.max(0, hz.length - 1) + 0.5] },
      series: hz.length > 0 ? [heat] : [],
    },
    {
      title: named
        ? "The same as traces"
        : `The same as traces, unit ${cells[0]} (violet, dark) to ${cells[hz.length - 1]} (red, light)`,
      height: 40,
      x,
      y: { label: "rate", unit: "Hz", range: [0, undefined] },
      series: traces,
    },
  ];
  return figure({ width, shareX: true, panels });
}

/** Plateau rate and CV of every unit against its index. */
export function plateauFigure(
  data: { cells: ArrayLike<number>; rate: ArrayLike<number>; cv: ArrayLike<number> },
  width = 180,
): string {
  const x = { label: "motor neuron" };
  const points = (y: ArrayLike<number>, colour: string): Series => ({ type: "scatter", x: data.cells, y, colour });
  return figure({
    width,
    columns: 2,
    panels: [
      {
        title: "Plateau rate",
        height: 40,
        x,
        y: { label: "rate", unit: "Hz" },
        series: [points(data.rate, seriesColour(0))],
      },
      {
        title: "Plateau variability",
        height: 40,
        x,
        y: { label: "CV of intervals" },
        series: [points(data.cv, seriesColour(1))],
      },
    ],
  });
}
