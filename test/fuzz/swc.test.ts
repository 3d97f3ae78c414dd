import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { asc, ascCell, swc, swcCell } from "../../src/import/index.ts";
import { tree } from "../../src/morphology/tree.ts";
import { generalFiles } from "../reference/general.ts";
import { fuzzed, result } from "./runs.ts";

const lines = generalFiles("g16_swc").text("soma3.swc").trim().split("\n");
const field = fc.oneof(
  fc.integer({ min: -2, max: 70 }).map(String),
  fc.constantFrom("nan", "1e999", "0x10", "", "-", "1e-320", "1e300", "\u0000", "#"),
  fc.string({ maxLength: 8 }),
);
const change = fc.record({ line: fc.nat(lines.length - 1), column: fc.nat(7), field, drop: fc.boolean() });

test("a changed file is refused with a typed error, or makes a whole tree", () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const changed = [...lines];
      for (const c of changes) {
        const fields = (changed[c.line] ?? "").split(" ");
        fields[c.column] = c.field;
        changed[c.line] = c.drop ? "" : fields.join(" ");
      }
      const text = changed.join("\n");
      const morphology = result(() => swc(text));
      if (morphology === undefined) return;
      const names = new Set(morphology.sections.map((s) => s.name));
      expect(names.size).toBe(morphology.sections.length);
      expect(morphology.sections.filter((s) => s.parent === undefined).length).toBe(1);
      const cell = result(() => swcCell(text, { nseg: 3 }));
      if (cell === undefined) return;
      const nodes = result(() => tree(cell.sections.map(({ name, points = [], parent, parentEnd = 1 }) => ({ name, points, Ra: 100, nseg: 3, parentEnd, ...(parent === undefined ? {} : { parent }) })))); // prettier-ignore
      for (const n of nodes?.nodes ?? []) expect(Number(n.areaUm2) >= 0 && Number(n.gParent) >= 0).toBe(true);
    }),
    fuzzed(300),
  );
});

const ASC = readFileSync(new URL("../fixtures/cell.asc", import.meta.url), "utf8");
const piece = fc.oneof(fc.constantFrom("(", ")", "<", ">", "|", '"', ";", "(CellBody)", "(Axon)", "nan", "1e999", "-0", "\n", ""), fc.string({ maxLength: 8 })); // prettier-ignore

test("a changed Neurolucida file is refused with a typed error, or makes a whole tree", () => {
  const changes = fc.array(fc.record({ at: fc.nat(ASC.length), length: fc.nat(20), piece }), { minLength: 1, maxLength: 4 }); // prettier-ignore
  fc.assert(
    fc.property(changes, (all) => {
      const text = all.reduce((t, c) => t.slice(0, c.at) + c.piece + t.slice(c.at + c.length), ASC);
      const morphology = result(() => asc(text));
      if (morphology === undefined) return;
      const names = morphology.sections.map((s) => s.name);
      expect(new Set(names).size).toBe(names.length);
      morphology.sections.forEach((s, k) => {
        if (k > 0) expect(names.slice(0, k)).toContain(s.parent);
        expect(s.points.length).toBeGreaterThan(1);
        expect(s.points.flat().every(Number.isFinite)).toBe(true);
      });
      result(() => ascCell(text, { nseg: 3 }));
    }),
    fuzzed(300),
  );
});
