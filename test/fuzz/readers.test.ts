import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDipole } from "../../src/models/cortical-column/dipole.ts";
import { readSpikeFile, spikeFileText } from "../../src/models/cortical-column/spike-file.ts";
import { motorNeuronConfig } from "../../src/models/motor-pool/config.ts";
import { parseThresholds } from "../../src/models/motor-pool/thresholds.ts";
import { fuzzed, result } from "./runs.ts";

const token = fc.oneof(
  fc.double({ min: -1e4, max: 1e4, noNaN: true }).map(String),
  fc.nat(500).map(String),
  fc.constantFrom(
    "",
    "#",
    "# x",
    "rt",
    "threshold",
    "nan",
    "NaN",
    "Infinity",
    "0x10",
    "1e3",
    "1e999",
    "--1",
    "1,5",
    "L2_basket",
    "\u0000",
    "\ufeff",
  ),
  fc.string({ maxLength: 5 }),
);
const table = fc.array(fc.array(token, { maxLength: 5 }), { maxLength: 8 });
const text = fc.oneof(
  fc
    .tuple(table, fc.constantFrom(" ", "\t", ",", ";"), fc.constantFrom("\n", "\r\n", "\r"))
    .map(([rows, by, end]) => rows.map((r) => r.join(by)).join(end)),
  fc.string({ unit: "binary", maxLength: 60 }),
);
const finite = (x: ArrayLike<number>): boolean => Array.from(x).every(Number.isFinite);

describe("text in: numbers that the text holds, or a typed error", () => {
  test("thresholds, dipoles and spike files", () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(finite(result(() => parseThresholds(given, "file")) ?? [])).toBe(true);
        const d = result(() => readDipole(given, "file"));
        expect(
          d === undefined ||
            (finite(d.tMs) && finite(d.agg) && (finite(d.L2) || [...d.L2, ...d.L5].every(Number.isNaN))),
        ).toBe(true);
        const spikes = result(() => readSpikeFile(given, "file", { a: { first: 0, n: 10 } })) ?? [];
        expect(spikes.every((s) => Number.isFinite(s.timeMs) && Number.isSafeInteger(s.gid) && s.type !== "")).toBe(
          true,
        );
      }),
      fuzzed(500),
    );
  });

  test("what is written is read", () => {
    const spike = fc.record({
      timeMs: fc.integer({ min: 0, max: 10 ** 6 }).map((k) => k / 1000),
      gid: fc.nat(10 ** 6),
      type: fc.constantFrom("L2_basket", "evdist1"),
    });
    fc.assert(
      fc.property(fc.array(spike, { maxLength: 20 }), (spikes) => {
        expect(readSpikeFile(spikeFileText(spikes), "file")).toEqual(spikes);
      }),
      fuzzed(100),
    );
  });

  const yaml = fc.oneof(
    text,
    fc.json({ maxDepth: 4 }),
    fc
      .tuple(
        fc.constantFrom("soma", "dend", "axon", "napp", "__proto__", "constructor"),
        fc.constantFrom("diam", "gnapbar", "velocity", "m", "__proto__"),
        fc.json({ maxDepth: 2 }),
      )
      .map(([a, b, v]) => `${a}: { ${b}: ${v} }`),
    fc.constantFrom(
      "&a [*a]",
      "a: &a { b: *a }",
      "soma: *none",
      "soma: &x { diam: *x }",
      "<<: &a {}",
      "!!binary x",
      "!!js/function x",
      "a: !x y",
      "? [a]\n: b",
      "---\na: 1\n---\nb: 2",
      "%YAML 9",
    ),
  );
  test("a configuration in YAML", () => {
    fc.assert(
      fc.property(yaml, (given) => {
        for (const model of ["NERLab", "Powers2017"] as const) {
          const config = result(() => motorNeuronConfig(model, given));
          if (config !== undefined) expect(finite([...config.axon.velocity, config.axon.length])).toBe(true);
        }
      }),
      fuzzed(400),
    );
  });

  test("a bomb of aliases and a nest of ten thousand brackets end at once", () => {
    const layers = Array.from(
      { length: 30 },
      (_, k) => `a${k + 1}: &a${k + 1} [${Array(9).fill(`*a${k}`).join(", ")}]`,
    );
    for (const bomb of [
      `a0: &a0 [x]\n${layers.join("\n")}`,
      "[".repeat(10_000),
      `soma: ${"{a: ".repeat(5000)}`,
      "- ".repeat(10_000),
    ]) {
      const began = performance.now();
      expect(() => motorNeuronConfig("NERLab", bomb)).toThrow(/NERLab configuration/);
      expect(performance.now() - began).toBeLessThan(2000);
    }
  });
});
