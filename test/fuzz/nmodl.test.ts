import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mechanismSource, nmodl, nmodlGather } from "../../src/import/index.ts";
import { fuzzed, PATIENCE, result } from "./runs.ts";

const DIR = join(import.meta.dirname, "../fixtures/nmodl");
const SLOW = ["calcium_shells.mod", "calcium_rings.mod"];
const files = readdirSync(DIR).filter((f) => f.endsWith(".mod") && !SLOW.includes(f)).map((f) => readFileSync(join(DIR, f), "utf8")); // prettier-ignore
const included = new Map(readdirSync(DIR).filter((f) => f.endsWith(".inc")).map((f) => [f, readFileSync(join(DIR, f), "utf8")])); // prettier-ignore
const words = [...new Set(files.flatMap((text) => text.match(/\w+|[^\s\w]/g) ?? []))];

/** Leaves out, doubles, swaps and replaces words. */
const edit = fc.record({ at: fc.nat(100_000), cut: fc.nat(4), put: fc.oneof(fc.constantFrom(...words), fc.constantFrom("", "1e999", "((((", "VERBATIM", "\u0000", "__proto__", "FROM i = 0 TO 1000000000 {", "0.", "^")) }); // prettier-ignore

test(
  "a file with changed words is refused with a typed error, or makes a mechanism",
  () => {
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
        const tokens = text.split(/(\s+|\b)/);
        for (const { at, cut, put } of edits) tokens.splice(at % tokens.length, cut, put);
        const file = result(() => nmodl(tokens.join(""), { include: (name) => included.get(name) }));
        result(() => nmodlGather(tokens.join(""), { include: (name) => included.get(name) }));
        if (file === undefined) return;
        expect(mechanismSource(file.mechanism)).toContain("export default");
      }),
      fuzzed(150),
    );
  },
  PATIENCE,
);
