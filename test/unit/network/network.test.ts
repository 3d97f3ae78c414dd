import { describe, expect, expectTypeOf, test } from "vitest";
import { drawLinks, eachLink } from "../../../src/connect/draw.ts";
import { allToAll, fixedProbability, oneToOne } from "../../../src/connect/rules.ts";
import type { ReceptorTarget } from "../../../src/network/handles.ts";
import { every, Network } from "../../../src/network/network.ts";
import { drive } from "../../../src/network/signal.ts";
import { gamma, poisson, regular, trains } from "../../../src/network/sources.ts";
import { Hz, ms, mV, nA, one, perCell, uS } from "../../../src/units.ts";
import { smallCells } from "./cells.ts";

/** Ten cells, ten Poisson sources. */
function network() {
  const net = new Network({ seed: 7 });
  const E = net.cells("E", smallCells(10));
  const DD = net.sources("DD", 10, poisson({ rate: Hz(65), latency: ms(1) }));
  return { net, E, DD };
}
const link = { weight: uS(0.1), delay: ms(1) };

describe("what is described", () => {
  test("handles have a target per group, and any receptor by name", () => {
    const { E } = network();
    expectTypeOf(E.excitatory).toEqualTypeOf<ReceptorTarget>();
    // @ts-expect-error no such group
    expect(E.excitatry).toBeUndefined();
    expect(E.excitatory).toEqual({
      kind: "receptors",
      population: "E",
      name: "excitatory",
      receptors: ["exc_a", "exc_b"],
    });
    expect(E.receptor("inh").receptors).toEqual(["inh"]);
    expect(() => E.receptor("exitatory")).toThrow(
      'population "E": has no receptor or group "exitatory". Did you mean "excitatory"?',
    );
  });

  test("the description survives JSON, and so does the network", () => {
    const { net, E, DD } = network();
    net.connect(DD, E.excitatory, fixedProbability(0.5), link);
    net.connect(E, E.inhibitory, allToAll({ autapses: false }), {
      ...link,
      name: "loop",
      maxScale: 3,
      maxDelay: ms(50),
    });
    net.clamp(E, drive.constant(nA(0.1)).after(ms(5)), {
      gain: perCell(one, new Float64Array(10).fill(2)),
      duration: ms(10),
    });
    net.record(E, "V", { cells: every(5), every: ms(0.1) });
    net.record(E, "exc_a.g", { cells: [1, 3], every: ms(0.1) });
    net.vary("seed", [1, 2, 3]);
    net.vary("DD.rate", [Hz(1), Hz(2), drive.constant(Hz(3))]);
    const data = JSON.parse(JSON.stringify(net));
    expect(data.name).toBe("network");
    expect(JSON.parse(JSON.stringify(net.describe()))).toEqual({ ...data, name: undefined });
    const again = Network.fromJSON(data);
    expect(JSON.parse(JSON.stringify(again))).toEqual(data);
    expect(again.population("E").n).toBe(10);
    expect(net.describe().projections.map((p) => p.name)).toEqual(["DD->E.excitatory", "loop"]);
    expect(net.describe().entries).toBe(3);
  });

  test("functions of a pair become one value per link, in the order of the links", () => {
    const { net, E, DD } = network();
    net.connect(DD, E.excitatory, fixedProbability(0.4), {
      weight: (s, t) => uS(s + t / 100),
      delay: (s) => ms(1 + s),
    });
    const [p] = net.describe().projections;
    const sizes = { sources: 10, targets: 10, same: false };
    const pairs: [number, number][] = [];
    eachLink(drawLinks(fixedProbability(0.4), sizes, 7, "DD->E.excitatory"), (s, t) => pairs.push([s, t]));
    expect(pairs.length).toBeGreaterThan(10);
    expect(p?.weight).toEqual({ unit: "uS", values: pairs.map(([s, t]) => s + t / 100) });
    expect(p?.delay).toEqual({ unit: "ms", values: pairs.map(([s]) => 1 + s) });
  });

  test("sources: orders, trains, regular pulses with a start per cell", () => {
    expect(gamma({ order: 16, rate: Hz(8) })).toMatchObject({ kind: "renewal", order: 16, latency: ms(0) });
    expect(trains([[3, 1], perCell(ms, [2])])).toEqual({ kind: "trains", times: [[3, 1], [2]] }); // prettier-ignore
    const pulses = regular({ interval: ms(10), start: perCell(ms, [5, 0]), stop: ms(25) });
    expect(pulses(2)).toEqual({ kind: "trains", times: [[5, 15], [0, 10, 20]] }); // prettier-ignore
    expect(regular({ interval: ms(10), stop: ms(20) })(1)).toEqual({ kind: "trains", times: [[0, 10]] });
    expect(() => regular({ interval: ms(0), stop: ms(20) })).toThrow(
      "regular.interval: is 0 ms. Give an interval above 0",
    );
  });

  test("rates: a constant, one per cell, signals with an index per cell", () => {
    const net = new Network({ seed: 1 });
    net.sources("one", 2, poisson({ rate: Hz(5) }));
    net.sources("each", 2, poisson({ rate: perCell(Hz, [5, 6]) }));
    net.sources("steps", 2, poisson({ rate: drive.steps({ times: [ms(0), ms(5)], values: [Hz(1), Hz(2)] }) }));
    net.sources(
      "two",
      2,
      poisson({ rate: { signals: [drive.constant(Hz(1)), drive.constant(Hz(2))], signalOfCell: [1, 0] } }),
    );
    const rates = net.describe().populations.map((p) => (p.model.kind === "renewal" ? p.model.rate : undefined));
    expect(rates[0]).toEqual({ kind: "constant", unit: "Hz", value: 5 });
    expect(rates[1]).toEqual({ unit: "Hz", values: [5, 6] });
    expect(rates[2]).toMatchObject({ kind: "sum", terms: [{ kind: "steps", values: [1, 2] }] });
  });
});

