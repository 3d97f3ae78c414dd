import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { compileTrained } from "../../../src/compile/trained/population.ts";
import { allToAll } from "../../../src/connect/rules.ts";
import * as neurons from "../../../src/mechanisms/neurons/index.ts";
import { channel, type Mechanism, param, pool as poolOf, synapse } from "../../../src/mechanisms/mechanism.ts";
import { neuron, type NeuronState } from "../../../src/mechanisms/neuron.ts";
import { plasticity, type PlasticityUse } from "../../../src/mechanisms/plasticity.ts";
import { stdp_additive, triplet, tsodyks_markram } from "../../../src/mechanisms/plasticity/index.ts";
import pas from "../../../src/mechanisms/channels/pas.ts";
import cad from "../../../src/mechanisms/pools/cad.ts";
import ca from "../../../src/mechanisms/channels/ca.ts";
import expsyn from "../../../src/mechanisms/synapses/expsyn.ts";
import { cortexColumn } from "../../../src/models/cortical-column/index.ts";
import { alphaMotorNeurons, recruitmentThresholds } from "../../../src/models/motor-pool/index.ts";
import { Network } from "../../../src/network/network.ts";
import { trains } from "../../../src/network/sources.ts";
import { drive } from "../../../src/network/signal.ts";
import { mA_per_cm2, ms, mV, perCell, S_per_cm2, uF_per_cm2, uS } from "../../../src/units.ts";
import { drawn, noisyCell } from "../../noise.ts";
import { hhCells } from "../../gpu/engine-networks.ts";
import { smallTraining } from "../training/small.ts";

const fast = (net: Network, dt: number): string[] =>
  compile(net, { dt: ms(dt) }).warnings.filter((line) => line.includes("time constants"));

const pool = (model: "NERLab" | "Powers2017"): Network => {
  const net = new Network({ seed: 1 });
  const thresholds = recruitmentThresholds({ n: 20, mode: "combined", range: 100, slope: 10 });
  const aMN = net.cells("aMN", alphaMotorNeurons({ thresholds, model }));
  net.connect(net.sources("S", 1, trains([[1]])), aMN.excitatory, allToAll(), { weight: uS(0.05), delay: ms(1) });
  return net;
};

const points = (type: (options: { n: number }) => ReturnType<neurons.NeuronType>): Network => {
  const net = new Network({ seed: 1 });
  net.cells("E", type({ n: 2 }));
  return net;
};

/** A soma and a dendrite of 3 uF/cm2, passive in both; mechanisms and receptors in the soma. */
const passive = (mechanisms: readonly Mechanism[], synapses: Readonly<Record<string, Mechanism>> = {}, params = { g: S_per_cm2(1e-9) }): never => {
  const { receptors: _, groups: __, insertions: ___, ...cell } = hhCells(1);
  const [soma] = cell.sections;
  return {
    ...cell,
    sections: [soma, { ...soma, name: "dend", parent: "soma", cm: uF_per_cm2(3) }],
    insertions: [{ sections: ["soma", "dend"], mechanism: pas, params }, ...mechanisms.map((mechanism) => ({ sections: ["soma"], mechanism }))],
    receptors: Object.values(synapses).map((mechanism) => ({ name: "syn", section: "soma", synapse: mechanism })),
    groups: {},
  } as never;
}; // prettier-ignore

