import type { CompiledNetwork, CompiledTrace } from "../compile/compiled.ts";
import type { TraceSamples } from "../host/engine.ts";
import { sampleSteps } from "../host/samples.ts";
import { columns } from "./joined.ts";
import type { Placed } from "./samples.ts";

function traceOf({ populations }: CompiledNetwork, population: number, trace: number): CompiledTrace | undefined {
  const p = populations[population];
  return p?.kind === "cells" ? p.traces[trace] : undefined;
}

const widthOf = (network: CompiledNetwork, { population, trace }: { population: number; trace: number }): number =>
  (traceOf(network, population, trace)?.cells.length ?? 0) * network.entries;

/** Samples of a submit, part after part, each from a multiple of 16 bytes on.
 * @param at  byte of the first */
export function readTraces(network: CompiledNetwork, bytes: ArrayBuffer, at: number, placed: readonly Placed[]): TraceSamples[] {
  let start = at;
  return placed.flatMap((samples) => {
    let word = 0;
    const read = samples.flatMap(({ steps, width, of }): TraceSamples[] => {
      const all = new Float32Array(bytes, start + 4 * word, steps.length * width * network.entries);
      word += all.length;
      return of.map(({ population, index, ...own }) => ({ population, trace: index, steps, data: columns(all, width, own) }));
    });
    start += 16 * Math.ceil(word / 4);
    return read.sort((a, b) => a.population - b.population || a.trace - b.trace);
  });
} // prettier-ignore

/** Those of the steps [from, to) only, of samples that go on beyond. */
export const cutTraces = (network: CompiledNetwork, traces: readonly TraceSamples[], from: number, to: number): TraceSamples[] =>
  traces.map((t) => {
    const trace = traceOf(network, t.population, t.trace);
    const steps = trace === undefined ? t.steps : sampleSteps(trace, from, to);
    return { ...t, steps, data: t.data.slice(0, steps.length * widthOf(network, t)) };
  }); // prettier-ignore
