/** Point neurons that come with hillock: call one for a population, `net.cells("E", adex({ n: 100 }))`. */
export { default as adex } from "./adex.ts";
export { default as adex_alpha } from "./adex_alpha.ts";
export { default as glif, glifOf } from "./glif.ts";
export { default as hh_cond_exp_traub } from "./hh_cond_exp_traub.ts";
export { default as iaf_alpha } from "./iaf_alpha.ts";
export { default as iaf_cond_alpha } from "./iaf_cond_alpha.ts";
export { default as iaf_cond_exp } from "./iaf_cond_exp.ts";
export { default as iaf_delta } from "./iaf_delta.ts";
export { default as iaf_exp } from "./iaf_exp.ts";
export { default as izhikevich } from "./izhikevich.ts";
export { default as qif } from "./qif.ts";
export { neuron } from "../neuron.ts";
export type { Input, Method, Neuron, NeuronModel, NeuronOptions, NeuronState, NeuronType, Port } from "../neuron.ts";
