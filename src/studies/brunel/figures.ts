import { populationRate } from "../../analysis/rates.ts";
import type { Span, SpikeTrains } from "../../analysis/spikes.ts";
import { figure } from "../../plot/figure.ts";

/** Raster of the first neurons, and the population's rate below it. */
export function activityFigure(trains: SpikeTrains, cells: number, span: Span, binMs: number): string {
  const keep = [...trains.cells.keys()].filter((k) => (trains.cells[k] as number) < cells && (trains.times[k] as number) >= span.from && (trains.times[k] as number) < span.to);
  const x = { label: "time", unit: "ms", range: [span.from, span.to] as const };
  const { hz } = populationRate(trains, span, binMs);
  const edges = Float64Array.from({ length: hz.length + 1 }, (_, k) => span.from + k * binMs);
  return figure({
    width: 160,
    panels: [
      { title: `${cells} excitatory neurons`, height: 55, x, y: { label: "neuron" }, series: [{ type: "raster", x: keep.map((k) => trains.times[k] as number), rows: keep.map((k) => trains.cells[k] as number), rowCount: cells }] },
      { title: "Population rate", height: 25, x, y: { label: "rate", unit: "Hz" }, series: [{ type: "step", edges, y: hz, filled: true }] },
    ],
  });
} // prettier-ignore

/** Spectrum of the population's rate; histograms of the neurons' rates and CVs. */
export function statisticsFigure(spectrum: { readonly f: Float64Array; readonly density: Float64Array }, rates: ArrayLike<number>, cvs: readonly number[]): string {
  const top = Math.max(1, ...Array.from(rates)) * 1.05;
  return figure({
    width: 160,
    panels: [
      { title: "Spectrum of the population rate", height: 30, x: { label: "frequency", unit: "Hz", range: [0, 300] }, y: { label: "power", unit: "Hz2/Hz" }, series: [{ type: "line", x: spectrum.f, y: spectrum.density }] },
      { title: "Rates of neurons", height: 25, x: { label: "rate", unit: "Hz" }, y: { label: "neurons" }, series: [histogram(rates, 0, top)] },
      { title: "CV of intervals", height: 25, x: { label: "CV" }, y: { label: "neurons" }, series: [histogram(cvs, 0, 2)] },
    ],
  });
} // prettier-ignore

const BINS = 40;

function histogram(values: ArrayLike<number>, from: number, to: number) {
  const y = new Float64Array(BINS);
  for (const v of Array.from(values)) {
    const bin = Math.floor(((v - from) / (to - from)) * BINS);
    if (bin >= 0 && bin < BINS) y[bin] = (y[bin] as number) + 1;
  }
  const edges = Float64Array.from({ length: BINS + 1 }, (_, k) => from + (k * (to - from)) / BINS);
  return { type: "step", edges, y, filled: true } as const;
}
