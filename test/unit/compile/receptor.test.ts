import { expect, test } from "vitest";
import { allToAll } from "../../../src/connect/rules.ts";
import pas from "../../../src/mechanisms/channels/pas.ts";
import { param, synapse, type Synapse } from "../../../src/mechanisms/mechanism.ts";
import exp2syn from "../../../src/mechanisms/synapses/exp2syn.ts";
import { Network } from "../../../src/network/network.ts";
import { trains } from "../../../src/network/sources.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { degC, ms, mV, ohm_cm, uF_per_cm2, um, uS } from "../../../src/units.ts";

const DT = 0.025;
const WEIGHT = 0.001;

/** Conductance over the weight of one event at t = 0, at every step up to the end. */
async function response(
  receptor: Synapse,
  params: Readonly<Record<string, number>>,
  engine: "reference" | "reference32",
  endMs: number,
): Promise<number[]> {
  const net = new Network({ seed: 1 });
  const source = net.sources("S", 1, trains([[0]]));
  const cells = net.cells("C", {
    kind: "cells",
    model: "passive",
    n: 1,
    sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1) }],
    insertions: [{ sections: ["soma"], mechanism: pas }],
    receptors: [
      {
        name: "r",
        synapse: receptor,
        section: "soma",
        params: Object.fromEntries(Object.entries(params).map(([k, x]) => [k, ms(x)])),
      },
    ],
    groups: { r: ["r"] },
    detector: { section: "soma", threshold: mV(0) },
    V0: mV(-70),
    celsius: degC(6.3),
  });
  net.connect(source, cells.r, allToAll(), { weight: uS(WEIGHT), delay: ms(0) });
  net.record(cells, "r.g", { every: ms(DT) });
  const sim = await simulate(net, { engine, dt: ms(DT) });
  for await (const chunk of sim.run(ms(endMs), { chunk: ms(endMs) }))
    return Array.from(chunk.trace(cells, "r.g").data, (g) => g / WEIGHT);
  throw new Error("the run has no chunk");
}

/** Largest deviation from a function of time (ms). */
const worst = (got: readonly number[], want: (t: number) => number): number =>
  Math.max(...got.map((g, k) => Math.abs(g - want(k * DT))));

/** exp(-t/b) - exp(-t/a) over its peak, without cancellation. */
const difference = (a: number, b: number) => {
  const apart = (b - a) / (a * b);
  const tp = Math.log(b / a) / apart;
  const f = (Math.exp(tp / b) * b) / (b - a);
  return (t: number): number => -f * Math.exp(-t / b) * Math.expm1(-t * apart);
};

// The reference counts a tau1 above 0.9999 tau2 as that, as NEURON does; (tau2 - tau1) / tau1 is then 1e-4, known to
// 2.2e-16 / 1e-4 in float64, and so is its conductance there. In float32 g takes two roundings of half an ulp a step over a time of
// some tau2 (at most 2000 steps: 2000 * 2 * 6e-8 at the very worst, 1.2e-4; as a random walk sqrt(4000) * 6e-8 = 4e-6).
test.each([1.0000001, 1.00005, 1.0001, 1.0002, 1.001, 1.01, 1.5, 5, 50])(
  "two exponentials with time constants in the ratio %d are the closed form in float64 and float32",
  async (ratio) => {
    const tau2 = 2 * ratio;
    const want = difference(Math.min(2, 0.9999 * tau2), tau2);
    const params = { tau1: 2, tau2 };
    const end = Math.ceil(5 * tau2 + 10);
    const exact = await response(exp2syn, params, "reference", end);
    const single = await response(exp2syn, params, "reference32", end);
    expect(worst(exact, want)).toBeLessThan(1e-11);
    expect(worst(single, want)).toBeLessThan(4e-6);
    const peak = Math.max(...Array.from({ length: end / DT + 1 }, (_, k) => want(k * DT)));
    expect(Math.abs(Math.max(...single) - peak)).toBeLessThan(4e-6);
  },
);

test("time constants far below a step neither overflow nor are lost", async () => {
  const want = difference(0.001, 2);
  expect(worst(await response(exp2syn, { tau1: 0.001, tau2: 2 }, "reference", 20), want)).toBeLessThan(1e-11);
  expect(worst(await response(exp2syn, { tau1: 0.001, tau2: 2 }, "reference32", 20), want)).toBeLessThan(4e-6);
});

const taus = { t1: param(ms(2), "first"), t2: param(ms(2.001), "second"), t3: param(ms(2.003), "third") };

test("a difference written by a user does not cancel either, wherever it stands in the conductance", async () => {
  const f = 1 / (Math.exp(-1) - Math.exp(-2 / 2.001));
  const scaled = synapse({
    name: "scaled",
    doc: "",
    params: { ...taus, E: param(mV(0), "reversal") },
    states: { fast: { tau: "t1" }, slow: { tau: "t2" } },
    onEvent: { slow: "w", fast: "w" },
    g: `0.5 * ${-f} * (slow - fast) / (1 + 0 * exp(V / 20))`,
    E: "E",
  });
  const want = (t: number): number => -0.5 * f * (Math.exp(-t / 2.001) - Math.exp(-t / 2));
  expect(worst(await response(scaled, {}, "reference", 20), want)).toBeLessThan(1e-10);
  expect(worst(await response(scaled, {}, "reference32", 20), want)).toBeLessThan(4e-6);
});

test("a difference of three exponentials keeps two differences", async () => {
  const three = synapse({
    name: "three",
    doc: "",
    params: { ...taus, E: param(mV(0), "reversal") },
    states: { a: { tau: "t1" }, b: { tau: "t2" }, c: { tau: "t3" } },
    onEvent: { a: "2000 * w", b: "1000 * w", c: "1000 * w" },
    g: "c + b - a",
    E: "E",
  });
  const want = (t: number): number =>
    1000 * Math.exp(-t / 2) * (Math.expm1((t * 0.001) / (2 * 2.001)) + Math.expm1((t * 0.003) / (2 * 2.003)));
  expect(worst(await response(three, {}, "reference", 20), want)).toBeLessThan(1e-9);
  expect(worst(await response(three, {}, "reference32", 20), want)).toBeLessThan(1e-5);
});

test("what does not start at 0, or is no difference, keeps its states", async () => {
  const sum = synapse({
    name: "sum",
    doc: "",
    params: { ...taus, E: param(mV(0), "reversal") },
    states: { a: { tau: "t1" }, b: { tau: "10 * t2" } },
    onEvent: { a: "0.25 * w", b: "w" },
    g: "b - a",
    E: "E",
  });
  const want = (t: number): number => Math.exp(-t / 20.01) - 0.25 * Math.exp(-t / 2);
  expect(worst(await response(sum, {}, "reference", 20), want)).toBeLessThan(1e-12);
  expect(worst(await response(sum, {}, "reference32", 20), want)).toBeLessThan(4e-6);
});
