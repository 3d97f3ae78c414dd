import { describe, expect, test } from "vitest";
import {
  anticorrelation,
  average,
  dipoleWeights,
  onCompartments,
  rootMeanSquareError,
  savitzkyGolay,
  smooth,
} from "../../../src/analysis/dipole.ts";
import { morphologyOf } from "../../../src/models/cortical-column/cell-types.ts";
import {
  averagedDipole,
  correctedDipole,
  dipoleCosines,
  dipoleTerms,
  dipoleText,
  readDipole,
  scaledDipole,
  smoothedDipole,
} from "../../../src/models/cortical-column/dipole.ts";
import { jones2009 } from "../../../src/models/cortical-column/published.ts";
import { eliminateMassless } from "../../../src/morphology/eliminate.ts";
import { nodeAt, sectionPath } from "../../../src/morphology/tree.ts";
import { referenceColumns, referenceJson } from "./reference.ts";
import { settled } from "./settled.ts";

const { cellTypes } = jones2009();
/** The reference keeps diameters in single precision: half an ulp each, squared. */
const SINGLE_DIAMETER = 2 * 2 ** -24;

describe.each(["L2_pyramidal", "L5_pyramidal"])("raw dipole of %s at rest", (name) => {
  const type = cellTypes.find((t) => t.name === name)!;
  const morphology = morphologyOf(type);
  const weights = dipoleWeights(morphology, dipoleCosines(type));
  const compartments = eliminateMassless(morphology);
  const reduced = onCompartments(weights, compartments);
  const { times, V } = settled(name, morphology);
  const first = referenceColumns(`cortical-column/c2_settle/first_steps_${name}.csv.gz`);
  const inFirst = times.flatMap((t, k) => (t > 0 && t <= 10 ? [{ t, v: V[k]! }] : []));

  test("equals the reference at every time both files have", () => {
    expect(inFirst.length).toBe(8);
    for (const { t, v } of inFirst) {
      const want = first["dipole_fAm"]![Math.round(t / 0.025)]!;
      const got = weights.reduce((sum, w, k) => sum + w * v[k]!, 0);
      const parts = morphology.sections.reduce((sum, { nodes }) => {
        const [a, b] = [nodes[0]!, nodes.at(-1)!];
        return sum + Math.max(Math.abs(weights[a]!), Math.abs(weights[b]!)) * Math.abs(v[a]! - v[b]!);
      }, 0);
      const digits = weights.reduce((sum, w) => sum + Math.abs(w), 0) * 5e-11; // voltages have 12 digits
      expect(Math.abs(got - want)).toBeLessThan(SINGLE_DIAMETER * parts + digits);
    }
  });

  test("needs compartments only: end nodes follow from their neighbours", () => {
    for (const { v } of inFirst) {
      const full = weights.reduce((sum, w, k) => sum + w * v[k]!, 0);
      const small = reduced.reduce((sum, w, k) => sum + w * v[compartments.nodes[k]!.node]!, 0);
      // Kirchhoff's law holds at massless nodes to the 12 digits of the voltages; conductances there follow single-precision
      // diameters, which shift a node within the span of its neighbours
      const span = 5e-11 + SINGLE_DIAMETER * (Math.max(...v) - Math.min(...v));
      expect(Math.abs(full - small)).toBeLessThan(2 * span * weights.reduce((sum, w) => sum + Math.abs(w), 0));
    }
  });

  test("as terms: every segment but those that cancel, at its centre", () => {
    const terms = dipoleTerms(type);
    const { v } = inFirst[3]!;
    const sum = terms.reduce((s, t) => s + t.weight * v[nodeAt(morphology, t.section, t.at)]!, 0);
    const want = reduced.reduce((s, w, k) => s + w * v[compartments.nodes[k]!.node]!, 0);
    expect(sum).toBe(want);
    expect(terms.length).toBe(reduced.filter((w) => w !== 0).length);
    expect(dipoleTerms(cellTypes[0]!)).toEqual([]);
    // an isopotential cell has no moment: 55 weights of at most a few hundred fAm/mV add up to rounding error
    expect(Math.abs(terms.reduce((s, t) => s + t.weight, 0))).toBeLessThan(55 * 2 ** -52 * 1e3);
  });

  test("equals the sum over intervals of axial current times length", () => {
    const { v } = inFirst[5]!;
    const sum = type.sections.reduce((total, s) => {
      const { nodes } = sectionPath(morphology, s.name);
      const perInterval = nodes.slice(1).map((k, i) => {
        const whole = i > 0 && i < s.nseg;
        const R = (0.01 * s.Ra * (s.L / s.nseg)) / (Math.PI * (s.diam / 2) ** 2) / (whole ? 1 : 2);
        return ((v[nodes[i]!]! - v[k]!) / R) * (s.L / s.nseg / (whole ? 1 : 2));
      });
      return total + s.direction[2] * perInterval.reduce((a, b) => a + b, 0);
    }, 0);
    const linear = weights.reduce((a, w, k) => a + w * v[k]!, 0);
    expect(Math.abs(sum - linear)).toBeLessThan(1e-13 * 72 * weights.reduce((a, w) => a + Math.abs(w), 0)); // 60 roundings of 72 mV
  });
});

