import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { allToAll } from "../../../src/connect/rules.ts";
import { exponentialValues, normalValues, uniformValues } from "../../../src/connect/values.ts";
import { HillockError, ModelError } from "../../../src/errors.ts";
import expsyn from "../../../src/mechanisms/synapses/expsyn.ts";
import gabab from "../../../src/mechanisms/synapses/gabab.ts";
import { trains } from "../../../src/network/sources.ts";
import { Network } from "../../../src/network/network.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { referenceEngine } from "../../../src/reference/engine.ts";
import { ms, mV, nA, uS } from "../../../src/units.ts";
import { smallCells } from "./cells.ts";

type Json = Record<string, any>;

function description(): Json {
  const net = new Network({ seed: 1 });
  const cells = net.cells("M", smallCells(1));
  net.clamp(cells, nA(0.1));
  net.record(cells, "V", { every: ms(0.1) });
  return JSON.parse(JSON.stringify(net.describe())) as Json;
}
const model = (d: Json): Json => d["populations"][0].model;
const mechanism = (d: Json): Json => model(d)["insertions"][0].mechanism;
const rename = (of: Json, name: string): void => {
  const [key] = Object.keys(of) as [string];
  const value: unknown = of[key];
  delete of[key];
  Object.defineProperty(of, name, { value, enumerable: true, configurable: true, writable: true });
};
const text = (of: Json, name: string): void => void (of["currents"].leak.g = `g * ${name}`);

/** Every place of a description where a name may stand. */
const PLACES: readonly [string, (d: Json, name: string) => void][] = [
  ["population", (d, x) => void (d["populations"][0].name = x)],
  ["section", (d, x) => void (model(d)["sections"][0].name = x)],
  ["insertion", (d, x) => void (model(d)["insertions"][0].as = x)],
  ["mechanism", (d, x) => void (mechanism(d)["name"] = x)],
  ["parameter", (d, x) => rename(mechanism(d)["params"], x)],
  ["state", (d, x) => Object.defineProperty(mechanism(d)["states"], x, { value: { inf: "1", tau: "1" }, enumerable: true })],
  ["let", (d, x) => void (mechanism(d)["let"] = Object.fromEntries([[x, "1"]]))],
  ["current", (d, x) => rename(mechanism(d)["currents"], x)],
  ["ion", (d, x) => void (mechanism(d)["currents"].leak.ion = x)],
  ["receptor", (d, x) => void (model(d)["receptors"][0].name = x)],
  ["group", (d, x) => rename(model(d)["groups"], x)],
  ["recording", (d, x) => void (d["recordings"][0].variable = x)],
  ["place of a clamp", (d, x) => void (d["clamps"][0].section = x)],
  ["name in a text", (d, x) => text(mechanism(d), x)],
]; // prettier-ignore
const NAMES = ["m\n;globalThis.X='x'\n//", "m;globalThis.X='x'//", "constructor", "__proto__", "process", "NaN", "a b", "", "for", "exp", "1a", "é"]; // prettier-ignore

describe("names from JSON", () => {
  test.each(PLACES)("%s: hostile ones are refused, and nothing runs", (_, put) => {
    for (const name of NAMES) {
      const d = description();
      put(d, name);
      expect(() => {
        const network = compile(d as never, { dt: ms(0.025) });
        for (const precision of [32, 64] as const) referenceEngine(network, { precision });
      }, JSON.stringify(name)).toThrow(HillockError);
      expect(Object.hasOwn(globalThis, "X")).toBe(false);
    }
  });

  test.each(["t", "c", "N", "e", "b", "block", "process", "NaN", "constructor", "globalThis"])(
    "the free name %s of a text is refused",
    (name) => {
      const d = description();
      text(mechanism(d), name);
      expect(() => compile(d as never, { dt: ms(0.025) })).toThrow(`"${name}" is not defined here`);
    },
  );

  test("names of the printed function's own are names like others", async () => {
    const voltage = async (rename: (d: Json) => void): Promise<unknown> => {
      const d = description();
      rename(d);
      const engine = referenceEngine(compile(d as never, { dt: ms(0.025) }), { precision: 64 });
      return (await engine.advance(40)).traces[0]?.data;
    };
    const before = await voltage(() => {});
    for (const name of ["t", "c", "N", "e", "b", "block", "spike", "armed", "V0_soma", "p_soma_pas_g"]) {
      expect(await voltage((d) => void (mechanism(d)["let"] = { [name]: "1" })), name).toEqual(before);
      const asSection = (d: Json): void => {
        const json = JSON.stringify(d).replaceAll('"soma"', `"${name}"`);
        Object.assign(d, JSON.parse(json));
      };
      expect(await voltage(asSection), name).toEqual(before);
    }
  });
});

