import { describe, expect, test } from "vitest";
import { nmodl } from "../../../src/import/index.ts";
import type { Channel } from "../../../src/mechanisms/mechanism.ts";
import { leak } from "./leak.ts";

describe("a LINEAR block that INITIAL solves", () => {
  const text = (linear: string) => leak({ breakpoint: "SOLVE s METHOD cnexp\ng = m*h*k", blocks: `STATE { m h k } INITIAL { SOLVE begin } DERIVATIVE s { m' = -m/2 h' = -h/2 k' = -k/2 } LINEAR begin { ${linear} }` }); // prettier-ignore

  // by hand: k = 0.5, m = 3 - h, 3 - h + 2 h = 4
  test("gives each of its states a value, whatever order its equations have", () => {
    const { states } = nmodl(text("~ 2*k = 1 ~ m + 2*h = 4 ~ m + h = 3")).mechanism;
    const inits = Object.fromEntries(Object.entries(states).map(([name, state]) => [name, Number((state as { init: string }).init)])); // prettier-ignore
    expect(inits).toEqual({ m: 2, h: 1, k: 0.5 });
  });

  test.each([
    ["~ m + h = 1 ~ k = 2", "it has 2 equations for 3 states"],
    ["~ m + h = 1 ~ m + h = 2 ~ k = 2", "its equations leave a state open"],
    ["~ m*h = 1 ~ m = 2 ~ k = 2", "an equation is not linear in the states"],
  ])("%s", (linear, why) => expect(() => nmodl(text(linear))).toThrow(`solves the LINEAR begin, which is refused: ${why}`)); // prettier-ignore
});

describe("STEADYSTATE of reactions that are no closed scheme", () => {
  const text = (kinetic: string, more = "") => leak({ breakpoint: "SOLVE k METHOD sparse\ng = b", blocks: `STATE { a b } INITIAL { a = 3 SOLVE k STEADYSTATE sparse ${more} } KINETIC k { ${kinetic} }` }); // prettier-ignore
  const inits = (source: string) => Object.fromEntries(Object.entries(nmodl(source).mechanism.states).map(([name, state]) => [name, Number((state as { init: string }).init)])); // prettier-ignore

  // filled by 0.6 and lost at 0.2 of b: b = 3, and a = (0.6 + 0.1 b)/0.5; one step of 1e9 ms is 1e-8 from it
  test("of sources and losses", () => {
    const { a, b } = inits(text("~ a << (0.6) ~ a <-> b (0.5, 0.1) ~ b -> (0.2)"));
    expect(b).toBeCloseTo(3, 6);
    expect(a).toBeCloseTo(1.8, 6);
  });

  // volumes of 2 and 1, whose contents stay those of CONSERVE: 2 a + b = 4, a/b = 0.1/0.5
  test("of volumes, whose sum CONSERVE says", () => {
    const { a, b } = inits(text("COMPARTMENT 2 { a } ~ a <-> b (0.5, 0.1) CONSERVE a + b = 4"));
    expect((2 * (a as number)) + (b as number)).toBeCloseTo(4, 9);
    expect((a as number) / (b as number)).toBeCloseTo(0.2, 6);
  });

  test("statements after it see its values", () => expect(inits(text("~ a << (0.6) ~ a <-> b (0.5, 0.1) ~ b -> (0.2)", "a = b + 1"))["a"]).toBeCloseTo(4, 6)); // prettier-ignore

  test.each(["~ a + a <-> b (0.5, 0.1)", "~ a <-> b (0.5*b, 0.1)"])("%s is refused", (kinetic) =>
    expect(() => nmodl(text(kinetic))).toThrow("starts at the steady state of k, which is refused: its reactions are not of first order"));
}); // prettier-ignore

describe("a state that BREAKPOINT sets", () => {
  const text = (breakpoint: string, current = "i = g*v") => leak({ breakpoint: `SOLVE s METHOD cnexp\n${breakpoint}\ng = m`, blocks: "STATE { m } INITIAL { m = 0.1 } DERIVATIVE s { m' = (1 - m)/2 }" }).replace("i = g*(v - e)", current); // prettier-ignore

  test("goes on from there", () => expect(nmodl(text("if (m > 0.5) { m = 0.5 }")).mechanism.states["m"]).toEqual({ next: "m_2 - expm1(-(dt / 2)) * (1 - m_2)", init: "0.1" })); // prettier-ignore
  test("to what it changes again is refused", () => expect(() => nmodl(text("m = m*0.9"))).toThrow("sets the state m in BREAKPOINT to what it changes again there, which is refused: NEURON runs BREAKPOINT twice in a step")); // prettier-ignore
});

