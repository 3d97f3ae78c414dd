import fc from "fast-check";
import { expect, test } from "vitest";
import { DataError, didYouMean, ModelError } from "../../src/errors.ts";
import { Network } from "../../src/network/network.ts";
import { simulate } from "../../src/run/simulate.ts";
import { columnPreset } from "../../src/models/cortical-column/index.ts";
import { alphaMotorNeurons, recruitmentThresholds } from "../../src/models/motor-pool/index.ts";
import { ms } from "../../src/units.ts";

/** Words that every object answers to. */
const WORDS = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];

// A letter that no message of hillock's own has, so that what shows of the input can be counted.
const input = fc.string({ unit: fc.constantFrom("Ж", "Ж", "Ж", "-", "."), minLength: 150, maxLength: 5000 });
const shownOf = (message: string): number => [...message].filter((c) => c === "Ж").length;

test("no message shows more than 200 characters of what a user gave, wherever it stands", () => {
  fc.assert(
    fc.property(input, fc.constantFrom('"', "'", ""), (x, mark) => {
      const quoted = `${mark}${x}${mark}`;
      const error = new DataError(`the file ${quoted}`, `is ${quoted}`, `Give another than ${quoted}`);
      expect(shownOf(error.message)).toBeLessThanOrEqual(200);
      expect(error.message).toMatch(/^the file .*: is .*\. Give another than /);
    }),
    { numRuns: 300, seed: 20261128 },
  );
});

test("a name between spaces is bounded too, and a list of names says how many there are", () => {
  const words = "ЖЖЖ ".repeat(1000);
  expect(shownOf(new ModelError(words, "is missing", "Give it").message)).toBeLessThanOrEqual(200);
  const many = Array.from({ length: 100_000 }, (_, k) => `p${k}`);
  const remedy = new ModelError("x", "is unknown", didYouMean("nothing like it", many)).remedy;
  expect(remedy.length).toBeLessThan(1300);
  expect(remedy).toContain("and 99900 more");
  const began = process.cpuUsage();
  expect(didYouMean("q".repeat(1e6), many.slice(0, 50))).toMatch(/^Known: p0, /);
  expect(process.cpuUsage(began).user).toBeLessThan(1e6); // microseconds
});

test("what is short stays as it is, and a long path keeps its end", () => {
  const error = new ModelError('population "aMN"', 'there is no "somma"', 'Did you mean "soma"? Known: soma, dend');
  expect(error.message).toBe('population "aMN": there is no "somma". Did you mean "soma"? Known: soma, dend');
  const path = `/home/${"a-long-folder/".repeat(20)}run.json`;
  expect(new DataError(path, "cannot be read", "Check it").where).toMatch(/^\/home\/.*\.\.\..*\/run\.json$/);
});

test("simulate without a network, without options or with an engine that is none is refused by name", async () => {
  const net = new Network({ seed: 1 });
  const options = { dt: ms(0.025) };
  for (const nothing of [null, undefined, 7, "network"])
    await expect(simulate(nothing as never, options)).rejects.toThrow(/^simulate: has .* for a network/);
  await expect(simulate({} as never, options)).rejects.toThrow(ModelError);
  for (const nothing of [null, undefined])
    await expect(simulate(net, nothing as never)).rejects.toThrow(/^simulate: has .* for options/);
  await expect(simulate(net, {} as never)).rejects.toThrow(ModelError);
  for (const engine of [...WORDS, "refrence"])
    await expect(simulate(net, { ...options, engine: engine as never })).rejects.toThrow(/^engine: is "/);
  for (const device of [{}, { device: {} }, null, "gpu"])
    // what openDevice() gives holds the device, and is none
    await expect(simulate(net, { ...options, device: device as never })).rejects.toThrow(
      /^device: is .*Give the GPUDevice/,
    );
});

test.each(WORDS)("the word %s is no preset, law, model, parameter or configuration", (word) => {
  const n = 3;
  expect(() => columnPreset(word)).toThrow(ModelError);
  expect(() => recruitmentThresholds({ n, range: 10, mode: word as never })).toThrow(ModelError);
  expect(() => alphaMotorNeurons({ n, model: word as never })).toThrow(ModelError);
  const own = JSON.parse(`{ "${word}": 1 }`) as Record<string, number>;
  expect(() => alphaMotorNeurons({ n, parameters: own })).toThrow(ModelError);
  expect(() => alphaMotorNeurons({ n, config: `${word}: {}` })).toThrow(DataError);
  expect(() => new Network({ seed: 1 }).population(word)).toThrow(ModelError);
  expect(() => new Network({ seed: 1 }).vary(word, [1, 2])).toThrow(ModelError);
});
