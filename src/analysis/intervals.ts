import { mean, standardDeviation, type Sd } from "./stats.ts";

/** Inter-spike intervals (ms) of sorted times (ms); one fewer than spikes. */
export function intervals(times: ArrayLike<number>): Float64Array {
  const isi = new Float64Array(Math.max(0, times.length - 1));
  for (let k = 0; k < isi.length; k++) isi[k] = (times[k + 1] as number) - (times[k] as number);
  return isi;
}

/** SD of the intervals over their mean (1). NaN without an interval; the sample SD needs two.
 * @param sd "population" divides by the number of intervals (the default, as the published motor-pool analysis), "sample" by one less */
export function coefficientOfVariation(isi: ArrayLike<number>, sd: Sd = "population"): number {
  return standardDeviation(isi, sd) / mean(isi);
}

/** Local variation LV (1) of Shinomoto et al. (2003), Neural Comput. 15:2823-2842:
 * the mean of 3 (I_k - I_{k+1})^2 / (I_k + I_{k+1})^2. 0 for a regular train, 1 in the mean for a Poisson train, and unlike
 * CV not raised by slow changes of rate. NaN with fewer than two intervals. */
export function localVariation(isi: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k + 1 < isi.length; k++) {
    const [a, b] = [isi[k] as number, isi[k + 1] as number];
    sum += (3 * (a - b) ** 2) / (a + b) ** 2;
  }
  return isi.length > 1 ? sum / (isi.length - 1) : NaN;
}
