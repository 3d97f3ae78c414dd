import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/errors.ts";
import { mechanismSource, nmodl } from "../../../src/import/index.ts";
import { leak } from "./leak.ts";

test("a leak reads as one would write it", () => {
  const { mechanism, reads } = nmodl(leak(), { file: "leak.mod" });
  expect(mechanismSource(mechanism)).toBe(`import { mV, S_per_cm2 } from "hillock";
import { channel, param } from "hillock/mechanisms";

export default channel({
  name: "leak",
  doc: \`leak.
Translated from NMODL, leak.mod.\`,
  params: {
    g: param(S_per_cm2(0.001), "g"),
    e: param(mV(-65), "where it drives the cell"),
  },
  states: {},
  currents: { leak: { g: "g", E: "e" } },
});
`);
  expect(reads).toEqual([]);
});

describe("INCLUDE", () => {
  const text = leak({ blocks: 'INCLUDE "a.inc"', breakpoint: "g = f(v)" });
  const of = (files: Readonly<Record<string, string>>) => (): unknown =>
    nmodl(text, { file: "leak.mod", include: (name) => (Object.hasOwn(files, name) ? files[name] : undefined) });

  test("the other file's words stand in its place", () => {
    const inc = `INCLUDE "b.inc"\nFUNCTION f(x) { f = half(x) }`;
    const found = nmodl(text, { include: (name) => ({ "a.inc": inc, "b.inc": "FUNCTION half(x) { half = 0.5*x }" })[name] });
    expect(found.mechanism).toMatchObject({ currents: { leak: { g: "0.5 * V", E: "e" } } });
  }); // prettier-ignore

  test.each([
    [of({ "a.inc": "FUNCTION f(x) {\n f = 1 + + }" }), "a.inc:2:12: has \"}\" where a value belongs"],
    [of({}), "leak.mod:14:1: includes a.inc, which is not found"],
    [of({ "a.inc": '\nINCLUDE "a.inc"' }), "a.inc:2:1: includes a.inc from within itself"],
    [of({ "a.inc": "COMMENT" }), "a.inc:1:1: has a COMMENT without its ENDCOMMENT"],
    [of({ "a.inc": "x".repeat(1e6) }), "leak.mod:14:1: comes to more than 1000000 characters"],
    [() => nmodl(text, { file: "leak.mod" }), "leak.mod:14:1: includes a.inc, which is not here"],
    [() => nmodl("INCLUDE a.inc", { file: "leak.mod" }), "leak.mod:1:1: has an INCLUDE without a file"],
  ])("%#", (read, message) => {
    expect(read).toThrow(DataError);
    expect(read).toThrow(message);
  }); // prettier-ignore

  test("errors behind it are in the file's own lines", () => {
    const broken = `${text}\nFUNCTION q() { q = }`;
    const include = (): string => "FUNCTION f(x) { f = 1 }\n\n\n";
    expect(() => nmodl(broken, { file: "leak.mod", include })).toThrow("leak.mod:15:20: has");
  });
});

test("a draw in BREAKPOINT that nothing depends on is no reason to refuse", () => {
  const text = leak({ breakpoint: "x = normrand(0, 1)\nif (e > 0) { x = 2 }", assigned: "x" });
  expect(nmodl(text, { file: "leak.mod" }).mechanism).toEqual(nmodl(leak(), { file: "leak.mod" }).mechanism);
});

test("an equation for each branch of an IF reads as a choice", () => {
  const blocks =
    "STATE { m h } DERIVATIVE s { if (v > 0) { m' = (1 - m)/2 } else { m' = -m/8 } if (v > -20) { h' = 3 } }";
  const { mechanism } = nmodl(leak({ breakpoint: "SOLVE s METHOD cnexp\ng = m*h", blocks }));
  expect(mechanism.states).toEqual({
    m: { inf: "select(V > 0, 1, 0)", tau: "select(V > 0, 2, 8)", init: "0" },
    h: { next: "select(V > -20, h + dt * 3, h)", init: "0" },
  });
});

test("|| and && of what is fixed decide by themselves", () => {
  const text = leak({ blocks: "PARAMETER { exactly = 0 dt (ms) }\nFUNCTION draw() {\nVERBATIM\nreturn rand();\nENDVERBATIM\n}", breakpoint: "if (exactly || dt > 1) { g = 1e-3 } else { g = draw() }" }); // prettier-ignore
  expect(() => nmodl(text)).toThrow("has VERBATIM");
  expect(nmodl(text, { fixed: { exactly: 1 } }).mechanism.kind).toBe("channel");
});

test("a computed index of a long array is refused", () => {
  const text = (n: number): string => leak({ assigned: `x[${n}]`, breakpoint: "g = x[floor(v)]" });
  expect(() => nmodl(text(40), { file: "leak.mod" })).toThrow("leak.mod:11:7: picks an element of x while it runs");
});

