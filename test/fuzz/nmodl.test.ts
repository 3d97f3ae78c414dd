import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mechanismSource, neuronSource, nmodl, nmodlCell, nmodlGather, pulsesSource } from "../../src/import/index.ts";
import { fuzzed, PATIENCE, result } from "./runs.ts";

const DIR = join(import.meta.dirname, "../fixtures/nmodl");
const NOISE = join(import.meta.dirname, "../fixtures/nmodl-noise");
const SLOW = ["calcium_shells.mod", "calcium_rings.mod"];
const files = readdirSync(DIR).filter((f) => f.endsWith(".mod") && !SLOW.includes(f)).map((f) => readFileSync(join(DIR, f), "utf8")).concat(readdirSync(NOISE).map((f) => readFileSync(join(NOISE, f), "utf8"))); // prettier-ignore
const CELLS = join(import.meta.dirname, "../fixtures/nmodl-cells");
const cells = readdirSync(CELLS).map((f) => readFileSync(join(CELLS, f), "utf8"));
const included = new Map(readdirSync(DIR).filter((f) => f.endsWith(".inc")).map((f) => [f, readFileSync(join(DIR, f), "utf8")])); // prettier-ignore
const words = [...new Set([...files, ...cells].flatMap((text) => text.match(/\w+|[^\s\w]/g) ?? []))];

/** Leaves out, doubles, swaps and replaces words. */
const edit = fc.record({ at: fc.nat(100_000), cut: fc.nat(4), put: fc.oneof(fc.constantFrom(...words), fc.constantFrom("", "1e999", "((((", "VERBATIM", "\u0000", "__proto__", "FROM i = 0 TO 1000000000 {", "0.", "^")) }); // prettier-ignore

const TABLES = { ntau: { x: [-70, 20], y: [9, 1] } };

/** A text with words changed. */
function edited(text: string, edits: readonly { readonly at: number; readonly cut: number; readonly put: string }[]): string {
  const tokens = text.split(/(\s+|\b)/);
  for (const { at, cut, put } of edits) tokens.splice(at % tokens.length, cut, put);
  return tokens.join("");
} // prettier-ignore

test(
  "an artificial cell with changed words is refused with a typed error, or makes a neuron or a source",
  () => {
    fc.assert(
      fc.property(fc.constantFrom(...cells), fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
        const cell = result(() =>
          nmodlCell(edited(text, edits), text.includes("net_move") && edits.length > 1 ? { fires: "m > 1" } : {}),
        );
        if (cell === undefined) return;
        if (cell.kind === "neuron") expect(neuronSource(cell.neuron.mechanism)).toContain("export default");
        else expect(pulsesSource(cell)).not.toMatch(/NaN|Infinity|undefined/);
      }),
      fuzzed(150),
    );
  },
  PATIENCE,
);

test(
  "a file with changed words is refused with a typed error, or makes a mechanism",
  () => {
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
        const include = (name: string): string | undefined => included.get(name);
        const changed = edited(text, edits);
        const file = result(() =>
          nmodl(changed, { include, functionTables: changed.includes("FUNCTION_TABLE ntau") ? TABLES : {} }),
        );
        result(() => nmodlGather(changed, { include }));
        if (file === undefined) return;
        expect(mechanismSource(file.mechanism)).toContain("export default");
      }),
      fuzzed(150),
    );
  },
  PATIENCE,
);

test("values of a FUNCTION_TABLE are numbers in order, or are refused with a typed error", () => {
  const text = readFileSync(join(DIR, "k_measured.mod"), "utf8");
  const values = fc.oneof(fc.array(fc.double(), { maxLength: 6 }), fc.uniqueArray(fc.integer({ min: -100, max: 100 }), { maxLength: 6 }).map((x) => x.sort((a, b) => a - b)), fc.anything()); // prettier-ignore
  fc.assert(
    fc.property(values, values, (x, y) => {
      const functionTables = { ninf: { x, y }, ntau: TABLES.ntau } as never;
      const file = result(() => nmodl(text, { functionTables }));
      if (file !== undefined) expect(mechanismSource(file.mechanism)).not.toMatch(/NaN|Infinity/);
    }),
    fuzzed(150),
  );
});