describe.each(["c3_evoked", "c4_erp", "c5_spiketrain", "c6_alpha", "c7_mesh3_erp"])("%s", (name) => {
  const info = referenceJson(`cortical-column/${name}/info.json`) as {
    mesh: [number, number];
    smoothing: { window_ms: number; scale: number };
  };
  const raw = referenceColumns(`cortical-column/${name}/dipole.csv.gz`);
  const dipole = correctedDipole(
    { tMs: raw["t"]!, L2: raw["raw_L2_fAm"]!, L5: raw["raw_L5_fAm"]! },
    info.mesh[0] * info.mesh[1],
  );
  const peak = (x: ArrayLike<number>): number => Array.from(x).reduce((m, y) => Math.max(m, Math.abs(y)), 0);

  test("baseline correction", () => {
    for (const [got, want] of [
      [dipole.agg, "agg_nAm"],
      [dipole.L2, "L2_nAm"],
      [dipole.L5, "L5_nAm"],
    ] as const) {
      const largest = Math.max(peak(raw["raw_L5_fAm"]!), peak(raw["raw_L2_fAm"]!)) * 1e-6;
      for (const [n, x] of got.entries()) {
        expect(Math.abs(x - raw[want]![n]!)).toBeLessThan(3 * 5e-7 * largest); // three columns of 7 digits
      }
    }
  });

  if (Math.abs(raw["t"]![1]! - 0.025) > 1e-9) return; // c5 and c6 list every second step; smoothing was done on every one
  test("smoothing and scale", () => {
    const want = referenceColumns(`cortical-column/${name}/dipole_smooth.csv.gz`);
    const smoothed = scaledDipole(smoothedDipole(dipole, info.smoothing.window_ms), info.smoothing.scale);
    for (const key of ["agg", "L2", "L5"] as const) {
      const error = want["t"]!.map((t, n) => Math.abs(smoothed[key][Math.round(t / 0.025)]! - want[key]![n]!));
      // 7 digits of the printed result and of the raw moments; the window has unit sum
      const allowed =
        5e-7 *
        (peak(want[key]!) + info.smoothing.scale * 1e-6 * peak(raw[key === "L2" ? "raw_L2_fAm" : "raw_L5_fAm"]!));
      expect(Math.max(...error)).toBeLessThan(allowed);
    }
    expect(smoothed.scale).toBe(info.smoothing.scale);
  });
});

// numpy 1.24 convolve(..., "same") and scipy 1.10 savgol_filter(x, 11, 5) of this signal
const signal = Float64Array.from({ length: 40 }, (_, k) => Math.sin(k * 0.7) + 0.01 * k ** 1.5);