describe("what was accepted though wrong", () => {
  test.each<[string, (d: Json) => void, string]>([
    ["a temperature of 1e9 degC", (d) => (model(d)["celsius"] = { value: 1e9, unit: "degC" }), "celsius: is 1000000000 degC"],
    ["a temperature below absolute zero", (d) => (model(d)["celsius"] = { value: -300, unit: "degC" }), "celsius: is -300 degC"],
    ["parentEnd 1.5", (d) => model(d)["sections"].push({ ...model(d)["sections"][0], name: "dend", parent: "soma", parentEnd: 1.5 }), "parentEnd: is 1.5"],
    ["cm 0", (d) => void (model(d)["sections"][0].cm.value = 0), "cm: is 0 uF/cm2. Give a number above 0"],
    ["cm -1", (d) => void (model(d)["sections"][0].cm.value = -1), "cm: is -1 uF/cm2"],
    ["kind chanel", (d) => void (mechanism(d)["kind"] = "chanel"), 'Did you mean "channel"'],
    ["entries abc", (d) => void (d["entries"] = "abc"), 'network.entries: is "abc"'],
    ["a receptor at null", (d) => void (model(d)["receptors"][0].at = null), "at: is null"],
    ["a clamp's signal without value", (d) => void delete d["clamps"][0].signal.value, "signal.value: is missing"],
    ["populations null", (d) => void (d["populations"] = null), "network.populations: is null"],
    ["a population null", (d) => void (d["populations"][0] = null), "populations[0]: is null"],
    ["a misspelt field", (d) => void (model(d)["treshold"] = 1), 'has a field "treshold"'],
  ])("%s", (_, damage, message) => {
    const d = description();
    damage(d);
    expect(() => compile(d as never, { dt: ms(0.025) })).toThrow(message);
  }); // prettier-ignore

  test("kind, groups, receptors, lists and the seed of structure may be left out; n may stand beside the name", () => {
    const { sections, insertions, detector, V0, celsius } = smallCells(1);
    const net = new Network({ seed: 1 });
    expect(net.cells("M", 3, { sections, insertions, detector, V0, celsius }).n).toBe(3);
    const bare = {
      seed: 1,
      populations: [{ name: "M", n: 3, model: { sections, insertions, detector, V0, celsius } }],
    };
    expect(Network.fromJSON(bare as never).describe()).toEqual(net.describe());
    expect(compile(bare as never, { dt: ms(0.025) }).hash).toBe(compile(net, { dt: ms(0.025) }).hash);
    expect(() => net.cells("L", 2, smallCells(3))).not.toThrow();
    expect(V0).toEqual(mV(-70));
  });
});

test("a path that names two things is refused", () => {
  const named = (name: string, param: string, path: string): (() => void) => {
    const model = smallCells(1);
    const [insertion] = model.insertions;
    const mechanism = { ...insertion!.mechanism, params: { ...insertion!.mechanism.params, [param]: { unit: "1", default: { value: 1, unit: "1" }, doc: "a factor" } } };
    const net = new Network({ seed: 1 });
    const cells = net.cells("M", { ...model, insertions: [{ ...insertion!, mechanism }] } as never);
    net.clamp(cells, nA(0.1), { name });
    return () => net.vary(path, [1, 2].map((value) => ({ value, unit: "1" })));
  };
  expect(named("M.pas", "gain", "M.pas.gain")).toThrow('names a parameter of "M" and "M.pas", a clamp');
  expect(named("M.clamp", "gain", "M.clamp.gain")).not.toThrow();
  expect(named("M.clamp", "gain", "M.pas.gain")).not.toThrow();
}); // prettier-ignore

/** A network of two sources on one cell, whose receptor's events set a state (gabab) or add to it (expsyn). */
function onto(synapse: Json, weight: unknown = uS(1), scales: readonly number[] = []): Network {
  const net = new Network({ seed: 1 });
  const { receptors: _, ...cell } = smallCells(1);
  const receptors = [{ name: "b", section: "soma", synapse }];
  const cells = net.cells("M", { ...cell, receptors, groups: { b: ["b"] } } as never) as unknown as { b: never };
  const sources = net.sources("S", 2, trains([[1], [2]]));
  net.connect(sources, cells.b, allToAll(), { weight: weight as never, delay: ms(1), maxScale: 2 });
  if (scales.length > 0) net.vary("S->M.b.scale", scales);
  return net;
}

test("a weight below 0 to a receptor whose events set a state is refused, drawn or listed", () => {
  const at = (weight: unknown, synapse: unknown = gabab) => () => compile(onto(synapse as Json, weight), { dt: ms(0.025) });
  const wrong = /S->M\.b.*weight.*events to "b" set a state/;
  expect(at(uS(-1))).toThrow(wrong);
  expect(at({ values: [1, -0.5], unit: "uS" })).toThrow(wrong);
  expect(at(normalValues({ mean: uS(1), sd: uS(0.1) }))).toThrow(wrong);
  expect(at(uniformValues({ from: uS(-1), to: uS(1) }))).toThrow(wrong);
  expect(at(uS(1))).not.toThrow();
  expect(at({ values: [1, 0.5], unit: "uS" })).not.toThrow();
  expect(at(normalValues({ mean: uS(1), sd: uS(0.1), min: uS(0) }))).not.toThrow();
  expect(at(exponentialValues({ mean: uS(1) }))).not.toThrow();
  expect(at(uS(-1), expsyn)).not.toThrow(); // an addition takes any weight
}); // prettier-ignore

