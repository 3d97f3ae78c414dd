import seedrandom from "seedrandom";
import { drawGroups } from "../../analysis/composite.ts";
import { binFrom } from "../../analysis/grid.ts";
import { binEdges } from "../../analysis/rates.ts";
import { coherenceOf, confidenceLevel, segmentSpectra, type Coherence, type SegmentSpectra, type WelchOptions } from "../../analysis/spectrum.ts"; // prettier-ignore
import { timesPerCell, window, type Span, type SpikeTrains } from "../../analysis/spikes.ts";
import { mean } from "../../analysis/stats.ts";

interface CoherenceSettings {
  readonly groups: number;
  /** Units of a composite train. */
  readonly size: number;
  /** ms. */
  readonly bin: number;
  /** s. */
  readonly segment: number;
}

interface SpanCoherence {
  /** Hz. */
  readonly f: Float64Array;
  /** Of each composite train with the reference. */
  readonly groups: readonly Float64Array[];
  readonly mean: Float64Array;
  /** Of composite trains with each other, groups without a common unit: mean over pairs. */
  readonly between: Float64Array;
  /** Coherence that independent signals exceed with probability 0.05, overlap accounted for. */
  readonly level: number;
  readonly independent: number;
}

/** The published estimator's window, overlap and detrending, on bins of `bin` ms: 25 Hz needs no 40 kHz. */
export const welchOptions = ({ bin, segment }: CoherenceSettings): Required<WelchOptions> => ({
  fs: 1000 / bin,
  segment: Math.round((1000 * segment) / bin),
  overlap: 0.75,
  window: "hamming",
  detrend: "linear",
});

/** Coherence of composite trains of randomly drawn active units with a reference signal (one value per bin of the span).
 * @param seed of the draws, as published 42 */
export function compositeCoherence(
  trains: SpikeTrains,
  reference: Float64Array,
  span: Span,
  settings: CoherenceSettings,
  seed = 42,
): SpanCoherence {
  const random = seedrandom(String(seed));
  const units = timesPerCell(window(trains, span.from, span.to));
  const active = [...units.keys()].filter((unit) => (units[unit] as Float64Array).length > 0);
  const options = { ...welchOptions(settings) };
  options.segment = Math.min(options.segment, reference.length);
  const spectra = (group: readonly number[]): SegmentSpectra =>
    segmentSpectra(
      anyOf(
        group.map((unit) => units[unit] as Float64Array),
        span,
        settings.bin,
      ),
      options,
    );
  const own = segmentSpectra(reference, options);
  const groups = drawGroups(active, settings.size, settings.groups, random).map((group) => coherenceOf([spectra(group)], [own], 0)); // prettier-ignore
  const pairs = disjointPairs(active, settings.size, settings.groups, random).map(([a, b]) => coherenceOf([spectra(a)], [spectra(b)], 0)); // prettier-ignore
  return {
    f: own.f,
    groups: groups.map(({ coherence }) => coherence),
    mean: average(own.f, groups),
    between: average(own.f, pairs),
    level: confidenceLevel(own.independent),
    independent: own.independent,
  };
}

/** 1 in bins where any of the trains fires. Given by cell, because many groups are drawn from the same trains. */
function anyOf(group: readonly Float64Array[], span: Span, binMs: number): Float64Array {
  const signal = new Float64Array(binEdges(span, binMs).length - 1);
  for (const t of group.flatMap((times) => [...times])) {
    const bin = binFrom(t, span.from, binMs);
    if (bin >= 0 && bin < signal.length) signal[bin] = 1;
  }
  return signal;
}

const average = (f: Float64Array, all: readonly Coherence[]): Float64Array =>
  f.map((_, k) => mean(all.map(({ coherence }) => coherence[k] as number)));

/** Pairs of groups that share no unit, as many as asked for; none when there are too few units. */
export function disjointPairs(
  units: readonly number[],
  size: number,
  pairs: number,
  random: () => number,
): [number[], number[]][] {
  if (units.length < 2 * size) return [];
  return Array.from({ length: pairs }, () => {
    const pool = [...units];
    for (let k = 0; k < 2 * size; k++) {
      const other = k + Math.floor(random() * (pool.length - k));
      [pool[k], pool[other]] = [pool[other] as number, pool[k] as number];
    }
    return [pool.slice(0, size), pool.slice(size, 2 * size)];
  });
}

/** Mean of a coherence over frequencies from `low` to `high` (Hz). */
export const meanBetween = (f: Float64Array, coherence: Float64Array, low: number, high: number): number =>
  mean(coherence.filter((_, k) => (f[k] as number) >= low - 1e-9 && (f[k] as number) <= high + 1e-9));
