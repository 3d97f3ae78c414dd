import { describe, expect, it } from "vitest";
import caL from "../../../src/mechanisms/channels/caL.ts";
import gh, { gh as ghWith } from "../../../src/mechanisms/channels/gh.ts";
import kdrRL from "../../../src/mechanisms/channels/kdrRL.ts";
import L_Ca_inact from "../../../src/mechanisms/channels/L_Ca_inact.ts";
import mAHP from "../../../src/mechanisms/channels/mAHP.ts";
import na3rp from "../../../src/mechanisms/channels/na3rp.ts";
import napp, { napp as nappWith } from "../../../src/mechanisms/channels/napp.ts";
import naps from "../../../src/mechanisms/channels/naps.ts";
import type { Channel } from "../../../src/mechanisms/mechanism.ts";
import exp2syn from "../../../src/mechanisms/synapses/exp2syn.ts";
import { currents, environment, ownCurrentsOff, relaxation, value } from "./harness.ts";

const { exp, log } = Math;
type Pair = (V: number) => [inf: number, tau: number];
/** x / (exp(x/k) - 1), written as NEURON's vtrap: the limit is taken only within 1e-6 of 0. */
const lin = (x: number, k: number): number => (Math.abs(x / k) < 1e-6 ? k * (1 - x / (2 * k)) : x / (exp(x / k) - 1));
const trap = (v: number, th: number, a: number, q: number): number =>
  Math.abs(v - th) <= 1e-6 ? a * q : (a * (v - th)) / (1 - exp(-(v - th) / q));
const ab = (alpha: number, beta: number): [number, number] => [alpha / (alpha + beta), 1 / (alpha + beta)];
const QT = 2 ** ((36 - 24) / 10);
const slow = (V: number, as: number, bs: number): [number, number] => {
  const [a, b] = [0.001 * exp((as - V) / 30), 0.0034 / (exp((bs - V) / 10) + 1)];
  return [a / (a + b) + 1 * (1 - a / (a + b)), 1 / (a + b)];
};

/** The published formulas (sources in the mechanisms' files) in plain TypeScript, at the mechanisms' default parameters and 36 degC. */
const DIRECT: readonly (readonly [Channel, Record<string, Pair>])[] = [
  [
    napp,
    {
      m: (V) => ab(0.64 * lin(15 - V, 4), 0.56 * lin(V - 40, 5)),
      h: (V) => ab(0.928 * exp((17 - V) / 18), 9 / (exp((40 - V) / 5) + 1)),
      p: (V) => ab(0.64 * lin(5 - V, 4), 0.56 * lin(V - 30, 5)),
      n: (V) => ab(0.08 * lin(15 - V, 7), 2 * exp((10 - V) / 40)),
      r: (V) => ab(3.5 / (exp((55 - V) / 4) + 1), 0.018),
    },
  ],
  [caL, { L: (V) => [1 / (1 + exp(-(V - 34 + 30))), 47] }],
  [
    na3rp,
    {
      m: (V) => {
        const [a, b] = [trap(V, -30 + 1, 0.4, 7.2), trap(-V, 30 - 1, 0.124, 7.2)];
        return [a / (a + b), Math.max(1 / ((a + b) * QT), 0.02)];
      },
      h: (V) => {
        const [a, b] = [trap(V, -45 + 1, 0.03, 1.5), trap(-V, 45 - 1, 0.01, 1.5)];
        return [1 / (1 + exp((V + 50 - 1) / 8)), Math.max(1 / ((a + b) * QT), 0.5)];
      },
      s: (V) => slow(V, -85, -17),
    },
  ],
  [naps, { m: (V) => [1 / (1 + exp(-(V + 52.3 - 5) / 5)), 1], s: (V) => slow(V, -90, -22) }],
  [
    kdrRL,
    {
      m: (V) => {
        const b = exp((V + 39) / 5.5);
        return [1 / (1 + exp(-(V + 21) / 20)), 0.8 + (20 * b) / (1 + b) ** 2];
      },
    },
  ],
  [mAHP, { mca: (V) => [1 / (1 + exp(-(V + 22) / 4)), 2] }],
  [gh, { n: (V) => [1 / (1 + exp((V + 77) / 8)), 30] }],
  [L_Ca_inact, { m: (V) => [1 / (1 + exp((V + 42) / -6)), 40], h: (V) => [1 / (1 + exp((V - 10) / 5)), 2500] }],
];

describe.each(DIRECT.map(([m, f]): [string, Channel, Record<string, Pair>] => [m.name, m, f]))(
  "%s",
  (_, m, formulas) => {
    it.each(Object.entries(formulas))("%s follows the published formula on -150..150 mV", (state, formula) => {
      // The direct form of lin and trap cancels near 0: 1 ulp of exp(x/k) ~ 1 over |x/k| >= 1e-6 there, but the grid's
      // nearest point to a singularity is 0.123 mV off, k <= 20, so 2.2e-16 / 6e-3 times a few operations: 1e-12.
      for (let k = 0; k <= 1220; k++) {
        const V = -150 + k * 0.246 + 0.123;
        const env = environment(m, { ...ownCurrentsOff(m), V, celsius: 36 });
        const { inf, tau } = relaxation(m, state, env);
        const [wantInf, wantTau] = formula(V);
        expect(Math.abs(inf - wantInf), `${state} inf at ${V}: ${inf}, ${wantInf}`).toBeLessThanOrEqual(
          1e-12 * Math.abs(wantInf),
        );
        expect(Math.abs(tau - wantTau), `${state} tau at ${V}: ${tau}, ${wantTau}`).toBeLessThanOrEqual(
          1e-12 * wantTau,
        );
      }
    });
  },
);

