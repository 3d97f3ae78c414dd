import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkCircuit, circuitFaultOf } from "../../demo/laboratory/circuit/check.ts";
import { EXAMPLES, LIMITS, type Circuit } from "../../demo/laboratory/circuit/circuit.ts";
import { isFault, readText } from "../../demo/laboratory/document.ts";
import { packed, readSaved, savedText, unpacked, type Saved } from "../../demo/laboratory/saved.ts";
import { SPECS } from "../../demo/laboratory/settings.ts";
import { PRESETS, presetText } from "../../demo/laboratory/presets.ts";
import { courseText, HIGHEST_HZ, LENGTHS, MOST_POINTS, readCourse, STEP } from "../../demo/motor-pool/course.ts";
import { type ControlSpec, valueIn } from "../../demo/site/controls.ts";
import { packedText, unpackedText } from "../../demo/site/packed.ts";
import { ModelError } from "../../src/errors.ts";
import { damage, damaged, tokens } from "./damage.ts";
import { fuzzed, PATIENCE } from "./runs.ts";

/** What a page shows instead: an Error of its own that is a sentence, none of JavaScript's. */
function refused(error: unknown): void {
  if (!(error instanceof Error) || error.constructor !== Error) throw error;
  expect(error.message).toMatch(/^[A-Z"].{10,400}$/s);
}

const number = fc.oneof(fc.double().map(String), fc.integer({ min: -5, max: 200 }).map(String), fc.constantFrom("", " ", "0x10", "1e3", "1e999", "NaN", "Infinity", "-0", "true", "null", "1,2", "%", "%41", "٣", "constructor")); // prettier-ignore
const text = fc.oneof(number, fc.string({ unit: "binary", maxLength: 40 }));

test("a control takes from an address what it takes from a hand, else its default", () => {
  const range = fc
    .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })) // prettier-ignore
    .map(([min, span, at]): ControlSpec => ({ kind: "range", label: "x", min, max: min + span, step: 1, value: min + at * span })); // prettier-ignore
  const spec = fc.oneof(range, fc.constantFrom<ControlSpec>(...Object.values(SPECS)));
  fc.assert(
    fc.property(spec, fc.option(text), (one, given) => {
      const value = valueIn(one, given);
      if (one.kind === "range") expect(value >= one.min && value <= one.max).toBe(true);
      else expect(one.options.map(([known]) => known)).toContain(value);
    }),
    fuzzed(500),
  );
});

describe("a course behind the # of an address", () => {
  const point = fc.oneof(
    fc.tuple(number, number).map((p) => p.join(",")),
    text,
  );
  const course = fc.tuple(fc.constantFrom("1", "1", "1", "2", ""), fc.oneof(fc.constant("8"), number), fc.array(point, { maxLength: 45 })); // prettier-ignore
  const rising = fc
    .array(fc.tuple(fc.nat(160), fc.nat(200)), { minLength: 1, maxLength: MOST_POINTS })
    .map((all) => all.sort(([a], [b]) => a - b).map(([s, hz]) => `${(s * STEP.s).toFixed(2)},${hz * STEP.hz}`));

  test("is one that the page draws, or is refused in a sentence", () => {
    const any = fc.oneof(
      course.map(([v, s, points]) => [v, s, ...points].join(";")),
      rising.map((points) => ["1", "8", ...points].join(";")),
      fc.tuple(rising, fc.nat(400), text).map(([points, at, x]) => ["1;8", ...points].join(";").slice(0, at) + x),
      text,
    );
    let read = 0;
    fc.assert(
      fc.property(any, fc.boolean(), (given, escaped) => {
        try {
          const made = readCourse(escaped ? given.replaceAll(";", "%3B").replaceAll(",", "%2C") : given);
          expect(made.seconds >= LENGTHS[0] && made.seconds <= LENGTHS[1]).toBe(true);
          expect(made.points.length >= 1 && made.points.length <= MOST_POINTS).toBe(true);
          let last = 0;
          for (const [s, hz] of made.points) {
            expect(s >= last && s <= made.seconds && hz >= 0 && hz <= HIGHEST_HZ).toBe(true);
            last = s;
          }
          expect(courseText(readCourse(courseText(made)))).toBe(courseText(made));
          read++;
        } catch (error) {
          refused(error);
        }
      }),
      fuzzed(500),
    );
    expect(read).toBeGreaterThan(50);
  });
});

const saved: Saved = {
  texts: { A: presetText("squid"), B: "neuron:\n  name: b" },
  settings: { hold: -70, seed: 3, view: 1 },
  circuit: EXAMPLES[0]?.[2],
};

/** What a page takes over from a link or a file. */
function checkSaved({ texts, settings, circuit }: Saved): void {
  expect(typeof texts.A).toBe("string");
  for (const [key, value] of Object.entries(settings)) {
    const spec: ControlSpec = SPECS[key as keyof typeof SPECS];
    expect(valueIn(spec, String(value))).toBe(value);
  }
  if (circuit !== undefined) expect(() => checkCircuit(circuit, {}, LIMITS.adapter)).not.toThrow();
}

