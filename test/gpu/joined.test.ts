import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { fixedProbability } from "../../src/connect/rules.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { joinedCells } from "../../src/gpu/joined.ts";
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
    const found = await collect(engine, from.to ?? STEPS, { ends: [400, 650], before });
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

  test("the reference's spikes", async () => {
    const reference = await collect(referenceEngine(c, { precision: 32 }), STEPS, { ends: [400, 650], before });
    same("spikes", together!.spikes, reference.spikes);
    expect(Object.keys(together!.traces)).toEqual(Object.keys(reference.traces));
  });

  test.each([
    ["apart", "together", APART, 2 ** 20],
    ["together", "apart", 2 ** 20, APART],
  ])("saved %s and gone on %s", async (_, __, first, second) => {
    const { state } = await run({ to: STEPS / 2, bindingBytes: first });
    const rest = await run({ state, bindingBytes: second });
    expectSame({ ...rest, spikes: apart!.spikes, traces: apart!.traces }, apart!);
  });
});
