import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { drawNetwork, drawTargets, smallest, targetArray } from "../../../src/compile/trained/draws.ts";
import { drawNetworkNumpy, numpyNoise } from "../../../src/models/trained-network/numpy-draws.ts";
import { ensemble } from "../../../src/models/trained-network/ensemble.ts";
import { NOTEBOOK, NOTEBOOK_GRID, noiseAmplitude, stepsOf } from "../../../src/network/trained-parameters.ts";
import { RandomState } from "../../../src/random/numpy-legacy.ts";
import { drawU32, stream } from "../../../src/random/philox.ts";

describe("networks drawn in the notebook's way", () => {
  type Array_ = { dtype: string; shape: number[]; byteOffset: number };
  const reference = (name: string): Buffer =>
    readFileSync(new URL(`../../reference/trained-network/${name}`, import.meta.url));
  const { seeds } = JSON.parse(reference("f4-networks.json").toString()) as {
    seeds: Record<string, Record<string, Array_>>;
  };
  const bytes = new Uint8Array(gunzipSync(reference("f4-networks.bin.gz")));
  const read = ({ dtype, shape, byteOffset }: Array_): number[] => {
    const length = shape.reduce((a, b) => a * b);
    const copy = bytes.slice(byteOffset, byteOffset + length * (dtype === "f64" ? 8 : 4)).buffer;
    return [...(dtype === "f64" ? new Float64Array(copy) : new Int32Array(copy))];
  };

  test.each(["0", "1", "2", "3", "4"])("seed %s gives a notebook user their network", (seed) => {
    const want = seeds[seed]!;
    const got = drawNetworkNumpy(NOTEBOOK, Number(seed));
    expect([...got.x0]).toEqual(read(want.x0!));
    expect([...got.Istim]).toEqual(read(want.Istim!));
    expect([...got.rowPtr]).toEqual(read(want.row_ptr!));
    expect([...got.colIdx]).toEqual(read(want.col_idx!));
    // the mean of a row sums up to 83 terms in another order: 83 * 0.3 * 2^-53
    const w = read(want.w0!);
    got.w0.forEach((x, a) => expect(Math.abs(x - w[a]!)).toBeLessThan(3e-15));
  });

  test("the noise goes on with the same stream, LIF values first in each half-step", () => {
    const [N, nqif] = [5, 2];
    const noise = numpyNoise(new RandomState(9), { N, itmax: 3, amplitude: 2, nqif });
    const stream = new RandomState(9);
    const [first, second] = [noise(0), noise(1)];
    for (const part of [first, second]) {
      for (let half = 0; half < 6; half++) {
        const drawn = stream.standardNormals(N);
        for (let i = 0; i < N; i++) expect(part[half * N + i]).toBe(2 * drawn[i >= nqif ? i - nqif : N - nqif + i]!);
      }
    }
    expect(() => noise(5)).toThrow(/out of order/);
  });
});

