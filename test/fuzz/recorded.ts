import { fixedProbability, oneToOne } from "../../src/connect/rules.ts";
import { DataError } from "../../src/errors.ts";
import { iaf_cond_exp } from "../../src/mechanisms/neurons/index.ts";
import { Network } from "../../src/network/network.ts";
import { gamma, poisson } from "../../src/network/sources.ts";
import { drive } from "../../src/network/signal.ts";
import { simulate } from "../../src/run/simulate.ts";
import type { Files } from "../../src/storage/files.ts";
import type { ChunkFormat } from "../../src/storage/sink.ts";
import { loadRun } from "../../src/storage/load-run.ts";
import { recordRun, type RecordOptions } from "../../src/storage/run-folder.ts";
import { Hz, ms, uS } from "../../src/units.ts";
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

/** Three point neurons under every kind of change. */
function threeNeurons(): Network {
  const net = new Network({ seed: 3 });
  const E = net.cells("E", iaf_cond_exp({ n: 3 }));
  const DD = net.sources("DD", 4, poisson({ rate: drive.constant(Hz(400)) }));
  const IN = net.sources("IN", 3, gamma({ order: 2, rate: drive.constant(Hz(300)) }));
  net.connect(DD, E.excitatory, fixedProbability(1), { weight: uS(0.02), delay: ms(1), name: "DD", maxScale: 2 });
  net.connect(IN, E.excitatory, oneToOne(), { weight: uS(0.02), delay: ms(1) });
  net.record(E, "V", { every: ms(0.5) });
  return net;
}

/** One simulation for many folders, which costs a thousandth of a second a folder instead of a third of one: 24 ms of three neurons in
 * chunks of 6 ms, changed under way at 4 and 14 ms, from the start or from what a folder holds. */
export async function recorder(): Promise<{
  record(files: Files, options?: Pick<Run, "stopAfter" | "resume" | "format">): Promise<void>;
  close(): Promise<void>;
}> {
  const sim = await simulate(threeNeurons(), { dt: ms(0.1), engine: "reference", threads: 1 });
  const start = structuredClone(await sim.save());
  sim.every(ms(2), (control, t) => {
    if (t === 4) control.scale("DD", 1.5);
    if (t === 14) control.rate("IN", drive.constant(Hz(40)));
  });
  const record = async (files: Files, options: Pick<Run, "stopAfter" | "resume" | "format"> = {}): Promise<void> => {
    const { stopAfter = Infinity, ...rest } = options;
    await sim.load(structuredClone(start));
    let chunks = 0;
    for await (const _ of recordRun(sim, { files, duration: ms(DURATION), chunk: ms(6), ...rest }))
      if (++chunks >= stopAfter) break;
  };
  return { record, close: () => sim.close() };
}

/** All that a user gets from a run folder, as text that is equal only where every bit is. */
export async function contents(files: Files, format?: ChunkFormat): Promise<string> {
  const run = await loadRun(files, format && { format });
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
  if (error instanceof DataError && /(run\.json|checkpoint\.bin|chunk-\d+\.(h5|json))/.test(error.where)) return;
  throw error;
}
