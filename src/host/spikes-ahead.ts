import type { CompiledNetwork, CompiledRenewal } from "../compile/compiled.ts";
import { signalAt } from "../network/signal-values.ts";

/** Hz that cells are taken to fire at where nothing is known of it. */
const CELLS_HZ = 20;
/** Times at which a rate is looked at. */
const LOOKS = 40;

/** Spikes of a run as far as they can be foreseen, sources at the mean of their rates, cells at 20 Hz: of each population, all entries.
 * Given trains and ports are left out: their spikes are there before the run, or are none. */
export function spikesAhead(network: CompiledNetwork, steps: number): { readonly cells: boolean; readonly spikes: number }[] {
  const seconds = (steps * network.dt) / 1000;
  return network.populations.flatMap((p) => {
    const cells = p.kind === "cells" || p.kind === "trained";
    if (!cells && p.kind !== "renewal") return [];
    return { cells, spikes: (cells ? CELLS_HZ : meanRate(network, p, steps)) * p.n * network.entries * seconds };
  });
} // prettier-ignore

/** Hz, of all its sources. */
function meanRate({ dt, seeds }: CompiledNetwork, p: CompiledRenewal, steps: number): number {
  const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, one) => sum + one, 0) / Math.max(1, x.length);
  if (p.constantHz !== undefined) return mean(p.constantHz);
  const of = (p.signals[0] ?? []).map((signal) => {
    const at = signalAt(signal, { owner: p.name, seed: seeds[0] ?? 0, dt });
    return mean(Array.from({ length: LOOKS }, (_, k) => Math.max(0, at(Math.floor((steps * (k + 0.5)) / LOOKS)))));
  });
  return mean(of);
} // prettier-ignore