/** Every mistake is an error at the call, naming the thing, the value, the limit and the remedy. */
const mistakes: [string, (n: ReturnType<typeof network>) => unknown, string][] = [
  ["a seed that is no u32", () => new Network({ seed: -1 }), "network: seed -1 is not a whole number from 0 to 4294967295"],
  ["a name twice", ({ net }) => net.cells("E", smallCells(1)), 'population "E": exists already. Choose another name'],
  ["a name with a dot", ({ net }) => net.cells("a.b", smallCells(1)), 'the name "a.b" of a population is not a name. Take a letter'],
  ["no cells", ({ net }) => net.cells("F", smallCells(0)), 'population "F": has 0 cells. Give a whole number of 1 or more'],
  ["half a source", ({ net }) => net.sources("F", 1.5, poisson({ rate: Hz(1) })), 'population "F": has 1.5 sources'],
  ["a group of unknown receptors", ({ net }) => net.cells("F", { ...smallCells(1), groups: { x: ["exc_c"] } }), 'group "x" names the receptor "exc_c". Did you mean "exc_a"?'],
  ["a group called like a property", ({ net }) => net.cells("F", { ...smallCells(1), groups: { name: ["inh"] } }), 'a receptor group cannot be called "name"'],
  ["a bare rate", ({ net }) => net.sources("F", 2, poisson({ rate: 5 as never })), 'population "F".model.rate: is 5. Give a rate'],
  ["a rate in mV", ({ net }) => net.sources("F", 2, poisson({ rate: mV(5) as never })), 'rate: has unit "mV". Give it in "Hz"'],
  ["a signal in nA", ({ net }) => net.sources("F", 2, poisson({ rate: drive.constant(nA(5)) as never })), 'has unit "nA". Give a signal in "Hz"'],
  ["rates of too few cells", ({ net }) => net.sources("F", 3, poisson({ rate: perCell(Hz, [1, 2]) })), "has 2 values for 3 cells"],
  ["a rate per cell below 0", ({ net }) => net.sources("F", 2, poisson({ rate: perCell(Hz, [1, -2]) })), "is -2 Hz. Give 0 or more"],
  ["signals without enough indices", ({ net }) => net.sources("F", 3, poisson({ rate: { signals: [drive.constant(Hz(1))], signalOfCell: [0] } })), "has 1 values of signalOfCell for 3 cells"],
  ["an index of no signal", ({ net }) => net.sources("F", 1, poisson({ rate: { signals: [drive.constant(Hz(1))], signalOfCell: [1] } })), "signalOfCell[0]: is 1. Give an index below 1"],
  ["an order of 0", ({ net }) => net.sources("F", 1, gamma({ order: 0, rate: Hz(1) })), 'population "F": has order 0'],
  ["a latency below 0", ({ net }) => net.sources("F", 1, poisson({ rate: Hz(1), latency: ms(-1) })), "latency: is -1 ms. Give 0 or more"],
  ["trains of too few cells", ({ net }) => net.sources("F", 2, trains([[1]])), 'has 1 spike trains for 2 cells. Give 2, one per cell'],
  ["a train in Hz", ({ net }) => net.sources("F", 1, trains([perCell(Hz, [1]) as never])), 'trains[0]: has unit "Hz". Give it in "ms"'],
  ["a spike before the start", ({ net }) => net.sources("F", 1, trains([[1, -3]])), 'population "F", cell 0, spike 1: is at -3 ms'],
  ["a probability above 1", ({ net, E, DD }) => net.connect(DD, E.excitatory, fixedProbability(1.2), link), "DD->E.excitatory: probability 1.2 is outside 0..1"],
  ["unequal sizes one to one", ({ net, E }) => net.connect(net.sources("S", 3, poisson({ rate: Hz(1) })), E.inhibitory, oneToOne(), link), "S->E.inhibitory: one-to-one needs equal sizes, but there are 3 sources and 10 targets"],
  ["a negative delay", ({ net, E, DD }) => net.connect(DD, E.excitatory, oneToOne(), { ...link, delay: ms(-1) }), "DD->E.excitatory, delay: is -1 ms. Give 0 or more"],
  ["a bare weight", ({ net, E, DD }) => net.connect(DD, E.excitatory, oneToOne(), { ...link, weight: 0.1 as never }), 'DD->E.excitatory, weight: is the bare number 0.1, not a quantity. Give a quantity in "uS"'],
  ["a weight in ms", ({ net, E, DD }) => net.connect(DD, E.excitatory, oneToOne(), { ...link, weight: ms(1) as never }), 'weight: has unit "ms". Give it in "uS"'],
  ["an infinite weight", ({ net, E, DD }) => net.connect(DD, E.excitatory, oneToOne(), { ...link, weight: uS(Infinity) }), "weight: is Infinity uS. Give a finite number"],
  ["a pair's weight that is NaN", ({ net, E, DD }) => net.connect(DD, E.excitatory, oneToOne(), { ...link, weight: (s) => uS(s === 4 ? NaN : 1) }), "DD->E.excitatory, weight of 4 -> 4: is NaN uS"],
  ["weights of too few links", ({ net, E, DD }) => net.connect(DD, E.excitatory, oneToOne(), { ...link, weight: perCell(uS, [1, 2]) }), "DD->E.excitatory, weight: has 2 values for 10 links. Give one value, or 10"],
  ["a scale of 0", ({ net, E, DD }) => net.connect(DD, E.excitatory, oneToOne(), { ...link, maxScale: 0 }), "maxScale: is 0. Give a finite number above 0"],
  ["a projection twice", ({ net, E, DD }) => [1, 2].map(() => net.connect(DD, E.excitatory, oneToOne(), link)), 'DD->E.excitatory: a projection of this name exists already. Give this one a name of its own: { name: "..." }'],
  ["a foreign source", ({ net, E }) => net.connect(network().DD, E.excitatory, oneToOne(), link), '"DD" is not a population of this network'],
  ["a foreign target", ({ net, DD }) => net.connect(DD, network().E.excitatory, oneToOne(), link), "the target is no receptor of this network"],
  ["a clamp of sources", ({ net, DD }) => net.clamp(DD as never, nA(1)), '"DD" are sources. Clamp a population of cells'],
  ["a clamp in no section", ({ net, E }) => net.clamp(E, nA(1), { section: "some" }), 'clamp "E.clamp": small has no section "some". Did you mean "soma"?'],
  ["a clamp beside the section", ({ net, E }) => net.clamp(E, nA(1), { at: 1.5 }), "position 1.5 is outside 0..1"],
  ["a clamp in mV", ({ net, E }) => net.clamp(E, mV(1) as never), 'clamp "E.clamp", signal: has unit "mV". Give it in "nA"'],
  ["gains of too few cells", ({ net, E }) => net.clamp(E, nA(1), { gain: perCell(one, [1]) }), 'clamp "E.clamp", gain: has 1 values for 10 cells'],
  ["a clamp twice", ({ net, E }) => [1, 2].map(() => net.clamp(E, nA(1))), 'clamp "E.clamp": exists already. Give this one a name'],
  ["a recording of sources", ({ net, DD }) => net.record(DD as never, "V", { every: ms(1) }), "sources have no variables. Their spikes are always recorded"],
  ["a recording of nothing", ({ net, E }) => net.record(E, "exc_c.g", { every: ms(1) }), 'recording of "exc_c.g" in "E": there is no "exc_c". Did you mean "exc_a"?'],
  ["a recording of no cell", ({ net, E }) => net.record(E, "V", { cells: [3, 10], every: ms(1) }), "there is no cell 10 among 10. Give indices from 0 to 9"],
  ["a recording of every half cell", ({ net, E }) => net.record(E, "V", { cells: every(0.5), every: ms(1) }), "every 0.5 cells"],
  ["a recording every 0 ms", ({ net, E }) => net.record(E, "V", { every: ms(0) }), "is sampled every 0 ms. Give an interval above 0"],
  ["a batch of 0", ({ net }) => net.batch(0), "network: a batch of 0 entries"],
  ["entries that do not agree", ({ net }) => [net.batch(3), net.vary("seed", [1, 2])], 'variation "seed": has 2 values for 3 entries'],
  ["a path twice", ({ net }) => [1, 2].map(() => net.vary("seed", [1])), 'variation "seed": is given twice'],
  ["a path to nothing", ({ net }) => net.vary("DD.rat", [Hz(1)]), 'variation "DD.rat": names nothing in this network. Did you mean "DD.rate"?'],
  ["a mistyped parameter", ({ net }) => net.vary("E.soma.pas.G", [1]), 'Did you mean "E.soma.pas.g"?'],
  ["a parameter in another unit", ({ net }) => net.vary("E.soma.pas.g", [mV(1)]), 'variation "E.soma.pas.g", entry 0: has unit "mV". Give it in "S/cm2"'],
  ["a parameter out of range", ({ net }) => net.vary("E.soma.pas.g", [{ value: -1, unit: "S/cm2" }]), "is -1 S/cm2. Give a value from 0 to Infinity S/cm2"],
  ["a scale beyond its limit", ({ net, E, DD }) => [net.connect(DD, E.excitatory, oneToOne(), link), net.vary("DD->E.excitatory.scale", [2])], "entry 0: is 2, and at most 1 was declared. Give a finite factor up to it, or connect with a larger maxScale"],
  ["rates per cell mixed with signals", ({ net }) => net.vary("DD.rate", [Hz(1), perCell(Hz, new Float64Array(10))]), "mixes rates per cell with signals"],
  ["a population that is not there", ({ net }) => net.population("e2"), 'network: there is no population "e2"'],
]; // prettier-ignore

