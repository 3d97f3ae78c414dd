export {
  alphaMotorNeurons,
  fromCellParameters,
  type AlphaMotorNeuronOptions,
  type MotorNeuronModel,
  type MotorNeuronOptions,
  type MotorNeurons,
} from "./alpha-motor-neurons.ts";
export { motorNeuronConfig, type MotorNeuronConfig, type ResolvedConfig } from "./config.ts";
export type { MyogenSettings } from "./myogen-config.ts";
export { NERLAB_RANGES, type NerlabCell, type NerlabField } from "./nerlab.ts";
export { POWERS_RANGES, type PowersCell, type PowersField } from "./powers2017.ts";
export type { Axon, Generation, Range, Ranges } from "./ranges.ts";
export {
  parseThresholds,
  recruitmentThresholds,
  type RecruitmentThresholds,
  type ThresholdMode,
  type ThresholdOptions,
} from "./thresholds.ts";
export type { About, CellParameters } from "./cells.ts";
