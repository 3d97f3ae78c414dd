import { describe, expect, test } from "vitest";
import { nmodl } from "../../../src/import/index.ts";
import { leak } from "./leak.ts";

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
