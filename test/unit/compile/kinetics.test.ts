import { expect, test } from "vitest";
import { implicitStep } from "../../../src/compile/cells/kinetics.ts";
import { steadyState } from "../../../src/mechanisms/steady-state.ts";
import { evaluate } from "../../../src/lang/evaluate.ts";
import { name, num } from "../../../src/lang/expr.ts";

/** C <-> O <-> I with a way from C to I; rates chosen so that no loop is balanced. */
const RATES = [[0, 2, 0.3], [1, 0, 0.7], [0.05, 0.2, 0]]; // prettier-ignore
const DT = 0.1;

function step(old: readonly number[]): number[] {
  const states = ["C", "O", "I"];
  const rates = RATES.flatMap((row, from) =>
    row.flatMap((rate, to) => (rate > 0 ? [{ from, to, rate: num(rate) }] : [])),
  );
  const env: Record<string, number> = { C: old[0] as number, O: old[1] as number, I: old[2] as number, dt: DT };
  const after: Record<string, number> = {};
  for (const s of implicitStep({ states, rates, total: 1 }, name("dt"))) {
    if (s.op === "let") env[s.name] = evaluate(s.value, env);
    else after[s.name] = evaluate(s.value, env);
  }
  return states.map((s) => after[s] as number);
}

/** (1 - dt Q) x, whose value at the new states is the old ones. */
const back = (x: readonly number[]): number[] =>
  x.map((xi, i) => xi + DT * RATES.reduce((sum, row, j) => sum + xi * ((RATES[i] as number[])[j] as number) - (x[j] as number) * (row[i] as number), 0)); // prettier-ignore

test("a step solves the implicit system", () => {
  const old = [0.2, 0.5, 0.3];
  back(step(old)).forEach((x, i) => expect(x).toBeCloseTo(old[i] as number, 14));
});

test("the steady state is what a step leaves as it is", () => {
  const rest = steadyState(RATES, 1) as number[];
  expect(rest.reduce((a, b) => a + b)).toBeCloseTo(1, 15);
  step(rest).forEach((x, i) => expect(x).toBeCloseTo(rest[i] as number, 14));
});

test("states that nothing joins have none", () => {
  expect(steadyState([[0, 0], [0, 0]], 1)).toBeUndefined(); // prettier-ignore
});
