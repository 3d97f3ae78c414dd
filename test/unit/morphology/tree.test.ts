import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { eliminateMassless } from "../../../src/morphology/eliminate.ts";
import { halfResistance, nodeAt, sectionPath, segmentArea, tree, type Section } from "../../../src/morphology/tree.ts";
import { valueOf, type CellValues } from "../../../src/morphology/values.ts";

const cylinder = (name: string, more: Partial<Extract<Section, { L: CellValues }>> = {}): Section => ({
  name,
  L: 100,
  diam: 2,
  Ra: 150,
  ...more,
});

/** Relative error of a value printed with so many digits. */
const printed = (digits: number): number => 0.5 * 10 ** (1 - digits);
const relative = (got: number, want: number): number => Math.abs(got / want - 1);

describe("tree", () => {
  test("a motor neuron of the NERLab pool has the published areas and resistances, cell 0", () => {
    const areaSoma = 19285.3655; // its L equals its diameter
    const side = Math.sqrt(areaSoma / Math.PI);
    expect(relative(segmentArea(side, side) as number, areaSoma)).toBeLessThan(1e-12);
    expect(relative(halfResistance(side, side, 70) as number, 0.005687732)).toBeLessThan(2 * printed(7));
  });

  test("massless ends: at every free end, both ends of the root; a child's 0 end is its parent's end node", () => {
    const m = tree([
      cylinder("soma"),
      cylinder("a", { parent: "soma", nseg: 3 }),
      cylinder("b", { parent: "soma", parentEnd: 0 }),
    ]);
    expect(m.nodes.length).toBe(5 + 4);
    expect(sectionPath(m, "a").nodes[0]).toBe(nodeAt(m, "soma", 1));
    expect(sectionPath(m, "b").nodes[0]).toBe(nodeAt(m, "soma", 0));
    expect(m.nodes.filter((n) => n.kind === "end").every((n) => n.areaUm2 === 0)).toBe(true);
    for (const [k, n] of m.nodes.entries()) expect(n.parent).toBeLessThan(k);
    expect(m.nodes[0]).toMatchObject({ section: "soma", kind: "segment", parent: -1, x: 0.5, gParent: 0 });
    expect([...m.eliminationOrder]).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });

  test("a section that hangs by its 1 end keeps its own x axis", () => {
    const m = tree([cylinder("soma"), cylinder("axon", { parent: "soma", childEnd: 1, nseg: 2 })]);
    const { nodes } = sectionPath(m, "axon");
    expect(nodes.at(-1)).toBe(nodeAt(m, "soma", 1));
    expect(nodes.map((k) => m.nodes[k]?.x)).toEqual([0, 0.25, 0.75, 1]); // the last is the soma's 1 end
    expect(m.nodes[nodeAt(m, "axon", 0.75)]?.parent).toBe(nodeAt(m, "soma", 1));
    expect(m.nodes[nodeAt(m, "axon", 0)]?.parent).toBe(nodeAt(m, "axon", 0.25));
  });

  test("values per cell stay per cell, shared ones stay numbers", () => {
    const m = tree([cylinder("soma", { L: Float64Array.of(10, 20) }), cylinder("d", { parent: "soma" })]);
    expect(m.nCells).toBe(2);
    expect(m.nodes[nodeAt(m, "soma")]?.areaUm2).toEqual(Float64Array.of(Math.PI * 20, Math.PI * 40));
    expect(m.nodes[nodeAt(m, "d")]?.areaUm2).toBe(Math.PI * 200);
  });

  test.each<[string, Section[], RegExp]>([
    [
      "an unknown parent",
      [cylinder("soma"), cylinder("a", { parent: "somma" })],
      /section "a": hangs on the unknown section "somma".*Did you mean "soma"/,
    ],
    [
      "a cycle",
      [cylinder("soma"), cylinder("a", { parent: "b" }), cylinder("b", { parent: "a" })],
      /has a cycle through a, b/,
    ],
    ["nothing but a cycle", [cylinder("a", { parent: "a" })], /has a cycle through a/],
    ["two roots", [cylinder("soma"), cylinder("a")], /has 2 roots: soma, a/],
    ["nothing", [], /has no sections/],
    ["a doubled name", [cylinder("soma"), cylinder("soma", { parent: "soma" })], /section "soma": is defined twice/],
    ["nseg 0", [cylinder("soma", { nseg: 0 })], /section "soma": has nseg 0/],
    ["nseg 1.5", [cylinder("soma", { nseg: 1.5 })], /has nseg 1\.5/],
    ["a negative length", [cylinder("soma", { L: -1 })], /section "soma": has L -1/],
    ["a diameter that is not a number", [cylinder("soma", { diam: NaN })], /has diam NaN/],
    ["one bad cell", [cylinder("soma", { Ra: Float64Array.of(1, 0) })], /has Ra 0/],
    [
      "unequal sizes",
      [cylinder("soma", { L: Float64Array.of(1, 2), Ra: Float64Array.of(1) })],
      /has 1 values of Ra for 2 cells/,
    ],
  ])("%s is refused", (_, sections, message) => {
    expect(() => tree(sections)).toThrow(ModelError);
    expect(() => tree(sections)).toThrow(message);
  });

  test("a wrong place is refused", () => {
    const m = tree([cylinder("soma")]);
    expect(() => nodeAt(m, "sona")).toThrow(/has no section "sona"\. Did you mean "soma"/);
    expect(() => nodeAt(m, "soma", 1.2)).toThrow(/soma\(1\.2\): is not on the section/);
  });
});

