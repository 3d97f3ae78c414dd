import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DataError, ModelError } from "../../../src/errors.ts";
import {
  alphaMotorNeurons,
  fromCellParameters,
  NERLAB_RANGES,
  POWERS_RANGES,
  recruitmentThresholds,
  type MotorNeurons,
} from "../../../src/models/motor-pool/index.ts";
import { mV, one, type Unit, type Given } from "../../../src/units.ts";

type Cells = Record<string, Record<string, number>>;
interface Case {
  cells?: Cells;
  cell_parameters?: Record<string, number>[];
}
const read = (name: string): Case =>
  JSON.parse(readFileSync(new URL(`../../reference/motor-pool/${name}.json`, import.meta.url), "utf8")) as Case;
const cellsOf = (name: string): [number, Record<string, number>][] => {
  const { cells, cell_parameters } = read(name);
  return Object.entries(cells ?? cell_parameters ?? {}).map(([i, cell]) => [Number(i), cell]);
};

const at = (given: Given<Unit> | undefined, i: number): number =>
  given === undefined ? NaN : "values" in given ? (given.values[i] as number) : given.value;
const section = (m: MotorNeurons, name: string) => m.sections.find((s) => s.name === name);
const parameter = (m: MotorNeurons, where: string, mechanism: string, name: string, i: number): number => {
  const own = m.insertions.find((x) => x.mechanism.name === mechanism && x.sections.includes(where));
  return at(own?.params?.[name] as Given<Unit> | undefined, i);
};

/** Every number of a NERLab cell as the model description has it, under the names of the reference files. */
const nerlab = (m: MotorNeurons, i: number): Record<string, number> => ({
  soma_diam_um: at(section(m, "soma")?.diam, i),
  gnabar: parameter(m, "soma", "napp", "gnabar", i),
  gnapbar: parameter(m, "soma", "napp", "gnapbar", i),
  gkfbar: parameter(m, "soma", "napp", "gkfbar", i),
  gksbar: parameter(m, "soma", "napp", "gksbar", i),
  rinact: parameter(m, "soma", "napp", "rinact", i),
  gl_soma: parameter(m, "soma", "napp", "gl", i),
  dend_diam_um: at(section(m, "dend")?.diam, i),
  dend_L_um: at(section(m, "dend")?.L, i),
  gcaLbar: parameter(m, "dend", "caL", "gcaLbar", i),
  vtraub_caL: parameter(m, "dend", "caL", "vtraub", i),
  Ltau: parameter(m, "dend", "caL", "Ltau", i),
  gl_dend: parameter(m, "dend", "caL", "gl", i),
  axon_delay_ms: at(m.axonDelay, i),
  rt: m.about?.["threshold"]?.[i] as number,
});

const powers = (m: MotorNeurons, i: number): Record<string, number> => ({
  soma_L_um: at(section(m, "soma")?.L, i),
  soma_diam_um: at(section(m, "soma")?.diam, i),
  soma_cm: at(section(m, "soma")?.cm, i),
  soma_g_pas: parameter(m, "soma", "pas", "g", i),
  soma_e_pas: parameter(m, "soma", "pas", "E", i),
  gbar_na3rp: parameter(m, "soma", "na3rp", "gbar", i),
  gbar_naps: parameter(m, "soma", "naps", "gbar", i),
  gMax_kdrRL: parameter(m, "soma", "kdrRL", "gMax", i),
  gcamax_mAHP: parameter(m, "soma", "mAHP", "gcamax", i),
  gkcamax_mAHP: parameter(m, "soma", "mAHP", "gkcamax", i),
  tau_mAHP: parameter(m, "soma", "mAHP", "tau", i),
  soma_ghbar: parameter(m, "soma", "gh", "ghbar", i),
  dend_L_um: at(section(m, "dend3")?.L, i),
  dend_diam_um: at(section(m, "dend2")?.diam, i),
  dend_g_pas: parameter(m, "dend1", "pas", "g", i),
  dend_e_pas: parameter(m, "dend0", "pas", "E", i),
  dend_Ra: at(section(m, "dend1")?.Ra, i),
  dend_cm: at(section(m, "dend0")?.cm, i),
  dend_ghbar: parameter(m, "dend2", "gh", "ghbar", i),
  ...Object.fromEntries([0, 1, 2, 3].map((k) => [`gcabar_d${k}`, parameter(m, `dend${k}`, "L_Ca_inact", "gcabar", i)])),
  theta_m: parameter(m, "dend1", "L_Ca_inact", "theta_m", i),
  theta_h: parameter(m, "dend3", "L_Ca_inact", "theta_h", i),
  gamma: parameter(m, "dend2", "L_Ca_inact", "gamma", i),
  axon_delay_ms: at(m.axonDelay, i),
  rt: m.about?.["threshold"]?.[i] as number,
});

