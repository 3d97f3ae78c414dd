import { fixedProbability, list } from "../../../src/connect/rules.ts";
import iafExp from "../../../src/mechanisms/neurons/iaf_exp.ts";
import { param } from "../../../src/mechanisms/mechanism.ts";
import { plasticity } from "../../../src/mechanisms/plasticity.ts";
import tsodyksMarkram from "../../../src/mechanisms/plasticity/tsodyks_markram.ts";
import { Network } from "../../../src/network/network.ts";
import { poisson, trains } from "../../../src/network/sources.ts";
import { Hz, ms, nA, one, perCell } from "../../../src/units.ts";

export const DT = ms(0.1);

/** A rule of one's own: a spike transmits up to twice the weight, the more the longer the source was silent. */
export const rested = plasticity({
  name: "rested",
  doc: "Grows with the interval before a spike.",
  side: "pre",
  params: { tau: param(ms(30), "time constant of recovery", { min: 0 }), most: param(one(2), "factor after a long pause", { min: 0 }) },
  let: { top: "most * 1" },
  states: { r: { inf: "top", tau: "tau", init: "top" }, given: { init: "0" } },
  onPre: { given: "r", r: "0" },
  transmit: "given",
  largest: "most",
}); // prettier-ignore

/** A spike transmits 1, 1.5, 2, 2.5 ... times the weight: beyond `largest` the run ends. */
export const growing = plasticity({
  name: "growing",
  doc: "Grows by a half with each spike.",
  side: "pre",
  params: { largest: param(one(2), "factor that ends a run") },
  states: { f: { init: "0.5" } },
  onPre: { f: "f + 0.5" },
  transmit: "f",
  largest: "largest",
  beyond: "stop",
});

/** Three neurons, of which the second fires every few ms, onto two that do not. */
export function growingNetwork(use: ReturnType<typeof growing>, entries = 1): Network {
  const net = new Network({ seed: 1 });
  const a = net.cells("a", iafExp({ n: 3, params: { I_e: perCell(nA, [0, 0.6, 0]) } }));
  const b = net.cells("b", iafExp({ n: 2 }));
  net.connect(a, b.excitatory, list([[0, 0], [1, 0], [1, 1]]), { name: "grown", weight: nA(0.01), delay: ms(0), plasticity: use });
  net.record(b, "I_ex", { every: DT });
  if (entries > 1) net.vary("seed", Array.from({ length: entries }, (_, e) => e));
  return net;
} // prettier-ignore

/** Plastic links from renewal sources, from given trains, from a loop of neurons (two projections of one population, one of them slow and
 * fast) and into a second stage without delay. */
export function plasticNetwork(entries = 1): Network {
  const net = new Network({ seed: 5 });
  const fast = net.sources("fast", 12, poisson({ rate: perCell(Hz, Array.from({ length: 12 }, (_, k) => 40 + 60 * k)) }));
  const given = net.sources("given", 2, trains([[1, 2, 2, 9.04, 40], [3.3]]));
  const E = net.cells("E", iafExp({ n: 20, params: { I_e: nA(0.38), tau_ex: ms(2) } }));
  const L = net.cells("L", iafExp({ n: 5, params: { I_e: nA(0.2) } }));
  const delays = (k: number) => ms(1 + (k % 7));
  net.connect(fast, E.excitatory, fixedProbability(0.5), {
    weight: nA(0.3), delay: (s, t) => delays(s + t),
    plasticity: tsodyksMarkram({ U: one(0.4), tau_d: perCell(ms, Array.from({ length: 12 }, (_, k) => 20 * k)), tau_f: ms(60) }),
  });
  net.connect(given, E.excitatory, list([[0, 0], [0, 1], [1, 1]]), { name: "told", weight: nA(0.8), delay: ms(1), plasticity: tsodyksMarkram({ U: one(0.5) }) });
  net.connect(E, E.excitatory, fixedProbability(0.3), { name: "loop", weight: nA(0.2), delay: (s, t) => delays(s * t), plasticity: tsodyksMarkram({ U: one(0.3), tau_d: ms(120) }) });
  net.connect(E, L.excitatory, fixedProbability(0.6), { name: "on", weight: nA(0.25), delay: ms(0), plasticity: rested() });
  net.connect(E, L.excitatory, fixedProbability(0.2), { name: "plain", weight: nA(0.1), delay: ms(2) });
  net.record(L, "I_ex", { every: DT });
  if (entries > 1) net.vary("seed", Array.from({ length: entries }, (_, e) => 5 + e));
  return net;
} // prettier-ignore
