import fc from "fast-check";
import { expect, test } from "vitest";
import { allToAll, drive, fixedProbability, gamma, poisson, uS } from "../../src/index.ts";
import { saidBy } from "../../src/clipped.ts";
import { DataError, didYouMean, HillockError, ModelError } from "../../src/errors.ts";
import { iaf_cond_exp } from "../../src/mechanisms/neurons/index.ts";
import { Network } from "../../src/network/network.ts";
import { simulate } from "../../src/run/simulate.ts";
import { columnPreset, CortexColumn } from "../../src/models/cortical-column/index.ts";
import { alphaMotorNeurons, recruitmentThresholds } from "../../src/models/motor-pool/index.ts";
import { Hz, ms } from "../../src/units.ts";

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

/** What cannot be made a text, would take long to print, or holds itself. */
const loop: Record<string, unknown> = { unit: "ms" };
loop["self"] = loop;
const ODD: readonly (readonly [string, unknown])[] = [
  ["an object without a prototype", Object.create(null)],
  ["a symbol", Symbol("x")],
  ["what holds itself", loop],
  ["a large number", { value: 5n, unit: "ms" }],
  ["two million numbers", { values: new Float64Array(2e6), unit: "ms" }],
];

test.each(ODD)("%s in place of a value is refused by name, at once", (_, odd) => {
  const made = (): any => {
    const net = new Network({ seed: 1 });
    const cells = net.cells("E", iaf_cond_exp({ n: 3 }));
    const sources = net.sources("S", 2, poisson({ rate: drive.constant(Hz(100)) }));
    return { net, cells, sources, in: cells.excitatory };
  };
  const all = allToAll();
  const calls: readonly (() => unknown)[] = [
    () => new Network({ seed: odd as number }),
    () => made().net.population(odd),
    () => ((x) => x.net.connect(x.sources, x.in, all, { weight: uS(1), delay: odd }))(made()),
    () => ((x) => x.net.connect(x.sources, x.in, all, { weight: odd, delay: ms(1) }))(made()),
    () => ((x) => x.net.connect(odd, x.in, all, { weight: uS(1), delay: ms(1) }))(made()),
    () => ((x) => x.net.connect({ name: odd }, x.in, all, { weight: uS(1), delay: ms(1) }))(made()),
    () => ((x) => x.net.clamp(x.cells, odd))(made()),
    () => ((x) => x.net.record(x.cells, "V", { every: odd }))(made()),
    () => ((x) => x.net.sources("T", 2, gamma({ order: 3, rate: odd as never })))(made()),
    () => ((x) => x.net.connect(x.sources, x.in, fixedProbability(odd as number), { weight: uS(1), delay: ms(1) }))(made()),
    () => drive.constant(odd as never),
    () => alphaMotorNeurons({ n: odd as number }),
    () => alphaMotorNeurons({ n: 2, model: odd as never }),
    () => alphaMotorNeurons({ thresholds: (typeof odd === "object" ? 5 : odd) as never }),
    () => recruitmentThresholds({ n: 3, range: 10, mode: odd as never }),
    () => new Network({ seed: 1, name: odd as string }),
    () => new CortexColumn((typeof odd === "object" ? 5 : odd) as never),
  ];
  for (const [k, call] of calls.entries()) {
    const began = process.cpuUsage();
    expect(call, `call ${k}`).toThrow(HillockError);
    expect(process.cpuUsage(began).user, `call ${k}`).toBeLessThan(1e6); // microseconds
  }
}); // prettier-ignore

test("what was thrown has a text, whatever it is", () => {
  expect(saidBy(new Error("mine"))).toBe("mine");
  expect(saidBy("a text")).toBe("a text");
  expect(saidBy(undefined)).toBe("undefined");
  expect(saidBy(Object.create(null))).toBe("an object that is no Error");
});
