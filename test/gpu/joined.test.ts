import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { fixedProbability } from "../../src/connect/rules.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { joinedCells } from "../../src/gpu/joined.ts";
import { tableLayout } from "../../src/gpu/model-wgsl.ts";
import { param } from "../../src/mechanisms/mechanism.ts";
import { neuron } from "../../src/mechanisms/neuron.ts";
import { iaf_delta } from "../../src/mechanisms/neurons/index.ts";
import { Network } from "../../src/network/network.ts";
import { poisson } from "../../src/network/sources.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { Hz, ms, mV, nA, perCell } from "../../src/units.ts";
import { openTestDevice, type TestDevice } from "./device.ts";
import { collect, compiled, DT, expectSame, same, spikesOf, type Run, type RunOptions } from "./engine-networks.ts";

let gpu: TestDevice;
beforeAll(async () => (gpu = await openTestDevice()));
afterAll(() => gpu.close());

const leaky = neuron({
  name: "leaky",
  doc: "A test's",
  params: {
    tau: param(ms(10), "membrane time constant", { min: 1 }),
    rest: param(mV(-65), "resting voltage", { min: -90, max: -40, live: true }),
    threshold: param(mV(-50), "threshold"),
  },
  states: { V: { d: "(rest - V) / tau", unit: "mV", init: "rest" }, u: { d: "-u / tau", unit: "mV", init: "0" } },
  ports: {
    up: { unit: "mV", doc: "raises V", onEvent: { V: "weight" } },
    down: { unit: "mV", doc: "lowers V", onEvent: { V: "-weight", u: "weight" } },
  },
  inputs: { I: { unit: "nA", doc: "not read" } },
  spike: "V > threshold",
  reset: { V: "rest" },
});

const STEPS = 1200;
const ENDS = [400, STEPS / 2, 650]; // of segments, which a run has that is saved in the middle too

/** A, B and D have the same equations; other numbers, weights, traces and sources between them. D is clamped, C another neuron. */
function network(): Network {
  const net = new Network({ seed: 5, structureSeed: 2 });
  const input = net.sources("input", 20, poisson({ rate: Hz(900) }));
  const A = net.cells("A", leaky({ n: 70 }));
  const C = net.cells("C", iaf_delta({ n: 6, params: { V_th: mV(8) } }));
  net.sources("between", 3, poisson({ rate: Hz(100) }));
  const rest = perCell(mV, [-64, -63, -62, -61, -60]);
  const B = net.cells("B", leaky({ n: 5, params: { tau: ms(7), rest }, initial: { V: mV(-60) } }));
  const D = net.cells("D", leaky({ n: 4, params: { threshold: mV(-52) } }));
  [A, B, D].forEach((cells, k) => {
    net.connect(input, cells.up, fixedProbability(0.5), { weight: mV(3 + 4 * k), delay: ms(1), maxScale: 2 ** k });
    net.connect(B, cells.down, fixedProbability(0.5), { weight: mV(40 - 12 * k), delay: ms(0.5) });
  });
  net.connect(A, C.jump, fixedProbability(0.5), { weight: mV(2), delay: ms(0.7) });
  net.connect(C, A.up, fixedProbability(0.5), { weight: mV(1), delay: ms(0.5) });
  net.connect(A, B.up, fixedProbability(0.1), { weight: mV(1), delay: ms(0.5) });
  net.connect(D, A.up, fixedProbability(0.2), { weight: mV(1), delay: ms(1) });
  net.clamp(D, nA(0.1));
  net.record(A, "V", { every: DT, cells: [3, 69] });
  net.record(B, "u", { every: ms(0.1) });
  net.record(B, "V", { every: DT, cells: [1, 2, 4] });
  net.record(B, "V", { every: DT, cells: [0] });
  net.record(A, "u", { every: ms(0.075), cells: [0] });
  net.record(D, "V", { every: ms(1) });
  net.vary("seed", [5, 6]);
  net.vary("B.threshold", [mV(-50), mV(-53)]);
  return net;
}

/** Numbers of B change in the middle. */
const before: RunOptions["before"] = (engine, step) => {
  if (step === 400) engine.setParam(index(engine.network, "B"), "rest", mV(-55).value, 1);
};
const index = ({ populations }: CompiledNetwork, name: string): number => populations.findIndex((p) => p.name === name);

const c = compiled(network());
const run = (from: { readonly state?: Run["state"]; readonly to?: number; readonly bindingBytes?: number }): Promise<Run> =>
  gpu.use(async (device) => {
    const engine = await gpuEngine(c, device, from.bindingBytes === undefined ? {} : { bindingBytes: from.bindingBytes });
    if (from.state !== undefined) await engine.load(from.state, STEPS / 2);
    const found = await collect(engine, from.to ?? STEPS, { ends: ENDS, before });
    await engine.close();
    return found;
  }); // prettier-ignore

