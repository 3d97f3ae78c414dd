import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import type { CompiledRenewal } from "../../../src/compile/compiled.ts";
import type { Crossing } from "../../../src/compile/cells/step-program.ts";
import { fixedProbability, list, oneToOne } from "../../../src/connect/rules.ts";
import { Network } from "../../../src/network/network.ts";
import { drive } from "../../../src/network/signal.ts";
import { gamma, poisson, trains } from "../../../src/network/sources.ts";
import { stream } from "../../../src/random/philox.ts";
import { Hz, mV, ms, nA, one, perCell, uS } from "../../../src/units.ts";
import { smallCells } from "../network/cells.ts";

const dt = ms(0.1);
const link = { weight: uS(0.1), delay: ms(1) };
/** 20 sources and 10 cells, randomly connected. */
function network(seed = 7) {
  const net = new Network({ seed });
  const E = net.cells("E", smallCells(10));
  const DD = net.sources("DD", 20, poisson({ rate: Hz(65), latency: ms(1) }));
  net.connect(DD, E.excitatory, fixedProbability(0.5), { ...link, maxScale: 4 });
  return { net, E, DD };
}
const renewal = (c: ReturnType<typeof compile>, k: number) => c.populations[k] as CompiledRenewal;

describe("blocks", () => {
  test("a loop bounds the block by its shortest delay; a chain does not", () => {
    const { net, E } = network();
    expect(compile(net, { dt }).maxBlock).toBe(1000);
    net.connect(E, E.inhibitory, fixedProbability(0.5), { weight: uS(0.1), delay: ms(2) });
    expect(compile(net, { dt }).maxBlock).toBe(20);
    expect(compile(net, { dt, maxBlock: 7 }).maxBlock).toBe(7);
  });

  test("an instantaneous loop is refused, naming the projection", () => {
    const { net, E } = network();
    net.connect(E, E.inhibitory, list([[1, 0]]), { weight: uS(0.1), delay: ms(0.04) }); // prettier-ignore
    expect(() => compile(net, { dt })).toThrow("E->E.inhibitory: a delay of 0 steps lies on a loop");
    expect(compile(net, { dt: ms(0.05) }).maxBlock).toBe(1);
  });
});

describe("sources", () => {
  test("ids skip given trains; streams are hashes of names; latencies are whole steps", () => {
    const net = new Network({ seed: 1 });
    net.sources("T", 5, trains([[], [], [3], [1, 2], []]));
    net.sources("A", 3, gamma({ order: 16, rate: Hz(8), latency: ms(1) }));
    net.cells("E", smallCells(4));
    net.sources("B", 2, poisson({ rate: perCell(Hz, [5, 6]) }));
    const c = compile(net, { dt });
    expect(c.populations[0]).toEqual({ kind: "trains", name: "T", n: 5, times: Float64Array.of(1, 2, 3), cells: Uint32Array.of(3, 3, 2) });
    expect(renewal(c, 1)).toMatchObject({ firstSource: 0, order: 16, latencySteps: 10, stream: stream("source", "A") });
    expect(c.populations[2]).toMatchObject({ firstSource: 3 });
    expect(renewal(c, 3)).toMatchObject({ firstSource: 7, constantHz: Float64Array.of(5, 6), signals: [[]] });
    expect(c.nSources).toBe(9);
    expect(() => compile(net, { dt: ms(0.3) })).toThrow("A, latency: 1 ms is not a whole number of steps of 0.3 ms. Give a multiple, for example 0.9 ms");
  }); // prettier-ignore

  test("a rate beyond one spike per step is refused before the first step, a high one warned of", () => {
    const at = (hz: number, duration = 20) => {
      const net = new Network({ seed: 1 });
      net.sources("S", 2, poisson({ rate: drive.constant(Hz(hz)).after(ms(10)) }));
      return compile(net, { dt, duration: ms(duration) });
    };
    expect(() => at(10_001)).toThrow("S: the rate 10001 Hz at its highest is above 10000 Hz");
    expect(at(10_001, 5).warnings).toEqual([]); // never reached
    expect(at(2000).warnings).toHaveLength(1);
    expect(at(50).warnings).toEqual([]);
  });
});

