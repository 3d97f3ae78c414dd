import type { CompiledTraining, TrainingNoise } from "../../../src/compile/trained/training.ts";
import { drawNetwork, drawTargets, targetArray } from "../../../src/compile/trained/draws.ts";
import { trainedNetworks } from "../../../src/compile/trained/networks.ts";
import { NOTEBOOK } from "../../../src/network/trained-parameters.ts";

/** A few small networks: three loops of 30 steps, 6 with stimulus, loops 1 and 2 learn. Weak stimulus: no chaos. */
export function smallTraining({
  seeds = [0],
  n = 24,
  steps = 30,
  noise,
}: { seeds?: number[]; n?: number; steps?: number; noise?: (seed: number) => TrainingNoise } = {}): CompiledTraining {
  const itstim = Math.round(steps / 5);
  const parameters = {
    ...NOTEBOOK,
    N: n,
    p: 0.4,
    itmax: steps,
    itstim,
    learnFrom: itstim + 1,
    nloop: 3,
    nloop_train: 2,
    amp_current: 8,
  };
  return trainedNetworks(
    parameters,
    seeds.map((seed) => ({
      label: `seed ${seed}`,
      pqif: 0.5,
      vrest: -12.3,
      draws: drawNetwork(parameters, seed),
      target: targetArray(drawTargets(parameters, seed), steps),
      noise: noise?.(seed) ?? { kind: "none" },
    })),
  );
}