const APART = 800; // bytes that populations together do not fit into

const names = (most: number): string[][] =>
  joinedCells(c, c.stages[0]!.cells, most).map((j) => j.members.map((m) => m.cells.name));

test("populations with the same kernel are advanced together, others and those with clamps alone", () => {
  expect(c.stages.length).toBe(1);
  expect(names(2 ** 20)).toEqual([["A", "B"], ["C"], ["D"]]);
  expect(names(APART)).toEqual([["A"], ["C"], ["B"], ["D"]]);
});

describe("together and apart", () => {
  let [together, apart]: Run[] = [];
  beforeAll(async () => ([together, apart] = [await run({}), await run({ bindingBytes: APART })]));

  test("the network is worth testing", () => {
    for (const name of ["A", "B", "C", "D"])
      for (const entry of [0, 1]) expect(spikesOf(c, apart!, name, entry).length, name).toBeGreaterThan(3);
  });

  test("the same bits, with numbers that changed on the way", () => expectSame(together!, apart!));

  test("the reference's spikes and traces", async () => {
    const reference = await collect(referenceEngine(c, { precision: 32 }), STEPS, { ends: ENDS, before });
    same("spikes", together!.spikes, reference.spikes);
    expect(Object.keys(together!.traces)).toEqual(Object.keys(reference.traces));
    // a step rounds four times (V - rest, its product, rest again, what arrives), each by at most 2^-24 of the largest value; all of it is
    // forgotten with tau, 400 steps at most
    const close = 4 * 400 * 2 ** -24;
    for (const [name, { steps, data }] of Object.entries(reference.traces)) {
      const own = together!.traces[name]!;
      same(`${name}: steps`, own.steps, steps);
      const largest = Math.max(...data.map(Math.abs));
      expect(Math.max(...data.map((x, k) => Math.abs(x - own.data[k]!))), name).toBeLessThan(close * largest);
    }
  });

  test.each([
    ["apart", "together", APART, 2 ** 20],
    ["together", "apart", 2 ** 20, APART],
    ["together", "together", 2 ** 20, 2 ** 20],
  ])("saved %s and gone on %s", async (_, __, first, second) => {
    const half = await run({ to: STEPS / 2, bindingBytes: first });
    const rest = await run({ state: half.state, bindingBytes: second });
    expect(rest.spikes[0]).toBeGreaterThanOrEqual((STEPS / 2) * 2 ** 20);
    expectSame(oneAfterTheOther(half, rest), apart!);
  });
});

const oneAfterTheOther = (half: Run, rest: Run): Run => ({
  spikes: Float64Array.of(...half.spikes, ...rest.spikes),
  traces: Object.fromEntries(
    Object.entries(half.traces).map(([name, { steps, data }]) => {
      const then = rest.traces[name]!;
      return [name, { steps: [...steps, ...then.steps], data: [...data, ...then.data] }];
    }),
  ),
  state: rest.state,
});

describe("populations whose traces differ", () => {
  /** Populations of so many cells; each records V of its first cell at these intervals. */
  const recorded = (
    populations: readonly { readonly n: number; readonly every: readonly number[] }[],
  ): CompiledNetwork => {
    const net = new Network({ seed: 1 });
    populations.forEach(({ n, every }, k) => {
      const cells = net.cells(`P${k}`, leaky({ n }));
      for (const t of every) net.record(cells, "V", { every: ms(t), cells: [0] });
    });
    return compiled(net);
  };
  const bytes = (network: CompiledNetwork, most: number): number[] =>
    joinedCells(network, network.stages[0]!.cells, most).map(
      ({ cells, members }) => 4 * tableLayout(cells, network.entries, members.length).length,
    );
  const total = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, k) => k + 1);

  test("they are not joined where tables would more than double", () => {
    const each = recorded(upTo(12).map((k) => ({ n: 1000, every: [k] })));
    const [together, apart] = [bytes(each, 2 ** 27), bytes(each, 1)];
    expect(apart.length).toBe(12);
    expect(together.length).toBe(6); // two and two
    expect(total(together)).toBeLessThan(2.02 * total(apart)); // beside rows some words of each population
    const same = recorded(upTo(12).map(() => ({ n: 1000, every: [1, 2, 3] })));
    expect(bytes(same, 2 ** 27).length).toBe(1);
  });

  test("nor where the table of all is larger than a buffer may be", () => {
    const one = recorded([{ n: 1000, every: upTo(20) }, { n: 900, every: [] }]);
    const rows = 4 * 20 * 1900;
    expect(bytes(one, rows + 400)).toEqual([expect.toSatisfy((x: number) => x > rows && x < rows + 400)]);
    expect(bytes(one, rows).length).toBe(2);
    expect(Math.max(...bytes(one, 120_000))).toBeLessThan(120_000);
  }); // prettier-ignore
});