describe("networks drawn by Philox", () => {
  test("have the stated number of links, balanced rows and the stated scale", () => {
    const { rowPtr, colIdx, w0, x0, Istim } = drawNetwork(NOTEBOOK, 3);
    const links = w0.length;
    // 12000 of 40000 positions; about 60 of them lie on the diagonal and vanish: binomial, sd sqrt(60 * 0.7) = 6.5, 5 sd
    expect(links).toBeLessThanOrEqual(12_000 - 60 + 33);
    expect(links).toBeGreaterThanOrEqual(12_000 - 60 - 33);
    for (let i = 0; i < 200; i++) {
      const [from, to] = [rowPtr[i]!, rowPtr[i + 1]!];
      expect(Math.abs(w0.subarray(from, to).reduce((a, b) => a + b, 0))).toBeLessThan(1e-14 * 100);
      expect([...colIdx.subarray(from, to)]).not.toContain(i);
    }
    // variance gsyn^2 / (p N), times 1 - 1/K for the mean taken off; relative standard error sqrt(2 / 12000) = 1.3 %, 5 of them
    const variance = w0.reduce((sum, w) => sum + w * w, 0) / links;
    expect(Math.abs(variance / ((0.25 / 60) * (1 - 1 / 60)) - 1)).toBeLessThan(0.065);
    expect(Math.min(...x0)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...x0)).toBeLessThanOrEqual(2 * Math.PI);
    expect(Math.max(...Istim.map(Math.abs))).toBeLessThanOrEqual(20);
    expect([...drawNetwork(NOTEBOOK, 3).w0]).toEqual([...w0]);
    expect([...drawNetwork(NOTEBOOK, 4).colIdx]).not.toEqual([...colIdx]);
  });

  test("samples of more positions than 2^21 hold what they are asked for: the smallest draws, no position twice", () => {
    const [n, name] = [2 ** 22 + 1, stream("test", "sample")];
    const count = Math.round(0.7 * n);
    const got = smallest(n, count, 5, name);
    expect(got).toHaveLength(count);
    expect(got.findIndex((at, k) => k > 0 && at <= got[k - 1]!)).toBe(-1); // each once
    const chosen = new Uint8Array(n);
    for (const at of got) chosen[at] = 1;
    let [largest, least] = [0, 2 ** 32];
    chosen.forEach((is, at) => {
      const draw = drawU32(5, name, at, 0, "connection");
      if (is === 1) largest = Math.max(largest, draw);
      else least = Math.min(least, draw);
    });
    expect(largest).toBeLessThanOrEqual(least);
    expect([...smallest(7, 0, 5, name)]).toEqual([]);
    expect([...smallest(7, 7, 5, name)]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test("a fraction of the neurons may learn", () => {
    const { trained } = drawNetwork({ ...NOTEBOOK, ftrain: 0.25 }, 0);
    expect(trained!.reduce((a, b) => a + b, 0)).toBe(50);
    expect(drawNetwork(NOTEBOOK, 0).trained).toBeUndefined();
  });
});

test("targets: half of the neurons at each frequency, amplitude and phase as drawn", () => {
  const draws = drawTargets(NOTEBOOK, 2);
  expect(draws.cycles.filter((c) => c === 1)).toHaveLength(100);
  const target = targetArray(draws, 1000);
  const largest = Array.from({ length: 1000 }, (_, it) => Math.abs(target[it * 200 + 7]!)).reduce((a, b) =>
    Math.max(a, b),
  );
  expect(largest / draws.amplitude[7]!).toBeGreaterThan(1 - (Math.PI * 5) ** 2 / 2 / 1000 ** 2); // half a step beside the top
  expect(target[7]).toBe(draws.amplitude[7]! * Math.cos(draws.phase[7]!));
});

describe("the ensemble", () => {
  const all = ensemble(NOTEBOOK, NOTEBOOK_GRID, "philox");

  test("has 40 points and 34 distinct networks: without LIF neurons the reset changes nothing", () => {
    expect(all.asked).toBe(40);
    expect(all.members).toHaveLength(34);
    expect(all.members.flatMap(({ points }) => points)).toHaveLength(40);
    const shared = all.members.filter(({ points }) => points.length > 1);
    expect(shared.map(({ pqif, points }) => [pqif, points.length])).toEqual([
      [1, 4],
      [1, 4],
    ]);
  });

  test("is a paired design: networks of one seed share start, stimulus, wiring, target and noise", () => {
    for (const seed of [0, 1]) {
      const members = all.members.filter((member) => member.seed === seed);
      for (const one of members) {
        expect(one.draws).toBe(members[0]!.draws);
        expect(one.target).toBe(members[0]!.target);
        expect(one.noise).toEqual(members[0]!.noise);
      }
    }
  });
});

test("the physics-preserving noise has the same strength per unit of time for any step", () => {
  expect(noiseAmplitude(NOTEBOOK)).toBe(1);
  expect(noiseAmplitude({ ...NOTEBOOK, physicalNoise: true })).toBe(1);
  // a step adds h n: variance h^2 sigma^2 per step, so h sigma^2 per unit of time must not change
  const h = 0.025;
  expect(h * noiseAmplitude({ ...NOTEBOOK, h, physicalNoise: true }) ** 2).toBeCloseTo(0.1, 12);
  expect(stepsOf(200, 0.1)).toBe(200);
  expect(stepsOf(200, 0.05)).toBe(400);
});
