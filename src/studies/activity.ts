import { pairCorrelations } from "../analysis/correlation.ts";
import { coefficientOfVariation, intervals } from "../analysis/intervals.ts";
import { binnedCounts, meanRates, populationRate } from "../analysis/rates.ts";
import { welch } from "../analysis/spectrum.ts";
import { timesPerCell, window, type Span, type SpikeTrains } from "../analysis/spikes.ts";
import { mean } from "../analysis/stats.ts";
import { fixed, formatTable } from "../analysis/summary.ts";
import { prefixed, type Values } from "./values.ts";

/** ms: bins of a population's rate, finer than the fastest oscillation that is looked for (some 400 Hz). */
export const RATE_BIN = 0.5;
/** ms: bins of the counts whose correlation is taken. */
const COUNT_BIN = 5;
/** spikes that a neuron needs for a CV. */
const LEAST_SPIKES = 4;

/** The statistics of a recurrent network, by which two programs or two seeds are compared. */
export interface Activity {
  /** Hz, one per neuron. */
  readonly rates: Float64Array;
  /** of the intervals of each neuron that has four spikes or more. */
  readonly cvs: readonly number[];
  /** of counts in 5 ms, of all pairs of the first active neurons. */
  readonly correlations: readonly number[];
}

/** What is measured of a run: from a time on (s), or of shorter runs their second half. */
export const lateSpan = (from: number, { durationMs }: { readonly durationMs: number }): Span => ({
  from: Math.min(1000 * from, durationMs / 2),
  to: durationMs,
});

/** @param pairs  neurons whose pairs are correlated */
export function activityOf(trains: SpikeTrains, span: Span, pairs: number): Activity {
  const all = timesPerCell(window(trains, span.from, span.to));
  const cvs = all.filter((t) => t.length >= LEAST_SPIKES).map((t) => coefficientOfVariation(intervals(t)));
  const active = all.filter((t) => t.length > 0).slice(0, pairs);
  const correlations = pairCorrelations(active.map((t) => binnedCounts(t, span, COUNT_BIN)));
  return { rates: meanRates(trains, span), cvs, correlations: Array.from(correlations).filter(Number.isFinite) };
}

const meanOf = (x: ArrayLike<number>): number => (x.length === 0 ? NaN : mean(x));

export interface RateSpectrum {
  readonly f: Float64Array;
  readonly density: Float64Array;
  /** Hz, of the largest density from 5 Hz on: what is slower is the length of the run. */
  readonly peak: number;
}

/** Of the population's rate. */
export function rateSpectrum(trains: SpikeTrains, span: Span): RateSpectrum {
  const { hz } = populationRate(trains, span, RATE_BIN);
  const segment = 2 ** Math.floor(Math.log2(Math.min(1024, hz.length)));
  const { f, density } = welch(hz, { fs: 1000 / RATE_BIN, segment, overlap: 0.5 });
  let best = 0;
  f.forEach((x, k) => {
    if (x >= 5 && ((density[k] as number) > (density[best] as number) || (f[best] as number) < 5)) best = k;
  });
  return { f, density, peak: f[best] as number };
}

/** Means of a population's statistics, with their units in the names. */
export function lateValues(name: string, trains: SpikeTrains, span: Span, pairs: number): Values {
  const { rates, cvs, correlations } = activityOf(trains, span, pairs);
  return prefixed(`${name}.`, {
    late_rate__Hz: mean(rates),
    late_cv: meanOf(cvs),
    correlation: meanOf(correlations),
    spectrum_peak__Hz: rateSpectrum(trains, span).peak,
  });
}

/** The same of several populations as a table. @param more  a further column: its head, and what it says of each population */
export function activityTable(values: Values, names: readonly string[], more?: readonly [head: string, of: (name: string) => string]): string {
  const digits = [["late_rate__Hz", 2], ["late_cv", 2], ["correlation", 3], ["spectrum_peak__Hz", 0]] as const;
  const rows = names.map((name) => {
    const [rate, ...rest] = digits.map(([what, n]) => fixed(values[`${name}.${what}`] ?? NaN, n)) as [string, ...string[]];
    return more === undefined ? [name, rate, ...rest] : [name, rate, more[1](name), ...rest];
  });
  const head = ["CV of intervals", `correlation of pairs (${COUNT_BIN} ms)`, "peak of the rate's spectrum (Hz)"];
  return formatTable(["population", "rate (Hz)", ...(more === undefined ? [] : [more[0]]), ...head], rows);
} // prettier-ignore
