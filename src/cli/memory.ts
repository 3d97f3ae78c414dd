import { spikesAhead } from "../host/spikes-ahead.ts";
import { collectGarbage, processMemory } from "../node/process-memory.ts";
import { pageBytes } from "../plot/page.ts";
import type { Simulation } from "../run/simulate.ts";
import type { Ahead } from "../studies/announce.ts";
import type { Files } from "../storage/files.ts";

/** Bytes of a spike in the chunk that is sorted and written, in the population that is read back to measure it, and of a cell's in a raster. */
const SPIKE = { written: 50, read: 22, drawn: 120 } as const;
/** Spikes that a raster has at most, about: of larger networks some cells are drawn. */
const MOST_DRAWN = 300_000;

/** What will be done in a process beside a simulation. */
export interface Around {
  /** of the largest figure that will be drawn, mm; undefined for none. */
  readonly page: readonly [width: number, height: number] | undefined;
  /** whether the device's memory is the process's: a software adapter's. */
  readonly software: boolean;
}

/** A picture that loads the renderer and its fonts. */
const EMPTY = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"/>`;

/** Has there what a run needs to its end, so that what is said of memory counts it.
 * @param figures  whether they will be drawn */
export async function openTools(files: Files, figures: boolean): Promise<void> {
  await files.hdf5();
  if (figures) await import("../plot/png.ts").then(({ toPng }) => toPng(EMPTY)).catch(() => undefined); // is told when they are drawn
}

/** Bytes that this process will have taken at most when a run is over, as far as can be known before its first step: what it has taken so
 * far, what the run adds, or what figures add once the run's own is free. Tries some steps, and goes back. */
export async function expectedBytes(sim: Simulation, { steps, chunkSteps, gathered = 0 }: Ahead, { page, software }: Around): Promise<number> {
  await sim.rehearse();
  await collectGarbage();
  const { now, most } = processMemory();
  const { host, device } = sim.memory;
  const ahead = sim.ahead(steps);
  const inChunk = SPIKE.written * sum(spikesAhead(sim.network, Math.min(steps, chunkSteps)));
  const spikes = spikesAhead(sim.network, steps);
  const reading = SPIKE.read * Math.max(0, ...spikes.map((p) => p.spikes));
  const running = now + ahead.running + gathered + inChunk + reading;
  if (page === undefined) return Math.max(most, running);
  const left = now + ahead.after - host - (software ? device : 0) + inChunk;
  const marks = Math.min(MOST_DRAWN, sum(spikes.filter(({ cells }) => cells)) / sim.network.entries);
  return Math.max(most, running, left + pageBytes(...page) + SPIKE.drawn * marks);
} // prettier-ignore

const sum = (all: ReturnType<typeof spikesAhead>): number => all.reduce((n, { spikes }) => n + spikes, 0);
