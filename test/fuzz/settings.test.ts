import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchOf, seedOf } from "../../src/cli/options.ts";
import { compile } from "../../src/compile/compile.ts";
import { checkEstimate, estimate } from "../../src/compile/estimate.ts";
import { DataError, HillockError } from "../../src/errors.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { STUDIES } from "../../src/studies/index.ts";
import { fromJson, toJson } from "../../src/studies/parts.ts";
import type { NetworkStudy, Study } from "../../src/studies/study.ts";
import { fuzzed, PATIENCE } from "./runs.ts";
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

const networks = [...STUDIES.values()].filter((study): study is NetworkStudy => "build" in study);

const small = fc.constantFrom("0", "1", "2", "3", "5", "0.1", "0.25", "0.5", "10", "20", "100", "-1", "1e3", "1e9", "1,2,3", "true", "false"); // prettier-ignore

test(
  "settings that the schema holds are refused before the work, or run to finite values",
  async () => {
    let ran = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), small), { minLength: 1, maxLength: 3 }),
        async (k, all) => {
          const study = networks[k % networks.length] as NetworkStudy;
          const known = [...settingsOf(study.settings).keys()];
          const changes = all.map(([at, text]): [string, string] => [known[at % known.length] as string, text]);
          const began = process.cpuUsage();
          try {
            const settings = chosenSettings(study.name, study.settings, [
              ...known.filter((path) => path.startsWith("cells.")).map((path): [string, string] => [path, "7"]),
              ...changes,
            ]);
            const { network, dt, method } = await study.build(settings, { seed: 1, files: new Map() });
            const size = estimate(network.describe());
            checkEstimate(network.describe(), size, {});
            if (size.cells < 500 && size.links < 1e5) {
              const engine = referenceEngine(compile(network, { dt, ...(method && { method }) }), { precision: 64 });
              const { traces } = await engine.advance(5);
              for (const { data } of traces) expect(data.every(Number.isFinite)).toBe(true);
              ran++;
            }
          } catch (error) {
            if (!(error instanceof HillockError)) throw error;
          }
          const { user, system } = process.cpuUsage(began);
          expect((user + system) / 1e6).toBeLessThan(5);
        },
      ),
      fuzzed(30),
    );
    expect(ran).toBeGreaterThan(3);
  },
  PATIENCE,
);

/** What a study refuses before it opens or computes anything; where it is one network, also what its size refuses. */
async function refusals(study: Study, changes: readonly [string, string][]): Promise<void> {
  const began = process.cpuUsage();
  try {
    const settings = chosenSettings(study.name, study.settings, changes);
    const given = { seed: 1, files: new Map<string, string>() };
    if ("build" in study) {
      const d = (await study.build(settings, given)).network.describe();
      checkEstimate(d, estimate(d), {});
    } else await study.check(settings, given);
  } catch (error) {
    if (!(error instanceof HillockError)) throw error;
  }
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1e6, `${study.name} ${changes.join(" ")}`).toBeLessThan(5);
}

test(
  "any setting of a study is refused at once when it is huge, or gives a network whose size is known at once",
  async () => {
    for (const study of STUDIES.values())
      for (const path of settingsOf(study.settings).keys())
        for (const value of ["1e9", "1e5"]) await refusals(study, [[path, value]]);
  },
  PATIENCE,
);

test(
  "so are several of them together",
  async () => {
    const studies = [...STUDIES.values()];
    const huge = fc.constantFrom("1e9", "1e5", "3e4", "2147483648", "1e300", "1e-300", "0", "100000,100000");
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fc.tuple(fc.nat(), huge), { minLength: 2, maxLength: 6 }), async (k, all) => {
        const study = studies[k % studies.length] as Study;
        const known = [...settingsOf(study.settings).keys()];
        await refusals(study, all.map(([at, text]) => [known[at % known.length] as string, text])); // prettier-ignore
      }),
      fuzzed(60),
    );
  },
  PATIENCE,
);

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
