/// <reference types="@webgpu/types" preserve="true" />
import type { Announce } from "../announce.ts";
import { ForceStream, motorUnits, type ForceOptions, type MotorUnits } from "../../analysis/force.ts";
import { spikeTrains, type SpikeTrains } from "../../analysis/spikes.ts";
import type { EngineKind } from "../../host/engine.ts";
import { fixedProbability, oneToOne } from "../../connect/rules.ts";
import { Network } from "../../network/network.ts";
import { drive, type Signal } from "../../network/signal.ts";
import { poisson } from "../../network/sources.ts";
import { alphaMotorNeurons, recruitmentThresholds } from "../../models/motor-pool/index.ts";
import { simulate } from "../../run/simulate.ts";
import { canonicalValues, Hz, ms, mV, seconds, uS } from "../../units.ts";

/** The network of the study without its drive. Units as in the watanabe experiment. */
export interface Pool {
  readonly cells: { readonly motorNeurons: number; readonly descending: number; readonly independent: number };
  readonly thresholds: { readonly range: number; readonly slope: number };
  readonly gamma: number;
  readonly V0: number; // mV
  readonly probability: number;
  readonly weight: { readonly descending: number; readonly independent: number }; // uS
  readonly delay: number; // ms
  readonly latency: number; // ms
  /** Private noise of every motor neuron, Hz; a mean of 0 leaves it out. */
  readonly independent: { readonly mean: number; readonly sd: number };
}

export interface PoolContext {
  readonly engine: EngineKind;
  readonly device?: GPUDevice | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly announce?: Announce | undefined;
}

export interface PoolRunOptions {
  readonly seed: number;
  readonly duration: number; // s
  readonly dt: number; // ms
  readonly onProgress?: (done: number) => void;
}

/** The same names and seeds as the watanabe experiment, so the same connections. */
export function poolNetwork(pool: Pool, rate: Signal<"Hz">, seed: number): Network {
  const net = new Network({ seed, name: "watanabe" });
  const thresholds = thresholdsOf(pool);
  const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds, V0: mV(pool.V0), gamma: pool.gamma }));
  const [delay, latency] = [ms(pool.delay), ms(pool.latency)];
  const DD = net.sources("DD", pool.cells.descending, poisson({ rate, latency }));
  net.connect(DD, aMN.excitatory, fixedProbability(pool.probability), { weight: uS(pool.weight.descending), delay });
  if (pool.independent.mean > 0) {
    const own = drive.noise({ mean: Hz(pool.independent.mean), sd: Hz(pool.independent.sd) });
    const IN = net.sources("IN", pool.cells.independent, poisson({ rate: own, latency }));
    net.connect(IN, aMN.excitatory, oneToOne(), { weight: uS(pool.weight.independent), delay });
  }
  return net;
}

export const thresholdsOf = (pool: Pool): Float64Array =>
  recruitmentThresholds({ n: pool.cells.motorNeurons, mode: "combined", ...pool.thresholds }).rt;

/** How force is made; the study's settings. */
export interface ForceSettings {
  readonly frequency: number; // Hz
  /** Left out: the range of the thresholds. */
  readonly twitchRange?: number | undefined;
  readonly longestRise: number; // ms
  readonly contractionRange: number;
  readonly gain: string;
}

export const unitsOf = (pool: Pool, { twitchRange, ...force }: ForceSettings): MotorUnits =>
  motorUnits({ thresholds: thresholdsOf(pool), ...(twitchRange === undefined ? {} : { twitchRange }), ...force });

/** Conduction time of each motor axon (ms), where force is to include it. */
export function axonDelaysOf(pool: Pool, force: { readonly axonDelays: boolean }): Pick<ForceOptions, "axonDelays"> {
  const { axonDelay } = alphaMotorNeurons({ thresholds: thresholdsOf(pool) });
  if (!force.axonDelays || axonDelay === undefined) return {};
  const delays = canonicalValues("axon delays", axonDelay, "ms", pool.cells.motorNeurons);
  return { axonDelays: typeof delays === "number" ? new Float64Array(pool.cells.motorNeurons).fill(delays) : delays };
}

export interface PoolRun {
  readonly motorNeurons: SpikeTrains;
  /** one value per sample of the units' frequency, unit of the smallest twitch. */
  readonly force: Float64Array;
}

/** Runs the pool under several drives at once, one entry of a batch each, with equal noise and connections. */
export async function runPool(
  pool: Pool,
  rates: readonly Signal<"Hz">[],
  units: MotorUnits,
  options: PoolRunOptions & Pick<ForceOptions, "gain" | "axonDelays">,
  context: PoolContext,
): Promise<PoolRun[]> {
  const { seed, dt, gain = "preceding", axonDelays } = options;
  const delays = axonDelays === undefined ? {} : { axonDelays };
  const duration = seconds(options.duration);
  const net = poolNetwork(pool, rates[0] as Signal<"Hz">, seed);
  net.vary("DD.rate", rates);
  const { engine, device, signal } = context;
  const sim = await simulate(net, { device, engine, dt: ms(dt), duration });
  context.announce?.(sim);
  const streams = rates.map(() => new ForceStream(units, { gain, spikeBin: dt, ...delays }));
  const pieces = rates.map(() => ({ times: [] as Float64Array[], cells: [] as Uint32Array[], force: [] as Float64Array[] })); // prettier-ignore
  try {
    const onProgress = options.onProgress;
    for await (const chunk of sim.run(duration, {
      signal,
      onProgress: ({ simulatedMs, totalMs }) => onProgress?.(simulatedMs / totalMs),
    })) {
      pieces.forEach(({ times, cells, force }, entry) => {
        const spikes = chunk.spikes("aMN", entry);
        times.push(spikes.times);
        cells.push(spikes.cells);
        force.push((streams[entry] as ForceStream).push(spikes, chunk.to));
      });
    }
  } finally {
    await sim.close();
  }
  return pieces.map(({ times, cells, force }, entry) => {
    force.push((streams[entry] as ForceStream).finish(duration.value));
    return {
      motorNeurons: spikeTrains(pool.cells.motorNeurons, joined(Float64Array, times), joined(Uint32Array, cells)),
      force: joined(Float64Array, force),
    };
  });
}

interface Joinable {
  readonly length: number;
  set(from: ArrayLike<number>, at: number): void;
}

function joined<T extends Joinable>(Kind: new (n: number) => T, parts: readonly T[]): T {
  const all = new Kind(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part as unknown as ArrayLike<number>, at);
    at += part.length;
  }
  return all;
}
