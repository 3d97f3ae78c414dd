import type { CompiledTrace } from "../compile/compiled.ts";

/** The steps whose time labels the samples of a trace in a segment [from, to): state traces are labelled with the time after a
 * step, so from < step <= to; current traces with the time before it, from <= step < to. */
export function sampleSteps(trace: Pick<CompiledTrace, "phase" | "everySteps">, from: number, to: number): Uint32Array {
  const { everySteps: m, phase } = trace;
  const first = phase !== "current" ? Math.floor(from / m) + 1 : Math.ceil(from / m);
  const last = phase !== "current" ? Math.floor(to / m) : Math.ceil(to / m) - 1;
  return Uint32Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => (first + k) * m);
}

/** The largest number of elements of an ascending array within any `width` consecutive integers. */
export function mostWithin(sorted: Uint32Array, width: number): number {
  let most = 0;
  for (let first = 0, k = 0; k < sorted.length; k++) {
    while ((sorted[k] as number) - (sorted[first] as number) >= width) first++;
    most = Math.max(most, k - first + 1);
  }
  return most;
}
