import { allToAll, fixedInDegree, fixedProbability, oneToOne } from "../../src/connect/rules.ts";
import { normalValues } from "../../src/connect/values.ts";
import ca from "../../src/mechanisms/channels/ca.ts";
import k_hh from "../../src/mechanisms/channels/k_hh.ts";
import na_hh from "../../src/mechanisms/channels/na_hh.ts";
import adex from "../../src/mechanisms/neurons/adex.ts";
import iafExp from "../../src/mechanisms/neurons/iaf_exp.ts";
import izhikevich from "../../src/mechanisms/neurons/izhikevich.ts";
import stdpAdditive from "../../src/mechanisms/plasticity/stdp_additive.ts";
import tsodyksMarkram from "../../src/mechanisms/plasticity/tsodyks_markram.ts";
import cad from "../../src/mechanisms/pools/cad.ts";
import gabab from "../../src/mechanisms/synapses/gabab.ts";
import nmda from "../../src/mechanisms/synapses/nmda.ts";
import { Network } from "../../src/network/network.ts";
import { rls } from "../../src/network/readouts.ts";
import { drive } from "../../src/network/signal.ts";
import { gamma, poisson, poissonPort, trains } from "../../src/network/sources.ts";
import { Hz, ms, mV, nA, ohm_cm, one, uF_per_cm2, um, uS } from "../../src/units.ts";
import { smallCells } from "../unit/network/cells.ts";

/** Networks that use every part of a description: sources with signals, rules, groups, channels and pools, a tree, a batch; point
 * neurons with ports, plasticity of both sides, gathers and read-outs; receptors whose events set a state. */
export const WHOLE: readonly (() => Network)[] = [
  () => {
    const net = new Network({ seed: 1 });
    const cells = net.cells("M", smallCells(2));
    const sources = net.sources("P", 3, poisson({ rate: drive.sinusoid({ offset: Hz(50), amplitude: Hz(9), frequency: Hz(5) }) }));
    net.connect(sources, cells.excitatory, { kind: "fixedProbability", p: 0.5, autapses: true }, { weight: uS(1e-3), delay: ms(1) });
    net.clamp(cells, drive.steps({ times: [ms(0), ms(0.2)], values: [nA(0), nA(0.1)] }), { delay: ms(0.1) });
    net.record(cells, "V", { every: ms(0.1) });
    net.record(cells, "exc_a.g", { cells: [1], every: ms(0.1) });
    return net;
  },
  () => {
    const { receptors, groups, detector, ...cell } = smallCells(2);
    const dend = { name: "dend", L: um(100), diam: um(2), Ra: ohm_cm(100), cm: uF_per_cm2(1), nseg: 3, parent: "soma" };
    const insertions = [
      ...cell.insertions,
      ...[na_hh, k_hh].map((mechanism) => ({ sections: ["soma"], mechanism })),
      ...[ca, cad].map((mechanism) => ({ sections: ["dend"], mechanism })),
    ];
    const reversals = { na: mV(50), k: mV(-77) };
    const net = new Network({ seed: 2, structureSeed: 3 });
    const tree = net.cells("T", { ...cell, receptors, groups, detector, sections: [...cell.sections, dend], insertions, reversals } as ReturnType<typeof smallCells>);
    const given = net.sources("G", 2, trains([[0.1, 0.4], []]));
    const regular = net.sources("R", 2, gamma({ rate: { values: [10, 20], unit: "Hz" }, order: 3 }));
    net.connect(given, tree.inhibitory, { kind: "list", pairs: [[0, 1], [1, 0]] }, { weight: uS(1e-3), delay: ms(0.1) });
    net.connect(regular, tree.excitatory, { kind: "allToAll", autapses: true }, { weight: uS(1e-3), delay: ms(0.1), maxScale: 2 });
    net.record(tree, "dend.V", { every: ms(0.05) });
    net.vary("T.soma.pas.g", [1e-4, 2e-4].map((value) => ({ value, unit: "S/cm2" })));
    return net;
  },
  () => {
    const net = new Network({ seed: 4 });
    const noisy = net.sources("port", 4, poissonPort({ sources: 100, rate: Hz(40) }));
    const S = net.sources("S", 3, poisson({ rate: Hz(400) }));
    const E = net.cells("E", iafExp({ n: 4, params: { I_e: nA(0.4) }, initial: { V: mV(-60) } }));
    const A = net.cells("A", adex({ n: 2, params: { I_e: nA(0.8) } }));
    net.connect(noisy, E.excitatory, oneToOne(), { weight: nA(0.1), delay: ms(1) });
    net.connect(S, E.excitatory, fixedInDegree(2), { name: "learned", weight: nA(0.2), delay: ms(0.5), plasticity: stdpAdditive({ w_max: nA(0.5) }) });
    net.connect(E, E.excitatory, fixedProbability(0.5), { name: "loop", weight: normalValues({ mean: nA(0.1), sd: nA(0.02), min: nA(0) }), delay: ms(0.2), plasticity: tsodyksMarkram({ U: one(0.5) }) });
    net.connect(E, A.excitatory, allToAll(), { weight: uS(0.01), delay: ms(0.1), procedural: true });
    net.record(E, "V", { every: ms(0.1) });
    net.record(A, "V", { every: ms(0.1) });
    net.recordWeights("learned", { every: ms(0.2) });
    return net;
  },
  () => {
    const net = new Network({ seed: 5 });
    const I = net.cells("I", izhikevich({ n: 4 }));
    const z = net.readout("z", I, { value: "(V_pre + k) / s", params: { k: mV(65), s: mV(1) }, weight: one(0.01), learning: rls({ target: drive.constant(one(1)), every: ms(0.1), P0: 1e-3 }) });
    net.gather(I, I, allToAll(), { name: "gap", value: "(V_pre - V) / tau", params: { tau: ms(5) }, weight: one(0.1), input: "I" });
    net.recordReadout(z, "z", { every: ms(0.1) });
    net.record(I, "u", { every: ms(0.1) });
    const { receptors: _, groups: __, ...cell } = smallCells(2);
    const receptors = [gabab, nmda].map((synapse) => ({ name: synapse.name, section: "soma", synapse }));
    const cells = net.cells("C", { ...cell, receptors, groups: { both: receptors.map((r) => r.name) } } as never) as never as { both: never };
    net.connect(net.sources("T", 2, trains([[0.1], [0.2]])), cells.both, allToAll(), { weight: uS(0.01), delay: ms(0.1) });
    net.record(cells as never, "V", { every: ms(0.1) });
    return net;
  },
]; // prettier-ignore
