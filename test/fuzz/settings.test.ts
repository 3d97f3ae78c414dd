import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchOf, seedOf } from "../../src/cli/options.ts";
import { DataError } from "../../src/errors.ts";
import { STUDIES } from "../../src/studies/index.ts";
import { fromJson, toJson } from "../../src/studies/parts.ts";
import { fuzzed } from "./runs.ts";
import { chosenSettings, settingsOf } from "../../src/studies/schema.ts";

const word = fc.oneof(
  fc.constantFrom("", "0", "1", "-1", "0.5", "1e3", "1e999", "NaN", "Infinity", "0x10", "true", "false", "1,2", "1,,2", ",", "null", "[]", "{}", "__proto__", "constructor", " 1 ", "1_000", "٣"),
  fc.double().map(String),
  fc.string({ maxLength: 300, unit: "binary" }),
); // prettier-ignore

describe.each([...STUDIES.keys()])("%s", (name) => {
  const study = STUDIES.get(name)!;
  const known = [...settingsOf(study.settings).keys()];
  const path = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "constructor.prototype", "drive", "drive.", ".", "a.b.c", "toString")) }, // prettier-ignore
  );

  test("any words of --set give settings that the schema holds, or a typed error", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(path, word), { minLength: 1, maxLength: 4 }), (changes) => {
        let settings;
        try {
          settings = chosenSettings(name, study.settings, changes);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
          expect((error as Error).message.length).toBeLessThan(3000); // a list of what is known, and 200 characters
          return;
        }
        expect(study.settings.parse(settings)).toEqual(settings);
        for (const [name, text] of changes) {
          const value = name.split(".").reduce<unknown>((x, key) => (x as Record<string, unknown>)[key], settings);
          // never a default instead of what was said: the last word for a path is what it holds
          if (changes.findLast(([other]) => other === name)?.[1] !== text) continue;
          const said = typeof value === "number" ? Number(text) : Array.isArray(value) ? text.split(",").map(Number) : typeof value === "boolean" ? text === "true" : text; // prettier-ignore
          expect(value ?? "").toEqual(said);
        }
        expect(Object.prototype).not.toHaveProperty("x");
      }),
      fuzzed(300),
    );
  });
});

test("any words of --batch and --seed give whole copies, or a typed error", () => {
  fc.assert(
    fc.property(fc.oneof(word, fc.tuple(word, word).map((both) => both.join("="))), (text) => {
      for (const read of [() => batchOf(text, 5).values, () => [seedOf(text, 5)]]) {
        try {
          const values = read();
          expect(values.length).toBeGreaterThan(0);
          expect(values.every(Number.isFinite)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }
    }),
    fuzzed(300),
  ); // prettier-ignore
});

test("parts of a study come back with every bit", () => {
  const number = fc.oneof(fc.double(), fc.constantFrom(NaN, -0, Infinity, -Infinity));
  const value = fc.record({
    number,
    text: fc.string({ unit: "binary" }),
    list: fc.array(number),
    f64: fc.float64Array(),
    f32: fc.float32Array(),
    u8: fc.uint8Array(),
    i32: fc.int32Array(),
    deep: fc.array(fc.record({ a: number, b: fc.option(fc.boolean()) })),
  });
  fc.assert(
    fc.property(value, (one) => {
      expect(fromJson(toJson(one))).toEqual(one);
    }),
    fuzzed(300),
  );
});
