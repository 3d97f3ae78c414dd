import { describe, expect, test } from "vitest";
import { compileTraining } from "../../../src/compile/trained/check.ts";
import { learns, type CompiledTraining } from "../../../src/compile/trained/training.ts";
import { checkSpan } from "../../../src/host/training.ts";
import { ModelError } from "../../../src/errors.ts";
import { smallTraining } from "./small.ts";

const small = smallTraining();
const entry = small.entries[0]!;
const changed = (change: Partial<typeof entry>): CompiledTraining => ({ ...small, entries: [{ ...entry, ...change }] });

describe("bad input fails before an engine is made", () => {
  test.each<[string, CompiledTraining, RegExp]>([
    ["no network", { ...small, entries: [] }, /entries: is a list of 0. Give a list of 1 or more/],
    ["no neuron", { ...small, n: 0 }, /n: is 0. Give a whole number from 1/],
    ["step too long", { ...small, rules: { ...small.rules, h: 6 } }, /h: times b/],
    ["alpha of 0", { ...small, rules: { ...small.rules, alpha: 0 } }, /alpha: is 0/],
    ["too many QIF", changed({ nqif: 25 }), /25 QIF neurons of 24/],
    ["no reset", changed({ reset: NaN }), /without threshold or reset/],
    ["a start that is no number", changed({ x0: entry.x0.map(() => NaN) }), /x0\[0\]: is NaN. Give a finite number/],
    ["a short target", changed({ target: entry.target.subarray(1) }), /target: has 719 values. Give 720/],
    ["a column that does not exist", changed({ colIdx: entry.colIdx.map(() => 24) }), /column 24/],
    ["rows that do not end", changed({ w: entry.w.subarray(1) }), /Match them/],
    ["P of another size", changed({ P: [new Float64Array(1)] }), /P: neuron 0 has 1 values/],
  ])("%s", (_, training, message) => {
    expect(() => compileTraining(training)).toThrow(ModelError);
    expect(() => compileTraining(training)).toThrow(message);
  });
});

test("learning is due in loops 1 to nloop_train, after the step that follows the stimulus", () => {
  const due = Array.from({ length: 90 }, (_, step) => step).filter((step) => learns(small.schedule, step));
  expect(due[0]).toBe(30 + 7);
  expect(due).toHaveLength(2 * (30 - 7));
  expect(due.at(-1)).toBe(89);
});

test("a span may not leave its loop", () => {
  expect(() => checkSpan(small.schedule, 25, 5)).not.toThrow();
  expect(() => checkSpan(small.schedule, 25, 6)).toThrow(/6 steps from step 25/);
  expect(() => checkSpan(small.schedule, 90, 1)).toThrow(ModelError);
});
