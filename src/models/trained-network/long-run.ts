import type { CompiledTraining } from "../../compile/trained/training.ts";
import type { TrainingEngine } from "../../host/training.ts";
import { covariance, dimension, windowMeans, type Dimension } from "./dimension.ts";
import { drawNetwork, type NetworkDraws } from "../../compile/trained/draws.ts";
import { trainedNetworks } from "../../compile/trained/networks.ts";
import type { TrainedNetworkParameters } from "../../network/trained-parameters.ts";

/** The companion scripts' protocol: trained weights from a fresh start, stimulus in the first steps only,
 * noise held over the step and added to the current, the intended spike rule; r averaged over windows.
 * @param make   makes an engine
 * @param discard  first windows left out */
export async function longDimension(
  parameters: TrainedNetworkParameters,
  network: {
    readonly pqif: number;
    readonly vrest: number;
    readonly draws: NetworkDraws;
    readonly w: Float64Array;
    readonly seed: number;
  },
  make: (compiled: CompiledTraining) => Promise<TrainingEngine>,
  { window = 50, windows = 2000, discard = 200, sign = "kept" as "kept" | "asPublished" } = {},
): Promise<Dimension & { T: number; ratePerStep: number }> {
  const { N, itstim, sigma } = parameters;
  const fresh = drawNetwork({ ...parameters, ftrain: 1 }, (network.seed ^ 0x9e3779b9) >>> 0).x0;
  const blocks = 20 * window; // steps of a span; a whole number of windows
  const common = {
    ...parameters,
    nloop_train: 0,
    learnFrom: 0,
    spikeRule: "intended" as const,
    noiseScheme: "held" as const,
  };
  const base = { label: `long run, seed ${network.seed}`, pqif: network.pqif, vrest: network.vrest };
  const noise =
    sigma === 0 ? ({ kind: "none" } as const) : ({ kind: "drawn", seed: network.seed, amplitude: sigma } as const);
  const steps = Math.ceil((window * windows) / blocks) * blocks;
  const compiled = (itmax: number, nloop: number, stimulated: number): CompiledTraining =>
    trainedNetworks({ ...common, itmax, nloop, itstim: stimulated }, [
      { ...base, noise, draws: { ...network.draws, x0: fresh, w0: network.w }, target: new Float64Array(itmax * N) },
    ]);
  const means: Float64Array[] = [];
  let spikes = 0;
  const collect = async (engine: TrainingEngine): Promise<void> => {
    const span = (await engine.advance(blocks, ["r"])).entries[0];
    for (const fired of span?.spikes ?? []) spikes += fired;
    means.push(windowMeans(span?.traces.r ?? [], N, window).X);
  };
  // the stimulus repeats in every loop, so the first loop with it and the rest without are two runs, the second from the state of the first
  const state = await running(await make(compiled(blocks, 1, itstim)), async (first) => {
    await collect(first);
    return (await first.state())[0];
  });
  const rest = compiled(blocks, steps / blocks, 0);
  const entries = rest.entries.map((entry) => ({ ...entry, x0: state?.x ?? entry.x0, r0: state?.r ?? entry.r0, firstStep: blocks })); // prettier-ignore
  await running(await make({ ...rest, entries }), async (second) => {
    while (second.step < steps) await collect(second);
  });
  const T = windows - discard;
  const X = new Float64Array(means.reduce((sum, part) => sum + part.length, 0));
  means.reduce((at, part) => (X.set(part, at), at + part.length), 0);
  const kept = X.subarray(discard * N, windows * N);
  return { ...dimension(covariance(kept, T, N), N, T, sign), T, ratePerStep: spikes / (steps * N) };
}

/** Does something with an engine and closes it. */
async function running<T>(engine: TrainingEngine, work: (engine: TrainingEngine) => Promise<T>): Promise<T> {
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}
