// Does this machine keep the promises of README? One network, its spikes compared bit for bit: with other blocks, other workgroups, in a
// batch, resumed from a checkpoint, and its input trains against the float64 reference's. Prints JSON.
import { compile } from "../src/compile/compile.ts";
import { gpuEngine } from "../src/gpu/engine.ts";
import type { Engine } from "../src/host/engine.ts";
import type { Network } from "../src/network/network.ts";
import { openDevice } from "../src/node.ts";
import { referenceEngine } from "../src/reference/engine.ts";
import { chosenSettings } from "../src/studies/schema.ts";
import { buildWatanabe } from "../src/studies/watanabe/build.ts";
import { settings as schema } from "../src/studies/watanabe/settings.ts";

export interface Check {
  readonly promise: string;
  readonly pass: boolean;
  /** What was compared. */
  readonly spikes: number;
}

/** dt 0.025 ms: 200 ms */
const STEPS = 8000;

/** 100 motor neurons under the constant drive, from the first step on; `entries` copies of which the first is the same. */
function network(entries = 1): Network {
  const changes = { "cells.motorNeurons": "100", "cells.independent": "100", "cells.descending": "100", "drive.silence": "0", probability: "1" }; // prettier-ignore
  const { network } = buildWatanabe(chosenSettings("bench", schema, Object.entries(changes)), { seed: 42 });
  if (entries > 1) network.vary("seed", Array.from({ length: entries }, (_, k) => 42 + k)); // prettier-ignore
  return network;
}

const compiled = (net: Network, maxBlock?: number) =>
  compile(net, { dt: { value: 0.025, unit: "ms" }, ...(maxBlock === undefined ? {} : { maxBlock }) });

/** Spikes of entry 0 as text, sorted: "step source". */
async function spikesOf(engine: Engine, to = STEPS): Promise<string[]> {
  const { nSources } = engine.network;
  const found: [number, number][] = [];
  while (engine.step < to) {
    const { spikeSteps, spikeIds } = await engine.advance(Math.min(to, engine.step + engine.stepsPerSubmit));
    spikeIds.forEach((id, k) => {
      if (id < nSources) found.push([spikeSteps[k] as number, id]);
    });
  }
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([step, id]) => `${step} ${id}`);
}

async function closing<T>(engine: Promise<Engine> | Engine, work: (engine: Engine) => Promise<T>): Promise<T> {
  const open = await engine;
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}

type Make = (net: ReturnType<typeof compiled>, options?: { workgroupSize?: number }) => Promise<Engine>;

async function checks(make: Make, gpu: boolean): Promise<Check[]> {
  const whole = await closing(make(compiled(network())), spikesOf);
  const same = (promise: string, other: readonly string[], of = whole): Check => ({
    promise,
    pass: other.length > 0 && other.length === of.length && other.every((spike, k) => spike === of[k]),
    spikes: other.length,
  });
  const found = [
    same("the same bits whatever the block", await closing(make(compiled(network(), 40)), spikesOf)),
    same("the same bits in a batch", await closing(make(compiled(network(4))), spikesOf)),
    same("the same bits after a checkpoint", await resumed(make)),
  ];
  if (!gpu) return found;
  found.push(same("the same bits whatever the workgroup", await closing(make(compiled(network()), { workgroupSize: 32 }), spikesOf))); // prettier-ignore
  const { populations } = compiled(network());
  const inputs = populations.flatMap((p) => ("firstSource" in p && p.kind === "renewal" ? [p] : []));
  const isInput = (spike: string): boolean => {
    const id = Number(spike.split(" ")[1]);
    return inputs.some((p) => id >= p.firstSource && id < p.firstSource + p.n);
  };
  const reference = await closing(referenceEngine(compiled(network())), spikesOf);
  found.push(same("the same input trains as in the reference", reference.filter(isInput), whole.filter(isInput)));
  return found;
}

async function resumed(make: Make): Promise<string[]> {
  const [first, state] = await closing(make(compiled(network())), async (engine) => {
    const spikes = await spikesOf(engine, STEPS / 2);
    return [spikes, await engine.save()] as const;
  });
  const rest = await closing(make(compiled(network())), async (engine) => {
    await engine.load(state, STEPS / 2);
    return spikesOf(engine);
  });
  return [...first, ...rest];
}

const wanted = process.argv.includes("reference") ? undefined : await openDevice();
const make: Make = (net, options = {}) =>
  wanted === undefined ? Promise.resolve(referenceEngine(net)) : gpuEngine(net, wanted.device, options);
console.log(JSON.stringify(await checks(make, wanted !== undefined)));
wanted?.device.destroy();