test("names that a cell gives are not taken by a mechanism's own", () => {
  const text = leak({ blocks: "PARAMETER { ki = 2 w = 3 }", breakpoint: "g = ki*w" });
  const { mechanism, notes } = nmodl(text);
  expect(Object.keys(mechanism.params)).toEqual(["e", "ki_own", "w_2"]);
  expect(notes).toContain("ki is ki_own: a cell gives a ki of its own");
});

describe("parameters that rule out what is refused are fixed at the file's values, and a note says it", () => {
  const inC = "FUNCTION drawn() {\nVERBATIM\nreturn odd();\nENDVERBATIM\n}";
  test.each([
    ["C", { breakpoint: "if (exact == 0) { g = drawn() }", blocks: inC }],
    ["C in the other branch", { breakpoint: "if (exact) { g = g0 } else { g = drawn() }", blocks: inC }],
    ["beside what changes", { breakpoint: "if (exact == 0 && v > 3) { g = drawn() }", blocks: inC }],
    ["an element of a long array", { breakpoint: "x = ring[fmod(v, 50)]\nif (!exact) { g = x }", assigned: "x ring[50]" }],
  ])("%s", (_, parts) => {
    const text = leak(parts).replace("ASSIGNED", "PARAMETER { exact = 1 g0 = 1e-3 } ASSIGNED");
    const { mechanism, notes } = nmodl(text, { file: "leak.mod" });
    expect(notes).toContain("exact is fixed at 1");
    expect(mechanism.params).not.toHaveProperty("exact");
    expect(() => nmodl(text, { file: "leak.mod", fixed: { exact: 0 } })).toThrow(DataError);
    expect(() => nmodl(text.replace("exact = 1", "exact = 0"), { file: "leak.mod" })).toThrow(DataError);
  }); // prettier-ignore

  test("a parameter that the file sets does not rule anything out", () => {
    const text = leak({ breakpoint: "if (exact == 0) { g = drawn() }", blocks: `INITIAL { exact = 0 }\n${inC}` });
    expect(() => nmodl(text.replace("ASSIGNED", "PARAMETER { exact = 1 } ASSIGNED"))).toThrow("has VERBATIM");
  });
});

test.each([
  ["fixed", null], ["functionTables", null], ["verbatim", null], ["pointers", 3], ["fixed", []],
])("the option %s: %j is refused by name", (option, given) => {
  const read = (): unknown => nmodl(leak(), { file: "leak.mod", [option]: given });
  expect(read).toThrow(DataError);
  expect(read).toThrow(`leak.mod, ${option}: is`);
}); // prettier-ignore

test("a table that is none is refused by name", () => {
  const text = leak({ blocks: "FUNCTION_TABLE tab(v (mV))", breakpoint: "g = tab(v)" });
  const read = (): unknown => nmodl(text, { file: "leak.mod", functionTables: { tab: null as never } });
  expect(read).toThrow(DataError);
  expect(read).toThrow("leak.mod, functionTables.tab: is null");
});

test("what INITIAL of NET_RECEIVE sets and no event changes is the connection's", () => {
  const text = `NEURON { POINT_PROCESS p NONSPECIFIC_CURRENT i } PARAMETER { u = 0.25 } ASSIGNED { v (mV) i (nA) } STATE { g (uS) }
BREAKPOINT { SOLVE s METHOD cnexp i = g*v } DERIVATIVE s { g' = -g/5 }
NET_RECEIVE(w, x, y) { INITIAL { x = 0.3 + u } g = g + w*x*y }`;
  const { plasticity } = nmodl(text, { file: "p.mod" });
  expect(plasticity?.mechanism.states["x"]).toEqual({ init: "0.3 + u" });
  expect(plasticity?.mechanism.params["y"]?.default).toEqual({ value: 0, unit: "1" });
  expect(plasticity?.mechanism.onPre).toMatchObject({ release: "x * y" });
});

test("a parameter that an event sets starts at its value, and is a state", () => {
  const text = `NEURON { POINT_PROCESS p NONSPECIFIC_CURRENT i } PARAMETER { first = 1 gain = 2 } ASSIGNED { v (mV) i (nA) } STATE { g (uS) }
BREAKPOINT { SOLVE s METHOD cnexp i = g*v } DERIVATIVE s { g' = -g/5 }
NET_RECEIVE(w) { if (first) { g = g + w first = 0 } else { g = g + gain*w } }`;
  const { mechanism, notes } = nmodl(text, { file: "p.mod" });
  expect(mechanism.params).toHaveProperty("gain");
  expect(mechanism.states).toMatchObject({ first: { init: "1" } });
  expect(notes).toContain("first starts at 1, and is no parameter here: events set it");
});
