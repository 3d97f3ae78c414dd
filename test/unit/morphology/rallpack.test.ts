import { expect, test } from "vitest";
import { eliminateMassless, type Compartments } from "../../../src/morphology/eliminate.ts";
import { tree } from "../../../src/morphology/tree.ts";
import { BRANCH, branchSections, CABLE, cableSections, RALLPACK, stepResponse, type Cylinder } from "./rallpack.ts";

test("geometries: 1000 compartments in a row, 1023 in a binary tree", () => {
  const cable = eliminateMassless(tree(cableSections()));
  const branch = eliminateMassless(tree(branchSections()));
  expect([cable.nodes.length, branch.nodes.length]).toEqual([1000, 1023]);
  expect(cable.couplings.every(({ i, j }) => i === j + 1)).toBe(true);
  // a branch point couples a parent and two children: 3 couplings at each of 511
  expect(branch.couplings.length).toBe(3 * 511);
  expect(CABLE.L).toBeCloseTo(1, 12);
  expect(BRANCH.L).toBeCloseTo(0.08, 12);
});

test("closed form: the first reflection, the end state, and the initial rise of a half-infinite cable", () => {
  // steady state: coth(1) at the near end, 1/sinh(1) at the far end, of the infinite cable's 127 mV
  const unit = RALLPACK.currentNa * CABLE.infinite;
  expect(unit).toBeCloseTo(127.324, 3);
  expect(stepResponse(CABLE, 0, 4000) - RALLPACK.EL).toBeCloseTo(unit / Math.tanh(1), 9);
  expect(stepResponse(CABLE, 1, 4000) - RALLPACK.EL).toBeCloseTo(unit / Math.sinh(1), 9);
  // before the reflection arrives the near end rises as erf(sqrt(T)); at T = 0.01 the echo from 2 L is below exp(-100)
  expect(stepResponse(CABLE, 0, 0.4) - RALLPACK.EL).toBeCloseTo(unit * erf(0.1), 9);
  expect(stepResponse(CABLE, 0, 0)).toBe(-65);
});

/** erf(x) by its series; 20 terms suffice below 1. */
function erf(x: number): number {
  let [sum, term] = [x, x];
  for (let n = 1; n < 20; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

test("Rallpack 1: 1000 compartments, dt 0.05 ms, both ends within the usual bounds", () => {
  const errors = compare(eliminateMassless(tree(cableSections())), 0.05, CABLE, [0, 999], [0, 1]);
  for (const { rms, max } of errors) {
    expect(rms).toBeLessThan(0.001);
    expect(max).toBeLessThan(0.005);
  }
});

test("Rallpack 2: 1023 compartments, dt 0.1 ms, both ends within the usual bounds", () => {
  const errors = compare(eliminateMassless(tree(branchSections())), 0.1, BRANCH, [0, 1022], [0, BRANCH.L]);
  for (const { rms, max } of errors) {
    expect(rms).toBeLessThan(0.0025);
    expect(max).toBeLessThan(0.005);
  }
});

/** Runs the passive tree by backward Euler for 250 ms and compares two compartments with the closed form.
 * @returns per compartment, errors over the curve's range */
function compare(
  cell: Compartments,
  dt: number,
  cylinder: Cylinder,
  at: readonly number[],
  X: readonly number[],
): { rms: number; max: number }[] {
  const V = new Float64Array(cell.nodes.length).fill(RALLPACK.EL);
  const step = passiveStep(cell, dt);
  const curves = at.map(() => ({ sum: 0, max: 0, low: Infinity, high: -Infinity }));
  const steps = Math.round(250 / dt);
  for (let n = 1; n <= steps; n++) {
    step(V);
    for (const [k, c] of curves.entries()) {
      const want = stepResponse(cylinder, X[k]!, n * dt);
      const error = Math.abs(V[at[k]!]! - want);
      c.sum += error * error;
      c.max = Math.max(c.max, error);
      [c.low, c.high] = [Math.min(c.low, want), Math.max(c.high, want)];
    }
  }
  return curves.map(({ sum, max, low, high }) => ({
    rms: Math.sqrt(sum / steps) / (high - low),
    max: max / (high - low),
  }));
}

/** One backward Euler step of a passive cell (Crank-Nicolson rings after the current step: 0.7 % of the range in the first
 * sample of Rallpack 1, where 0.5 % is allowed). Elimination follows the couplings' order; whatever a compartment is still coupled to when it is eliminated is coupled with each other already. */
function passiveStep({ nodes, couplings, eliminationOrder }: Compartments, dt: number): (V: Float64Array) => void {
  const n = nodes.length;
  const capacity = nodes.map((k) => (1e-5 * RALLPACK.Cm * (k.areaUm2 as number)) / dt); // uS
  const leak = nodes.map((k) => (1e-8 * (k.areaUm2 as number) * 1e6) / RALLPACK.Rm); // uS
  const diagonal = Float64Array.from(nodes, (_, k) => capacity[k]! + leak[k]!);
  const off = nodes.map(() => new Map<number, number>()); // below: neighbours that are eliminated later
  for (const { i, j, g } of couplings) {
    diagonal[i] = diagonal[i]! + (g as number);
    diagonal[j] = diagonal[j]! + (g as number);
    off[i]!.set(j, -(g as number));
  }
  for (const i of eliminationOrder) {
    const later = [...off[i]!];
    for (const [a, x] of later) {
      diagonal[a] = diagonal[a]! - (x * x) / diagonal[i]!;
      for (const [b, y] of later) if (b < a) off[a]!.set(b, off[a]!.get(b)! - (x * y) / diagonal[i]!);
    }
  }
  const rhs = new Float64Array(n);
  return (V) => {
    for (let k = 0; k < n; k++) rhs[k] = capacity[k]! * V[k]! + leak[k]! * RALLPACK.EL;
    rhs[0] = rhs[0]! + RALLPACK.currentNa;
    for (const i of eliminationOrder) for (const [j, x] of off[i]!) rhs[j] = rhs[j]! - (x / diagonal[i]!) * rhs[i]!;
    for (let i = 0; i < n; i++) {
      let sum = rhs[i]!;
      for (const [j, x] of off[i]!) sum -= x * rhs[j]!;
      rhs[i] = sum / diagonal[i]!;
    }
    V.set(rhs);
  };
}