/** Facts of the files that no equation of these models uses, or that the compiler derives from the geometry. */
const DERIVED = /^(mact|.*_area_um2|ri_.*_MOhm)$/;
function expectCell(got: Record<string, number>, want: Record<string, number>): void {
  const names = Object.keys(want).filter((k) => !DERIVED.test(k));
  expect(Object.keys(got).sort()).toEqual(names.sort());
  // both sides compute a line in a threshold that agrees to 1e-14
  for (const k of names)
    expect(Math.abs((got[k] as number) - (want[k] as number)), k).toBeLessThanOrEqual(
      1e-13 * Math.abs(want[k] as number),
    );
}

const combined = (n: number, slope: number) => recruitmentThresholds({ n, mode: "combined", range: 100, slope });
const CASES = [
  ["r1_nerlab_comb800", 5, nerlab, () => alphaMotorNeurons({ thresholds: combined(800, 10) })],
  [
    "r1_nerlab_fug5",
    5,
    nerlab,
    () => alphaMotorNeurons({ thresholds: recruitmentThresholds({ n: 5, mode: "fuglevand", range: 100 }) }),
  ],
  ["r1a_nerlab_generationA", 2, nerlab, () => alphaMotorNeurons({ thresholds: combined(800, 10), generation: "A" })],
  ["r4", 80, nerlab, () => alphaMotorNeurons({ thresholds: combined(80, 10).rt })],
  ["r8", 100, nerlab, () => alphaMotorNeurons({ thresholds: combined(100, 5) })],
  ["r9", 80, nerlab, () => alphaMotorNeurons({ thresholds: combined(80, 10) })],
  ["r6_powers_comb100", 3, powers, () => alphaMotorNeurons({ thresholds: combined(100, 5), model: "Powers2017" })],
] as const;

describe.each(CASES)("%s", (name, n, fields, build) => {
  const cells = cellsOf(name);

  it("has the cells that the thresholds give", () => {
    const model = build();
    expect(cells.length).toBe(n);
    for (const [i, cell] of cells) expectCell(fields(model, i), cell);
  });

  it("is the same model when built from the file's cells", () => {
    const model = fromCellParameters(
      cells.map(([, cell]) => cell),
      fields === nerlab ? "NERLab" : "Powers2017",
    );
    expect(model.n).toBe(n);
    cells.forEach(([, cell], k) => expectCell(fields(model, k), cell));
  });
});

it("describes a NERLab cell", () => {
  const m = alphaMotorNeurons({ thresholds: [0.01, 0.5] });
  expect([m.model, m.n, m.V0, m.detector, m.celsius.value]).toEqual([
    "NERLab",
    2,
    mV(-65),
    { section: "soma", threshold: mV(50) },
    36,
  ]);
  expect(section(m, "dend")).toMatchObject({ parent: "soma", parentEnd: 0, nseg: 1 });
  expect(section(m, "soma")?.L).toEqual(section(m, "soma")?.diam);
  expect(m.groups).toEqual({ excitatory: ["exc_dend"], inhibitory: ["inh_dend"] });
  expect(m.receptors.map((r) => [r.name, r.section, r.params?.["e"]])).toEqual([
    ["exc_dend", "dend", mV(70)],
    ["inh_dend", "dend", mV(-75)],
  ]);
  expect(JSON.parse(JSON.stringify(m))).toEqual(m);
});

