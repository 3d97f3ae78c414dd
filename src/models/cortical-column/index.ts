export { cellModel, receptorName, type CellModelOptions } from "./cell-model.ts";
export {
  endPoints,
  morphologyOf,
  sectionsAt,
  segmentDistances,
  segments,
  type ColumnCellType,
  type ColumnSection,
  type MechanismParameters,
  type Point,
  type ReceptorName,
  type ReceptorParameters,
  type SectionShape,
} from "./cell-types.ts";
export { cortexColumn, CortexColumn, type ColumnOptions } from "./column.ts";
export { localLinks, withGains, type ConnectionRule, type RuleLinks, type SynapticGains } from "./connections.ts";
export {
  averagedDipole,
  correctedDipole,
  dipoleCosines,
  dipoleTerms,
  dipoleText,
  filteredDipole,
  readDipole,
  recordedDipole,
  scaledDipole,
  smoothedDipole,
  type Dipole,
  type RecordedMoments,
} from "./dipole.ts";
export { prepareDrives, type DriveRule, type PreparedDrive, type PrepareOptions } from "./drive-events.ts";
export type {
  BurstyDrive,
  Drive,
  DriveWiring,
  EventDrive,
  EvokedDrive,
  PoissonDrive,
  SourceWiring,
  SpikeTrainDrive,
  TonicBias,
} from "./drives.ts";
export { electrodeWeights, membraneCurrents, potentials, sourceLines, type LineReach } from "./electrodes.ts";
export {
  connectionRules,
  driveLines,
  driveSpikes,
  gidLines,
  pickConnections,
  ruleLines,
  spikeCounts,
  type Pick as ConnectionPick,
  type RuleSummary,
} from "./introspect.ts";
export { layOut, type Layout, type MeshOptions } from "./layout.ts";
export { readHnn } from "./hnn.ts";
export { hnnText, type HnnColumn } from "./hnn-write.ts";
export { alphaDistal, columnPreset, replay, replayAsIntended, withWeights, type ColumnPreset } from "./presets.ts";
export { calcium2022, jones2009, law2021, type ColumnModel } from "./published.ts";
export {
  ratesByType,
  readSpikeFile,
  spikeFileName,
  spikeFileText,
  spikeHistogram,
  trainsByGid,
  type ColumnSpike,
} from "./spike-file.ts";
export type { Morphology, MorphologyNode, SectionPath } from "../../morphology/tree.ts";
export type { HnnFile } from "./hnn-file.ts";
