import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/errors.ts";
import { nmodl } from "../../../src/import/index.ts";
import { leak } from "./leak.ts";

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