test.each([
  [
    6,
    [
      0.1227987967099825, 0.38606949343577995, 0.6901871512873001, 0.7790337687313941, 1.5235941631922714,
      2.5092533410891176, 2.8894293164740907, 2.6510580511070376,
    ],
  ],
  [
    7,
    [
      0.2684394068753715, 0.5276189446907726, 0.7023166104296923, 0.628325955581647, 1.5529681094744563,
      2.644652041789516, 2.688493810494035, 2.0853980988888106,
    ],
  ],
])("smooth: an even and an odd window (%i samples) as numpy", (size, want) => {
  const got = smooth(signal, 1, size);
  for (const [k, n] of [0, 1, 2, 3, 20, 37, 38, 39].entries()) expect(Math.abs(got[n]! - want[k]!)).toBeLessThan(1e-14);
});

test("Savitzky-Golay as scipy, ends included", () => {
  const got = savitzkyGolay(signal, 1, 1000 / 11);
  const want = [
    -0.004223117309860506, 0.6649693949013745, 0.4089469885254072, -0.22183923090325527, -0.6822126228516818,
    1.8368727712239448, 1.0579725611047446, 1.4896596508271625, 3.246555771646867,
  ];
  for (const [k, n] of [0, 1, 4, 5, 6, 20, 34, 35, 39].entries())
    expect(Math.abs(got[n]! - want[k]!)).toBeLessThan(1e-12);
  const quintic = Float64Array.from({ length: 60 }, (_, k) => (k / 10 - 3) ** 5);
  const kept = savitzkyGolay(quintic, 1, 1000 / 21);
  for (const [n, x] of quintic.entries()) expect(Math.abs(kept[n]! - x)).toBeLessThan(1e-9); // degree 5 passes unchanged
});

test("averages, errors and text files", () => {
  expect(average([[1, 2], [3, 6]])).toEqual(Float64Array.of(2, 4)); // prettier-ignore
  expect(rootMeanSquareError([1, 2, 3], [1, 4, 3])).toBeCloseTo(Math.sqrt(4 / 3), 15);
  expect(anticorrelation([1, 2, 3], [2, 4, 6])).toBeCloseTo(0, 12);
  expect(anticorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(2, 12);
  const dipole = correctedDipole({ tMs: [0, 0.025], L2: [0, 1e5], L5: [0, 2e6] }, 100);
  expect(dipole.agg[0]).toBeCloseTo(4900.59e-6, 12); // sample 0 of the published runs
  expect(averagedDipole([dipole, scaledDipole(dipole, 3)]).agg[1]).toBeCloseTo(2 * dipole.agg[1]!, 12);
  expect(dipoleText(dipole)).toBe("0.000\t0.0049\t-0.0000\t0.0049\n0.025\t2.1049\t0.1000\t2.0049\n");
  expect([...readDipole(dipoleText(dipole), "dpl.txt").L5]).toEqual([0.0049, 2.0049]);
  expect(() => readDipole("0.000\t1\t2\t3\n0.025\t1\tx\t3\n", "dpl.txt")).toThrow(/dpl\.txt:2:9: "x" is not a number/);
});

test("windows that do not suit are refused", () => {
  expect(() => smooth(signal, 0.025, 0.5)).toThrow(/a window of 0\.5 ms does not suit data of 40 samples/);
  expect(() => smooth(signal, 1, 41)).toThrow(/a window of 41 ms/);
  expect([...smooth(signal, 1, 0)]).toEqual([...signal]);
  expect(() => savitzkyGolay(signal, 1, 1000 / 5)).toThrow(/needs 5 samples/);
  expect(() => savitzkyGolay(signal, 1, 1000 / 41)).toThrow(/needs 41 samples of 1 ms; there are 40/);
  expect(savitzkyGolay(signal, 1, 1000 / 7)).toHaveLength(40);
  expect(savitzkyGolay(signal, 1, 1000 / 39)).toHaveLength(40);
  expect(savitzkyGolay(signal.slice(0, 39), 1, 1000 / 39)).toHaveLength(39);
  expect([...savitzkyGolay(signal, 0.5, 2000 / 11)]).toEqual([...savitzkyGolay(signal, 1, 1000 / 11)]); // samples count, not ms
  expect(() => average([])).toThrow(/has no traces/);
  expect(() => rootMeanSquareError([1], [1, 2])).toThrow(/has 1 values against 2/);
  expect(() => anticorrelation([1, 1], [1, 2])).toThrow(/a trace is constant/);
});
