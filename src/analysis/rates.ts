import { binFrom, nearestBins, wholeBins } from "./grid.ts";
import { intervals } from "./intervals.ts";
import {
  checkCount,
  checkPositive,
  checkSpan,
  counts,
  timesPerCell,
  window,
  type Span,
  type SpikeTrains,
} from "./spikes.ts";
import { mean } from "./stats.ts";

/** A rate sampled in time. */
export interface RateSeries {
  /** ms. */
  readonly t: Float64Array;
  readonly hz: Float64Array;
}

/** Spikes in the span over its duration (Hz), one per cell. */
export function meanRates(trains: SpikeTrains, span: Span): Float64Array {
  checkSpan("mean rates", span);
  return Float64Array.from(counts(window(trains, span.from, span.to)), (c) => (c * 1000) / (span.to - span.from));
}

/** Mean over all cells, silent ones included, of spikes over duration (Hz). */
export function meanRate(trains: SpikeTrains, span: Span): number {
  return mean(meanRates(trains, span));
}

/** 1 / mean interval (Hz), one per cell; NaN with fewer than two spikes. */
export function meanIntervalRates(trains: SpikeTrains): Float64Array {
  return Float64Array.from(timesPerCell(trains), (times) => 1000 / mean(intervals(times)));
}

/** 1 / preceding interval at every spike but the first, of sorted times (ms). */
export function instantaneousRate(times: Float64Array): RateSeries {
  return { t: times.slice(1), hz: intervals(times).map((isi) => 1000 / isi) };
}

/** Start of each whole bin of a span, plus the end of the last: length bins + 1. A last part shorter than a bin is left out. */
export function binEdges(span: Span, binMs: number): Float64Array {
  checkSpan("bins", span);
  checkPositive("bin width (ms)", binMs);
  const bins = wholeBins("bins", span.from, span.to, binMs);
  return Float64Array.from({ length: bins + 1 }, (_, k) => span.from + k * binMs);
}

/** Spikes of all cells in each bin of a span. */
export function binnedCounts(times: ArrayLike<number>, span: Span, binMs: number): Float64Array {
  const bins = new Float64Array(binEdges(span, binMs).length - 1);
  for (let k = 0; k < times.length; k++) {
    const bin = binFrom(times[k] as number, span.from, binMs);
    if (bin >= 0 && bin < bins.length) bins[bin] = (bins[bin] as number) + 1;
  }
  return bins;
}

/** Spikes in each bin over bin width and over *all* cells of the population (Hz); t is the middle of each bin. */
export function populationRate(trains: SpikeTrains, span: Span, binMs = 100): RateSeries {
  const hz = binnedCounts(trains.times, span, binMs).map((c) => (c * 1000) / (binMs * trains.n));
  return { t: hz.map((_, k) => span.from + (k + 0.5) * binMs), hz };
}

export interface SmoothingOptions extends Span {
  /** Bin of the 0/1 train and spacing of the result (ms). */
  readonly dt?: number;
  /** Width of the Hann window (ms). */
  readonly width?: number;
  /** Keep every m-th sample of the result. */
  readonly every?: number;
}

/** Smoothed discharge rates: each 0/1 train, binned at dt, convolved with a Hann window of unit area; "same" alignment, so
 * the ends see a part of the window and read low. Summed over spikes, not bins: the cost is that of the spikes.
 * @returns t (ms) of each sample and one Float64Array of rates (Hz) per cell */
export function smoothedRates(trains: SpikeTrains, options: SmoothingOptions): { t: Float64Array; hz: Float64Array[] } {
  const { from, to, dt = 1, width = 400, every = 1 } = options;
  checkPositive("smoothing dt (ms)", dt);
  checkCount("smoothed rates", "samples between those kept", every, 1);
  const samples = binEdges(options, dt).length - 1;
  const kernel = hannKernel(nearestBins("smoothing window", width, dt), dt);
  const before = (kernel.length - 1) >> 1;
  const hz = timesPerCell(window(trains, from, to)).map((times) => {
    const rate = new Float64Array(samples);
    let last = -1;
    for (const t of times) {
      const bin = binFrom(t, from, dt);
      if (bin === last || bin >= samples) continue; // occupancy is 0 or 1
      last = bin;
      const first = Math.max(0, bin - before);
      const end = Math.min(samples, bin - before + kernel.length);
      for (let k = first; k < end; k++) rate[k] = (rate[k] as number) + (kernel[k - bin + before] as number);
    }
    return every === 1 ? rate : rate.filter((_, k) => k % every === 0);
  });
  const t = Float64Array.from({ length: Math.ceil(samples / every) }, (_, k) => from + k * every * dt);
  return { t, hz };
}

/** Symmetric Hann window scaled so that a spike contributes an area of 1 (Hz x s). One or two points are a rectangle: their Hann
 * window has no area. */
function hannKernel(points: number, dt: number): Float64Array {
  const w = Float64Array.from({ length: points }, (_, k) =>
    points < 3 ? 1 : 0.5 - 0.5 * Math.cos((2 * Math.PI * k) / (points - 1)),
  );
  const area = w.reduce((a, b) => a + b, 0) * dt * 1e-3;
  return w.map((v) => v / area);
}
