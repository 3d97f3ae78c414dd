import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { evaluate } from "../../../src/lang/evaluate.ts";
import { type FunctionTexts, readFunctions } from "../../../src/lang/functions.ts";
import { parse } from "../../../src/lang/parse.ts";
import { checkMechanism, NOWHERE } from "../../../src/mechanisms/check.ts";
import { channel } from "../../../src/mechanisms/mechanism.ts";

const value = (text: string, functions: FunctionTexts, env: Record<string, number>): number =>
  evaluate(parse(text, "text", readFunctions("m", { ...functions })), env);

describe("functions of a mechanism's own", () => {
  test("are written out where they are called: arguments by place, other names by the caller's", () => {
    const functions = {
      half: { of: ["x"], is: "x / 2" },
      both: { of: ["x", "y"], is: "half(x + y) + k * half(y)" },
    };
    expect(value("both(V, 2 * V) - half(k)", functions, { V: 3, k: 10 })).toBe(4.5 + 10 * 3 - 5);
    expect(value("half(half(8))", functions, {})).toBe(2);
    // an argument covers a name of the caller's
    expect(value("f(2) + V", { f: { of: ["V"], is: "V * V" } }, { V: 5 })).toBe(9);
  });

  test.each<[string, FunctionTexts, RegExp]>([
    ["g(V)", { f: { of: ["x"], is: "x" } }, /unknown function "g"/],
    ["f(V, V)", { f: { of: ["x"], is: "x" } }, /2 arguments for the function/],
    ["f(V)", { f: { of: ["x"], is: "f(x)" } }, /unknown function "f"/],
    ["f(V)", { f: { of: ["x"], is: "h(x)" }, h: { of: ["x"], is: "x" } }, /unknown function "h"/],
    ["f(V)", { f: { of: ["x", "x"], is: "x" } }, /argument "x" twice/],
    ["f(V)", { f: { of: ["x", "y"], is: "x" } }, /does not use its argument "y"/],
    ["exp(V)", { exp: { of: ["x"], is: "x" } }, /a function of the language/],
    ["f(V)", { f: { of: ["if"], is: "1" } }, /a word of/],
    ["f(V)", { f: { of: ["x"], is: "x +" } }, /the text ends too early/],
  ])("%s with %o is refused", (text, functions, message) => {
    expect(() => value(text, functions, { V: 1 })).toThrow(message);
  });

  test("that double at every level are refused before they fill the memory", () => {
    const functions: Record<string, { of: string[]; is: string }> = { f0: { of: ["x"], is: "x * x" } };
    for (let k = 1; k < 40; k++) functions[`f${k}`] = { of: ["x"], is: `f${k - 1}(x) + f${k - 1}(2 * x)` };
    expect(() => value("f39(V)", functions, { V: 1 })).toThrow(ModelError);
    expect(() => value("f39(V)", functions, { V: 1 })).toThrow(/operations/);
  });

  test("units are checked through a call, by what is given to it", () => {
    const of = (i: string) => channel({ name: "c", doc: "d", params: {}, functions: { shifted: { of: ["v"], is: "v + V" } }, states: {}, currents: { c: { i } } }); // prettier-ignore
    expect(() => checkMechanism("cells", of("shifted(V) * 1"), NOWHERE)).not.toThrow();
    expect(() => checkMechanism("cells", of("shifted(celsius) * 1"), NOWHERE)).toThrow(/\(degC\) and.*\(mV\)/);
  });
});
