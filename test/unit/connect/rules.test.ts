import { expect, test } from "vitest";
import {
  allToAll,
  checkRule,
  fixedNumberPerSource,
  fixedProbability,
  list,
  oneToOne,
  type Rule,
} from "../../../src/connect/rules.ts";

const sizes = { sources: 4, targets: 5, same: false };
const cases: [Rule, string][] = [
  [oneToOne(), "E -> I: one-to-one needs equal sizes, but there are 4 sources and 5 targets. Make the sizes equal or take another rule"],
  [fixedProbability(1.5), "E -> I: probability 1.5 is outside 0..1. Give a number from 0 to 1"],
  [fixedProbability(NaN), "E -> I: probability NaN is outside 0..1"],
  [fixedNumberPerSource(6), "E -> I: 6 different targets per source, but there are 5. Give at most 5"],
  [fixedNumberPerSource(2.5), "E -> I: 2.5 targets per source is not a whole number of 0 or more"],
  [fixedNumberPerSource({ fraction: -1 }), "E -> I: fraction -1 is outside 0..1"],
  [list([[0, 0], [4, 1]]), "E -> I, pair 1: [4,1] is not below [4, 5]. Give [source, target] indices, counted from 0"],
  [{ kind: "ring" } as unknown as Rule, 'E -> I: unknown rule {"kind":"ring"}. Known: oneToOne, allToAll'],
]; // prettier-ignore

test.each(cases)("%j is refused with its reason", (rule, message) => {
  expect(() => checkRule("E -> I", rule, sizes)).toThrow(message);
});

test("what fits is accepted", () => {
  const square = { sources: 4, targets: 4, same: true };
  for (const rule of [oneToOne({ probability: 0.5 }), allToAll(), fixedProbability(1), list([]), list([[3, 3]])]) {
    expect(() => checkRule("E -> I", rule, square)).not.toThrow();
  }
});

test("without autapses one target fewer is left", () => {
  const square = { sources: 4, targets: 4, same: true };
  expect(() => checkRule("E -> E", fixedNumberPerSource(4), square)).not.toThrow();
  expect(() => checkRule("E -> E", fixedNumberPerSource(4, { autapses: false }), square)).toThrow("but there are 3");
});
