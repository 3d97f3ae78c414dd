import { morletSpectrogram } from "../../src/analysis/morlet.ts";
import { welch } from "../../src/analysis/spectrum.ts";
import { SAMPLE_MS, SPECTROGRAM_HZ } from "./facts.ts";

/** Of a spectrum, ms: below it there is less than one period of 10 Hz. */
const LEAST_MS = 100;

/** Hz, ascending. */
export const FREQUENCIES: readonly number[] = Array.from({ length: 1 + (SPECTROGRAM_HZ[1] - SPECTROGRAM_HZ[0]) / 2 }, (_, k) => SPECTROGRAM_HZ[0] + 2 * k); // prettier-ignore

/** Density of the dipole so far up to the spectrogram's highest frequency, (nAm)2/Hz: one window (Hann) over the whole, its mean taken off. */
export function spectrumOf(moment: ArrayLike<number>): { f: number[]; density: number[] } {
  const { length } = moment;
  if (length * SAMPLE_MS < LEAST_MS) return { f: [], density: [] };
  const { f, density } = welch(moment, { fs: 1000 / SAMPLE_MS, segment: length });
  const shown = f.findIndex((x) => x > SPECTROGRAM_HZ[1]);
  return { f: Array.from(f.subarray(1, shown)), density: Array.from(density.subarray(1, shown)) };
}

/** Power by frequency from the lowest up, (nAm)2; Morlet wavelets of 7 cycles. */
export const spectrogramOf = (moment: ArrayLike<number>): readonly Float64Array[] =>
  moment.length * SAMPLE_MS < LEAST_MS ? [] : morletSpectrogram(moment, SAMPLE_MS, FREQUENCIES).power;