it("describes a Powers2017 cell", () => {
  const m = alphaMotorNeurons({ thresholds: [0.01, 0.5], model: "Powers2017", V0: mV(-67) });
  expect([m.V0, m.detector.threshold, m.reversals]).toEqual([
    mV(-67),
    mV(0),
    { na: mV(50), k: mV(-80), ca: mV(132.4579341637) },
  ]);
  expect(m.sections.slice(1).map((s) => [s.name, s.parent, s.parentEnd])).toEqual(
    [0, 1, 2, 3].map((k) => [`dend${k}`, "soma", k % 2]),
  );
  expect(m.groups.excitatory).toEqual(["exc_dend0", "exc_dend1", "exc_dend2", "exc_dend3"]);
  expect(m.receptors.map((r) => at(r.params?.["e"], 0))).toEqual([0, -75, 0, -75, 0, -75, 0, -75]);
  expect(JSON.parse(JSON.stringify(m))).toEqual(m);
});

describe("a pool made from a count", () => {
  const curve = (first: number, last: number, q: number, n: number): number[] => {
    // the published fit through (0, first), (2, middle), (4, last), here by bisection on b instead of its closed form
    const middle = first <= last ? first + (last - first) * q : last + (first - last) * q;
    const along = (b: number, x: number): number => first + ((last - first) * Math.expm1(b * x)) / Math.expm1(4 * b);
    let [low, high] = [-10, 10.1]; // not symmetric: b = 0 is 0/0 // along(b, 2) moves from last to first as b grows
    for (let k = 0; k < 200; k++) {
      const b = (low + high) / 2;
      if (Math.abs(along(b, 2) - last) < Math.abs(middle - last)) low = b;
      else high = b;
    }
    return Array.from({ length: n }, (_, i) => along(low, (4 * i) / (n - 1)));
  };

  it.each(["NERLab", "Powers2017"] as const)("follows the exponential of %s", (model) => {
    const m = alphaMotorNeurons({ n: 9, model });
    const [ranges, fields, names] =
      model === "NERLab"
        ? ([
            NERLAB_RANGES,
            nerlab,
            {
              soma_diam_um: ["soma", "diam"],
              gnapbar: ["soma", "gnapbar"],
              dend_L_um: ["dend", "L"],
              Ltau: ["dend", "Ltau"],
            },
          ] as const)
        : ([
            POWERS_RANGES,
            powers,
            {
              soma_L_um: ["soma", "L"],
              gcamax_mAHP: ["soma", "gcamax_mAHP"],
              tau_mAHP: ["soma", "tau_mAHP"],
              theta_h: ["dend", "theta_h"],
            },
          ] as const);
    for (const [field, [where, key]] of Object.entries(names)) {
      const [first, last, curvature, negative] = ranges[where]?.[key] as readonly [number, number, number, boolean?];
      const q = model === "NERLab" ? 1 / curvature : curvature;
      const want = negative ? curve(last, first, q, 9) : curve(first, last, q, 9);
      want.forEach((x, i) =>
        expect(Math.abs((fields(m, i)[field] as number) - x), `${field} ${i}`).toBeLessThanOrEqual(
          1e-10 * Math.abs(first - last),
        ),
      );
    }
    expect(m.about).toBeUndefined();
  });

  it("meets both ends, one fourteenth of the way at the middle of the soma's diameter, and runs as thresholds do", () => {
    const m = alphaMotorNeurons({ n: 5 });
    expect([0, 2, 4].map((i) => nerlab(m, i)["soma_diam_um"])).toEqual([78, expect.closeTo(78 + 35 / 14, 10), 113]);
    expect([0, 4].map((i) => nerlab(m, i)["gnapbar"])).toEqual([0.00067, 0.00043]);
    const older = alphaMotorNeurons({ n: 5, generation: "A" });
    expect([0, 4].map((i) => nerlab(older, i)["gnapbar"])).toEqual([0.00043, 0.00067]);
  });

  it("refuses the published curvature of 1 with a remedy, and takes constants and single cells", () => {
    const config = { soma: { diam: [78, 113, 1] } };
    expect(() => alphaMotorNeurons({ n: 5, config })).toThrow(/soma\.diam: its curvature 1 .* Give another curvature/);
    expect(nerlab(alphaMotorNeurons({ n: 5, config: { soma: { diam: 80 } } }), 3)["soma_diam_um"]).toBe(80);
    expect(nerlab(alphaMotorNeurons({ n: 1 }), 0)).toMatchObject({ soma_diam_um: 78, axon_delay_ms: 12 });
    expect(nerlab(alphaMotorNeurons({ thresholds: [0.3], config }), 0)["soma_diam_um"]).toBeCloseTo(88.5, 12);
  });
});

