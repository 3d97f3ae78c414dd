import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/errors.ts";
import { mechanismSource, nmodl, REFUSED } from "../../../src/import/index.ts";

/** A leak with whatever a test puts in. */
const leak = (more: { neuron?: string; assigned?: string; breakpoint?: string; blocks?: string } = {}): string => `
NEURON {
  SUFFIX leak
  NONSPECIFIC_CURRENT i
  ${more.neuron ?? ""}
}
PARAMETER { g = .001 (mho/cm2) e = -65 (mV) : where it drives the cell
}
ASSIGNED { v (mV) i (mA/cm2) ${more.assigned ?? ""} }
BREAKPOINT {
  ${more.breakpoint ?? ""}
  i = g*(v - e)
}
${more.blocks ?? ""}`;

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
    [leak({ blocks: "VERBATIM\nint x;\nENDVERBATIM" }), "leak.mod:14:1: has VERBATIM"],
    [leak({ breakpoint: "VERBATIM\ng = 1;\nENDVERBATIM" }), "leak.mod:11:3: has VERBATIM"],
    [leak({ neuron: "POINTER vgap" }), "leak.mod:5:11: has the POINTER vgap"],
    [leak({ neuron: "RANDOM r" }), "leak.mod:5:10: has RANDOM r"],
    [leak({ breakpoint: "WHILE (g < 1) { g = g + 1 }" }), "leak.mod:11:3: has WHILE"],
    [leak({ breakpoint: "g = erf(v)" }), "leak.mod:11:7: calls erf"],
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

  test("an event that depends on the state that it changes", () => {
    const text = `NEURON { POINT_PROCESS p NONSPECIFIC_CURRENT i }
ASSIGNED { v (mV) i (nA) } STATE { g (uS) }
BREAKPOINT { SOLVE s METHOD cnexp i = g*v }
DERIVATIVE s { g' = -g/5 }
NET_RECEIVE(w (uS)) { g = g + w*(1 - g) }`;
    expect(() => nmodl(text)).toThrow("NMODL:5:1: changes g at an event by what depends on g");
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
