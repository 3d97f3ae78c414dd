import { describe, expect, test } from "vitest";
import { drawU32, stream, uniform } from "../../../src/random/philox.ts";
import {
  covariance,
  dimension,
  participationRatio,
  windowMeans,
} from "../../../src/models/trained-network/dimension.ts";
import { drawNetwork } from "../../../src/compile/trained/draws.ts";
import { dense, effectiveRadius, motifs } from "../../../src/models/trained-network/motifs.ts";
import { NOTEBOOK } from "../../../src/network/trained-parameters.ts";
import { spectrum } from "../../../src/models/trained-network/spectrum.ts";

const random = (n: number, use: string): Float64Array =>
  Float64Array.from({ length: n }, (_, k) => uniform(drawU32(3, stream("test", use), k, 0, "initial")) - 0.5);

describe("motifs", () => {
  test("equal the definition by matrix products", () => {
    const N = 9;
    const w = random(N * N, "motifs");
    const mean = w.reduce((a, b) => a + b, 0) / (N * N);
    const M = Array.from({ length: N }, (_, i) => Array.from({ length: N }, (_, j) => w[i * N + j]! - mean));
    const T = M.map((_, i) => M.map((row) => row[i]!));
    const times = (A: number[][], B: number[][]): number[][] =>
      A.map((row) => B[0]!.map((_, j) => row.reduce((sum, a, k) => sum + a * B[k]![j]!, 0)));
    const trace = (A: number[][]): number => A.reduce((sum, row, i) => sum + row[i]!, 0);
    const total = (A: number[][]): number => A.flat().reduce((a, b) => a + b, 0);
    const [MMt, MtM, MM] = [times(M, T), times(T, M), times(M, M)];
    const sigma2 = trace(MMt) / N;
    const got = motifs(w, N);
    const pairs = sigma2 * N * (N - 1);
    const want = {
      sigma2,
      tau_rec: trace(MM) / (sigma2 * N),
      tau_div: (total(MMt) - trace(MMt)) / pairs,
      tau_con: (total(MtM) - trace(MtM)) / pairs,
      tau_chn: (2 * (total(MM) - trace(MM))) / pairs,
    };
    // fewer than 1000 products of size below 1: 1e3 roundings of 2^-53
    for (const name of Object.keys(want) as (keyof typeof want)[])
      expect(Math.abs(got[name] - want[name])).toBeLessThan(1e-13);
  });

  test("before training the rows are balanced, which fixes two motifs", () => {
    const { w0, ...links } = drawNetwork(NOTEBOOK, 5);
    const got = motifs(dense(links, w0, 200), 200);
    expect(got.tau_con).toBeCloseTo(-1 / 199, 12);
    expect(got.tau_chn).toBeCloseTo((-2 * got.tau_rec) / 199, 12);
    // with these motifs the effective radius is near the bulk's: sqrt(sigma2)
    expect(effectiveRadius(got) / Math.sqrt(got.sigma2)).toBeCloseTo(1, 1);
  });

  test("a symmetric matrix with zero mean and diagonal is wholly reciprocal", () => {
    const w = [0, 1, -1, 1, 0, 0, -1, 0, 0];
    expect(motifs(w, 3).tau_rec).toBeCloseTo(1, 14);
  });
});

describe("dimension", () => {
  test("independent signals of equal variance fill all directions, one common signal a single one", () => {
    const [T, N] = [4000, 5];
    const white = covariance(random(T * N, "white"), T, N);
    expect(participationRatio(white, N)).toBeGreaterThan(4.9);
    const common = random(T, "common");
    const same = covariance(
      Float64Array.from({ length: T * N }, (_, at) => common[Math.floor(at / N)]!),
      T,
      N,
    );
    expect(participationRatio(same, N)).toBeCloseTo(1, 10);
  });

  test("the correction takes most of the bias of few samples away", () => {
    const [T, N] = [30, 40];
    const C = covariance(random(T * N, "few"), T, N);
    const { participationRatio: raw, dprBias } = dimension(C, N, T);
    expect(raw).toBeLessThan(20); // at most T - 1 directions, 17 expected of 40
    expect(dprBias).toBeGreaterThan(30);
  });

  test("keeping the sign matters only where the mean covariance is negative", () => {
    const of = (c: number, sign: "kept" | "asPublished"): number =>
      dimension([1, c, c, c, 1, c, c, c, 1], 3, 10, sign).dprBias;
    expect(of(-0.4, "kept")).not.toBe(of(-0.4, "asPublished"));
    expect(of(0.4, "kept")).toBe(of(0.4, "asPublished"));
  });

  test("windows are means of consecutive samples, an incomplete last one is dropped", () => {
    const { X, T } = windowMeans([1, 10, 3, 30, 5, 50, 7, 70, 9, 90], 2, 2);
    expect(T).toBe(2);
    expect([...X]).toEqual([2, 20, 6, 60]);
  });
});

