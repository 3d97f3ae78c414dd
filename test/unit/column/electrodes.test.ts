import { describe, expect, test } from "vitest";
import {
  currentSourceDensity,
  potentialWeights,
  transferResistances,
  type Place,
} from "../../../src/analysis/extracellular.ts";
import { morletSpectrogram } from "../../../src/analysis/morlet.ts";
import { morphologyOf, type Point } from "../../../src/models/cortical-column/cell-types.ts";
import { electrodeWeights, sourceLines } from "../../../src/models/cortical-column/electrodes.ts";
import { layOut } from "../../../src/models/cortical-column/layout.ts";
import { jones2009 } from "../../../src/models/cortical-column/published.ts";
import { eliminateMassless } from "../../../src/morphology/eliminate.ts";
import { referenceColumns, referenceJson } from "./reference.ts";
import { settled } from "./settled.ts";

const { cellTypes } = jones2009();

describe.each(["psa", "lsa"] as const)("%s", (method) => {
  test("c7 before any input arrives: cells are at rest, so c2's voltages give the published potentials", () => {
    const { electrodes_um, conductivity_S_per_m, min_distance_um } = referenceJson(
      "cortical-column/c7_mesh3_erp/lfp.json",
    ) as {
      electrodes_um: Point[];
      conductivity_S_per_m: number;
      min_distance_um: number; // prettier-ignore
    };
    const lfp = referenceColumns("cortical-column/c7_mesh3_erp/lfp.csv.gz");
    const layout = layOut(cellTypes, { mesh: [3, 3] });
    const options = { method, conductivity: conductivity_S_per_m, minDistance: min_distance_um };
    const weights = electrodeWeights(cellTypes, layout, electrodes_um, options);
    expect(Object.keys(weights)).toEqual(["L2_pyramidal", "L5_pyramidal"]);
    const cells = ["L2_pyramidal", "L5_pyramidal"].map((name) => {
      const morphology = morphologyOf(cellTypes.find((t) => t.name === name)!);
      return { name, compartments: eliminateMassless(morphology), ...settled(name, morphology) };
    });
    const times = cells[0]!.times;
    let compared = 0;
    for (const [k, t] of times.entries()) {
      if (!(t >= 0.05 && t <= 20)) continue; // the first drive event is at 21.4 ms
      const row = Math.round(t / 0.05);
      expect(lfp["t"]![row]).toBeCloseTo(t, 9);
      for (const e of electrodes_um.keys()) {
        let [phi, magnitude] = [0, 0];
        for (const { name, compartments, V } of cells) {
          for (const cell of weights[name]![e]!) {
            for (const [c, w] of cell.entries()) {
              const v = V[k]![compartments.nodes[c]!.node]!;
              phi += w * v;
              magnitude += Math.abs(w) * 5e-11; // 12 digits of V
            }
          }
        }
        const column = lfp[`${method}_${e}`]!;
        const range = Math.max(...column) - Math.min(...column);
        // the published values are known to 3e-7 of the range; 8 digits are printed
        expect(Math.abs(phi - column[row]!)).toBeLessThan(3e-7 * range + magnitude);
        compared++;
      }
    }
    expect(compared).toBe(5 * 8);
  });
});

test("a line source is the mean of point sources along it, in all three regions", () => {
  const line = { start: [0, 0, 0], end: [0, 0, 100] } as const;
  for (const electrode of [
    [3, 0, 50],
    [2, 1, -40],
    [2, 1, 160],
    [5, 0, 0],
  ] as Place[]) {
    const n = 20_000;
    let sum = 0;
    for (let k = 0; k < n; k++) sum += 1 / Math.hypot(electrode[0], electrode[1], electrode[2] - ((k + 0.5) / n) * 100);
    const got = transferResistances([line], electrode, { method: "lsa" })[0]!;
    const want = ((1000 / (4 * Math.PI * 0.3)) * sum) / n;
    // midpoint rule: h^2/24 times the change of slope over the length; |slope| is at most 1/d^2, d^2 at least 5
    const bound = ((100 / n) ** 2 / 24) * (2 / 5 / 100) * (1000 / (4 * Math.PI * 0.3));
    expect(Math.abs(got - want)).toBeLessThan(bound);
  }
});

test("far away both methods agree, near the axis the minimum distance holds", () => {
  const line = { start: [0, 0, -1], end: [0, 0, 1] } as const;
  const far = (["psa", "lsa"] as const).map((method) => transferResistances([line], [3000, 0, 0], { method })[0]!);
  expect(Math.abs(far[0]! / far[1]! - 1)).toBeLessThan(1 / 3000 ** 2); // half length over distance, squared
  const at = transferResistances([line], [0, 0, 0], { method: "psa", minDistance: 2 })[0]!;
  expect(at).toBeCloseTo(1000 / (4 * Math.PI * 0.3) / 2, 12);
  expect(() => transferResistances([line], [0, 0, 0], { method: "psa", conductivity: 0 })).toThrow(
    /has conductivity 0/,
  );
});

