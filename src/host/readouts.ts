import type { CompiledCells, CompiledNetwork, CompiledReadout, CompiledTrace } from "../compile/compiled.ts";

/** What a read-out keeps, one array of floats: weights [entry][output][cell]; where it learns also P [entry][cell][cell], and of the
 * last learning step k = P r [entry][cell], 1 + r.k [entry] and the errors [entry][output]. */
export interface KeptReadout {
  readonly P: number;
  readonly k: number;
  readonly den: number;
  readonly error: number;
  readonly length: number;
}

export function keptReadout({ n, outputs, learning }: CompiledReadout, entries: number): KeptReadout {
  const P = entries * outputs * n;
  if (learning === undefined) return { P, k: P, den: P, error: P, length: P };
  const k = P + entries * n * n;
  const den = k + entries * n;
  const error = den + entries;
  return { P, k, den, error, length: error + entries * outputs };
}

export function initialReadout(r: CompiledReadout, entries: number): Float64Array {
  const at = keptReadout(r, entries);
  const kept = new Float64Array(at.length);
  for (let e = 0; e < entries; e++) {
    kept.set(r.weight, e * r.weight.length);
    if (r.learning === undefined) continue;
    for (let c = 0; c < r.n; c++) kept[at.P + (e * r.n + c) * r.n + c] = r.learning.P0;
  }
  return kept;
}

/** Whether weights are changed at a step, before the step uses them. */
export const learnsAt = ({ learning: l }: CompiledReadout, step: number): boolean =>
  l !== undefined && step >= l.from && step < l.to && (step - l.from) % l.every === 0;

/** The first learning step after `step`, at which a block must begin. */
export function nextLearning({ learning: l }: CompiledReadout, step: number): number {
  if (l === undefined) return Infinity;
  const next = step < l.from ? l.from : l.from + (Math.floor((step - l.from) / l.every) + 1) * l.every;
  return next < l.to ? next : Infinity;
}

export interface ReadoutTrace {
  /** among the traces of its population. */
  readonly index: number;
  readonly trace: CompiledTrace;
  /** word of a step, behind which its values are shown; of weights the place in what is kept. */
  readonly word: number;
  /** per entry the next one's values are so much further on. */
  readonly stride: number;
}

/** The traces of a read-out, of values and errors or of weights. */
export function readoutTraces(network: CompiledNetwork, r: CompiledReadout, phase: "current" | "link"): ReadoutTrace[] {
  const index = network.readouts.indexOf(r);
  const { traces } = network.populations[r.population] as CompiledCells;
  return [...traces.entries()].flatMap(([k, trace]): ReadoutTrace[] => {
    if (trace.readout !== index || trace.phase !== phase) return [];
    if (phase === "link") return [{ index: k, trace, word: 0, stride: r.weight.length }];
    const errors = trace.variable === `${r.name}.error`;
    return [{ index: k, trace, word: r.shows + (errors ? network.entries * r.outputs : 0), stride: r.outputs }];
  });
}

/** 1 + r.P r is at least 1 while P is positive definite; rounding alone explains so much less. */
export const leastDen = (f32: boolean): number => (f32 ? 1 - 1e-5 : 1 - 1e-12);
