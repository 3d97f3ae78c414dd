/** LIF/QIF networks trained by recursive least squares, as published: parameters, draws, protocol and measures. */
export { dimension, participationRatio, type Dimension } from "./dimension.ts";
export {
  drawNetwork,
  drawTargets,
  targetArray,
  type DrawParameters,
  type NetworkDraws,
  type TargetDraws,
} from "../../compile/trained/draws.ts";
export { drawNetworkNumpy, numpyNoise } from "./numpy-draws.ts";
export { ensemble, type Ensemble, type EnsembleGrid, type EnsembleMember } from "./ensemble.ts";
export { longDimension } from "./long-run.ts";
export { loopMeasures, type LoopMeasures } from "./measures.ts";
export { effectiveRadius, motifs, type Motifs } from "./motifs.ts";
export { trainedNetworks, type SharedParameters, type TrainedNetwork } from "../../compile/trained/networks.ts";
export { NOTEBOOK, NOTEBOOK_GRID, type TrainedNetworkParameters } from "../../network/trained-parameters.ts";
export { DimensionSamples, loopResults, PROTOCOLS, runLoops, type LoopResult, type Protocol } from "./run.ts";
export { simulateTraining, type TrainingSimulation } from "./simulate.ts";
export { trainingEngine, type TrainingEngineOptions } from "../../run/training-engine.ts";
export { spectrum, type Spectrum } from "./spectrum.ts";
export type { TrainingEntry, TrainingNoise, TrainingTrace } from "../../compile/trained/training.ts";
export type { SpanRecord, TrainingSpan } from "../../host/training.ts";
export type { Watching } from "../../host/trained.ts";
export type { RandomState } from "../../random/numpy-legacy.ts";
