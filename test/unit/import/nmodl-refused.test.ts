import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/errors.ts";
import { nmodl, REFUSED } from "../../../src/import/index.ts";
import { leak } from "./leak.ts";

describe("what is refused, with line and column", () => {
  test.each([
    [leak({ blocks: "VERBATIM\n#define v 3\nENDVERBATIM" }), "leak.mod:14:1: has VERBATIM that changes"],
    [leak({ breakpoint: "VERBATIM\nif (g) do { g = 1; } while (g > 2);\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ breakpoint: "VERBATIM\nif (unknown > 1) g = 1;\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ breakpoint: "VERBATIM\nif (v > 1) g = 1; else\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ breakpoint: "VERBATIM\nif (v = 1) { g = 1; }\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ breakpoint: "VERBATIM\nint k = 3.5; g = k;\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ breakpoint: "VERBATIM\nint k; for (k = 0; k < v; k++) g += k;\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ breakpoint: "VERBATIM\nint k; for (k = 0; k < 4; k++) g += k/2;\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ breakpoint: "VERBATIM\nint k; for (k = 0; k < 4; k++) { k = 2; g += k; }\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ breakpoint: "VERBATIM\nif (v > 1) { g = 1;\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ breakpoint: "VERBATIM\ng = 1/2;\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ breakpoint: "VERBATIM\ng = calls;\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ breakpoint: "VERBATIM\ng = v^2;\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ breakpoint: "VERBATIM\ng = other(v);\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ neuron: "POINTER vgap", breakpoint: "g = vgap" }), "leak.mod:11:7: uses the POINTER vgap"],
    [leak({ breakpoint: "WHILE (g < 1) { g = g + 1 }" }), "leak.mod:7:13: computes g from itself"],
    [leak({ breakpoint: "g = erf(v)" }), "leak.mod:11:7: calls erf"],
    [leak({ breakpoint: "FROM i = 0 TO 1 {\nVERBATIM\nreturn 0;\nENDVERBATIM\n}" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ breakpoint: "g = f(v)", blocks: "FUNCTION f(x) {\nf = x\nVERBATIM\nreturn 0;\nENDVERBATIM\n}" }), "leak.mod:16:1: has VERBATIM"],
    [leak({ breakpoint: "SOLVE s METHOD cnexp", blocks: "STATE { m } DERIVATIVE s { if (v > 0) { m' = -m } }" }).replace("cnexp", "euler"), "leak.mod:14:41: has an equation of m in one branch of an IF alone"],
    [leak({ breakpoint: "SOLVE s METHOD sparse", blocks: "STATE { m } DERIVATIVE s { if (v > 0) { m' = -m } }" }), "leak.mod:14:41: has an equation of m within an IF over what changes"],
    [leak({ breakpoint: "g = gbar" }), 'leak.mod:11:7: uses "gbar", which nothing declares'],
    [leak({ breakpoint: "g = f(v)", blocks: "FUNCTION f(x) { f = f(x) }" }), "leak.mod:14:21: calls f from within itself"],
    [leak({ breakpoint: "g = (1 + " }), 'leak.mod:12:5: has "=" where ")" belongs'],
    [leak({ breakpoint: "SOLVE s METHOD runge", blocks: "STATE { m } DERIVATIVE s { m' = -m }" }), "solves by the method runge"],
    [leak({ breakpoint: "SOLVE s METHOD cnexp" }), "solves s, which no block is"],
    [leak({ blocks: "COMMENT never closed" }), "leak.mod:14:1: has a COMMENT without its ENDCOMMENT"],
    [leak({ blocks: "#include" }), 'leak.mod:14:1: has the character "#"'],
    [leak({ neuron: "USEION ca WRITE cao" }), "leak.mod:5:10: writes cao"],
    [leak({ neuron: "USEION k WRITE ek", breakpoint: "ek = -77" }), "leak.mod:5:10: writes ek"],
    ["UNITS { (mV) = (millivolt) }", "leak.mod:1:1: has no SUFFIX"],
    ["", "leak.mod:1:1: has no SUFFIX"],
    ["NEURON { ARTIFICIAL_CELL x }", "leak.mod:1:26: is an ARTIFICIAL_CELL"],
  ])("%#", (text, message) => {
    expect(() => nmodl(text, { file: "leak.mod" })).toThrow(DataError);
    expect(() => nmodl(text, { file: "leak.mod" })).toThrow(message);
  }); // prettier-ignore

  test.each([
    ["BEFORE BREAKPOINT { g = v }", "leak.mod:14:1: computes g from the voltage in BEFORE BREAKPOINT"],
    ["STATE { m } BEFORE BREAKPOINT { m = 1 }", "leak.mod:14:13: sets the state m in BEFORE BREAKPOINT"],
    ["BEFORE LUNCH { g = 1 }", "leak.mod:14:1: has BEFORE LUNCH, which no block is"],
  ])("%s", (blocks, message) => expect(() => nmodl(leak({ blocks }), { file: "leak.mod" })).toThrow(message));

  test.each([
    ["INITIAL { net_send(1, 2) } NET_RECEIVE(w) { g = g + w }", "p.mod:3:11: sends an event that no connection brings"],
    ["NET_RECEIVE(w) { INITIAL { w = 2 } net_send(1, 2) g = g + w }", "p.mod:3:1: changes its weight w in INITIAL"],
    [
      "INITIAL { net_send(1, 2) } NET_RECEIVE(w) { if (flag == 2) { w = 2 } else { g = g + w } }",
      "p.mod:3:11: sends an event that no connection brings, which changes the weight of one",
    ],
    ["NET_RECEIVE(w) { net_send(1, g) }", "p.mod:3:18: sends itself a flag that is neither"],
    [
      "NET_RECEIVE(w, n) { n = n + 1 net_send(1, n) g = g + w }",
      "p.mod:3:31: sends itself events whose flag counts them and of which others than the last act",
    ],
    ["NET_RECEIVE(w) { net_send(1, 2) net_shift(t) }", "p.mod:3:33: calls net_shift"],
    ["NET_RECEIVE(w) { WATCH (v) 2 }", "p.mod:3:18: WATCHes what is no comparison"],
  ])("self events: %s", (blocks, message) => {
    const text = `NEURON { POINT_PROCESS p NONSPECIFIC_CURRENT i } ASSIGNED { v (mV) i (nA) } STATE { g (uS) }
BREAKPOINT { SOLVE s METHOD cnexp i = g*v } DERIVATIVE s { g' = -g/5 }\n${blocks}`;
    expect(() => nmodl(text, { file: "p.mod" })).toThrow(message);
  });

  test("what BREAKPOINT kept from its last time, which NEURON's two runs in a step change", () => {
    const text = leak({ assigned: "on", breakpoint: "if (on == 0) { e = v on = 1 }", blocks: "INITIAL { on = 0 }" });
    expect(() => nmodl(text, { file: "leak.mod" })).toThrow("reads on in BREAKPOINT before it is set there, from the last time"); // prettier-ignore
  });

  test("a parameter that is fixed rules out what it stands before", () => {
    const text = leak({ blocks: "PARAMETER { exactly = 0 }\nFUNCTION draw() {\nVERBATIM\nreturn rand();\nENDVERBATIM\n}", breakpoint: "if (exactly) { g = 2*g0 } else { g = draw() }", assigned: "g0" }); // prettier-ignore
    const of = (fixed: Record<string, number>) => nmodl(text.replace("ASSIGNED", "PARAMETER { g0 = 1e-3 } ASSIGNED"), { file: "leak.mod", fixed }); // prettier-ignore
    expect(() => of({})).toThrow("or let the option fixed rule it out");
    const { mechanism, notes } = of({ exactly: 1 });
    expect(mechanism.params).not.toHaveProperty("exactly");
    expect(notes).toContain("exactly is fixed at 1");
    expect(() => of({ exact: 1 })).toThrow("leak.mod: has no PARAMETER exact that could be fixed. Did you mean");
    expect(() => of({ exactly: NaN })).toThrow("fixes exactly at what is no finite number");
  });

  test("net_event and VERBATIM that prints are read over", () => {
    const text = `NEURON { POINT_PROCESS p NONSPECIFIC_CURRENT i } ASSIGNED { v i } STATE { g } BREAKPOINT {
VERBATIM
fprintf(stderr, "%g (%d)\\n", v, 2);
ENDVERBATIM
i = g*v } NET_RECEIVE(w) { g = g + w net_event(t) }`;
    const { notes } = nmodl(text, { file: "p.mod" });
    expect(notes).toContain("net_event in p.mod:5 is read over: connections begin at cells, not at receptors");
  });

  test("a sum that INITIAL does not start at, where a current reads the state that CONSERVE takes the equation of", () => {
    const text = (of: string): string => leak({ breakpoint: `SOLVE k METHOD sparse\ng = ${of}`, blocks: "STATE { a b } KINETIC k { ~ a <-> b (a, 1) CONSERVE a + b = 2 }" }); // prettier-ignore
    expect(() => nmodl(text("b"), { file: "leak.mod" })).toThrow(
      "leak.mod:15:44: conserves what INITIAL starts at 0 of 2",
    );
    const { mechanism, notes } = nmodl(text("a"), { file: "leak.mod" });
    expect(mechanism.states).toMatchObject({ a: { init: "0" }, b: { init: "2" } });
    expect(notes).toContain("b starts with what the CONSERVE in leak.mod:15 lacks of its sum, as NEURON has it from the first step on"); // prettier-ignore
  });

  test("diffusion along the cable is refused for what it is", () => {
    const text = leak({ breakpoint: "SOLVE k METHOD sparse", blocks: "STATE { a } KINETIC k { COMPARTMENT 2 { a }\nLONGITUDINAL_DIFFUSION 3 { a }\n~ a << (1) }" }); // prettier-ignore
    expect(() => nmodl(text, { file: "leak.mod" })).toThrow("leak.mod:15:1: has LONGITUDINAL_DIFFUSION");
    expect(nmodl(text, { longitudinalDiffusion: "none" }).mechanism.kind).toBe("channel");
  });

  test("an adaptive method over what it cannot solve exactly", () => {
    const text = leak({ breakpoint: "SOLVE s", blocks: "STATE { m } DERIVATIVE s { m' = -m*m }" });
    expect(() => nmodl(text, { file: "leak.mod" })).toThrow("leak.mod:14:28: solves m by adrunge");
  });

  test("the list is data", () => expect(REFUSED.nmodl.every(({ what, why }) => what !== "" && why !== "")).toBe(true));
});

describe("bombs end in an error", () => {
  test.each([
    ["brackets", leak({ breakpoint: `g = ${"(".repeat(1e6)}1${")".repeat(1e6)}` })],
    ["a deep row of brackets", leak({ breakpoint: `g = ${"(".repeat(1e5)}` })],
    ["signs", leak({ breakpoint: `g = ${"-".repeat(1e5)}1` })],
    ["blocks", leak({ breakpoint: "if (g > 0) {".repeat(50_000) })],
    ["else if", leak({ breakpoint: `if (g > 0) { }${" else if (g > 0) { }".repeat(50_000)}` })],
    ["a long loop", leak({ breakpoint: "FROM k = 0 TO 1000000000 { g = g + k }" })],
    ["loops in loops", leak({ breakpoint: `${"FROM k = 0 TO 999 { ".repeat(6)}g = g + 1${" }".repeat(6)}` })],
    ["functions that double", leak({ breakpoint: "g = f20(v)", blocks: Array.from({ length: 20 }, (_, k) => `FUNCTION f${k + 1}(x) { f${k + 1} = f${k}(x) + f${k}(x + 1) }`).join("\n") + "\nFUNCTION f0(x) { f0 = exp(x*x) }" })],
    ["squares", leak({ breakpoint: "g = v\n" + "g = g*g + exp(g)\n".repeat(200) })],
    ["a file of a megabyte and more", leak({ blocks: ": ".padEnd(1_100_000, "x") })],
  ])("%s", (_, text) => {
    const began = performance.now();
    expect(() => nmodl(text)).toThrow(DataError);
    expect(performance.now() - began).toBeLessThan(20_000);
  }); // prettier-ignore
});

test("a concentration that a point process writes is refused, not ignored", () => {
  const text = `NEURON { POINT_PROCESS spot USEION ca WRITE cai NONSPECIFIC_CURRENT i }
ASSIGNED { v (mV) cai (mM) i (nA) }
BREAKPOINT { cai = 1e-4 i = 0 }`;
  expect(() => nmodl(text)).toThrow("NMODL:1:36: writes a concentration of ca from a point process");
});

test("a system of more states than a step solves is refused", () => {
  const text = `NEURON { SUFFIX many USEION ca WRITE cai }
DEFINE N 41
STATE { c[N] (mM) }
ASSIGNED { cai (mM) }
BREAKPOINT { SOLVE flow METHOD sparse }
KINETIC flow { FROM k = 0 TO N - 2 { ~ c[k] <-> c[k+1] (0.1, 0.2) }
 ~ c[0] << (0.1)
 cai = c[0] }`;
  expect(() => nmodl(text)).toThrow("couples 41 states in one implicit step");
});