describe("a link of the Laboratory", () => {
  test("that is damaged opens as it was, or is refused in a sentence", async () => {
    const whole = await packed(saved);
    const sign = fc.constantFrom(..."AZaz09-_.%=+/ é");
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(5), fc.array(sign, { maxLength: 6 }), async (at, gone, put) => {
        const given = whole.slice(0, at) + put.join("") + whole.slice(at + gone);
        try {
          checkSaved(await unpacked(given));
        } catch (error) {
          refused(error);
        }
      }),
      fuzzed(300),
    );
  });

  test("whose content is something else is refused in a sentence, or its parts lie within limits", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), fc.boolean(), async (all, asFile) => {
        const other = damaged(structuredClone(saved), all);
        try {
          checkSaved(asFile ? readSaved(savedText(other)) : await unpacked(await packed(other)));
        } catch (error) {
          refused(error);
        }
      }),
      fuzzed(300),
    );
  });

  test.each([
    ["ten thousand brackets", `{"texts":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
    ["a list", "[1,2]"],
    ["a number", "7"],
    ["null", "null"],
    ["ten million spaces", `{"texts":{"A":"${" ".repeat(1e7)}"}}`],
    ["a prototype", '{"__proto__":{"texts":{"A":"x"}}}'],
  ])("of %s is refused in a sentence at once", async (_, content) => {
    const hash = await packedText(content);
    const began = performance.now();
    await unpacked(hash).then(() => expect.fail("it was taken"), refused);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test("of another page holds text that is JSON", async () => {
    const whole = await packedText('{"drives":[]}');
    expect(await unpackedText(whole, 400_000)).toBe('{"drives":[]}');
    await unpackedText(whole, 3).then(() => expect.fail("it was taken"), refused); // at most four bytes a character
  });
});

test(
  "a text of the Laboratory that is damaged is a cell, or a fault with a place and a remedy",
  () => {
    const texts = PRESETS.map(([name]) => presetText(name));
    const line = fc.oneof(tokens, text, fc.constantFrom("  - a", "a: &b [*b]", "? x", "%YAML 9", "  __proto__: {}", "constructor: 1", "cell:", "\t", "<<: *a")); // prettier-ignore
    const change = fc.record({ at: fc.nat(), how: fc.constantFrom("drop", "put", "swap", "value", "indent"), line, other: fc.nat() }); // prettier-ignore
    let cells = 0;
    fc.assert(
      fc.property(fc.nat(), fc.array(change, { minLength: 1, maxLength: 3 }), (k, all) => {
        const lines = (texts[k % texts.length] as string).split("\n");
        for (const { at, how, line: put, other } of all) {
          const [i, j] = [at % lines.length, other % lines.length];
          if (how === "drop") lines.splice(i, 1);
          if (how === "put") lines.splice(i, 0, put);
          if (how === "swap") [lines[i], lines[j]] = [lines[j] as string, lines[i] as string];
          if (how === "value") lines[i] = `${(lines[i] as string).split(":")[0]}: ${put}`;
          if (how === "indent") lines[i] = ` ${lines[i]}`;
        }
        const whole = lines.join("\n");
        const read = readText(whole);
        if (!isFault(read)) return void cells++;
        expect(read.problem, whole).not.toBe("");
        expect(read.remedy, `${read.problem}\n${whole}`).not.toBe(""); // without one it is JavaScript's own error
        expect(read.from >= 0 && read.to > read.from && read.line >= 1 && read.column >= 1).toBe(true);
      }),
      fuzzed(300),
    );
    expect(cells).toBeGreaterThan(10);
  },
  PATIENCE,
);

test.each([
  ["neuron:\n  name: n\n: 5\n", /"" is no part of a text/, 3],
  ["a: &b [*b]\nneuron:\n  name: n\n", /stands for another part of the text/, 1],
  ["neuron:\n  <<: *a\n", /stands for another|alias/i, 2],
] as const)("%j is refused at its place", (given, problem, line) => {
  const read = readText(given);
  expect(read).toMatchObject({ problem: expect.stringMatching(problem) as string, line });
  if (isFault(read)) expect(read.to).toBeGreaterThan(read.from);
});

test("a circuit that is damaged is told at its fields", () => {
  const bracket = {
    ...EXAMPLES[1]?.[2],
    populations: [{ name: "E[", of: "adex", n: 1, rate: 0, weight: 0 }],
  } as Circuit; // a name is no pattern
  expect(circuitFaultOf(new ModelError("population E", "x", "y"), bracket).path).toBe("populations.0.of");
  const one = fc.constantFrom(...EXAMPLES.map(([, , circuit]) => circuit));
  fc.assert(
    fc.property(one, fc.array(damage, { minLength: 1, maxLength: 3 }), (circuit, all) => {
      let read: Circuit | undefined;
      try {
        read = readSaved(savedText({ ...saved, circuit: damaged(structuredClone(circuit), all) })).circuit;
      } catch (error) {
        return refused(error);
      }
      if (read === undefined) return;
      for (const { path, problem, remedy } of checkCircuit(read, {}, LIMITS.software)) {
        expect(path).toMatch(/^(populations|projections)(\.\d+\.\w+)?$/);
        expect(problem.length).toBeLessThan(300);
        expect(remedy).not.toBe("");
      }
      expect(circuitFaultOf(new ModelError("E->I.excitatory", "x", "y"), read).path).toMatch(/^\w+\.\d+\.\w+$/);
    }),
    fuzzed(300),
  );
});
