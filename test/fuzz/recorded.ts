import { DataError } from "../../src/errors.ts";
import { drive } from "../../src/network/signal.ts";
import { simulate } from "../../src/run/simulate.ts";
import type { Files } from "../../src/storage/files.ts";
import { loadRun } from "../../src/storage/load-run.ts";
import { recordRun, type RecordOptions } from "../../src/storage/run-folder.ts";
import { Hz, ms } from "../../src/units.ts";
import { smallPool } from "../unit/run/networks.ts";

/** ms */
export const DURATION = 24;

interface Run extends Partial<RecordOptions> {
  readonly seed?: number;
  /** Of the live change. */
  readonly scale?: number;
  /** stop after so many chunks, as a kill between two chunks does. */
  readonly stopAfter?: number;
  /** ms */
  readonly chunkMs?: number;
  /** Called by a hook every 2 ms. */
  readonly onHook?: (t: number) => void;
}

/** 24 ms of twelve motor neurons in chunks of 6 ms, with live changes at 4 and 14 ms. */
export async function record(files: Files, options: Run = {}): Promise<void> {
  const { seed = 5, scale = 1.5, stopAfter = Infinity, chunkMs = 6, onHook, ...rest } = options;
  const sim = await simulate(smallPool(seed), { dt: ms(0.025), engine: "reference" });
  sim.every(ms(2), (control, t) => {
    if (t === 4) control.scale("DD", scale);
    if (t === 14) control.rate("IN", drive.constant(Hz(40)));
    onHook?.(t);
  });
  try {
    let chunks = 0;
    for await (const _ of recordRun(sim, { files, duration: ms(DURATION), chunk: ms(chunkMs), ...rest })) {
      if (++chunks >= stopAfter) break;
    }
  } finally {
    await sim.close();
  }
}

/** All that a user gets from a run folder, as text that is equal only where every bit is. */
export async function contents(files: Files): Promise<string> {
  const run = await loadRun(files);
  const parts: unknown[] = [
    run.durationMs,
    run.run.populations,
    run.run.traces,
    run.run.description,
    await run.liveChanges(),
  ];
  for (const { name } of run.run.populations) {
    const { times, cells } = await run.spikes(name);
    parts.push([...times], [...cells]);
  }
  for (const { population, variable } of run.run.traces) {
    const { times, data } = await run.trace(population, variable);
    parts.push([...times], [...new Uint32Array(data.slice().buffer)]);
  }
  return JSON.stringify(parts);
}

/** What it throws must be typed and name a file of the folder. */
export function expectNamed(error: unknown): void {
  if (error instanceof DataError && /(run\.json|checkpoint\.bin|chunk-\d+\.h5)/.test(error.where)) return;
  throw error;
}
