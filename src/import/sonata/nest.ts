import { DataError, didYouMean } from "../../errors.ts";
import {
  adex,
  adex_alpha,
  iaf_alpha,
  iaf_cond_alpha,
  iaf_cond_exp,
  iaf_delta,
  iaf_exp,
  izhikevich,
} from "../../mechanisms/neurons/index.ts";
import type { NeuronType } from "../../mechanisms/neuron.ts";
import type { Unit } from "../../units.ts";
import { GLIF_TEMPLATES } from "./glif.ts";
import { intFire1 } from "./intfire.ts";

/** Point neurons as hillock's: NEST's by their name, with its defaults and units (pF, nS, pA, mV, ms), and NEURON's IntFire1, whose times
 * BMTK's files give in seconds. */

interface Param {
  /** hillock's; left out where it enters another. */
  readonly to?: string;
  readonly scale: number;
  readonly default: number;
  /** Whether NEST takes it in whole steps, up. */
  readonly inSteps?: true;
}

export interface NestModel {
  readonly type: NeuronType;
  readonly params: Readonly<Record<string, Param>>;
  /** initial values of states, by NEST's name. */
  readonly initial: Readonly<Record<string, { readonly state: string; readonly scale: number }>>;
  /** further parameters of hillock's, of the values in NEST's units. */
  readonly derived?: Readonly<Record<string, (p: (name: string) => number) => number>>;
  /** where a link of weight above 0 and below 0 ends, and its weight in hillock's unit. */
  readonly positive: Port;
  readonly negative: Port;
  /** what of NEST's has to keep its default. */
  readonly fixed?: Readonly<Record<string, number>>;
  /** Weights have the sign that the file of a link's type says (`sign`, 1 where it does not). */
  readonly signed?: true;
}
interface Port {
  readonly port: string;
  readonly unit: Unit;
  readonly scale: number;
}

const p = (fallback: number, to: string, scale = 1): Param => ({ to, scale, default: fallback });
const leaky = {
  V_th: p(-55, "V_th"),
  t_ref: { ...p(2, "t_ref"), inSteps: true as const },
  E_L: p(-70, "E_L"),
  I_e: p(0, "I_e", 1e-3),
};
const V_m = { V_m: { state: "V", scale: 1 } };
const conductances = {
  C_m: p(250, "C_m", 1e-3), g_L: p(16.6667, "g_L", 1e-3), V_reset: p(-60, "V_reset"), ...leaky,
  E_ex: p(0, "E_ex"), E_in: p(-85, "E_in"), tau_syn_ex: p(0.2, "tau_ex"), tau_syn_in: p(2, "tau_in"),
}; // prettier-ignore
const onto = (unit: Unit, scale: number, inhibitory: number): Pick<NestModel, "positive" | "negative"> => ({
  positive: { port: "excitatory", unit, scale },
  negative: { port: "inhibitory", unit, scale: inhibitory },
});
const currents = {
  initial: V_m, ...onto("nA", 1e-3, 1e-3),
  params: { C_m: p(250, "C_m", 1e-3), tau_m: { scale: 1, default: 10 }, V_reset: p(-70, "V_reset"), ...leaky, tau_syn_ex: p(2, "tau_ex"), tau_syn_in: p(2, "tau_in") },
  derived: { g_L: (of: (name: string) => number) => (of("C_m") / of("tau_m")) * 1e-3 },
}; // prettier-ignore
const adapting = {
  initial: { ...V_m, w: { state: "w", scale: 1e-3 } }, ...onto("uS", 1e-3, -1e-3),
  params: {
    C_m: p(281, "C_m", 1e-3), g_L: p(30, "g_L", 1e-3), E_L: p(-70.6, "E_L"), V_th: p(-50.4, "V_T"), Delta_T: p(2, "Delta_T"),
    tau_w: p(144, "tau_w"), a: p(4, "a", 1e-3), b: p(80.5, "b", 1e-3), V_peak: p(0, "V_peak"), V_reset: p(-60, "V_reset"), t_ref: { ...p(0, "t_ref"), inSteps: true as const },
    E_ex: p(0, "E_ex"), E_in: p(-85, "E_in"), tau_syn_ex: p(0.2, "tau_ex"), tau_syn_in: p(2, "tau_in"), I_e: p(0, "I_e", 1e-3),
  },
}; // prettier-ignore
const event: Port = { port: "event", unit: "1", scale: 1 };
const jump: Port = { port: "jump", unit: "mV", scale: 1 };

const MODELS: ReadonlyMap<string, NestModel> = new Map([
  ["iaf_psc_exp", { type: iaf_exp, ...currents, fixed: { delta: 0, rho: 0.01 } }],
  ["iaf_psc_alpha", { type: iaf_alpha, ...currents }],
  ["iaf_psc_delta", {
    type: iaf_delta, initial: V_m, positive: jump, negative: jump,
    params: { C_m: p(250, "C_m", 1e-3), tau_m: p(10, "tau_m"), V_reset: p(-70, "V_reset"), ...leaky },
    fixed: { refractory_input: 0 },
  }],
  ["iaf_cond_exp", { type: iaf_cond_exp, initial: V_m, params: conductances, ...onto("uS", 1e-3, -1e-3) }],
  ["iaf_cond_alpha", { type: iaf_cond_alpha, initial: V_m, params: conductances, ...onto("uS", 1e-3, -1e-3) }],
  ["aeif_cond_exp", { type: adex, ...adapting }],
  ["aeif_cond_alpha", { type: adex_alpha, ...adapting }],
  ["izhikevich", {
    type: izhikevich, positive: jump, negative: jump, initial: { V_m: { state: "V", scale: 1 }, U_m: { state: "u", scale: 1 } },
    params: { a: p(0.02, "a"), b: p(0.2, "b"), c: p(-65, "c"), d: p(8, "d"), V_th: p(30, "V_peak"), I_e: p(0, "I_e") },
  }],
  ["nrn:IntFire1", {
    type: intFire1, initial: {}, signed: true, positive: event, negative: event,
    params: { tau: p(0.01, "tau", 1e3), refrac: p(0.005, "refrac", 1e3) },
  }],
] as const satisfies readonly (readonly [string, unknown])[] as unknown as readonly [string, NestModel][]); // prettier-ignore

/** @throws DataError for one that hillock has not, with those that it has */
export function nestModel(where: string, template: string): NestModel {
  const name = template.replace(/^nest:/, "");
  const found = MODELS.get(name);
  if (found !== undefined) return found;
  throw new DataError(where, `has the model_template "${template.slice(0, 60)}", which is none of hillock's`, didYouMean(name.slice(0, 60), [...MODELS.keys(), ...GLIF_TEMPLATES])); // prettier-ignore
}