test("outliers are told from the bulk: a planted pair is found, an untrained network has none", () => {
  const { w0, ...links } = drawNetwork({ ...NOTEBOOK, N: 120 }, 1);
  const w = dense(links, w0, 120);
  const plain = spectrum(w, 120);
  expect(plain.outliers).toHaveLength(0);
  expect(plain.radius / plain.bulkRadius).toBeLessThan(1.5);
  // a rotation in the plane of two random unit vectors plants eigenvalues near 3 +- 2i
  const unit = (x: Float64Array): Float64Array => x.map((v) => v / Math.hypot(...x));
  const u = unit(random(120, "u"));
  const v0 = random(120, "v");
  const along = v0.reduce((sum, x, i) => sum + x * u[i]!, 0);
  const v = unit(v0.map((x, i) => x - along * u[i]!));
  const planted = w.map((x, at) => {
    const [i, j] = [Math.floor(at / 120), at % 120];
    return x + 3 * (u[i]! * u[j]! + v[i]! * v[j]!) + 2 * (u[i]! * v[j]! - v[i]! * u[j]!);
  });
  const { outliers } = spectrum(planted, 120);
  expect(outliers).toHaveLength(2);
  // first-order shift of an eigenvalue by the random part: its norm in two directions, below the bulk's radius of 0.5
  for (const { real, imag } of outliers) expect(Math.hypot(real - 3, Math.abs(imag) - 2)).toBeLessThan(0.5);
});

test("a spectrum is that of known blocks, by falling modulus", () => {
  // eigenvalues -5, 1 + 3i, 1 - 3i, 2, 0.5
  const w = Float64Array.of(2, 0, 0, 0, 0, 0, 1, -3, 0, 0, 0, 3, 1, 0, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, -5);
  const { real, imag, radius, maxReal } = spectrum(w, 5);
  [-5, 1, 1, 2, 0.5].forEach((x, k) => expect(real[k]).toBeCloseTo(x, 12));
  expect([...imag].map((x) => Number(Math.abs(x).toFixed(12)))).toEqual([0, 3, 3, 0, 0]);
  expect(radius).toBeCloseTo(5, 12);
  expect(maxReal).toBeCloseTo(2, 12);
});

test("a network without loops has its own weights as eigenvalues, whatever the order of its neurons", () => {
  const N = 60;
  const [weights, order] = [random(N * N, "forward"), Array.from({ length: N }, (_, k) => (k * 37) % N)];
  const w = weights.map((x, at) => (order[Math.floor(at / N)]! > order[at % N]! ? x : 0));
  expect(spectrum(w, N)).toMatchObject({ radius: 0, maxReal: 0 });
  w[5 * N + 5] = 0.75;
  expect(spectrum(w, N)).toMatchObject({ radius: 0.75, maxReal: 0.75 });
  w[5 * N + 5] = 0;
  const [first, last] = [order.indexOf(0), order.indexOf(1)]; // a loop of two: +-sqrt(0.25 x 0.16)
  [w[first * N + last], w[last * N + first]] = [0.25, 0.16];
  expect(spectrum(w, N).radius).toBeCloseTo(0.2, 12);
});

test("antisymmetric weights end: eigenvalues 2 i cos(k pi / (N + 1)) of a chain, pairs on the imaginary axis at random", () => {
  const chain = new Float64Array(64);
  for (let k = 0; k < 7; k++) [chain[k * 8 + k + 1], chain[(k + 1) * 8 + k]] = [1, -1];
  const { real, imag } = spectrum(chain, 8);
  const want = Array.from({ length: 8 }, (_, k) => 2 * Math.cos(((k + 1) * Math.PI) / 9)).sort((a, b) => a - b);
  [...imag].sort((a, b) => a - b).forEach((x, k) => expect(x).toBeCloseTo(want[k]!, 13));
  expect(Math.max(...real.map(Math.abs))).toBeLessThan(1e-13); // of a norm of 3.7
  for (let n = 3; n < 12; n++) {
    const g = random(n * n, `antisymmetric ${n}`);
    const { real: re } = spectrum(
      Float64Array.from(g, (x, at) => x - g[(at % n) * n + Math.floor(at / n)]!),
      n,
    );
    expect(Math.max(...re.map(Math.abs))).toBeLessThan(1e-13);
  }
});

test("a number of neurons that does not fit the matrix is refused, and ends", () => {
  for (const N of [3, 1e308, NaN, 1.5, -2]) {
    expect(() => motifs(new Float64Array(4), N)).toThrow(/has 4 values for N = /);
    expect(() => participationRatio(new Float64Array(4), N)).toThrow(/has 4 values for N = /);
    expect(() => dimension(new Float64Array(4), N, 5)).toThrow(/has 4 values for N = /);
  }
});