describe("a step that is too long for a mechanism's time constants", () => {
  test("is not said of published models at their published steps", () => {
    expect(fast(pool("NERLab"), 0.1)).toEqual([]);
    expect(fast(pool("Powers2017"), 0.1)).toEqual([]);
    expect(fast(cortexColumn({ mesh: [2, 2] }), 0.025)).toEqual([]);
    for (const type of [
      neurons.iaf_exp,
      neurons.iaf_cond_exp,
      neurons.iaf_cond_alpha,
      neurons.iaf_delta,
      neurons.adex,
      neurons.qif,
    ])
      expect(fast(points(type as never), 0.1)).toEqual([]);
    expect(fast(points(neurons.izhikevich as never), 1)).toEqual([]);
  });

  test("is said of every mechanism of a motor pool at 100 ms, with state, time constant, step and what to do", () => {
    const found = fast(pool("NERLab"), 100);
    const napp = found.find((line) => line.includes(" of napp in soma "));
    // the activation of the sodium channel: at its slowest 1 / (alpha + beta) = 0.063 ms in the cell that is fastest
    expect(napp).toMatch(
      /^aMN: a step of 100 ms is 15\d\d time constants of "m" of napp in soma \(0\.06\d+ ms at its slowest/,
    );
    expect(napp).toMatch(/Use a dt of at most 0\.06\d+ ms$/);
    expect(found.find((line) => line.includes('of receptor "exc'))).toMatch(
      /is 500 time constants of "A" .*\(0\.2 ms\)/,
    );
  });

  test("by state: a gate, a pool, a receptor, each from more than two time constants on", () => {
    const net = new Network({ seed: 1 });
    const { receptors: _, ...cell } = hhCells(1);
    const receptors = [{ name: "syn", section: "soma", synapse: expsyn, params: { tau: ms(2) } }];
    const insertions = [...cell.insertions, ...[ca, cad].map((mechanism) => ({ sections: ["soma"], mechanism }))];
    const E = net.cells("E", { ...cell, insertions, receptors, groups: { syn: ["syn"] } } as never) as unknown as {
      syn: never;
    };
    net.connect(net.sources("S", 1, trains([[1]])), E.syn, allToAll(), { weight: uS(0.05), delay: ms(1) });
    const owners = (dt: number): string[] =>
      fast(net, dt).map((line) => / of (receptor "\w+"|\w+)( in |$| \()/.exec(line)![1]!);
    expect(owners(0.025)).toEqual([]);
    expect(owners(3.9)).not.toContain('receptor "syn"');
    expect(owners(4.1)).toContain('receptor "syn"');
    expect(owners(39)).not.toContain("cad"); // taur 20 ms
    expect(owners(41)).toEqual(expect.arrayContaining(["na_hh", "k_hh", "cad", 'receptor "syn"']));
  });

  test("of point neurons: what relaxes, and the slope of an equation at its start", () => {
    const leaky = neuron({
      name: "leaky",
      doc: "A test's",
      params: {},
      states: { V: { d: "(-65 - V) / 0.5", unit: "mV", init: "-65" } },
      ports: {},
      spike: "V > -50",
      reset: { V: "-65" },
      method: "euler",
    });
    expect(fast(points(leaky as never), 0.99)).toEqual([]);
    expect(fast(points(leaky as never), 1.01)).toEqual([
      'E: a step of 1.01 ms is 2.02 time constants of "V" of leaky (0.5 ms): what happens within a step is lost. Use a dt of at most 0.5 ms',
    ]);
    expect(fast(points(neurons.iaf_exp as never), 25).join()).toMatch(/50 time constants of "I_ex" of iaf_exp/);
  });

  // x after a step of an equation x' = (inf - x) / 2, by its solution, by Euler's steps and by Crank and Nicolson's: all with tau = 2 ms
  test.each([
    ["0.3 + (x - 0.3) * exp(-dt / 2)", 2],
    ["x + dt * (0.3 - x) / 2", 2],
    ["(x + dt * 0.3 / 2) / (1 + dt / 2)", 2],
    ["0.3 + (x - 0.3) * (4 - dt) / (4 + dt)", 2],
    ["exp(-dt / 2) * (x + 3 * dt / 2)", 2],
    ["x + x * (1 - x) * (dt / 1)", 1 / 0.6], // logistic growth: its slope at the start, 1 - 2 * 0.2
    ["max(0, x - dt / 1)", Infinity], // a clock
    ["0.5 * x", Infinity], // a map
    ["x * (dt / 1)", Infinity], // no step of an equation: with dt = 0 nothing is left
    ["0.2", Infinity],
  ])("of maps that are steps of an equation: %s", (next, tau) => {
    const state = { next, init: "0.2", unit: "1" } as const;
    const text = 'of maps that read "dt"';
    const own = { doc: text, params: {}, states: { x: state } };
    const mapped = neuron({ name: "mapped", ...own, ports: {}, spike: "x > 1e9", reset: {} });
    const gate = channel({ name: "gate", ...own, currents: { k: { g: "1e-9 * x", E: "-70" } } });
    const receptor = synapse({ name: "receptor", ...own, g: "1e-9 * x", E: "0", onEvent: {} });
    const cells = (dt: number): Network => {
      const net = new Network({ seed: 1 });
      net.record(net.cells("E", passive([gate], { receptor })), "syn.g", { every: ms(dt) });
      return net;
    };
    for (const [net, owner] of [[() => points(mapped as never), "mapped"], [cells, "gate"], [cells, 'receptor "syn"']] as const) {
      const said = (dt: number): string[] => fast(net(dt), dt).filter((line) => line.includes(`"x" of ${owner}`));
      if (tau === Infinity) expect(said(100)).toEqual([]);
      else {
        expect(said(1.99 * tau)).toEqual([]);
        expect(said(2.5 * tau).join()).toContain(`2.5 time constants of "x" of ${owner}`);
        expect(said(2.5 * tau).join()).toContain(`(${Number(tau.toPrecision(3))} ms`);
      }
    }
  }); // prettier-ignore

  test("of time constants that ionic currents and reversal potentials set", () => {
    // inward 1e-4 S/cm2 * (V - 140 mV): at 40 mV, where it is least, 0.01 mA/cm2, so that tau is 10 / (1 + 0.01 / 0.01) = 5 ms
    const inward = channel({ name: "inward", doc: "d", params: {}, states: {}, currents: { ca: { g: "1e-4", E: "140", ion: "ca" } } });
    const half = param(mA_per_cm2(0.01), "current that halves it");
    const emptied = poolOf({
      name: "emptied", doc: "d", ion: "ca", params: { half, tau: param(ms(10), "without current") },
      states: { cai: { inf: "1e-4", tau: "tau / (1 + abs(ica) / half)", init: "1e-4" } },
    });
    // its own: 1e-3 S/cm2 * (V + 50 mV) is 0 at -50 mV, where tau is 8 ms
    const gated = channel({
      name: "gated", doc: "d", params: { half, tau: param(ms(8), "without current") },
      states: { m: { inf: "1", tau: "tau / (1 + abs(i_k) / half)", init: "0" } },
      currents: { k: { g: "1e-3", E: "-50" } },
    });
    // log(e) is 1 where 2 mM are outside and 2/e mM inside: e_x is RT/zF, 25 mV, and tau 4 ms
    const nernst = poolOf({
      name: "nernst", doc: "d", ion: "x", params: { scale: param(mV(25), "of the potential") },
      states: { xi: { inf: "2 / exp(1)", tau: "4 * ex / scale", init: "2 / exp(1)" } },
      nernst: { RT_zF: mV(25), out: { value: 2, unit: "mM" } },
    });
    const net = new Network({ seed: 1 });
    net.cells("E", passive([inward, emptied, gated, nernst]));
    const of = (dt: number, owner: string): string => fast(net, dt).filter((line) => line.includes(`of ${owner} `)).join();
    for (const [owner, tau, called] of [["emptied", 5, "cai"], ["gated", 8, "m"], ["nernst", 4, "xi"]] as const) {
      expect(of(1.99 * tau, owner)).toBe("");
      expect(of(2.5 * tau, owner)).toContain(`is 2.5 time constants of "${called}" of ${owner} in soma (${tau} ms`);
    }
  }); // prettier-ignore

  test("of membranes: the slowest compartment's", () => {
    const net = new Network({ seed: 1 });
    const params = { g: S_per_cm2(1e-4) }; // 1 uF/cm2 over it is 10 ms; of the dendrite 3 uF/cm2, 30 ms
    net.cells("E", passive([], {}, params));
    expect(fast(net, 59)).toEqual([]);
    expect(fast(net, 75)).toEqual([
      'E: a step of 75 ms is 2.5 time constants of "V" of membrane in dend (30 ms): what happens within a step is lost. Use a dt of at most 30 ms',
    ]);
  });

  test("of noises, in point neurons and in currents", () => {
    const net = new Network({ seed: 1 });
    net.cells("neurons", drawn({ n: 3 })); // noise(1, 4) and noise(2, 8)
    net.cells("membranes", noisyCell(3)); // noise(sd, 5) in a channel
    expect(fast(net, 7).filter((line) => line.includes('"noise"'))).toEqual([]);
    const said = fast(net, 11).filter((line) => line.includes('"noise"'));
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(/^neurons: .*is 2\.75 time constants of "noise" of drawn \(4 ms\)/);
    expect(said[1]).toMatch(/^membranes: .*is 2\.2 time constants of "noise" of soma\.fluctuating \(5 ms\)/);
  });

  test("of the traces and states of plasticity, of the fastest source or link", () => {
    const links = (use: PlasticityUse): Network => {
      const net = new Network({ seed: 1 });
      const E = net.cells("E", neurons.iaf_exp({ n: 3 }));
      net.connect(net.sources("S", 2, trains([[1], [1]])), E.excitatory, allToAll(), { name: "S to E", weight: { value: 0.01, unit: "nA" }, delay: ms(1), plasticity: use });
      return net;
    };
    const said = (use: PlasticityUse, dt: number): string[] => fast(links(use), dt).filter((line) => line.startsWith("S to E"));
    const w_max = { value: 0.02, unit: "nA" } as const;
    const stdp = stdp_additive({ w_max, tau_plus: ms(20), tau_minus: ms(0.4) });
    expect(said(stdp, 0.79)).toEqual([]);
    expect(said(stdp, 1)).toEqual([
      'S to E, plasticity: a step of 1 ms is 2.5 time constants of "y" of stdp_additive (0.4 ms): what happens within a step is lost. Use a dt of at most 0.4 ms',
    ]);
    expect(said(stdp_additive({ w_max, tau_plus: perCell(ms, [9, 8, 7, 6, 0.5, 4]) }), 1.25).join()).toContain('2.5 time constants of "x" of stdp_additive (0.5 ms)');
    expect(said(triplet({ w_max } as never), 300).join()).toMatch(/time constants of "\w+" of triplet .* and too long for/);
    expect(said(tsodyks_markram({ tau_d: ms(0.8) }), 1)).toEqual([]); // tau_f of 0 is no facilitation
    expect(said(tsodyks_markram({ tau_d: ms(0.8) }), 2).join()).toContain('2.5 time constants of "x" of tsodyks_markram (0.8 ms)');
    expect(said(tsodyks_markram({ tau_f: perCell(ms, [900, 0.6]) }), 1.5).join()).toContain('2.5 time constants of "u" of tsodyks_markram (0.6 ms)');
    const state = plasticity({
      name: "tagged", doc: "d", side: "link", params: {}, states: { tag: { inf: "0", tau: "2 * 0.25", init: "0" } },
      onPre: { tag: "tag + 1" }, largest: "1",
    } as never);
    expect(said(state({} as never) as never, 2).join()).toContain('4 time constants of "tag" of tagged (0.5 ms)');
  }); // prettier-ignore

  test("of a parameter that a signal is played into: as it starts", () => {
    const leaky = neuron({
      name: "leaky", doc: "d", params: { tau: param(ms(10), "of V") }, ports: {}, spike: "x > 1e9", reset: {},
      states: { x: { inf: "0", tau: "tau", unit: "1", init: "0" } as NeuronState },
    });
    const net = new Network({ seed: 1 });
    net.play(net.cells("E", leaky({ n: 2 })), "tau", drive.ramps({ times: [ms(0), ms(50)], values: { values: [2, 10], unit: "ms" } }));
    expect(fast(net, 3)).toEqual([]);
    expect(fast(net, 5).join()).toContain('2.5 time constants of "x" of leaky (2 ms)');
  }); // prettier-ignore

  test("of trained networks", () => {
    const training = smallTraining();
    const at = (h: number, b = training.rules.b): readonly string[] =>
      compileTrained({ ...training, rules: { ...training.rules, h, b } }, { dt: 10 * h, name: "neurons", traces: [] })
        .warnings;
    expect(at(0.1)).toEqual([]);
    expect(at(1.5, 0.5)).toEqual([expect.stringMatching(/^trained network: a step is 1\.5 membrane time constants/)]);
    expect(at(0.1, 20)).toEqual([
      expect.stringMatching(/^trained network: a step is 2 time constants of the trace "r" .*at most 0\.05/),
    ]);
  });
});
