/// <reference types="@webgpu/types" preserve="true" />
import { concatenated } from "../../concatenated.ts";
import type { Announce } from "../announce.ts";
import {
  ForceStream,
  motorUnits,
  twitchSizes,
  type ForceOptions,
  type MotorUnitOptions,
  type MotorUnits,
} from "../../analysis/force.ts";
import { spikeTrains, type SpikeTrains } from "../../analysis/spikes.ts";
import type { EngineKind } from "../../host/engine.ts";
import type { Network } from "../../network/network.ts";
import type { Signal } from "../../network/signal.ts";
import { alphaMotorNeurons } from "../../models/motor-pool/index.ts";
import { simulate } from "../../run/simulate.ts";
import { canonicalValues, ms, seconds } from "../../units.ts";
import { type Pool, poolNetwork, thresholdsOf } from "../watanabe/network.ts";

interface PoolContext {
  readonly engine: EngineKind;
  readonly device?: GPUDevice | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly announce?: Announce | undefined;
}

interface PoolRunOptions {
  readonly seed: number;
  readonly duration: number; // s
  readonly dt: number; // ms
  readonly onProgress?: (done: number) => void;
}

/** How force is made; the study's settings. */
interface ForceSettings {
  readonly frequency: number; // Hz
  /** Left out: the range of the thresholds. */
  readonly twitchRange?: number | undefined;
  readonly longestRise: number; // ms
  readonly contractionRange: number;
  readonly gain: string;
}

const unitOptions = (pool: Pool, { twitchRange, ...force }: ForceSettings): MotorUnitOptions => ({ thresholds: thresholdsOf(pool), ...(twitchRange === undefined ? {} : { twitchRange }), ...force }); // prettier-ignore

export const unitsOf = (pool: Pool, force: ForceSettings): MotorUnits => motorUnits(unitOptions(pool, force));

/** Refuses what `unitsOf` would, without making a twitch of every unit. @throws DataError */
export const checkUnits = (pool: Pool, force: ForceSettings): void => void twitchSizes(unitOptions(pool, force));

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

/** The pool under several drives at once, one entry of a batch each, with equal noise and connections. */
export function driven(pool: Pool, rates: readonly Signal<"Hz">[], seed: number): Network {
  const { net } = poolNetwork(pool, rates[0] as Signal<"Hz">, seed, pool.independent.mean > 0);
  net.vary("DD.rate", rates);
  return net;
}

/** Runs it under drives, and makes its force of the spikes. */
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
  const { engine, device, signal } = context;
  const sim = await simulate(driven(pool, rates, seed), { device, engine, dt: ms(dt), duration });
  await context.announce?.(sim, {
    steps: sim.steps("duration", duration),
    chunkSteps: sim.steps("chunk", seconds(1), true),
  });
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
      motorNeurons: spikeTrains(
        pool.cells.motorNeurons,
        concatenated(Float64Array, times),
        concatenated(Uint32Array, cells),
      ),
      force: concatenated(Float64Array, force),
    };
  });
}
