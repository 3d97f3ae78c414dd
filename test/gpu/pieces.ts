import type { Simulation } from "../../src/run/simulate.ts";
import { ms } from "../../src/units.ts";

interface Pieces {
  /** ms of each piece. */
  readonly lengths: readonly number[];
  /** population and variable of what is kept. */
  readonly traces: readonly (readonly [population: string, variable: string])[];
  /** Makes what goes on from a checkpoint behind each piece; without it one simulation runs them all. */
  readonly restart?: (() => Promise<Simulation>) | undefined;
}

/** Runs a simulation piece by piece. @returns all samples, under "population.variable", and the simulation to close */
export async function inPieces(sim: Simulation, { lengths, traces, restart }: Pieces) {
  const found: Record<string, number[]> = {};
  let current = sim;
  for (const length of lengths) {
    for await (const chunk of current.run(ms(length), { chunk: ms(length) }))
      for (const [p, v] of traces) (found[`${p}.${v}`] ??= []).push(...chunk.trace(p, v).data);
    if (restart === undefined) continue;
    const saved = await current.save();
    await current.close();
    current = await restart();
    await current.load(saved);
  }
  return { found, last: current };
}