describe("eliminateMassless", () => {
  test("soma and one dendrite: one coupling, the two half resistances in series", () => {
    const m = tree([
      cylinder("soma", { L: Float64Array.of(20, 30), diam: 20, Ra: 70 }),
      cylinder("dend", { parent: "soma", parentEnd: 0 }),
    ]);
    const { nodes, couplings, eliminationOrder } = eliminateMassless(m);
    expect(nodes.map((n) => n.section)).toEqual(["soma", "dend"]);
    expect(couplings.map(({ i, j }) => [i, j])).toEqual([[1, 0]]);
    expect([...eliminationOrder]).toEqual([1, 0]);
    for (const [cell, L] of [20, 30].entries()) {
      const series = (halfResistance(L, 20, 70) as number) + (halfResistance(100, 2, 150) as number);
      expect(relative(valueOf(couplings[0]?.g as Float64Array, cell), 1 / series)).toBeLessThan(1e-15 * 4);
    }
  });

  test("four dendrites on two soma ends (Powers2017): two triangles, no fill-in", () => {
    const dend = (k: number): Section =>
      cylinder(`d${k}`, { parent: "soma", parentEnd: k % 2 === 0 ? 0 : 1, L: 1794.13, diam: 8.73, Ra: 51.038 });
    const m = tree([cylinder("soma", { L: 2952, diam: 22, Ra: 0.001 }), ...[0, 1, 2, 3].map(dend)]);
    const c = eliminateMassless(m);
    expect(c.couplings.length).toBe(6);
    expect(fillIn(c)).toBe(0);
  });

  test("steady voltages equal those of the full tree, junction voltages included", () => {
    const m = branched();
    const c = eliminateMassless(m);
    const inject = m.nodes.map((n, k) => (n.kind === "segment" ? Math.sin(k) : 0)); // nA
    const leak = 0.01; // uS per segment
    const full = dense(m.nodes.length);
    for (const [k, { kind, parent, gParent }] of m.nodes.entries()) {
      if (kind === "segment") full[k]![k]! += leak;
      if (parent >= 0) couple(full, k, parent, gParent as number);
    }
    const small = dense(c.nodes.length);
    for (const k of c.nodes.keys()) small[k]![k]! += leak;
    for (const { i, j, g } of c.couplings) couple(small, i, j, g as number);
    const vFull = gauss(full, inject);
    const v = gauss(
      small,
      c.nodes.map(({ node }) => inject[node]!),
    );
    // conductances span 1e3, so the condition number is below 1e6: 1e6 x 1.1e-16 x 20 unknowns = 2e-9 relative
    for (const [k, { node }] of c.nodes.entries()) expect(Math.abs(v[k]! - vFull[node]!)).toBeLessThan(2e-9 * 100);
    for (const { node, terms } of c.massless) {
      const mean = terms.reduce((sum, t) => sum + (t.weight as number) * v[t.compartment]!, 0);
      expect(Math.abs(mean - vFull[node]!)).toBeLessThan(2e-9 * 100);
    }
    expect(fillIn(c)).toBe(0);
  });
});