describe("mistakes", () => {
  test.each(mistakes)("%s", (_, mistake, message) => {
    let error: unknown;
    try {
      mistake(network());
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ name: "ModelError" });
    expect((error as Error).message).toContain(message);
  });

  test("a description from JSON is checked alike", () => {
    const { net, E, DD } = network();
    net.connect(DD, E.excitatory, oneToOne(), link);
    const data = JSON.parse(JSON.stringify(net));
    data.projections[0].receptors = ["exc_z"];
    expect(() => Network.fromJSON(data)).toThrow(
      'DD->E.excitatory: "E" has no receptor "exc_z". Did you mean "exc_a"?',
    );
  });
});

describe("regular pulses lie before `stop`", () => {
  const pulses = (options: Parameters<typeof regular>[0]): readonly number[] =>
    (regular(options)(1) as { times: readonly (readonly number[])[] }).times[0]!;
  test.each([
    [1000 / 61, 1000, 61], // 61 Hz for 1 s
    [0.3, 2.1, 7],
    [0.1, 0.7, 7],
    [250, 1000, 4],
    [250, 1000.001, 5],
    [10, 0, 0],
  ])("every %f ms until %f ms: %i", (interval, stop, n) => {
    expect(pulses({ interval: ms(interval), stop: ms(stop) })).toEqual(
      Array.from({ length: n }, (_, k) => k * interval),
    );
  });
  test("at every rate of whole Hz, for every whole second", () => {
    for (let hz = 1; hz <= 500; hz++)
      for (const s of [1, 2, 7]) expect(pulses({ interval: ms(1000 / hz), stop: ms(1000 * s) }).length).toBe(hz * s);
  });
  test("more than memory holds is refused", () => {
    expect(() => pulses({ interval: ms(1e-9), stop: ms(1e9) })).toThrow(/pulses of each source/);
  });
});
