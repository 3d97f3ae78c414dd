import { describe, expect, test } from "vitest";
import {
  endPoints,
  morphologyOf,
  sectionsAt,
  segmentDistances,
} from "../../../src/models/cortical-column/cell-types.ts";
import { countLinks, localLinks, withGains, type RuleLinks } from "../../../src/models/cortical-column/connections.ts";
import { prepareDrives } from "../../../src/models/cortical-column/drive-events.ts";
import { layOut } from "../../../src/models/cortical-column/layout.ts";
import { calcium2022, jones2009, law2021 } from "../../../src/models/cortical-column/published.ts";
import { sectionPath } from "../../../src/morphology/tree.ts";
import { referenceJson, referenceRows } from "./reference.ts";

interface ReferenceModel {
  cell_types: Record<string, ReferenceType>;
  connections: Record<string, unknown>[];
  positions: Record<string, [number, number, number][]>;
}
interface ReferenceType {
  short_name: string;
  gid_range_inclusive: [number, number];
  locations: Record<string, string[]>;
  synapses: Record<string, { e: number; tau1: number; tau2: number }>;
  sections: ReferenceSection[];
}
interface ReferenceSection {
  name: string;
  end_points_um: number[][];
  receptors: string[];
  mechanisms: Record<string, Record<string, number | { per_segment: number[] }>>;
  [key: string]: unknown;
}

const reference = referenceJson("cortical-column/model.json") as ReferenceModel;
const { cellTypes, rules } = jones2009();
const layout = layOut(cellTypes);
const DIGITS_9 = 5.01e-9; // half a unit of the ninth digit of 1.00000000

const typeOf = (name: string) => cellTypes.find((t) => t.name === name)!;

describe.each(Object.entries(reference.cell_types))("%s", (name, want) => {
  const type = typeOf(name);

  test("has the published receptors, locations and gids", () => {
    const { first, n } = layout.gids[name]!;
    expect([first, first + n - 1]).toEqual(want.gid_range_inclusive);
    expect(type.shortName).toBe(want.short_name);
    expect(type.locations).toEqual(want.locations);
    const receptors = Object.fromEntries(
      Object.entries(type.receptors).map(([k, { E, tau1, tau2 }]) => [k, { e: E, tau1, tau2 }]),
    );
    expect(receptors).toEqual(want.synapses);
  });

  test("has the published sections and mechanism parameters", () => {
    expect(type.sections.map((s) => s.name).sort()).toEqual(want.sections.map((s) => s.name).sort());
    const ends = endPoints(type);
    for (const w of want.sections) {
      const s = type.sections.find((x) => x.name === w.name)!;
      expect([s.L, s.diam, s.Ra, s.cm, s.nseg, s.V0, s.parent ?? null]).toEqual([
        w["L"],
        w["diam"],
        w["Ra"],
        w["cm"],
        w["nseg"],
        w["v0"],
        w["parent"],
      ]);
      if (s.parent !== undefined) expect(s.parentEnd).toBe(w["parent_end"]);
      expect([...s.receptors].sort()).toEqual([...w.receptors].sort());
      const { start, end } = ends.get(s.name)!;
      // printed to 9 digits; lengths up to 2000 um
      for (const [k, x] of [...start, ...end].entries())
        expect(Math.abs(x - w.end_points_um.flat()[k]!)).toBeLessThan(1e-6);
      if (typeof w["dipole_cos"] === "number") expect(Math.abs(s.direction[2] - w["dipole_cos"])).toBeLessThan(1e-8);
      expect(Object.keys(s.mechanisms).sort()).toEqual(Object.keys(w.mechanisms).sort());
      for (const [mechanism, params] of Object.entries(w.mechanisms)) {
        for (const [key, value] of Object.entries(params)) {
          const got = [s.mechanisms[mechanism]![key]!].flat();
          const wanted = typeof value === "number" ? got.map(() => value) : value.per_segment;
          expect(got.length).toBe(wanted.length);
          for (const [k, x] of got.entries())
            expect(Math.abs(x / wanted[k]! - 1), `${w.name} ${mechanism}.${key}`).toBeLessThan(1e-11);
        }
      }
    }
  });

  test("is cut into the published nodes", () => {
    const m = morphologyOf(type);
    expect(m.nodes.length).toBe({ L2_pyramidal: 41, L5_pyramidal: 65 }[name] ?? 3);
    const rows = referenceRows("cortical-column/c2_settle/geometry.csv.gz").filter((r) => r["cell_type"] === name);
    expect(rows.length).toBe(m.sections.reduce((sum, s) => sum + s.nodes.length, 0));
    for (const row of rows) {
      const path = sectionPath(m, row["section"]!);
      const k = Number(row["node"]);
      const node = m.nodes[path.nodes[k]!]!;
      const inner = k > 0 && k <= path.nseg;
      if (k > 0) expect(Math.abs(node.x - Number(row["x"]))).toBeLessThan(1e-9);
      expect(node.kind).toBe(inner ? "segment" : "end");
      if (inner) expect(Math.abs((node.areaUm2 as number) / Number(row["area_um2"]) - 1)).toBeLessThan(1e-6);
      if (k === 0) continue;
      const before = m.nodes[path.nodes[k - 1]!]!;
      const g = (node.parent === path.nodes[k - 1] ? node.gParent : before.gParent) as number; // soma(0) hangs on the centre
      expect(Math.abs(1 / g / Number(row["ri_MOhm"]) - 1)).toBeLessThan(1e-6);
    }
  });
});