function branched() {
  return tree([
    cylinder("soma", { L: 20, diam: 20 }),
    cylinder("trunk", { parent: "soma", nseg: 3 }),
    cylinder("left", { parent: "trunk", nseg: 2, diam: 1 }),
    cylinder("right", { parent: "trunk", nseg: 3, diam: 1.5 }),
    cylinder("basal", { parent: "soma", parentEnd: 0 }),
    cylinder("axon", { parent: "soma", parentEnd: 0, childEnd: 1, nseg: 2, diam: 0.8 }),
  ]);
}

const dense = (n: number): number[][] => Array.from({ length: n }, () => new Array<number>(n).fill(0));

function couple(a: number[][], i: number, j: number, g: number): void {
  a[i]![i]! += g;
  a[j]![j]! += g;
  a[i]![j]! -= g;
  a[j]![i]! -= g;
}

/** Gaussian elimination with partial pivoting. */
function gauss(matrix: number[][], rhs: readonly number[]): number[] {
  const a = matrix.map((row, k) => [...row, rhs[k]!]);
  const n = a.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i]![k]!) > Math.abs(a[pivot]![k]!)) pivot = i;
    [a[k], a[pivot]] = [a[pivot]!, a[k]!];
    for (let i = k + 1; i < n; i++) {
      const f = a[i]![k]! / a[k]![k]!;
      for (let j = k; j <= n; j++) a[i]![j]! -= f * a[k]![j]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    x[k] = (a[k]![n]! - a[k]!.slice(k + 1, n).reduce((s, y, j) => s + y * x[k + 1 + j]!, 0)) / a[k]![k]!;
  }
  return x;
}

/** Couplings that symmetric elimination in the given order would create. */
function fillIn({ couplings, eliminationOrder }: ReturnType<typeof eliminateMassless>): number {
  const key = (i: number, j: number): string => `${Math.max(i, j)}-${Math.min(i, j)}`;
  const known = new Set(couplings.map(({ i, j }) => key(i, j)));
  let created = 0;
  const left = new Set(eliminationOrder);
  for (const k of eliminationOrder) {
    left.delete(k);
    const around = [...left].filter((j) => known.has(key(k, j)));
    for (const a of around) {
      for (const b of around) {
        if (a < b && !known.has(key(a, b))) {
          known.add(key(a, b));
          created++;
        }
      }
    }
  }
  return created;
}

test("any tree: parents come first, couplings are a tree of cliques without fill-in, and a uniform voltage draws no current", () => {
  const branch = fc.record({
    parent: fc.nat(),
    nseg: fc.integer({ min: 1, max: 4 }),
    parentEnd: fc.constantFrom(0 as const, 1 as const),
    childEnd: fc.constantFrom(0 as const, 1 as const),
    diam: fc.double({ min: 0.5, max: 20, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(branch, { minLength: 1, maxLength: 12 }), (branches) => {
      const sections = branches.map(({ parent, nseg, parentEnd, childEnd, diam }, k) =>
        cylinder(`s${k}`, k === 0 ? { nseg, diam } : { nseg, diam, parent: `s${parent % k}`, parentEnd, childEnd }),
      );
      const m = tree(sections);
      expect(m.nodes.length).toBe(sections.reduce((sum, s) => sum + s.nseg! + 1, 1));
      expect(m.nodes.every((n, k) => n.parent < k)).toBe(true);
      const c = eliminateMassless(m);
      expect(fillIn(c)).toBe(0);
      for (const { terms } of c.massless) {
        expect(terms.reduce((sum, t) => sum + (t.weight as number), 0)).toBeCloseTo(1, 12);
      }
      for (const { nodes, nseg } of m.sections) {
        const segments = nodes.slice(1, -1);
        expect(segments.map((k) => m.nodes[k]!.index)).toEqual(Array.from({ length: nseg }, (_, k) => k));
      }
    }),
    { numRuns: 100, seed: 5 },
  );
});