/** g at given states and default parameters: powers, factors and reversals in one number each. */
const at = (m: Channel, states: Record<string, number>): Record<string, [number, number]> =>
  Object.fromEntries(currents(m, environment(m, { V: -20, ...states })).map(({ name, g, E }) => [name, [g, E]]));

it("raises gates to the published powers", () => {
  const near = ([g, E]: [number, number]) => [expect.closeTo(g, 18), E];
  expect(at(napp, { m: 0.5, h: 0.25, p: 0.5, n: 0.5, r: 0.5 })).toEqual({
    na: near([0.0325 / 32, 120]),
    nap: near([0.00067 / 8, 120]),
    kf: near([0.0015 / 16, -10]),
    ks: near([0.016 / 4, -10]),
    leak: near([0.000952381, 0]),
  });
  expect(at(caL, { L: 0.5 })).toEqual({ ca: near([6.2e-6 * 0.1, 140]), leak: near([7.69231e-5, 0]) });
  expect(at(na3rp, { m: 0.5, h: 0.5, s: 0.5 })).toEqual({ na: near([0.01 / 32, 50]) });
  expect(at(naps, { m: 0.5, s: 0.5 })).toEqual({ na: near([2.6e-5 / 4, 50]) });
  expect(at(kdrRL, { m: 0.5 })).toEqual({ k: near([0.015 / 16, -77]) });
  expect(at(mAHP, { cai: 1, n: 0.5, mca: 0.5 })).toEqual({ ca: near([3.2e-6, 132]), k: near([2.25e-4, -77]) });
  expect(at(gh, { n: 0.5 })).toEqual({ h: near([1.5e-5, -41]) });
  expect(at(L_Ca_inact, { m: 0.5, h: 0.5 })).toEqual({ caL: near([8.5e-5 * 0.2 * 0.25, 80]) });
});

it("fills the mAHP's calcium by inward current only, and opens n by the square of its rise", () => {
  const env = (i_ca: number, cai: number) => environment(mAHP, { i_ca, i_k: 0, cai, V: -60 });
  const drive = (1e4 * 2e-3) / (2 * 96485.3321 * 0.1); // mM/ms of an inward 2e-3 mA/cm2
  expect(relaxation(mAHP, "cai", env(-2e-3, 1e-4)).inf).toBeCloseTo(1e-4 + 90 * drive, 15);
  expect(relaxation(mAHP, "cai", env(+2e-3, 1e-4)).inf).toBe(1e-4);
  const a = 0.1 * (1000 * 4e-4) ** 2;
  expect(relaxation(mAHP, "n", env(0, 5e-4)).inf).toBeCloseTo(a / (a + 0.1), 14);
  expect(Object.keys(mAHP.states)).toEqual(["cai", "n", "mca"]); // the published order within a step
});

it("takes other numbers in the rates of napp, and another half activation in gh, under the same name", () => {
  const other = nappWith({ n: { alpha: [0.16, 15, 7], beta: [2, -10, 40] } });
  expect([other.name, other.states["m"]]).toEqual(["napp", napp.states["m"]]);
  const { inf } = relaxation(other, "n", environment(other, { V: 3 }));
  const alpha = 0.16 * lin(12, 7);
  expect(inf).toBeCloseTo(alpha / (alpha + 2 * exp(-13 / 40)), 14);
  expect(relaxation(ghWith(-80, 20), "n", environment(gh, { V: -80 }))).toEqual({ inf: 0.5, tau: 20 });
});

describe("exp2syn", () => {
  const env = (over: Record<string, number> = {}) => environment(exp2syn, { w: 1, V: 0, ...over });

  it("has the published constants for 0.2 and 0.3 ms", () => {
    expect(env()["tp"]).toBeCloseTo(0.6 * log(1.5), 14);
    expect(env()["tp"]).toBeCloseTo(0.243279, 6);
    expect(value(exp2syn.onEvent["A"] as string, env())).toBeCloseTo(6.75, 12);
    expect(value(exp2syn.onEvent["B"] as string, env())).toBeCloseTo(6.75, 12);
  });

  it.each([
    [0.2, 0.3],
    [0.5, 5],
    [1, 20],
    [5, 5],
    [30, 5],
  ])("peaks at the weight with %d and %d ms", (tau1, tau2) => {
    const e = env({ tau1, tau2 });
    const [riseTime, peakAt] = [e["rise"] as number, e["tp"] as number];
    const jump = value(exp2syn.onEvent["A"] as string, e);
    const g = (t: number): number =>
      value((exp2syn as { g: string }).g, { ...e, A: jump * exp(-t / riseTime), B: jump * exp(-t / tau2) });
    // nearly equal time constants: A and B are 1e4 times their difference, so 1e4 * 2.2e-16 is lost; 1e-11 is ample
    expect(g(peakAt)).toBeCloseTo(1, 11);
    expect(Math.max(g(0.99 * peakAt), g(1.01 * peakAt))).toBeLessThan(g(peakAt));
  });
});
