import { populationRate } from "../analysis/rates.ts";
import { window, type Span, type SpikeTrains } from "../analysis/spikes.ts";
import { seriesColour } from "../plot/colours.ts";
import { figure } from "../plot/figure.ts";
import { RATE_BIN, type RateSpectrum } from "./activity.ts";

/** Raster of the first neurons, and the population's rate below it. */
export function activityFigure(trains: SpikeTrains, cells: number, span: Span): string {
  const inside = window(trains, span.from, span.to);
  const keep = [...inside.cells.keys()].filter((k) => (inside.cells[k] as number) < cells);
  const x = { label: "time", unit: "ms", range: [span.from, span.to] as const };
  const { hz } = populationRate(trains, span, RATE_BIN);
  const edges = Float64Array.from({ length: hz.length + 1 }, (_, k) => span.from + k * RATE_BIN);
  return figure({
    width: 160,
    panels: [
      { title: `${cells} excitatory neurons`, height: 55, x, y: { label: "neuron" }, series: [{ type: "raster", x: keep.map((k) => inside.times[k] as number), rows: keep.map((k) => inside.cells[k] as number), rowCount: cells }] },
      { title: "Population rate", height: 25, x, y: { label: "rate", unit: "Hz" }, series: [{ type: "step", edges, y: hz, filled: true }] },
    ],
  });
} // prettier-ignore

export interface Statistics {
  /** In the legend; "" for none. */
  readonly label: string;
  readonly spectrum: RateSpectrum;
  readonly rates: ArrayLike<number>;
  readonly cvs: ArrayLike<number>;
}

/** Of one or more populations: spectra of their rates; histograms of their neurons' rates and CVs.
 * @param span  in which spikes were counted, ms: a rate is a whole number of spikes in it, and so is the width of a rate's bin */
export function statisticsFigure(all: readonly Statistics[], span: Span): string {
  const seconds = (span.to - span.from) / 1000;
  const most = Math.round(seconds * Math.max(1, ...all.map(({ rates }) => Array.from(rates).reduce((a, b) => Math.max(a, b), 0))));
  const width = Math.ceil((most + 1) / BINS);
  const counts = (rates: ArrayLike<number>): number[] => Array.from(rates, (rate) => Math.round(rate * seconds));
  const named = ({ label }: Statistics, k: number) => (label === "" ? {} : { label, colour: seriesColour(k) });
  const steps = (of: (s: Statistics) => ArrayLike<number>, width: number, unit: number) => all.map((s, k) => ({ ...histogram(of(s), width, unit, all.length === 1), ...named(s, k) }));
  return figure({
    width: 160,
    panels: [
      { title: "Spectrum of the population rate", height: 30, x: { label: "frequency", unit: "Hz", range: [0, 300] }, y: { label: "power", unit: "Hz2/Hz" }, series: all.map((s, k) => ({ type: "line", x: s.spectrum.f, y: s.spectrum.density, ...named(s, k) })) },
      { title: "Rates of neurons", height: 25, x: { label: "rate", unit: "Hz" }, y: { label: "neurons" }, series: steps(({ rates }) => counts(rates), width, 1 / seconds) },
      { title: "CV of intervals", height: 25, x: { label: "CV" }, y: { label: "neurons" }, series: steps(({ cvs }) => cvs, 2 / BINS, 1) },
    ],
  });
} // prettier-ignore

const BINS = 40;

/** How many values lie in each of `BINS` bins of a width from 0 on; edges in `unit` of what the values count. */
function histogram(values: ArrayLike<number>, width: number, unit: number, filled: boolean) {
  const y = new Float64Array(BINS);
  for (const v of Array.from(values)) {
    const bin = Math.floor(v / width);
    if (bin >= 0 && bin < BINS) y[bin] = (y[bin] as number) + 1;
  }
  const edges = Float64Array.from({ length: BINS + 1 }, (_, k) => k * width * unit);
  return { type: "step", edges, y, filled } as const;
}