test("ar grows with the path distance", () => {
  const { sections } = typeOf("L5_pyramidal");
  expect(segmentDistances(sections, "apical_trunk")[0]).toBeCloseTo(56, 10);
  expect(segmentDistances(sections, "apical_tuft")[8]).toBeCloseTo(1902.39, 2);
  expect(segmentDistances(sections, "basal_1")).toEqual([42.5]);
});

test("positions and gid ranges: 10 x 10 and 3 x 3", () => {
  const small = referenceJson("cortical-column/c7_mesh3_erp/positions.json") as ReferenceModel["positions"];
  for (const [at, want] of [
    [layout, reference.positions],
    [layOut(cellTypes, { mesh: [3, 3] }), small],
  ] as const) {
    for (const type of cellTypes) {
      const got = at.positions[type.name]!;
      expect(got.length).toBe(want[type.name]!.length);
      for (const [k, p] of got.entries())
        for (const [c, x] of p.entries()) expect(x).toBeCloseTo(want[type.name]![k]![c]!, 9);
    }
    expect(at.origin).toEqual(want["origin"]);
  }
  expect(layOut(cellTypes, { mesh: [3, 3] }).nCells).toBe(24);
  expect(() => layOut(cellTypes, { mesh: [0, 3] })).toThrow(/mesh: is 0 x 3/);
  expect(() => layOut(cellTypes, { spacing: -1 })).toThrow(/mesh spacing: is -1 um/);
});

describe("local connections", () => {
  test("rules equal the published ones", () => {
    const got = rules.map((r, rule) => ({
      rule, source: r.source, target: r.target, location: r.location, receptor: r.receptor, A_weight: r.weight,
      A_delay: r.delay, lamtha: r.lamtha, gain: r.gain, threshold: r.threshold, allow_autapses: r.autapses,
    })); // prettier-ignore
    expect(got).toEqual(reference.connections);
  });

  test("all 189,215 links in the published order", () => {
    const links = localLinks(cellTypes, layout, rules);
    expect(countLinks(links)).toBe(189_215);
    expect(worstLink(links, referenceRows("cortical-column/connections_local.csv.gz"))).toBeLessThan(DIGITS_9);
    expect(countLinks(localLinks(cellTypes, layout, rules, 170))).toBe(141_860);
  });

  test("the 3 x 3 mesh has its own links", () => {
    const want = referenceRows("cortical-column/c7_mesh3_erp/connections.csv.gz").filter((r) => Number(r["rule"]) < 16);
    expect(worstLink(localLinks(cellTypes, layOut(cellTypes, { mesh: [3, 3] }), rules), want)).toBeLessThan(DIGITS_9);
  });

  test("more pairs than memory holds are refused before the first is drawn, of rules and of drives", () => {
    const large = layOut(cellTypes, { mesh: [110, 110] });
    expect(() => localLinks(cellTypes, large, rules)).toThrow(
      "has 12100 x 12100 pairs of cells, more than 134217728. Give a smaller mesh",
    );
    const drive = { kind: "evoked", name: "many", mu: 5, sigma: 1, nDriveCells: 20_000, cellSpecific: false, location: "proximal", weightsAmpa: { L2_pyramidal: 1e-4 } } as const; // prettier-ignore
    const options = { types: cellTypes, layout: large, drives: [drive], tstop: 10, firstRule: 0 }; // prettier-ignore
    expect(() => prepareDrives(options)).toThrow(
      'drive "many" -> L2_pyramidal: has 20000 x 12100 pairs of cells, more than 134217728',
    );
  });

  test("probability keeps the pairs that numpy's choice keeps, with and without autapses", () => {
    const only = (k: number, p: number) =>
      localLinks(cellTypes, layout, [{ ...rules[k]!, probability: p, connSeed: 42 }])[0]!;
    const kept = only(0, 0.7);
    expect(kept.source.length).toBe(Math.round(0.7 * 9900));
    expect(new Set(kept.source.map((s, k) => s * 1000 + kept.target[k]!)).size).toBe(kept.source.length);
    expect(only(12, 0).source.length).toBe(0);
  });

  test("gains go by role and change weights only", () => {
    const gained = withGains(cellTypes, rules, { e_i: 2, i_i: 0 });
    expect(gained.map((r) => r.gain)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 0, 0, 2, 2]);
    const [a, b] = [rules, gained].map((r) => localLinks(cellTypes, layout, [r[14]!])[0]!) as [RuleLinks, RuleLinks];
    expect(b.weightUs).toEqual(a.weightUs.map((w) => 2 * w));
    expect(b.delayMs).toEqual(a.delayMs);
  });

  test.each([
    [{ target: "L4_stellate" }, /names the unknown cell type "L4_stellate"/],
    [{ location: "distl" }, /has no location or section "distl".*Did you mean "distal"/],
    [{ target: "L5_basket", location: "distal" }, /L5_basket: has nothing at location "distal"/],
    [{ location: "soma" }, /wants receptor "nmda" on L2_pyramidal soma, which has gabaa, gabab/],
    [{ weight: -1 }, /has weight -1/],
    [{ lamtha: 0 }, /has space constant 0/],
    [{ probability: 1.5 }, /has probability 1\.5/],
  ])("%o is refused", (change, message) => {
    expect(() => localLinks(cellTypes, layout, [{ ...rules[0]!, ...change }])).toThrow(message);
  });
});

