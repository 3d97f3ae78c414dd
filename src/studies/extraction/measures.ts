import { linearFit } from "../../analysis/stats.ts";

/** Time constant (ms) of the way back to rest after a short pulse: -1 / slope of ln |V - rest| from the minimum on, up to
 * the first sample within 0.1 mV of rest.
 * @param t ms
 * @returns NaN when fewer than two samples remain or the potential does not decay */
export function decayTime(t: ArrayLike<number>, V: ArrayLike<number>, rest: number): number {
  let first = 0;
  for (let k = 1; k < V.length; k++) if ((V[k] as number) < (V[first] as number)) first = k;
  let end = first;
  while (end < V.length && !((V[end] as number) > rest - 0.1)) end++;
  const samples = Array.from({ length: end - first }, (_, k) => first + k);
  if (samples.length < 2) return NaN;
  const { slope } = linearFit(
    samples.map((k) => t[k] as number),
    samples.map((k) => Math.log(Math.abs((V[k] as number) - rest))),
  );
  return slope < 0 ? -1 / slope : NaN;
}

/** One cell's spike and what follows it, from samples that come piece by piece. */
export class SpikeShape {
  readonly rest: number;
  /** mV, and where (ms). */
  peak = { V: -Infinity, t: NaN };
  valley = { V: Infinity, t: NaN };
  /** First time after the valley within 0.15 mV of rest, ms. */
  recovered = NaN;
  finite = true;

  constructor(rest: number) {
    this.rest = rest;
  }

  add(t: number, V: number): void {
    if (!Number.isFinite(V)) this.finite = false;
    if (V > this.peak.V) this.peak = { V, t };
    if (V < this.valley.V) {
      this.valley = { V, t };
      this.recovered = NaN;
    } else if (Number.isNaN(this.recovered) && V > this.rest - 0.15) this.recovered = t;
  }
}

/** Slope of the rate against the current (Hz/nA) over currents of at least the rheobase; NaN with fewer than two.
 * @param upTo leave out currents above this one (nA) */
export function firingGain(
  currents: readonly number[],
  counts: readonly number[],
  range: { readonly rheobase: number; readonly upTo?: number },
  countedMs: number,
): number {
  const { rheobase, upTo = Infinity } = range;
  const used = currents.map((_, k) => k).filter((k) => within(currents[k] as number, rheobase, upTo));
  if (used.length < 2) return NaN;
  return linearFit(
    used.map((k) => currents[k] as number),
    used.map((k) => ((counts[k] as number) / countedMs) * 1000),
  ).slope;
}

const within = (x: number, from: number, to: number): boolean => x >= from && x <= to;

/** The current that fires most; above it a cell that stops goes into depolarisation block. */
export const strongestFiring = (currents: readonly number[], counts: readonly number[]): number =>
  currents[counts.indexOf(Math.max(...counts))] as number;
