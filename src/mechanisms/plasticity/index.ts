/** Plasticity that comes with hillock: `net.connect(a, b.excitatory, rule, { plasticity: tsodyks_markram({ U: one(0.3) }), ... })`. */
export { default as tsodyks_markram } from "./tsodyks_markram.ts";
export { plasticity } from "../plasticity.ts";
export type { LinkState, Plasticity, PlasticityType, PlasticityUse } from "../plasticity.ts";