test("variants change what they name and nothing else", () => {
  const law = law2021();
  expect(law.rules.length).toBe(17);
  expect([law.rules[2]!.weight, law.rules[6]!.weight, law.rules[7]!.weight]).toEqual([0.0004, 0.02, 0.005]);
  expect(
    law.rules.filter((r) => r.source === "L2_basket" && r.target === "L5_pyramidal").map((r) => r.receptor),
  ).toEqual(["gabab"]);
  const l5 = law.cellTypes[3]!;
  expect(l5.receptors.gabab).toEqual({ E: -80, tau1: 45, tau2: 200 });
  expect(l5.sections.filter((s) => !("ca" in s.mechanisms)).map((s) => s.name)).toEqual([
    "soma",
    "basal_1",
    "basal_2",
    "basal_3",
  ]);
  const section = (name: string) => calcium2022().cellTypes[3]!.sections.find((s) => s.name === name)!.mechanisms;
  expect(section("soma")["hh2"]).toEqual({ gnabar: 0.32, gkbar: 0.06, gl: 4.26e-5, el: -65 });
  expect((section("apical_tuft")["ca"]!["gbar"] as number[])[8]).toBe(40);
  expect((section("apical_tuft")["hh2"]!["gnabar"] as number[])[0]).toBeCloseTo(0.0028, 12);
});

test("a location is a group or a section", () => {
  expect(sectionsAt(typeOf("L5_pyramidal"), "proximal")).toEqual(["apical_oblique", "basal_2", "basal_3"]);
  expect(sectionsAt(typeOf("L5_pyramidal"), "basal_1")).toEqual(["basal_1"]);
});

/** Compares links with reference rows in order; returns the largest relative error of weights and delays. */
function worstLink(links: readonly RuleLinks[], rows: readonly Record<string, string>[]): number {
  let worst = 0;
  let k = 0;
  for (const l of links) {
    for (let p = 0; p < l.source.length; p++) {
      for (const section of l.sections) {
        const row = rows[k++]!;
        const got = `${l.rule},${l.source[p]},${l.target[p]},${section},${l.receptor}`;
        if (got !== `${row["rule"]},${row["src_gid"]},${row["target_gid"]},${row["section"]},${row["receptor"]}`)
          return Infinity;
        const error = (x: number, want: string): number => (x === Number(want) ? 0 : Math.abs(x / Number(want) - 1));
        worst = Math.max(worst, error(l.weightUs[p]!, row["weight_uS"]!), error(l.delayMs[p]!, row["delay_ms"]!));
      }
    }
  }
  return k === rows.length ? worst : Infinity;
}
