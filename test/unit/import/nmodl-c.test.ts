import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/errors.ts";
import { nmodl } from "../../../src/import/index.ts";
import { evaluate } from "../../../src/lang/evaluate.ts";
import { parse } from "../../../src/lang/parse.ts";

/** A channel whose conductance h is what C gives it, with a = V an argument and b a LOCAL of 3. */
const file = (c: string, more: { derivative?: string; between?: string } = {}): string => `
NEURON { SUFFIX inc NONSPECIFIC_CURRENT i RANGE h, x, y }
DEFINE N 4
ASSIGNED { v (mV) i (mA/cm2) h x y }
STATE { m }
INITIAL { m = 0 }
BREAKPOINT { SOLVE s METHOD cnexp work(v) i = h*v }
DERIVATIVE s { ${more.derivative ?? ""} m' = -m }
PROCEDURE work(a) { LOCAL b b = 3 x = 2 h = 0
VERBATIM
${c}
ENDVERBATIM
${more.between ?? ""} }`;

/** h at V = 2 mV. */
function given(text: string): number {
  const { mechanism } = nmodl(text, { file: "inc.mod" });
  if (mechanism.kind !== "channel") throw new Error(mechanism.kind);
  const values: Record<string, number> = { V: 2, v: 2 };
  for (const [name, value] of Object.entries(mechanism.let ?? {})) values[name] = evaluate(parse(value), values);
  const [current] = Object.values(mechanism.currents);
  if (current === undefined) throw new Error("no current");
  const of = (expr: string): number => evaluate(parse(expr), values);
  return "i" in current ? of(current.i) / 2 : (of(current.g) * (2 - of(current.E))) / 2;
}

test.each([
  ["double b = 7; h = _la*10 + _lb + b;", 30],
  ["double a = _la; h = a + 1;", 3],
  ["if (v > -1000) { double x = 5; h = x; } h = h + x;", 7],
  ["double s = 1; { double s = 10; s += 1; h = s*v; } h = h + s;", 23],
  ["double work = 4; h = work*_la;", 8],
  ["int k; for (k = 0; k < 3; k++) h += k; for (k = 0; k < N; k++) h += k*v;", 15],
  ["int x; for (x = 0; x < 3; x++) h += x*v;", 6],
  ["for (int k = 0; k < 2; k++) for (int k = 1; k <= 2; k++) h += k*v;", 12],
  ["h = (double)1/2*v;", 1],
  ["if ((v > 0) == (_la > 1)) h = 4*v;", 8],
])("what C declares is its own: %s", (c, value) => {
  expect(given(file(c))).toBe(value);
});

test("the file's variable keeps its value beside a C variable of its name", () => {
  expect(given(file("if (v > -1000) { double x = 5; h = x; }", { between: "h = h*10 + x + b" }))).toBe(55);
});

test.each([
  ["int x; x = _la*0.1; h = x;", "reads x, an int, outside of a loop"],
  ["int k; for (k = 0; k < 3; k++) h += k; h = k;", "reads k, an int, outside of a loop that counts by it"],
  ["double k; for (k = 0; k < 3; k++) h += k;", "counts by k, which is declared double"],
  ["for (x = 0; x < 3; x++) h += x;", "counts by x, which is no int of the C"],
  ["int k; for (k = 0; k < 3; k++) for (k = 0; k < 3; k++) h += k;", "in a loop that counts by k"],
  ["h = a;", "has a, which the block has as a LOCAL or an argument, _la in C"],
  ["double b; double b;", "declares b twice"],
  ["h = 1/-2;", "divides a whole number by another, in 1/-2"],
  ["h = N/-2;", "divides a whole number by another"],
  ["int k; for (k = 0; k < 3; k++) h += k/-(2);", "divides a whole number by another"],
  ["if ((v > 0)/(_la > 0)) h = 1;", "divides a whole number by another"],
  ["if (!v/2) h = 1;", "divides a whole number by another"],
  ["h = 010;", "has 010: a number that begins with 0"],
  ["int k; for (k = 0; k < 010; k++) h += k;", "has a loop from or to 010"],
  ["h = 1.0f*_la;", "has the number 1.0f"],
  ["h = 3u/2;", "has the number 3u"],
  ["h = 1L/2;", "has the number 1L"],
  ["h = 0x10;", "has the number 0x10"],
  ["h = 1., 2.;", "has a comma between values"],
  ["if (v == _la > 1) h = 1;", "has == beside <"],
  ["Dm = 1.;", "sets Dm, the derivative of the state m"],
  ["m0 = 1.;", "sets m0, where the state m starts"],
])("refused at the line of its VERBATIM, with the reason: %s", (c, why) => {
  expect(() => nmodl(file(c), { file: "inc.mod" })).toThrow(DataError);
  expect(() => nmodl(file(c), { file: "inc.mod" })).toThrow("inc.mod:10:1: has VERBATIM, which is refused: it is C, not NMODL, and "); // prettier-ignore
  expect(() => nmodl(file(c), { file: "inc.mod" })).toThrow(why);
});

test("a derivative that C sets in DERIVATIVE is refused", () => {
  const text = file("h = 1;", { derivative: "VERBATIM\nDm = 1.;\nENDVERBATIM\n" });
  expect(() => nmodl(text, { file: "inc.mod" })).toThrow("inc.mod:8:16: has VERBATIM, which is refused: it is C, not NMODL, and sets Dm"); // prettier-ignore
});

describe("loops of many rounds", () => {
  test.each([
    ["int k; for (k = 0; k < 2000; k++) h += 1./(k + 1 + exp(_la));", "", "inc.mod:10:1: comes to 1001 operations"],
    ["h = 0;", "FROM k = 1 TO 5000 { h = h + 1/(k + exp(a)) }", "inc.mod:13:22: comes to 1001 operations"],
    [
      "h = 0;",
      "FROM k = 1 TO 1000 { h = exp(h*0.5 + a)*2 }",
      "operations in one another, where at most 1000 are taken",
    ],
    [
      "h = 0;",
      "FROM k = 1 TO 5000 { if (a > k) { h = k } }",
      "operations in one another, where at most 1000 are taken",
    ],
  ])("%s %s", (c, between, message) => {
    expect(() => nmodl(file(c, { between }), { file: "inc.mod" })).toThrow(DataError);
    expect(() => nmodl(file(c, { between }), { file: "inc.mod" })).toThrow(message);
  });

  test("five hundred of them are taken", () => {
    const sum = Array.from({ length: 500 }, (_, k) => 1 / (k + 1 + Math.exp(2))).reduce((a, b) => a + b, 0);
    expect(given(file("int k; for (k = 0; k < 500; k++) h += 1./(k + 1 + exp(_la));"))).toBeCloseTo(sum, 12);
  });
});
