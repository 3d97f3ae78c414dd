import { allToAll, fixedProbability, list } from "../../../src/connect/rules.ts";
import k_hh from "../../../src/mechanisms/channels/k_hh.ts";
import na_hh from "../../../src/mechanisms/channels/na_hh.ts";
import pas from "../../../src/mechanisms/channels/pas.ts";
import exp2syn from "../../../src/mechanisms/synapses/exp2syn.ts";
import iafDelta from "../../../src/mechanisms/neurons/iaf_delta.ts";
import { drive } from "../../../src/network/signal.ts";
import { param } from "../../../src/mechanisms/mechanism.ts";
import iafExp from "../../../src/mechanisms/neurons/iaf_exp.ts";
import { plasticity, weightParam } from "../../../src/mechanisms/plasticity.ts";
import stdpAdditive from "../../../src/mechanisms/plasticity/stdp_additive.ts";
import stdpMultiplicative from "../../../src/mechanisms/plasticity/stdp_multiplicative.ts";
import triplet from "../../../src/mechanisms/plasticity/triplet.ts";
import { Network } from "../../../src/network/network.ts";
import { poisson, trains } from "../../../src/network/sources.ts";
import { degC, Hz, mS_per_cm2, ms, mV, nA, ohm_cm, one, perCell, uF_per_cm2, um, uS } from "../../../src/units.ts";

export const DT = ms(0.1);
export const PLASTIC = ["fast->E.excitatory", "told", "loop", "on"];

/** A rule of one's own, of arrivals alone: a link tires with each, and recovers; a state of its own counts them. */
export const tiring = plasticity({
  name: "tiring",
  doc: "Each arrival takes a share of the weight; half of what is left arrives after a pause.",
  side: "link",
  params: { share: param(one(0.1), "lost with each arrival", { min: 0, max: 1 }), tau: param(ms(15), "of recovery", { min: 0 }), top: weightParam("largest weight") },
  states: { fresh: { inf: "1", tau: "tau", init: "1" }, count: { init: "0" } },
  onPre: { w: "w * (1 - share)", fresh: "0.5 * fresh", count: "count + 1" },
  transmit: "w * fresh",
  largest: "top",
}); // prettier-ignore

/** Cells of one compartment and of many, whose afferents learn; the threshold of point neurons beside them is played. */
export function membranes(): Network {
  const net = new Network({ seed: 3 });
  const sources = net.sources("afferents", 6, trains(Array.from({ length: 6 }, (_, k) => [2 + k, 14 - k, 22 + 0.3 * k])));
  for (const nseg of [1, 12]) {
    const cells = net.cells(`cells${nseg}`, 2, {
      sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1), nseg }],
      insertions: [na_hh, k_hh, pas].map((mechanism) => ({ sections: ["soma"], mechanism, ...(mechanism === pas ? { params: { g: mS_per_cm2(0.3), E: mV(-54.3) } } : {}) })),
      receptors: [{ name: "excitatory", synapse: exp2syn, section: "soma" }],
      groups: { excitatory: ["excitatory"] },
      detector: { section: "soma", threshold: mV(-20) },
      V0: mV(-65), celsius: degC(6.3), reversals: { na: mV(50), k: mV(-77) },
    });
    net.connect(sources, cells.excitatory, allToAll(), { name: `onto${nseg}`, weight: uS(0.004), delay: ms(1), plasticity: stdpAdditive({ A_plus: one(0.1), A_minus: one(0.05), w_max: uS(0.02) }) });
  }
  const held = net.cells("held", iafDelta({ n: 1, params: { tau_m: ms(1e6), E_L: mV(0), V_reset: mV(0), V_th: mV(15) }, initial: { V: mV(1) } }));
  net.play(held, "V_th", drive.steps({ times: [ms(0), ms(15)], values: [mV(15), mV(0.5)] }));
  net.connect(net.sources("once", 1, trains([[9]])), held.jump, allToAll(), { name: "played", weight: mV(1e-9), delay: ms(1), plasticity: stdpAdditive({ A_plus: one(0.1), tau_plus: ms(10), w_max: mV(1e-6) }) });
  return net;
} // prettier-ignore

/** Links of other structures have other numbers. */
export function structured(net: Network): Network {
  const given = net.sources("given", 9, trains(Array.from({ length: 9 }, (_, k) => [5 + k, 20 + 2 * k, 41])));
  const E = net.cells("E", iafExp({ n: 15, params: { I_e: nA(0.4), tau_ex: ms(2) } }));
  const plastic = stdpAdditive({ A_plus: one(0.05), A_minus: one(0.06), w_max: nA(0.5) });
  net.connect(given, E.excitatory, fixedProbability(0.4), { name: "in", weight: nA(0.2), delay: ms(1.5), plasticity: plastic });
  net.connect(E, E.excitatory, fixedProbability(0.3), { name: "loop", weight: nA(0.2), delay: ms(1.5), plasticity: plastic });
  return net;
} // prettier-ignore

/** Links that learn from renewal sources, from given trains (several spikes on one step), in a loop, and into a second stage.
 * @param dendritic  ms */
export function learningNetwork(entries = 1, dendritic = 0.5): Network {
  const net = new Network({ seed: 5 });
  const fast = net.sources("fast", 12, poisson({ rate: perCell(Hz, Array.from({ length: 12 }, (_, k) => 60 + 40 * k)) }));
  const given = net.sources("given", 2, trains([[1, 2, 2, 9.04, 40, 40.01, 40.02, 66], [3.3, 30]]));
  const E = net.cells("E", iafExp({ n: 20, params: { I_e: nA(0.38), tau_ex: ms(2) } }));
  const L = net.cells("L", iafExp({ n: 5, params: { I_e: nA(0.36), tau_ex: ms(2) } }));
  const delays = (k: number) => ms(1 + (k % 7));
  const w_max = nA(0.5);
  const late = dendritic === 0 ? {} : { dendriticDelay: ms(dendritic) };
  net.connect(fast, E.excitatory, fixedProbability(0.5), { weight: nA(0.3), delay: (s, t) => delays(s + t), plasticity: stdpAdditive({ A_plus: one(0.05), A_minus: one(0.06), w_max }), ...late });
  net.connect(given, E.excitatory, list([[0, 0], [0, 1], [1, 1], [0, 1]]), { name: "told", weight: perCell(nA, [0.8, 0.7, 0.6, 0.5]), delay: perCell(ms, [1, 1.26, 1, 3]), plasticity: triplet({ A2_minus: one(0.01), A3_plus: one(0.001), w_max: nA(1) }), ...late });
  net.connect(E, E.excitatory, fixedProbability(0.3), { name: "loop", weight: nA(0.2), delay: (s, t) => delays(s * t), plasticity: stdpMultiplicative({ A_plus: one(0.1), A_minus: one(0.1), w_max }), ...late });
  net.connect(E, L.excitatory, fixedProbability(0.6), { name: "on", weight: nA(0.25), delay: ms(0), plasticity: tiring({ top: nA(0.3) }) });
  net.connect(E, L.excitatory, fixedProbability(0.2), { name: "plain", weight: nA(0.1), delay: ms(2) });
  net.record(L, "I_ex", { every: DT });
  net.recordWeights("loop", { links: { every: 10 }, every: ms(2.5) });
  net.recordWeights("told", { every: ms(40) });
  if (entries > 1) net.vary("seed", Array.from({ length: entries }, (_, e) => 5 + e));
  return net;
} // prettier-ignore