it("lets explicit values win over the configuration, and that over the published ranges", () => {
  const config = "soma: { gnabar: [0.05, 0.06, 2], gkfbar: [1, 2, 3] }";
  const m = alphaMotorNeurons({
    thresholds: [0, 1],
    config,
    parameters: { gnabar: [0.1, 0.2] },
    gamma: 0.4,
    V0: mV(-67),
  });
  expect([0, 1].map((i) => nerlab(m, i)["gnabar"])).toEqual([0.1, 0.2]);
  expect([0, 1].map((i) => nerlab(m, i)["gkfbar"])).toEqual([1, 2]); // three entries: no flag
  expect([0, 1].map((i) => nerlab(m, i)["gksbar"])).toEqual([0.016, 0.02]);
  expect([parameter(m, "dend", "caL", "gamma", 0), m.V0]).toEqual([0.4, mV(-67)]);
  const per = alphaMotorNeurons({ thresholds: [0, 1], gamma: { values: [0.1, 0.3], unit: "1" }, threshold: mV(40) });
  expect([parameter(per, "dend", "caL", "gamma", 1), per.detector.threshold]).toEqual([0.3, mV(40)]);
  expect(alphaMotorNeurons({ thresholds: [0], gamma: one(0) }).insertions[1]?.params?.["gamma"]).toEqual(one(0));
});

it.each([
  [{}, ModelError, /Give thresholds, or a whole number/],
  [{ n: 1e9 }, ModelError, /has 1000000000 motor neurons. Give at most 100000/],
  [{ thresholds: { length: 1e9 } }, ModelError, /has 1000000000 motor neurons/],
  [{ n: 3, thresholds: [1] }, ModelError, /n is 3, but there are 1/],
  [{ thresholds: [0.1, NaN] }, ModelError, /threshold 1: is NaN/],
  [{ thresholds: [] }, ModelError, /no threshold/],
  [{ n: 2, model: "Nerlab" as "NERLab" }, ModelError, /Did you mean "NERLab"/],
  [{ n: 2, parameters: { gnabr: 1 } as object }, ModelError, /Did you mean "gnabar"/],
  [{ n: 2, parameters: { gnabar: [1] } }, ModelError, /1 values for 2 cells/],
  [{ n: 2, parameters: { gnabar: [1, NaN] } }, ModelError, /gnabar\[1\]: is NaN/],
])("refuses %o", (options, kind, message) => {
  expect(() => alphaMotorNeurons(options)).toThrow(kind);
  expect(() => alphaMotorNeurons(options)).toThrow(message);
});

it("names the cell and the parameter that a list lacks", () => {
  const [[, cell]] = cellsOf("r4") as [[number, Record<string, number>]];
  const { Ltau: _, ...rest } = cell;
  expect(() => fromCellParameters([cell, rest as Record<string, number>], "NERLab")).toThrow(DataError);
  expect(() => fromCellParameters([cell, rest as Record<string, number>], "NERLab")).toThrow(
    /cell 1: Ltau is undefined/,
  );
  expect(() => fromCellParameters([], "NERLab")).toThrow(/no cell/);
});