test("a factor below 0 on such weights is refused too, in a batch and in a hook", async () => {
  const wrong = /scale.* is -1, and events to its receptor set a state.*Give 0 to 2/;
  expect(() => compile(onto(gabab as never, uS(1), [1, -1]), { dt: ms(0.025) })).toThrow(wrong);
  expect(() => compile(onto(expsyn as never, uS(1), [1, -1]), { dt: ms(0.025) })).not.toThrow();
  const set = async (synapse: unknown, factor: number): Promise<void> => {
    const sim = await simulate(onto(synapse as Json), { dt: ms(0.025), engine: "reference" });
    sim.every(ms(1), (change) => change.scale("S->M.b", factor));
    for await (const _ of sim.run(ms(2)));
  };
  await expect(set(gabab, -1)).rejects.toThrow(wrong);
  await expect(set(gabab, 0)).resolves.not.toThrow();
  await expect(set(expsyn, -1)).resolves.not.toThrow();
  await expect(set(expsyn, -3)).rejects.toThrow(/is -3, and at most 2 was declared/);
});

describe("calls without what they need", () => {
  const calls: Readonly<Record<string, (net: any, E: any, S: any, x: unknown) => unknown>> = {
    "cells": (net, _E, _S, x) => net.cells("A", x),
    "sources": (net, _E, _S, x) => net.sources("A", 1, x),
    "trains": (net, _E, _S, x) => net.sources("A", 1, trains(x as never)),
    "trains of what is no list": (net, _E, _S, x) => net.sources("A", 1, trains([x] as never)),
    "connect from": (net, E, _S, x) => net.connect(x, E.excitatory, allToAll(), { weight: uS(1), delay: ms(1) }),
    "connect to": (net, _E, S, x) => net.connect(S, x, allToAll(), { weight: uS(1), delay: ms(1) }),
    "connect to a receptor that there is not": (net, E, S) => net.connect(S, E.excitatry, allToAll(), { weight: uS(1), delay: ms(1) }),
    "connect by": (net, E, S, x) => net.connect(S, E.excitatory, x, { weight: uS(1), delay: ms(1) }),
    "connect with": (net, E, S, x) => net.connect(S, E.excitatory, allToAll(), x),
    "clamp": (net, _E, _S, x) => net.clamp(x, nA(1)),
    "clamp to": (net, E, _S, x) => net.clamp(E, x),
    "voltageClamp": (net, _E, _S, x) => net.voltageClamp(x, mV(1)),
    "play": (net, _E, _S, x) => net.play(x, "soma.pas.g", uS(1)),
    "gather": (net, E, _S, x) => net.gather(E, E, allToAll(), x),
    "gather from": (net, E, _S, x) => net.gather(x, E, allToAll(), { weight: uS(1), value: "V_pre - V" }),
    "gapJunctions": (net, E, _S, x) => net.gapJunctions(E, E, allToAll(), x),
    "gapJunctions of": (net, E, _S, x) => net.gapJunctions(x, E, allToAll(), { conductance: uS(1) }),
    "readout": (net, E, _S, x) => net.readout("z", E, x),
    "readout of": (net, _E, _S, x) => net.readout("z", x, { value: "V_pre" }),
    "record": (net, E, _S, x) => net.record(E, "V", x),
    "record of": (net, _E, _S, x) => net.record(x, "V", { every: ms(1) }),
    "recordWeights": (net, _E, _S, x) => net.recordWeights("p", x),
    "recordReadout": (net, _E, _S, x) => net.recordReadout(x, "z", { every: ms(1) }),
    "vary": (net, _E, _S, x) => net.vary("seed", x),
    "vary what": (net, _E, _S, x) => net.vary(x, [1, 2]),
  }; // prettier-ignore
  test.each(Object.keys(calls))("%s", (what) => {
    for (const given of [undefined, null, "x", {}, { name: "E" }]) {
      const net = new Network({ seed: 1 });
      const [E, S] = [net.cells("E", smallCells(2)), net.sources("S", 2, trains([[], []]))];
      expect(() => calls[what]?.(net, E, S, given), JSON.stringify(given)).toThrow(ModelError);
    }
  });
  test("a network without a seed", () => {
    for (const given of [[], [{}], [{ seed: "1" }]]) expect(() => new (Network as any)(...given)).toThrow(ModelError);
  });
});
