import type { TrainingNoise } from "../../compile/trained/training.ts";
import { drawNetwork, drawTargets, targetArray, type NetworkDraws } from "../../compile/trained/draws.ts";
import { drawNetworkNumpy, numpyNoise } from "./numpy-draws.ts";
import type { TrainedNetwork } from "../../compile/trained/networks.ts";
import { noiseAmplitude, nqifOf, type TrainedNetworkParameters } from "../../network/trained-parameters.ts";

export interface EnsembleGrid {
  readonly pqif: readonly number[];
  readonly vrest: readonly number[];
  readonly seeds: readonly number[];
}

/** A distinct network with the grid points that it stands for. */
export interface EnsembleMember extends TrainedNetwork {
  readonly seed: number;
  /** All grid points that give exactly this network: with no LIF neuron the reset changes nothing. */
  readonly points: readonly { readonly pqif: number; readonly vrest: number }[];
}

export interface Ensemble {
  /** Grid points asked for. */
  readonly asked: number;
  readonly members: readonly EnsembleMember[];
}

/** The grid pqif x reset x seed. Networks of one seed share start, stimulus, wiring, target and noise: a paired design.
 * Exact duplicates are found and stand once.
 * @param target  [itmax][N] for all networks instead of drawn ones */
export function ensemble(
  parameters: TrainedNetworkParameters,
  grid: EnsembleGrid,
  rng: "philox" | "numpy",
  target?: Float64Array,
): Ensemble {
  const members = new Map<string, EnsembleMember>();
  const bySeed = new Map<number, SharedDraws>();
  let asked = 0;
  for (const pqif of grid.pqif) {
    for (const vrest of grid.vrest) {
      for (const seed of grid.seeds) {
        asked++;
        const nqif = nqifOf({ ...parameters, pqif });
        const key = `${seed}/${nqif}/${nqif === parameters.N ? "any reset" : vrest}`;
        const shared = bySeed.get(seed) ?? sharedDraws(parameters, seed, target);
        bySeed.set(seed, shared);
        const known = members.get(key);
        const point = { pqif, vrest };
        members.set(
          key,
          known === undefined
            ? { ...memberOf(parameters, pqif, vrest, seed, rng, shared), seed, points: [point] }
            : { ...known, points: [...known.points, point] },
        );
      }
    }
  }
  return { asked, members: [...members.values()] };
}

/** What all networks of a seed have in common. */
interface SharedDraws {
  readonly draws: NetworkDraws;
  readonly target: Float64Array;
}

const sharedDraws = (parameters: TrainedNetworkParameters, seed: number, target?: Float64Array): SharedDraws => ({
  draws: drawNetwork(parameters, seed),
  // the notebook draws its targets before it seeds, so that its first ones cannot be had again: these are ours
  target: target ?? targetArray(drawTargets(parameters, seed), parameters.itmax),
});

function memberOf(
  parameters: TrainedNetworkParameters,
  pqif: number,
  vrest: number,
  seed: number,
  rng: "philox" | "numpy",
  shared: SharedDraws,
): TrainedNetwork {
  const { N, itmax } = parameters;
  const amplitude = noiseAmplitude(parameters);
  const numpy = rng === "numpy" ? drawNetworkNumpy(parameters, seed) : undefined;
  const quiet: TrainingNoise = { kind: "none" };
  const drawn: TrainingNoise = numpy
    ? { kind: "given", loop: numpyNoise(numpy.random, { N, itmax, amplitude, nqif: nqifOf({ N, pqif }) }) }
    : { kind: "drawn", seed, amplitude };
  const allQif = nqifOf({ N, pqif }) === N;
  return {
    label: `pqif ${pqif}${allQif ? "" : `, reset ${vrest}`}, seed ${seed}`,
    pqif,
    vrest,
    draws: numpy ?? shared.draws,
    target: shared.target,
    noise: amplitude === 0 ? quiet : drawn,
  };
}
