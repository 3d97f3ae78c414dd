import type { CompiledTraining } from "../../src/compile/trained/training.ts";
import { ensemble } from "../../src/models/trained-network/ensemble.ts";
import { trainedNetworks } from "../../src/compile/trained/networks.ts";
import { NOTEBOOK, type TrainedNetworkParameters } from "../../src/network/trained-parameters.ts";
import { TEST_LOOPS, type Phase } from "./facts.ts";

export interface LearningSettings {
  readonly neurons: number;
  readonly qif: number; // fraction, 0..1
  readonly noise: number;
  readonly loops: number; // that learn
  readonly seed: number;
}

/** One network of the published notebook, with its own target for every neuron. */
export function learningNetwork(s: LearningSettings): {
  compiled: CompiledTraining;
  parameters: TrainedNetworkParameters;
} {
  const parameters = {
    ...NOTEBOOK,
    N: s.neurons,
    pqif: s.qif,
    sigma: s.noise,
    nloop_train: s.loops,
    nloop: 1 + s.loops + TEST_LOOPS,
  };
  const grid = { pqif: [parameters.pqif], vrest: [parameters.vrest], seeds: [s.seed] };
  return { compiled: trainedNetworks(parameters, ensemble(parameters, grid, "philox").members), parameters };
}

export function phaseOf({ schedule }: CompiledTraining, loop: number): Phase {
  if (loop < schedule.firstTrained) return "before learning";
  return loop <= schedule.lastTrained ? "learning" : "weights held";
}