test("a TABLE of what INITIAL sets is noted, where NEURON makes it before", () => {
  const text = (globals: string) => leak({ neuron: globals, breakpoint: "f(v)\ng = x", assigned: "x s", blocks: "INITIAL { s = 2 } PROCEDURE f(u) { TABLE x FROM -100 TO 100 WITH 200 x = 1/(1 + exp(-(u + s))) }" }); // prettier-ignore
  const note =
    "the TABLE of x reads s, which INITIAL sets: NEURON makes the table before, when an ASSIGNED variable is 0";
  expect(nmodl(text("RANGE s")).notes).toContain(note);
  expect(nmodl(text("GLOBAL x")).notes).not.toContain(note);
  expect(nmodl(text("RANGE s"), { tables: "exact" }).notes).not.toContain(note);
});

test("a total current that BREAKPOINT reads is noted, where the file carries a current itself", () => {
  const text = (current: string) => `NEURON { SUFFIX p USEION na READ ina WRITE nai ${current} } ASSIGNED { ina (mA/cm2) ip (mA/cm2) drive } STATE { nai (mM) }
INITIAL { nai = 8 } BREAKPOINT { ip = nai*1e-4 drive = ina + ip SOLVE s METHOD cnexp } DERIVATIVE s { nai' = -drive }`; // prettier-ignore
  const note = "BREAKPOINT reads the total ina: NEURON shows it what the mechanisms that run before this one have added, hillock the whole of the step"; // prettier-ignore
  expect(nmodl(text("NONSPECIFIC_CURRENT ip")).notes).toContain(note);
  expect(nmodl(text("")).notes).not.toContain(note);
});

describe("a KINETIC scheme that INITIAL starts by a SOLVE", () => {
  const text = (initial: string, solved = "~ c*2 = o*3 ~ c + o = 1"): string => leak({ breakpoint: "SOLVE k METHOD sparse\ng = 1e-3*o", blocks: `STATE { c o } INITIAL { ${initial} }
KINETIC k { ~ c <-> o (2, 3) CONSERVE c + o = 1 } LINEAR lin { ${solved} }` });
  const start = (initial: string, solved?: string): unknown => Object.values((nmodl(text(initial, solved), { file: "leak.mod" }).mechanism as Channel).kinetics ?? {})[0]?.init;

  // at rest 2 c = 3 o
  test.each([
    ["SOLVE lin", undefined],
    ["SOLVE k STEADYSTATE sparse", undefined],
    ["SOLVE lin o = 0.9 c = 0.1", { c: "0.1", o: "0.9" }],
    ["SOLVE k STEADYSTATE sparse o = 0.9 c = 0.1", { c: "0.1", o: "0.9" }],
    ["if (v > -60) { SOLVE lin } else { c = 0.25 o = 0.75 }", { c: expect.stringMatching(/^select\(V > -60, 0.6\d*, 0.25\)$/), o: expect.stringMatching(/^select\(V > -60, 0.4, 0.75\)$/) }],
  ])("%s", (initial, init) => expect(start(initial, "~ 2*c = 3*o ~ c + o = 1")).toEqual(init));

  test.each([
    ["SOLVE k STEADYSTATE sparse c = 0.1", undefined, "conserves what INITIAL starts at 0.5 of 1"],
    ["SOLVE lin", "~ c + o = 1 ~ c + o = 1", "leak.mod:16:58: solves the LINEAR lin, which is refused: its equations leave a state open"],
    ["SOLVE lin", "~ c*o = 1 ~ c + o = 2", "leak.mod:16:58: solves the LINEAR lin, which is refused: an equation is not linear in the states"],
  ])("%s %s", (initial, solved, message) => expect(() => start(initial, solved)).toThrow(message));
}); // prettier-ignore

test("a gate that INITIAL starts at the steady state of its equation, and changes behind", () => {
  const text = (initial: string) => leak({ breakpoint: "SOLVE s METHOD cnexp\ng = m", blocks: `STATE { m } INITIAL { ${initial} } DERIVATIVE s { m' = (1/(1 + exp(-v)) - m)/2 }` });
  const init = (initial: string) => (nmodl(text(initial), { file: "leak.mod" }).mechanism.states["m"] as { init?: string }).init;
  expect(init("SOLVE s STEADYSTATE cnexp")).toBe(undefined);
  expect(init("SOLVE s STEADYSTATE cnexp m = 0.3")).toBe("0.3");
  expect(() => init("SOLVE s STEADYSTATE cnexp m = m/2")).toThrow("leak.mod:15:23: starts m at the steady state of s, which is refused where INITIAL reads or changes it");
}); // prettier-ignore

describe("a SOLVE of INITIAL that is no system", () => {
  const text = (solve: string) => leak({ breakpoint: "SOLVE s METHOD cnexp\ng = m", blocks: `STATE { m } INITIAL { m = 1 SOLVE ${solve} m = 2*m } DERIVATIVE s { m' = -m/2 } PROCEDURE begin() { m = m + 3 }` }); // prettier-ignore

  test("runs a PROCEDURE where it stands", () =>
    expect(nmodl(text("begin")).mechanism.states).toMatchObject({ m: { init: "8" } }));

  test("is refused where no block is called so", () =>
    expect(() => nmodl(text("begim"))).toThrow(/solves begim, which no block is/));
});
