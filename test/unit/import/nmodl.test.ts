import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/errors.ts";
import type { Channel } from "../../../src/mechanisms/mechanism.ts";
import { leak } from "./leak.ts";
import { gatherSource, isGather, mechanismSource, nmodl, nmodlGather, REFUSED } from "../../../src/import/index.ts";

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

test("a POINTER that nothing uses is read over, and said", () => {
  const { notes } = nmodl(leak({ neuron: "POINTER rng" }), { file: "leak.mod" });
  expect(notes).toEqual(["the POINTER rng in leak.mod:5 is read over: no state and no current depends on it"]);
});

test("a POINTER that no state and no current depends on: what is set by it is left out, and said", () => {
  const text = leak({ neuron: "POINTER along, sum", assigned: "along sum flux", blocks: "AFTER SOLVE { flux = along - v sum = sum + flux }" }); // prettier-ignore
  const { mechanism, notes } = nmodl(text, { file: "leak.mod" });
  expect(mechanism).toEqual(nmodl(leak(), { file: "leak.mod" }).mechanism);
  expect(notes).toContain("what the file sets by the POINTER sum is left out: it is no variable of this mechanism");
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

describe("VERBATIM of which the user says what it does", () => {
  const text = leak({
    breakpoint: "SOLVE s METHOD cnexp\ng = 1e-3*m",
    blocks: `STATE { m }
INITIAL { m = 1
VERBATIM
set_up(_p);
ENDVERBATIM
}
DERIVATIVE s { m' = (f(v) - m)/tau() }
FUNCTION f(x) {
VERBATIM
_lf = lookup(_lx);
ENDVERBATIM
}
FUNCTION tau() { tau = 2 }`,
  });
  const read = (verbatim: Record<string, string>) => nmodl(text, { file: "leak.mod", verbatim });

  test("an expression for a FUNCTION, statements for other blocks", () => {
    const { mechanism, notes } = read({ f: "1/(1 + exp(-x))", INITIAL: "m = 0.5" });
    expect(mechanism.states).toEqual({ m: { inf: "1 / (1 + exp(-V / 1))", tau: "2", init: "0.5" } });
    expect(notes).toContain("the C of f is taken as 1/(1 + exp(-x))");
    expect(read({ f: "1", INITIAL: "" }).notes).toContain("the C of INITIAL is taken as doing nothing");
  });

  test.each([
    [{ f: "1" }, "leak.mod:17:1: has VERBATIM, which is refused"],
    [{ INITIAL: "" }, "leak.mod:23:1: has VERBATIM, which is refused"],
    [{ f: "1 +", INITIAL: "" }, "leak.mod, verbatim.f:2:1: has"],
    [{ f: "x } {", INITIAL: "" }, "leak.mod, verbatim.f:1:"],
    [{ f: "VERBATIM x ENDVERBATIM", INITIAL: "" }, "leak.mod, verbatim.f:1:"],
    [{ g: "1" }, "leak.mod, verbatim.g: names no block of the file"],
    [{ tau: "1" }, "leak.mod, verbatim.tau: names a block without VERBATIM"],
    [{ f: 1 as never }, "leak.mod, verbatim.f: is no text"],
    [{ f: "1".repeat(20_000) }, "leak.mod, verbatim.f: has 20000 characters"],
    [{ f: "y", INITIAL: "" }, 'leak.mod:23:1: uses "y", which nothing declares'],
  ])("%j", (verbatim, message) => {
    expect(() => read(verbatim)).toThrow(DataError);
    expect(() => read(verbatim)).toThrow(message);
  });

  test("C with IF, loops that count and draws is NMODL", () => {
    const routine = (c: string): string => leak({ blocks: `DEFINE N 3\nSTATE { m }\nINITIAL { m = 0 }\nPROCEDURE step() {\nVERBATIM\n${c}\nENDVERBATIM\n}`, breakpoint: "SOLVE step\ng = 1e-3*m" }); // prettier-ignore
    const inWords = (text: string): string => leak({ blocks: `DEFINE N 3\nSTATE { m }\nINITIAL { m = 0 }\nPROCEDURE step() {${text}}`, breakpoint: "SOLVE step\ng = 1e-3*m" }); // prettier-ignore
    for (const [c, words] of [
      ["if (m < 0.5 && v > -60.) m += dt; else if (m >= 2) { m = 1; } else { m -= dt*0.5; }", "if (m < 0.5 && v > -60) { m = m + dt } else { if (m >= 2) { m = 1 } else { m = m - dt*0.5 } }"],
      ["int k; double s = 0, far, near = pow(1., 2.); for (k = 1; k <= N; k++) { s += 1./(k + 1); } m = s;", "LOCAL s, near\ns = 0\nnear = pow(1, 2)\nFROM k = 1 TO N { s = s + 1/(k + 1) }\nm = s"],
      ["if (nrnran123_dblpick((nrnran123_State*)_p_r) < 0.25*dt) { m = m + nrnran123_negexp(_p_r); }", "if (scop_random() < 0.25*dt) { m = m + exprand(1) }"],
    ] as const) expect(nmodl(routine(c)).mechanism, c).toEqual(nmodl(inWords(words)).mechanism); // prettier-ignore
    expect(nmodl(routine("if (v > 0) m = 1;")).notes.join()).toMatch(
      /VERBATIM in .* is taken as if \(v > 0\) {; m = 1; }/,
    );
  });

  test("macros that no word of the file is, and C that seeds a source, are read over", () => {
    const c =
      "VERBATIM\n#define AS (Rand*)\nENDVERBATIM\nINITIAL {\nVERBATIM\nif (on) { nrnran123_setseq((nrnran123_State*)_p_r, 0, 0); }\nENDVERBATIM\n}";
    expect(nmodl(leak({ blocks: c })).mechanism).toEqual(nmodl(leak()).mechanism);
    expect(() => nmodl(leak({ blocks: c.replace("nrnran123_setseq", "start") }))).toThrow("has VERBATIM");
    expect(() => nmodl(leak({ blocks: c.replace("if (on)", "on = 1; if (on)") }))).toThrow("has VERBATIM");
  });
});

test("names that a cell gives are not taken by a mechanism's own", () => {
  const text = leak({ blocks: "PARAMETER { ki = 2 w = 3 }", breakpoint: "g = ki*w" });
  const { mechanism, notes } = nmodl(text);
  expect(Object.keys(mechanism.params)).toEqual(["e", "ki_own", "w_2"]);
  expect(notes).toContain("ki is ki_own: a cell gives a ki of its own");
});

describe("a POINTER to what is in its own compartment", () => {
  const text = `NEURON { SUFFIX reader POINTER drive, gate NONSPECIFIC_CURRENT i }
UNITS { (mV) = (millivolt) (mA) = (milliamp) (S) = (siemens) }
PARAMETER { gbar = 0.001 (S/cm2) tau = 20 (ms) }
ASSIGNED { v (mV) i (mA/cm2) drive (mA/cm2) gate }
STATE { x }
INITIAL { x = 0 }
BREAKPOINT { SOLVE s METHOD cnexp i = gbar*x*gate*(v + 80) }
DERIVATIVE s { x' = (-drive - x)/tau }`;
  const read = (pointers: object, of = text) =>
    nmodl(of, { file: "r.mod", pointers: pointers as Record<string, string> });

  test("is read by the name that the option gives", () => {
    const { mechanism, reads, notes } = read({ drive: "hva.i_ca", gate: "kv.n" });
    expect(mechanism.states["x"]).toEqual({ inf: "1 * (-i_hva_ca)", tau: "tau", init: "0" });
    expect(Object.values((mechanism as Channel).currents)).toEqual([{ g: "gbar * x * kv_n", E: "-80" }]);
    expect(reads).toEqual([]);
    expect(notes).toContain("reader stands where hva is inserted");
    const ofIon = read({ drive: "ica", gate: "cai" });
    expect(ofIon.mechanism.states["x"]).toEqual({ inf: "1 * (-ica)", tau: "tau", init: "0" });
    expect(ofIon.reads).toEqual(["cai"]);
    expect(read({ drive: "v", gate: "eca" }).mechanism.states["x"]).toEqual({ inf: "1 * (-V)", tau: "tau", init: "0" });
  });

  test.each([
    [{ drive: "ica" }, text, "r.mod:7:46: uses the POINTER gate, which is refused: it stands for a variable somewhere else. Say what it points at by the option pointers"],
    [{ drive: "hva.i_ca", gate: "hva.i_ca" }, text, "Currents and ion currents exist once conductances and reversals are known: only states may read them"],
    [{ drive: "hva.i_ca", gate: "no such" }, text, 'r.mod, pointers.gate: is "no such". Give "v", what an ion has'],
    [{ drive: 3 }, text, "r.mod, pointers.drive: is 3"],
    [{ drve: "ica" }, text, 'r.mod: has no POINTER drve. Did you mean "drive"?'],
    [{ drive: "ica", gate: "kv.n" }, text.replace("x = 0 }", "x = gate }"), "Mechanisms start one after the other: give the state an `init` that reads no other mechanism"],
    [{ drive: "ica", gate: "kv.n" }, text.replace("SOLVE s", "gate = 1 SOLVE s"), "r.mod:7:14: sets the POINTER gate, which is refused of another's variable"],
    [{ drive: "v", gate: "kv.n" }, text.replace("SUFFIX", "POINT_PROCESS"), "r.mod:1:24: points gate at what another mechanism has, which a point process does not read here"],
  ])("%#", (pointers, of, message) => {
    expect(() => read(pointers, of)).toThrow(DataError);
    expect(() => read(pointers, of)).toThrow(message);
  }); // prettier-ignore
});

describe("a POINTER across a gap junction", () => {
  const gap = (more: { neuron?: string; blocks?: string; i?: string } = {}): string => `NEURON { POINT_PROCESS gap POINTER vgap ${more.neuron ?? ""} NONSPECIFIC_CURRENT i }
UNITS { (nA) = (nanoamp) (mV) = (millivolt) }
PARAMETER { r = 1e3 (megohm) }
ASSIGNED { v (mV) vgap (mV) i (nA) }
BREAKPOINT { i = ${more.i ?? "(v - vgap)/r"} }
${more.blocks ?? ""}`; // prettier-ignore

  const graded = (equation: string, neuron = "", i = "s*(v - vgap)"): string => `NEURON { POINT_PROCESS Graded POINTER vgap ${neuron} NONSPECIFIC_CURRENT i }
UNITS { (nA) = (nanoamp) (mV) = (millivolt) (uS) = (microsiemens) }
PARAMETER { tau = 5 (ms) }
ASSIGNED { v (mV) vgap (mV) i (nA) eca (mV) celsius }
STATE { s }
INITIAL { s = 0 }
BREAKPOINT { SOLVE k METHOD cnexp i = ${i} }
DERIVATIVE k { ${equation} }`; // prettier-ignore

  test("with a state is a gather of a state of the source, and the mechanism that has it", () => {
    const text = graded("s' = (1/(1 + exp(-vgap/4)) - s)/tau", "", "0.002*s*(v - 3)");
    const { gather, release, notes } = nmodlGather(text, { file: "graded.mod" });
    expect(isGather(text)).toBe(true);
    expect(notes).toEqual(["the source has s, in the mechanism Graded: one for all that it reaches"]);
    expect(gatherSource(gather, release)).toBe(`import { ms, one } from "hillock";
import { channel, param } from "hillock/mechanisms";

export const release = channel({
  name: "Graded",
  doc: \`Graded.
Translated from NMODL, graded.mod.\`,
  params: { tau: param(ms(5), "tau") },
  states: { s: { inf: "1 / (1 + exp(-(V / 4)))", tau: "tau", init: "0" } },
  currents: {},
});

export default {
  weight: one(1),
  value: "0.002 * Graded_s_pre * (3 - V)",
  params: {},
};
`);
  });

  test("is a gather, which reads as one would write it", () => {
    const { gather, warnings } = nmodlGather(gap());
    expect(warnings).toEqual([]);
    expect(isGather(gap())).toBe(true);
    expect(gatherSource(gather)).toBe(`import { MOhm, one } from "hillock";

export default {
  weight: one(1),
  value: "(V_pre - V) / r",
  params: { r: MOhm(1000) },
};
`);
  });

  test.each([
    [gap({ neuron: "POINTER other" }), "NMODL:1:24: is no POINT_PROCESS with one POINTER"],
    [gap({ blocks: "NET_RECEIVE (w) { r = w }" }), "NMODL:1:24: has events beside a POINTER"],
    [
      graded("s' = (vgap + v - s)/tau"),
      "NMODL:8:16: lets s follow the voltage of its own side, v, beside the POINTER: the states of a gather are those of its source",
    ],
    [
      graded("s' = (vgap + eca - s)/tau", "USEION ca READ eca"),
      "NMODL:8:16: lets s read eca, an ion's on the target's side",
    ],
    [
      graded("s' = (vgap - s)/tau", "", "s*(v - vgap)*celsius"),
      "computes its current from celsius, which a gather does not read",
    ],
    [gap({ i: "v/r" }), "NMODL:1:24: does not read its POINTER vgap"],
    [gap({ i: "(v - vgap)/r*t" }), "NMODL:1:24: computes its current from the time"],
    [leak({ neuron: "POINTER p" }), "NMODL:3:10: is no POINT_PROCESS with one POINTER"],
  ])("%#", (text, message) => {
    expect(() => nmodlGather(text)).toThrow(DataError);
    expect(() => nmodlGather(text)).toThrow(message);
  });
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

describe("units, by the rules of modlunit", () => {
  const warnings = (breakpoint: string, more = ""): readonly string[] =>
    nmodl(leak({ breakpoint, assigned: `x y (ms) z (mV) gp (pS/um2) ${more}` }), { file: "leak.mod" }).warnings;
  test.each([
    ["x = 2 + v", "leak.mod:11:3: x measures a number, but is given 0.001 m2 kg /s2 /C"],
    ["z = v\nx = exp(v)", "leak.mod:12:5: the argument of exp measures 0.001 m2 kg /s2 /C, not a number"],
    ["i = gp*(v - e)", "leak.mod:11:3: i is given what is 0.0001 of its unit; (0.0001)* converts"],
    ["if (v == y) { x = 1 }", "leak.mod:11:9: the left side of == measures 0.001 m2 kg /s2 /C, but is given 0.001 s"],
    ["FROM k = 0 TO 1 { y = 2*k }", "leak.mod:11:21: y measures 0.001 s, but is given a number"],
    ["x = 2^(v/10)", "leak.mod:11:8: the exponent of ^ measures 0.001 m2 kg /s2 /C, not a number"],
  ])("%s", (text, message) => expect(warnings(text)).toEqual([message]));
  test.each([
    "x = v/1(mV)",
    "z = 5",
    "if (v > 0) { x = 1 }",
    "i = (1e-4)*gp*(v - e)",
    "UNITSOFF\nx = v\nUNITSON",
    "y = dt",
  ])("%s fits", (text) => expect(warnings(text, "dt (ms)")).toEqual([]));
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

test("a parameter that an event sets starts at its value, and is a state", () => {
  const text = `NEURON { POINT_PROCESS p NONSPECIFIC_CURRENT i } PARAMETER { first = 1 gain = 2 } ASSIGNED { v (mV) i (nA) } STATE { g (uS) }
BREAKPOINT { SOLVE s METHOD cnexp i = g*v } DERIVATIVE s { g' = -g/5 }
NET_RECEIVE(w) { if (first) { g = g + w first = 0 } else { g = g + gain*w } }`;
  const { mechanism, notes } = nmodl(text, { file: "p.mod" });
  expect(mechanism.params).toHaveProperty("gain");
  expect(mechanism.states).toMatchObject({ first: { init: "1" } });
  expect(notes).toContain("first starts at 1, and is no parameter here: events set it");
});

test.each([
  ["cvode_active_ && !exact", true],
  ["cvode_active_", true],
  ["cvode_active_ || exact", false],
  ["!exact", false],
])("C that ends a run where (%s) is read over: %s", (condition, isOver) => {
  const c = `VERBATIM\nif (${condition}) {\n  hoc_execerror("leak with exact=0", "cannot be used with cvode");\n}\nENDVERBATIM`;
  const of = () => nmodl(leak({ blocks: `PARAMETER { exact = 0 } INITIAL { ${c} }` }), { file: "leak.mod" }).mechanism;
  if (isOver) expect(of()).toEqual(nmodl(leak(), { file: "leak.mod" }).mechanism);
  else expect(of).toThrow("leak.mod:14:35: has VERBATIM");
});
