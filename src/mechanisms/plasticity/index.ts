/** Plasticity that comes with hillock: `net.connect(a, b.excitatory, rule, { plasticity: tsodyks_markram({ U: one(0.3) }), ... })`. */
export { default as stdp_additive } from "./stdp_additive.ts";
export { default as stdp_multiplicative } from "./stdp_multiplicative.ts";
export { default as stdp_nearest } from "./stdp_nearest.ts";
export { default as triplet } from "./triplet.ts";
export { default as triplet_nearest } from "./triplet_nearest.ts";
export { default as tsodyks_markram } from "./tsodyks_markram.ts";
export { plasticity, weightParam } from "../plasticity.ts";
export type {
  LinkPlasticity,
  LinkPlasticityUse,
  LinkState,
  LinkTrace,
  Plasticity,
  PlasticityData,
  PlasticityType,
  PlasticityUse,
  SourcePlasticity,
  SourcePlasticityUse,
  WeightParam,
} from "../plasticity.ts";