describe("clamps", () => {
  test("gains per cell and steps from the half-step rule", () => {
    const { net, E } = network();
    net.clamp(E, nA(0.2), {
      delay: ms(5),
      duration: ms(10),
      gain: perCell(
        one,
        Array.from({ length: 10 }, (_, c) => c),
      ),
    });
    net.clamp(E, drive.constant(nA(1)), { name: "always" });
    const { clamps } = compile(net, { dt });
    expect(clamps[0]).toMatchObject({ name: "E.clamp", population: 0, from: 50, to: 150 });
    expect([...(clamps[0]?.gain ?? [])]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(clamps[0]?.signals).toEqual([[{ kind: "constant", unit: "nA", value: 0.2 }]]);
    expect(clamps[1]).toMatchObject({ from: 0, to: 2 ** 32 - 1 });
  });
});

describe("the batch", () => {
  test("entries that nothing varies are alike and share one row table", () => {
    const { net } = network();
    net.batch(3);
    const c = compile(net, { dt });
    expect([...c.seeds]).toEqual([7, 7, 7]);
    expect(c.stages[0]?.rows).toHaveLength(1);
    expect(renewal(c, 1).signals[0]?.[0]).toBe(renewal(c, 1).signals[2]?.[0]);
    expect([...c.initialScales]).toEqual([1, 1, 1]);
    expect(c.stages[0]?.q).toHaveLength(3);
  });

  test("seeds, rates, scales, gains, signals and parameters reach their entries", () => {
    const { net, E } = network();
    net.clamp(E, nA(1));
    net.vary("seed", [1, 2]);
    net.vary("DD.rate", [Hz(10), drive.constant(Hz(20))]);
    net.vary("DD->E.excitatory.scale", [0.5, one(4)]);
    net.vary("E.clamp.gain", [2, perCell(one, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])]);
    net.vary("E.clamp.signal", [drive.constant(nA(3)), drive.constant(nA(4))]);
    net.vary("E.pas.E", [mV(-70), mV(-60)]);
    net.vary("E.V0", [mV(-71), mV(-61)]);
    const c = compile(net, { dt });
    expect([...c.seeds]).toEqual([1, 2]);
    expect(renewal(c, 1).signals).toMatchObject([[{ value: 10 }], [{ value: 20 }]]);
    expect([...c.initialScales]).toEqual([0.5, 4]);
    expect([...(c.clamps[0]?.gain ?? [])]).toEqual([...new Array(10).fill(2), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(c.clamps[0]?.signals).toMatchObject([[{ value: 3 }], [{ value: 4 }]]);
    const cells = c.populations[0];
    if (cells?.kind !== "cells") throw new Error("E are cells");
    const V = cells.program.states.findIndex((s) => s === (cells.program.detect as Crossing).state);
    expect([...cells.state0.slice(V * 20, V * 20 + 20)]).toEqual([...new Array(10).fill(-71), ...new Array(10).fill(-61)]);
    const values = cells.params.names.flatMap((name, k) => (/pas_E/.test(name) ? [0, 1].map((e) => cells.params.values[cells.params.offset[k]! + e * cells.params.entryStride[k]!]) : []));
    expect(values).toEqual([-70, -60]);
  }); // prettier-ignore

  test("the detector's threshold may vary, and what is no parameter is refused", () => {
    const { net } = network();
    net.vary("E.threshold", [mV(-20), mV(10)]);
    const cells = compile(net, { dt }).populations[0];
    if (cells?.kind !== "cells") throw new Error("E are cells");
    const k = cells.params.names.indexOf((cells.program.detect as Crossing).threshold);
    const at = (entry: number) => cells.params.values[cells.params.offset[k]! + entry * cells.params.entryStride[k]!];
    expect([at(0), at(1)]).toEqual([-20, 10]);
    expect(() => net.vary("E.thresholds", [mV(0), mV(0)])).toThrow('Did you mean "E.threshold"');
  });

  test("a varied structureSeed gives each entry the links, and the scale, it would have alone", () => {
    const { net } = network();
    net.vary("structureSeed", [7, 8]);
    const both = compile(net, { dt }).stages[0]!;
    const alone = (structureSeed: number) => compile({ ...network().net.describe(), structureSeed }, { dt }).stages[0]!;
    expect(both.rows).toEqual([alone(7).rows[0], alone(8).rows[0]]);
    expect(both.rows[0]).not.toEqual(both.rows[1]);
    expect([...both.q]).toEqual([alone(7).q[0], alone(8).q[0]]);
  });

  test("given events of several entries are joined by (step, entry, slot)", () => {
    const net = new Network({ seed: 1 });
    const S = net.sources("S", 1, trains([[1, 2]]));
    const E = net.cells("E", smallCells(3));
    net.connect(S, E.inhibitory, list([[0, 2], [0, 0]]), link); // prettier-ignore
    net.batch(2);
    const { given } = compile(net, { dt }).stages[0]!;
    expect([...given.step]).toEqual([20, 20, 20, 20, 30, 30, 30, 30]);
    expect([...given.slot]).toEqual([0, 2, 3, 5, 0, 2, 3, 5]);
  });

  test("cells must be given to signals alike in all entries", () => {
    const { net } = network();
    const signals = [drive.constant(Hz(1)), drive.constant(Hz(2))];
    const rate = (first: number) => ({
      signals,
      signalOfCell: Array.from({ length: 20 }, (_, c) => (c === 0 ? first : 1)),
    });
    net.vary("DD.rate", [rate(0), rate(1)]);
    expect(() => compile(net, { dt })).toThrow(
      'variation "DD.rate", entry 1: gives cells to signals in another way than entry 0',
    );
  });
});

describe("the hash", () => {
  const hash = (change: (n: ReturnType<typeof network>) => void = () => {}, options = {}) => {
    const n = network();
    change(n);
    return compile(n.net, { dt, ...options }).hash;
  };

  test("is equal for equal networks, JSON or not, and for options that change no result", () => {
    const { net } = network();
    expect(hash()).toMatch(/^[0-9a-f]{32}$/);
    expect(compile(JSON.parse(JSON.stringify(net)), { dt }).hash).toBe(hash());
    expect(compile(Network.fromJSON(JSON.parse(JSON.stringify(net))), { dt }).hash).toBe(hash());
    expect(hash(undefined, { maxBlock: 3, duration: ms(100), method: "backwardEuler" })).toBe(hash());
  });

  test("differs in everything that changes results", () => {
    const all = [
      hash(),
      hash(undefined, { dt: ms(0.05) }),
      hash(undefined, { method: "crankNicolson" }),
      hash(({ net, E }) => net.clamp(E, nA(1e-9))),
      hash(({ net, E }) => net.record(E, "V", { every: ms(1) })),
      hash(({ net }) => net.batch(2)),
      compile(network(8).net, { dt }).hash,
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("what cannot be compiled", () => {
  const { net } = network();
  const d = net.describe();
  test.each([
    [() => compile(net, { dt: 0.1 as never }), "dt: is the bare number 0.1, not a quantity"],
    [() => compile(net, { dt: ms(0) }), "dt: is 0 ms. Give a step above 0"],
    [() => compile(net, { dt, method: "euler" as never }), 'method: is "euler". Known: backwardEuler, crankNicolson'],
    [() => compile(net, { dt, maxBlock: 0 }), "maxBlock: is 0 steps. Give a whole number of 1 or more"],
    [() => compile(net, { dt, duration: ms(-1) }), "duration: is -1 ms. Give 0 or more"],
    [() => compile(net, { dt, duration: ms(1e12) }), "duration: ends at step 10000000000000 (1000000000000 ms at dt = 0.1 ms), beyond the last one, 4294967295"],
    [() => compile(new Network({ seed: 1 }), { dt }), "network: has no populations. Add cells or sources"],
    [() => compile({ ...d, entries: 0 }, { dt }), "network.entries: is 0"],
    [() => compile({ ...d, entries: 2, variations: [{ path: "seed", values: [1] }] }, { dt }), 'variation "seed": has 1 values for 2 entries'],
    [() => compile({ ...d, projections: [{ ...d.projections[0]!, weight: perCell(uS, [1]) }] }, { dt }), "DD->E.excitatory, weight: has 1 values for"],
    [() => compile({ ...d, projections: [{ ...d.projections[0]!, target: "F" }] }, { dt }), 'DD->E.excitatory: there is no population "F"'],
  ] as const)("case %#", (attempt, message) => {
    expect(attempt).toThrow(message);
  }); // prettier-ignore
});

test("per-link values with a varied structureSeed are counted in each entry", () => {
  const { net, E, DD } = network();
  net.connect(DD, E.inhibitory, fixedProbability(0.5), { ...link, weight: (s) => uS(s) });
  net.vary("structureSeed", [7, 8]);
  expect(() => compile(net, { dt })).toThrow(
    /DD->E.inhibitory, weight, entry 1 of a varied structureSeed: has \d+ values for \d+ links/,
  );
});

test("a projection without links is warned of and takes no slot", () => {
  const net = new Network({ seed: 1 });
  const E = net.cells("E", smallCells(3));
  const S = net.sources("S", 3, poisson({ rate: Hz(1) }));
  net.connect(S, E.excitatory, fixedProbability(0), link);
  net.connect(S, E.inhibitory, oneToOne(), link);
  const c = compile(net, { dt });
  expect(c.warnings).toEqual(["S->E.excitatory: has no links"]);
  expect(c.stages[0]?.slots).toBe(3);
});
