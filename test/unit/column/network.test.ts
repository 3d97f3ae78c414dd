import { describe, expect, test } from "vitest";
import { ms } from "../../../src/units.ts";
import { compile } from "../../../src/compile/compile.ts";
import { cortexColumn } from "../../../src/models/cortical-column/column.ts";
import { columnPreset } from "../../../src/models/cortical-column/presets.ts";
import { cellModel } from "../../../src/models/cortical-column/cell-model.ts";
import { calcium2022, jones2009, law2021 } from "../../../src/models/cortical-column/published.ts";
import { Network } from "../../../src/network/network.ts";

describe("cortexColumn", () => {
  const column = cortexColumn({ mesh: [10, 10] });

  test("is the published network A", () => {
    expect(column).toBeInstanceOf(Network);
    expect(column.gids).toEqual({
      L2_basket: { first: 0, n: 35 }, L2_pyramidal: { first: 35, n: 100 }, L5_basket: { first: 135, n: 35 },
      L5_pyramidal: { first: 170, n: 100 }, evdist1: { first: 270, n: 235 },
    }); // prettier-ignore
    expect(column.links.length).toBe(22);
    const local = column.links.filter((l) => l.rule < 16);
    expect(local.reduce((sum, l) => sum + l.source.length * l.sections.length, 0)).toBe(141_860);
    expect(column.nLinks + column.dropped).toBe(189_215 + 470);
  });

  test("describes one projection per rule and section, with links of that rule", () => {
    const { projections, populations } = column.describe();
    expect(populations.map((p) => p.name)).toEqual([
      "L2_basket",
      "L2_pyramidal",
      "L5_basket",
      "L5_pyramidal",
      "evdist1",
    ]);
    expect(projections.length).toBe(column.links.reduce((sum, l) => sum + l.sections.length, 0));
    for (const l of column.links) {
      const mine = projections.filter((p) => p.name.startsWith(`${l.rule}:`));
      expect(mine.map((p) => p.receptors[0])).toEqual(l.sections.map((s) => `${s}_${l.receptor}`));
      const { weight, rule } = mine[0]!;
      expect("values" in weight ? weight.values.length : 0).toBe(l.source.length);
      if (rule.kind === "list") expect(rule.pairs.length).toBe(l.source.length);
      else expect(rule.kind).toBe("allToAll");
    }
    expect(column.driveProjections["evdist1"]!.length).toBe(6);
  });

  test("survives JSON", () => {
    const data = JSON.parse(JSON.stringify(cortexColumn({ mesh: [2, 2] }))) as ReturnType<Network["toJSON"]>;
    expect(Network.fromJSON(data).describe()).toEqual(cortexColumn({ mesh: [2, 2] }).describe());
  });

  test("takes the gamma preset with a tonic bias", () => {
    const { drives, rules, tstop } = columnPreset("gamma");
    const gamma = cortexColumn({
      rules,
      tstop,
      drives: [...drives, { kind: "tonic", amplitude: { L5_pyramidal: 6 }, t0: 10 }],
    });
    expect(gamma.gids["poisson"]).toEqual({ first: 270, n: 200 });
    expect(gamma.describe().clamps).toEqual([
      {
        name: "tonic.L5_pyramidal.soma.0", population: "L5_pyramidal", section: "soma", at: 0.5,
        signal: { kind: "constant", unit: "nA", value: 6 }, gain: { value: 1, unit: "1" },
        delay: { value: 10, unit: "ms" }, duration: { value: 240, unit: "ms" },
      },
    ]); // prettier-ignore
  });

  test("gives other trials' event times", () => {
    expect(column.timesOfTrial(0)["evdist1"]).toEqual(column.drives[0]!.events);
    expect(column.timesOfTrial(2)["evdist1"]).toEqual(cortexColumn({ trial: 2 }).drives[0]!.events);
  });

  test("refuses thresholds that differ and a run without length", () => {
    const rules = jones2009().rules.map((r, k) => ({ ...r, threshold: k === 1 ? -20 : 0 }));
    expect(() => cortexColumn({ rules })).toThrow(/rules from L2_pyramidal have thresholds 0 and -20 mV/);
    expect(() => cortexColumn({ tstop: 0 })).toThrow(/tstop is 0 ms/);
  });
});

describe("cellModel", () => {
  test("names receptors by section and kind, and keeps ar's value per segment", () => {
    const model = cellModel(jones2009().cellTypes[3]!, 4);
    expect(model.receptors.length).toBe(8 * 4 + 2);
    expect(model.insertions.map((i) => i.mechanism.name).filter((name, k, all) => name !== all[k - 1])).toEqual([
      "ar",
      "ca",
      "cad",
      "cat",
      "hh2",
      "kca",
      "km",
    ]);
    const tuft = model.insertions.find((i) => i.mechanism.name === "ar" && i.sections[0] === "apical_tuft")!;
    expect((tuft.params!["gbar"] as unknown[]).length).toBe(9);
    const ca = model.insertions.filter((i) => i.mechanism.name === "ca");
    expect(ca.length).toBe(1); // alike everywhere
    expect(ca[0]!.params!["gbar"]).toEqual({ value: 60 * 1e-4, unit: "S/cm2" });
  });

  test("every variant can be described", () => {
    for (const { cellTypes } of [jones2009(), law2021(), calcium2022()]) {
      for (const type of cellTypes) expect(new Network({ seed: 1 }).cells(type.name, cellModel(type, 2)).n).toBe(2);
    }
  });

  test("refuses what does not exist", () => {
    const [basket] = jones2009().cellTypes;
    const soma = basket!.sections[0]!;
    const broken = (mechanisms: typeof soma.mechanisms) => ({ ...basket!, sections: [{ ...soma, mechanisms }] });
    expect(() => cellModel(broken({ hh3: {} }), 1)).toThrow(/unknown mechanism "hh3"\. Did you mean "hh2"/);
    expect(() => cellModel(broken({ hh2: { gna: 1 } }), 1)).toThrow(/has no parameter "gna"/);
    expect(() => cellModel(broken({ hh2: { gl: [1, 2] } }), 1)).toThrow(/has 2 values of gl for 1 segments/);
    expect(() => cellModel({ ...basket!, receptors: {} }, 1)).toThrow(/receptor "ampa" without kinetics/);
  });
});

test("a network of baskets alone compiles: their cells are small", () => {
  const { cellTypes, rules } = jones2009();
  const model = {
    cellTypes: cellTypes.filter((t) => t.role === "inhibitory"),
    rules: rules.filter((r) => /basket/.test(r.source) && /basket/.test(r.target)),
  };
  const drives = [
    { kind: "evoked", name: "e", mu: 20, sigma: 2, location: "soma", weightsAmpa: { L2_basket: 0.1 } },
  ] as const;
  const compiled = compile(cortexColumn({ mesh: [3, 3], model, drives, tstop: 50 }), {
    dt: ms(0.025),
    method: "backwardEuler",
    duration: ms(50),
  });
  expect(compiled.populations.map((p) => p.n)).toEqual([3, 3, 3]);
  expect(compiled.projections.reduce((sum, p) => sum + p.links, 0)).toBe(9 + 6 + 3);
});
