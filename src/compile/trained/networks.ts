import { compileTraining } from "./check.ts";
import { type CompiledTraining, type TrainingEntry, type TrainingNoise } from "./training.ts";
import type { NetworkDraws } from "./draws.ts";
import { nqifOf, type TrainedNetworkParameters } from "../../network/trained-parameters.ts";

/** One network: what is drawn for it, and what it shares with no one. */
export interface TrainedNetwork {
  readonly label: string;
  readonly pqif: number;
  readonly vrest: number;
  /** Its own threshold; the shared one where left out. */
  readonly vt?: number;
  readonly draws: NetworkDraws;
  /** [itmax][N]. */
  readonly target: Float64Array;
  readonly noise: TrainingNoise;
}

/** What the networks of one ensemble have in common. */
export type SharedParameters = Pick<
  TrainedNetworkParameters,
  | "N"
  | "h"
  | "b"
  | "alpha"
  | "vt"
  | "itmax"
  | "itstim"
  | "nloop"
  | "nloop_train"
  | "learnFrom"
  | "spikeRule"
  | "noiseScheme"
>;

/** Compiles networks that share all but fraction of QIF, reset, draws, target and noise. */
export function trainedNetworks(parameters: SharedParameters, networks: readonly TrainedNetwork[]): CompiledTraining {
  return compileTraining({
    n: parameters.N,
    ...planOfTraining(parameters),
    entries: networks.map((network) => entryOf(parameters, network)),
  });
}

/** What all networks of an ensemble share, none of it drawn. */
export function planOfTraining(parameters: SharedParameters): Pick<CompiledTraining, "rules" | "schedule"> {
  const { itmax, itstim } = parameters;
  return {
    rules: {
      h: parameters.h,
      b: parameters.b,
      alpha: parameters.alpha,
      spikeRule: parameters.spikeRule,
      noiseScheme: parameters.noiseScheme,
    },
    schedule: {
      loops: parameters.nloop,
      stepsPerLoop: itmax,
      stimulusRow: Int32Array.from({ length: itmax }, (_, it) => (it < itstim ? 0 : 1)),
      firstTrained: 1,
      lastTrained: parameters.nloop_train,
      learnFrom: parameters.learnFrom,
    },
  };
}

function entryOf(
  { N, vt: shared }: SharedParameters,
  { label, pqif, vrest, draws, target, noise, vt = shared }: TrainedNetwork,
): TrainingEntry {
  const stimulus = new Float64Array(2 * N); // row 0: on, row 1: off
  stimulus.set(draws.Istim);
  return {
    label,
    nqif: nqifOf({ N, pqif }),
    threshold: vt,
    reset: vrest,
    x0: draws.x0,
    r0: new Float64Array(N),
    rowPtr: draws.rowPtr,
    colIdx: draws.colIdx,
    w: draws.w0,
    stimulus,
    target,
    noise,
    ...(draws.trained && { trained: draws.trained }),
  };
}
