import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { compileTrained } from "../../../src/compile/trained.ts";
import { allToAll } from "../../../src/connect/rules.ts";
import * as neurons from "../../../src/mechanisms/neurons/index.ts";
import { neuron } from "../../../src/mechanisms/neuron.ts";
import cad from "../../../src/mechanisms/pools/cad.ts";
import ca from "../../../src/mechanisms/channels/ca.ts";
import expsyn from "../../../src/mechanisms/synapses/expsyn.ts";
import { cortexColumn } from "../../../src/models/cortical-column/index.ts";
import { alphaMotorNeurons, recruitmentThresholds } from "../../../src/models/motor-pool/index.ts";
import { Network } from "../../../src/network/network.ts";
import { trains } from "../../../src/network/sources.ts";
import { ms, uS } from "../../../src/units.ts";
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

  test("of trained networks", () => {
    const training = smallTraining();
    const at = (h: number): readonly string[] =>
      compileTrained(
        { ...training, rules: { ...training.rules, h } },
        { unitMs: 10, name: "neurons", traces: [], neurons: new Uint32Array(0) },
      ).warnings;
    expect(at(0.1)).toEqual([]);
    expect(at(1.5)).toEqual([expect.stringMatching(/^trained network: a step is 1\.5 membrane time constants/)]);
  });
});
