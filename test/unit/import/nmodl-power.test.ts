import { expect, test } from "vitest";
import { nmodl } from "../../../src/import/index.ts";
import { evaluate } from "../../../src/lang/evaluate.ts";
import { parse } from "../../../src/lang/parse.ts";
import type { Channel } from "../../../src/mechanisms/mechanism.ts";

/** The current at a voltage, of a power of (v + 40) mV over 10. */
function power(exponent: string, V: number, n: number): number {
  const text = `NEURON { SUFFIX p NONSPECIFIC_CURRENT i } PARAMETER { n = 2 } ASSIGNED { v (mV) i (mA/cm2) }
BREAKPOINT { i = ((v + 40)/10)^${exponent} + pow((v + 40)/10, ${exponent}) }`;
  const { let: lets = {}, currents } = nmodl(text).mechanism as Channel;
  const [{ i }] = Object.values(currents) as [{ i: string }];
  const known: Record<string, number> = { V, n };
  for (const [name, is] of Object.entries(lets)) known[name] = evaluate(parse(is), known);
  return evaluate(parse(i), known);
}

// C's pow: of a base below 0 it has a value where the exponent is whole, whatever the file's own is
test.each([
  ["n", 2, 8], ["n", 3, -16], ["n", 0, 2], ["n", -1, -1], ["(n + 1)", 2, -16], ["3", 2, -16],
])("of -2 by %s where n is %d: twice %d", (exponent, n, want) => expect(power(exponent, -60, n)).toBeCloseTo(want, 13)); // prettier-ignore

test.each([["n", 1.5], ["n", 0.5], ["(n/4)", 2], ["1.5", 2], ["-0.5", 2]])("of -2 by %s where n is %d there is none, and what it reaches ends the run", (exponent, n) => {
  expect(power(exponent, -60, n)).toBeGreaterThan(1e30);
  expect(power(exponent, -20, n)).toBeCloseTo(2 * 2 ** evaluate(parse(exponent), { n }), 13);
  if (!exponent.startsWith("-")) expect(power(exponent, -40, n)).toBe(0);
}); // prettier-ignore

test.each([
  ["((v + 50)/10)^1.5", true], ["((v + 50)/10)^n", false], ["((v + 50)/10)^(n/4)", true], ["q^1.5", false], ["low^1.5", true], ["m^1.5", false], ["ek^1.5", true], ["ki^1.5", false], ["exp(v)^1.5", false],
])("%s: what has no value is said where it may come up: %s", (text, isSaid) => {
  const { notes } = nmodl(`NEURON { SUFFIX p USEION k READ ek, ki NONSPECIFIC_CURRENT i } PARAMETER { n = 2 q = 3 low = -2 } STATE { m }
ASSIGNED { v (mV) i (mA/cm2) ek (mV) ki (mM) }
BREAKPOINT { i = 1/(1 + ${text}) }`, { file: "p.mod" });
  expect(notes.some((note) => note.startsWith("a power in p.mod:3 has no value where its base is below 0"))).toBe(isSaid);
}); // prettier-ignore
