import type { Engine } from "../../src/host/engine.ts";
import type { Spawn, Thread } from "../../src/host/threads.ts";
import { pageThreads } from "../../src/browser/threads.ts";
import { motorPool } from "../../demo/motor-pool/network.ts";
import { referenceEngine, threadedEngine } from "../../src/reference/engine.ts";
import { sortSpikes } from "../../src/run/chunk.ts";

const ENDS = [4000, 9000, 12_000];
/** steps */
export const SEGMENT = 400;

interface Ran {
  readonly spikes: number[];
  readonly state: Readonly<Record<string, number[]>>;
}

declare global {
  /** Sorted spikes (step, id) and the last state, on so many threads. */
  var runOn: ((threads: number) => Promise<Ran>) | undefined;
  /** What a run says whose second thread is ended after the first segment, the step that it is left at, and whether it goes on from there.
   * @param waits  ms before the next segment. A browser lets an ended worker finish what it does for some seconds: it is asked until it is silent */
  var endedIn: ((waits: number) => Promise<{ said: string; step: number; after: number }>) | undefined;
}

function pool() {
  const drive = { rate: 65, amplitude: 20, frequency: 20, privateShare: 0.2 };
  return motorPool({ neurons: 60, range: 100, seed: 42, gamma: 0.2 }, drive).network;
}

async function engineOn(threads: number, made: Thread[] = []): Promise<Engine> {
  const { spawn } = pageThreads();
  if (spawn === undefined) throw new Error("the page is not cross-origin isolated");
  const kept: Spawn = () => {
    const thread = spawn();
    made.push(thread);
    return thread;
  };
  return threads === 1 ? referenceEngine(pool()) : threadedEngine(pool(), { threads, spawn: kept });
}

globalThis.runOn = async (threads) => {
  const engine = await engineOn(threads);
  const spikes: number[] = [];
  let from = 0;
  for (const to of ENDS) {
    const segment = await engine.advance(to);
    const { steps, ids } = sortSpikes(engine.network, [segment], from, to);
    steps.forEach((step, k) => spikes.push(step, ids[k] as number));
    from = to;
  }
  const state = await engine.save();
  await engine.close();
  return { spikes, state: Object.fromEntries(Object.entries(state).map(([name, x]) => [name, [...x]])) };
};

globalThis.endedIn = async (waits) => {
  const made: Thread[] = [];
  const engine = await engineOn(2, made);
  await engine.advance(ENDS[0] as number);
  made[0]?.end();
  if (waits > 0) await new Promise((resume) => setTimeout(resume, waits));
  const until = performance.now() + 60_000;
  let said = "nothing";
  while (said === "nothing" && performance.now() < until)
    said = await engine.advance(engine.step + SEGMENT).then(() => "nothing", String);
  const { step } = engine;
  await engine.advance(step + SEGMENT);
  const after = engine.step;
  await engine.close();
  return { said, step, after };
};
