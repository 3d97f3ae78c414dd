/** Pure functions on spike trains and sampled signals, as `hillock/analysis`. */
export { compositeTrain, drawGroups, movingMean, resample, valueAt, type CompositeOptions } from "./composite.ts";
export {
  coincidences,
  crossCorrelation,
  crossCorrelogram,
  pairCorrelations,
  pearson,
  ranks,
  spearman,
  synchrony,
} from "./correlation.ts";
export {
  cycleHistogram,
  psth,
  vectorStrength,
  vectorStrengths,
  type CycleHistogram,
  type VectorStrength,
} from "./cycle.ts";
export {
  anticorrelation,
  average,
  dipoleWeights,
  onCompartments,
  rootMeanSquareError,
  savitzkyGolay,
  smooth,
} from "./dipole.ts";
export {
  currentSourceDensity,
  potentialWeights,
  transferResistances,
  type ConductorOptions,
  type Place,
  type SourceLine,
} from "./extracellular.ts";
export { isPowerOfTwo, nextPowerOfTwo, realPair, transform, type Complex, type Transform } from "./fft.ts";
export {
  forceStatistics,
  ForceStream,
  motorUnits,
  muscleForce,
  twitchGain,
  type Force,
  type ForceOptions,
  type ForceStatistics,
  type GainRule,
  type MotorUnitOptions,
  type MotorUnits,
} from "./force.ts";
export { binOf } from "./grid.ts";
export { coefficientOfVariation, intervals, localVariation } from "./intervals.ts";
export { morletSpectrogram, type Spectrogram } from "./morlet.ts";
export {
  binEdges,
  binnedCounts,
  instantaneousRate,
  meanIntervalRates,
  meanRate,
  meanRates,
  populationRate,
  smoothedRates,
  type RateSeries,
  type SmoothingOptions,
} from "./rates.ts";
export {
  recruitmentOf,
  RecruitmentStream,
  type Command,
  type Recruitment,
  type SustainedOptions,
} from "./recruitment.ts";
export {
  coherence,
  coherenceOf,
  confidenceLevel,
  detrendLinear,
  pooledCoherence,
  publishedEstimator,
  segmentSpectra,
  welch,
  type Coherence,
  type CoherenceOptions,
  type SegmentSpectra,
  type Spectrum,
  type WelchOptions,
  type WindowName,
} from "./spectrum.ts";
export {
  counts,
  fromPerCell,
  timesPerCell,
  select,
  spikeTrains,
  window,
  type Span,
  type SpikeTrains,
} from "./spikes.ts";
export { linearFit, mean, percentile, standardDeviation, variance, type Sd } from "./stats.ts";
export {
  activitySummary,
  activityTable,
  formatNumber,
  formatTable,
  phaseSummary,
  phaseTable,
  plateauSummary,
  plateauTable,
  WATANABE_WINDOWS,
  type ActivitySummary,
  type Phase,
  type PhaseSummary,
  type PlateauSummary,
} from "./summary.ts";
export type { CellValues } from "../morphology/values.ts";
export type { Compartment, Compartments, Coupling, MasslessVoltage } from "../morphology/eliminate.ts";