test("membrane currents of a cell add up to nothing: a constant transfer resistance gives no potential", () => {
  const type = cellTypes[3]!;
  const compartments = eliminateMassless(morphologyOf(type));
  expect(potentialWeights(compartments, new Float64Array(55).fill(7)).every((w) => w === 0)).toBe(true);
  expect(sourceLines(type, compartments, [0, 0, 0], "exact")[0]).toEqual({ start: [0, 0, 0], end: [0, 0, 39] });
  const published = sourceLines(type, compartments, [0, 0, 0]);
  const lengths = published
    .filter((_, k) => compartments.nodes[k]!.section === "apical_trunk")
    .map(({ start, end }) => end[2] - start[2]);
  for (const [k, want] of [34, 68, 34].entries()) expect(lengths[k]).toBeCloseTo(want, 10);
});

test("current source density of a parabola is constant, borders included", () => {
  const contacts = [0, 1, 2, 3, 4].map((k) => Float64Array.of(3 * (20 * k) ** 2, 5));
  const csd = currentSourceDensity(contacts, 20);
  for (const trace of csd) expect([trace[0]!.toFixed(9), Math.abs(trace[1]!)]).toEqual(["-6.000000000", 0]);
  expect(() => currentSourceDensity(contacts.slice(2), 20)).toThrow(/has 3 contacts/);
});

describe("Morlet spectrogram", () => {
  const dt = 0.5;
  const sine = Float64Array.from({ length: 4000 }, (_, k) => 2 * Math.sin(2 * Math.PI * 40 * k * dt * 1e-3));

  test("a sine of amplitude A has A^2/4 |sum of the wavelet's bell|^2 away from the ends, and peaks at its frequency", () => {
    const { power, frequencies } = morletSpectrogram(sine, dt, [20, 30, 40, 50, 60]);
    const middle = power.map((p) => p[2000]!);
    expect(frequencies[middle.indexOf(Math.max(...middle))]).toBe(40);
    // bell: sum of squares 2, so its sum is sqrt(2) (4 pi)^(1/4) sqrt(s/dt), s = 7/(2 pi 40)
    const s = 7 / (2 * Math.PI * 40) / (dt * 1e-3);
    const sum2 = 2 * Math.sqrt(4 * Math.PI) * s;
    // the counter-rotating half of the sine is exp(-2 cycles^2) = 3e-43; the cut at 5 s leaves exp(-12.5) = 4e-6 of the bell
    expect(Math.abs(middle[2]! / (((2 * 2) / 4) * sum2) - 1)).toBeLessThan(2e-5);
  });

  test("equals the convolution done directly, ends included", () => {
    const x = Float64Array.from({ length: 100 }, (_, k) => Math.sin(k) + (k % 7));
    const f = 90; // 5 s of the wavelet is longer than half the signal
    const s = 7 / (2 * Math.PI * f);
    const got = morletSpectrogram(x, dt, [f]).power[0]!;
    const reach = Math.floor((5 * s) / (dt * 1e-3));
    const bell = (k: number): number => Math.exp(-((k * dt * 1e-3) ** 2) / (2 * s * s));
    let energy = 0;
    for (let k = -reach; k <= reach; k++) energy += bell(k) ** 2;
    for (const n of [0, 1, 50, 99]) {
      let [re, im] = [0, 0];
      for (let k = -reach; k <= reach; k++) {
        const phase = 2 * Math.PI * f * k * dt * 1e-3;
        re += (x[n - k] ?? 0) * bell(k) * Math.cos(phase);
        im += (x[n - k] ?? 0) * bell(k) * Math.sin(phase);
      }
      expect(Math.abs(got[n]! - (2 * (re * re + im * im)) / energy)).toBeLessThan(1e-10);
    }
  });

  test("bad input is refused", () => {
    expect(() => morletSpectrogram([], dt, [10])).toThrow(/has no samples/);
    expect(() => morletSpectrogram(sine, dt, [1000])).toThrow(
      /frequency 1000 Hz\. Give frequencies between 0 and 1000 Hz/,
    );
    expect(() => morletSpectrogram(sine, dt, [10], 0)).toThrow(/has 0 cycles/);
    expect(() => morletSpectrogram(sine, dt, [10], Infinity)).toThrow(/has Infinity cycles/);
    expect(() => morletSpectrogram(sine, dt, [10, 0])).toThrow(/has frequency 0 Hz/);
  });
});
