import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import type { Method } from "../../../src/network/cell.ts";
import { Network } from "../../../src/network/network.ts";
import { alphaMotorNeurons, recruitmentThresholds } from "../../../src/models/motor-pool/index.ts";
import { calcium2022, cortexColumn, jones2009, law2021 } from "../../../src/models/cortical-column/index.ts";
import { pas } from "../../../src/mechanisms/index.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { degC, ms, mV, ohm_cm, S_per_cm2, uF_per_cm2, um } from "../../../src/units.ts";

const dt = ms(5);

/** A ball that decays from 0 to E = -70 mV with tau = cm / g = 10 ms. */
const ball = (method?: Method) => ({
  kind: "cells" as const,
  model: "ball",
  n: 1,
  sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1) }],
  insertions: [{ sections: ["soma"], mechanism: pas, params: { g: S_per_cm2(1e-4), E: mV(-70) } }],
  receptors: [],
  groups: {},
  detector: { section: "soma", threshold: mV(50) },
  V0: mV(0),
  celsius: degC(37),
  ...(method === undefined ? {} : { method }),
});

/** V of every population after one step, mV. */
async function afterOneStep(models: Readonly<Record<string, Method | undefined>>, method?: Method): Promise<number[]> {
  const net = new Network({ seed: 1 });
  for (const [name, own] of Object.entries(models)) net.record(net.cells(name, ball(own)), "V", { every: dt });
  const sim = await simulate(JSON.parse(JSON.stringify(net)), { dt, method, engine: "reference" });
  for await (const chunk of sim.run(dt))
    return Object.keys(models).map((name) => chunk.trace(name, "V").data[1] as number);
  throw new Error("no chunk");
}

// With h = dt/tau = 1/2 and u = V + 70: u1 = u0 / (1 + h), or u0 (1 - h/2) / (1 + h/2).
const IMPLICIT = -70 + 70 / 1.5;
const MIDPOINT = -70 + (70 * 0.75) / 1.25;

describe("the method belongs to the model", () => {
  test("each population is advanced by its own, backward Euler where it states none", async () => {
    const [a, b, c] = await afterOneStep({ a: "backwardEuler", b: "crankNicolson", c: undefined });
    expect(a).toBeCloseTo(IMPLICIT, 9);
    expect(b).toBeCloseTo(MIDPOINT, 9);
    expect(c).toBe(a);
  });

  test("a run may state another for all", async () => {
    const [a, b] = await afterOneStep({ a: "backwardEuler", b: "crankNicolson" }, "backwardEuler");
    expect(a).toBeCloseTo(IMPLICIT, 9);
    expect(b).toBe(a);
  });

  test("a method that is none is refused where it is stated", () => {
    const net = new Network({ seed: 1 });
    expect(() => net.cells("a", ball("backwardEuller" as Method))).toThrow(
      'population "a", method: is "backwardEuller". Did you mean "backwardEuler"?',
    );
  });

  test("it is what a result's hash knows, wherever it was stated", () => {
    const hash = (own: Method | undefined, method?: Method): string => {
      const net = new Network({ seed: 1 });
      net.cells("a", ball(own));
      return compile(net, { dt, method }).hash;
    };
    expect(hash("backwardEuler")).toBe(hash(undefined, "backwardEuler"));
    expect(hash("backwardEuler")).toBe(hash(undefined));
    expect(hash("backwardEuler")).not.toBe(hash("crankNicolson"));
    expect(hash("backwardEuler", "crankNicolson")).toBe(hash("crankNicolson"));
  });

  test("published cells state theirs: the column 0, motor pools 2 (NEURON's secondorder)", () => {
    const methods = (net: Network): unknown[] =>
      compile(net, { dt: ms(0.025) }).populations.flatMap((p) => (p.kind === "cells" ? [p.method] : []));
    for (const model of [jones2009(), law2021(), calcium2022()]) {
      const found = methods(cortexColumn({ mesh: [2, 2], model, drives: [] }));
      expect(found).toEqual(found.map(() => "backwardEuler"));
      expect(found.length).toBe(4);
    }
    const pool = new Network({ seed: 1 });
    const thresholds = recruitmentThresholds({ n: 3, mode: "combined", range: 100, slope: 10 });
    for (const model of ["NERLab", "Powers2017"] as const) pool.cells(model, alphaMotorNeurons({ thresholds, model }));
    expect(methods(pool)).toEqual(["crankNicolson", "crankNicolson"]);
  });
});

/** Compartments that all do the same, few enough for one thread and too many for it. */
const isopotential = (method: Method, nseg: number) => {
  const [soma] = ball().sections;
  return { ...ball(method), sections: [{ ...soma!, L: um(20 * nseg), nseg }] };
};

describe.each([1, 60])("the order of convergence, %d compartments", (nseg) => {
  // At t = tau = 10 ms the closed form is E + (V0 - E) / e. A method of order p errs by C h^p + O(h^(p+1)): half the step divides
  // the error by 2^p, up to O(h/tau) = 0.1 of it at these steps. A wrong factor in the scheme converges elsewhere, with ratio 1.
  const error = async (method: Method, h: number): Promise<number> => {
    const net = new Network({ seed: 1 });
    net.record(net.cells("ball", isopotential(method, nseg)), "V", { every: ms(10) });
    const sim = await simulate(net, { dt: ms(h), engine: "reference" });
    for await (const chunk of sim.run(ms(10)))
      return Math.abs((chunk.trace("ball", "V").data[1] as number) - (-70 + 70 / Math.E));
    throw new Error("no chunk");
  };

  test.each([["backwardEuler", 1], ["crankNicolson", 2]] as const)("%s: %d", async (method, order) => {
    const [coarse, fine] = [await error(method, 0.5), await error(method, 0.25)];
    expect(Math.log2(coarse / fine)).toBeCloseTo(order, 1);
    expect(fine).toBeLessThan(order === 2 ? 0.01 : 0.5); // 70/e h^2/(12 tau^2) = 0.0013, 70/e h/(2 tau) = 0.32 mV
  }); // prettier-ignore
});
