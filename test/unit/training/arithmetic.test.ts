import { describe, expect, test } from "vitest";
import { drawU32, stream, uniform } from "../../../src/random/philox.ts";
import { compileTraining } from "../../../src/compile/trained/check.ts";
import { drawNormals, float32, float64, lifSpikes, qifSpikes } from "../../../src/reference/training-arithmetic.ts";
import { referenceTraining } from "../../../src/reference/training.ts";
import { smallTraining } from "./small.ts";

const draw = (k: number): number => uniform(drawU32(1, stream("test", "rls"), k, 0, "initial"));

describe("recursive least squares", () => {
  // After T updates P is (alpha I + sum q q')^-1 exactly: multiplying back must give I. The condition number of that matrix
  // is below 1e3 here, so rounding of u = 2^-53 or 2^-24 gives less than 1e3 T u.
  test.each([
    ["float64", float64, 1e3 * 60 * 2 ** -53],
    ["float32", float32, 1e3 * 60 * 2 ** -24],
  ] as const)("%s: P times its inverse is the identity", (_, math, allowed) => {
    const [K, T, alpha] = [7, 60, 0.25];
    const P = math.alloc((K * (K + 1)) / 2);
    for (let a = 0; a < K; a++) P[(a * (a + 3)) / 2] = 1 / alpha;
    const inverse = Array.from({ length: K }, (_, a) => Array.from({ length: K }, (_, b) => (a === b ? alpha : 0)));
    const k = math.alloc(K);
    for (let t = 0; t < T; t++) {
      const q = math.alloc(K).map((_, a) => draw(t * K + a));
      for (let a = 0; a < K; a++) for (let b = 0; b < K; b++) inverse[a]![b]! += q[a]! * q[b]!;
      expect(math.update(P, q, k, K)).toBeGreaterThanOrEqual(1);
    }
    const at = (a: number, b: number): number => P[a >= b ? (a * (a + 1)) / 2 + b : (b * (b + 1)) / 2 + a]!;
    for (let a = 0; a < K; a++) {
      for (let b = 0; b < K; b++) {
        let sum = 0;
        for (let c = 0; c < K; c++) sum += at(a, c) * inverse[c]![b]!;
        expect(Math.abs(sum - (a === b ? 1 : 0))).toBeLessThan(allowed);
      }
    }
  });

  test("a P that is not positive definite stops the run and names the neuron", async () => {
    const training = smallTraining();
    const entry = training.entries[0]!;
    const P = Array.from({ length: training.n }, (_, i) => {
      const K = entry.rowPtr[i + 1]! - entry.rowPtr[i]!;
      return Float64Array.from({ length: (K * (K + 1)) / 2 }, () => (i === 3 ? -5 : 0));
    });
    const engine = referenceTraining(compileTraining({ ...training, entries: [{ ...entry, P }] }));
    const run = (async () => {
      while (engine.step < 90) await engine.advance(30);
    })();
    await expect(run).rejects.toThrow(/neuron 3: learning broke down/);
  });

  test("a neuron that does not learn keeps its weights", async () => {
    const training = smallTraining();
    const entry = training.entries[0]!;
    const trained = new Uint8Array(training.n).fill(1);
    trained[2] = 0;
    const engine = referenceTraining(compileTraining({ ...training, entries: [{ ...entry, trained }] }));
    for (let loop = 0; loop < 3; loop++) await engine.advance(30);
    const w = (await engine.weights())[0]!;
    const changed = (i: number): boolean =>
      w.subarray(entry.rowPtr[i], entry.rowPtr[i + 1]).some((x, a) => x !== entry.w[entry.rowPtr[i]! + a]);
    expect(Array.from({ length: training.n }, (_, i) => changed(i))).toEqual(Array.from(trained, (one) => one === 1));
  });
});

describe("spikes", () => {
  test("a QIF neuron fires once when it passes an odd multiple of pi, however it is wrapped", () => {
    for (const turns of [-3, 0, 1, 100]) {
      const x = 3 + 2 * Math.PI * turns;
      expect(qifSpikes(x, x + 0.15)).toBe(true);
      expect(qifSpikes(x, x + 0.1)).toBe(false);
      expect(qifSpikes(x + 0.3, x)).toBe(false);
      expect(qifSpikes(x, x + 20)).toBe(true);
    }
  });

  test("the rules for LIF differ only above threshold", () => {
    expect(lifSpikes(1, 0.5, 0, "effective")).toBe(true);
    expect(lifSpikes(1, 0.5, 0, "intended")).toBe(false);
    for (const rule of ["effective", "intended"] as const) {
      expect(lifSpikes(-1, 0.1, 0, rule)).toBe(true);
      expect(lifSpikes(-1, 0, 0, rule)).toBe(false);
    }
  });
});

test("drawn normal values have mean 0 and variance 1, and the two of a step are uncorrelated", () => {
  const n = 20_000;
  const z = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) drawNormals(z, i, n, 7, i % 200, Math.floor(i / 200));
  const moment = (of: (i: number) => number): number =>
    Array.from({ length: n }, (_, i) => of(i)).reduce((a, b) => a + b, 0) / n;
  // standard errors: mean 1/sqrt(n), variance sqrt(2/n), correlation 1/sqrt(n); five of them for six comparisons at p < 1e-5
  for (const half of [0, n]) {
    expect(Math.abs(moment((i) => z[half + i]!))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(moment((i) => z[half + i]! ** 2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  }
  expect(Math.abs(moment((i) => z[i]! * z[n + i]!))).toBeLessThan(5 / Math.sqrt(n));
  expect(Math.abs(moment((i) => (i === 0 ? 0 : z[i]! * z[i - 1]!)))).toBeLessThan(5 / Math.sqrt(n));
});
