import { describe, expect, test } from "vitest";
import { derivative } from "../../../src/lang/derivative.ts";
import { evaluate } from "../../../src/lang/evaluate.ts";
import { parse } from "../../../src/lang/parse.ts";
import { toJs } from "../../../src/lang/print.ts";

const TEXTS = [
  "g * m^3 * (V - E)", "exp(-(V + 65) / 80)", "V / (exp(V / 4) - 1)", "1 / exprel((15 - V) / 4)", "expm1(V / 9) * log(V^2 + 1)",
  "sqrt(V^2 + 2) + abs(V)", "sin(V) * cos(V / 2) + tanh(V / 3)", "min(V, 2) * max(V, -1)", "select(V > 1, V^2, 3 * V)", "(V^2 + 1)^0.3",
  "m^(V / 5)", "floor(V) + (V - 5)^-2", "-V^2 / (1 + V^4)", "exprel(V)",
]; // prettier-ignore

describe("derivative", () => {
  // Richardson's central difference: error h^4 f'''''/30 (fifth derivatives here are below 300: 1e-11)
  // and the rounding of values up to 1e3 at 2e-16, over h: 2e-10 at the most.
  test.each(TEXTS)("of %s by V is the slope", (text) => {
    const expr = parse(text);
    for (const V of [-3.3, -0.4, 0.02, 0.7, 2.6]) {
      const f = (x: number) => evaluate(expr, { V: x, g: 0.3, m: 0.6, E: -7 });
      const central = (h: number) => (f(V + h) - f(V - h)) / (2 * h);
      const h = 1e-3;
      const slope = (4 * central(h) - central(2 * h)) / 3;
      const scale = Math.max(1, Math.abs(slope));
      expect(Math.abs(evaluate(derivative(expr, "V"), { V, g: 0.3, m: 0.6, E: -7 }) - slope)).toBeLessThan(
        1e-9 * scale,
      );
    }
  });

  test("exprel's slope at 0 is a half, on both sides of its branch the same", () => {
    const slope = (x: number) => evaluate(derivative(parse("exprel(x)"), "x"), { x });
    expect(slope(0)).toBe(0.5);
    // the series leaves 2e-12 off at 0.1; the closed form cancels to 2e-16 / 0.1
    for (const side of [-0.1, 0.1])
      expect(Math.abs(slope(side * (1 + 1e-13)) - slope(side * (1 - 1e-13)))).toBeLessThan(4e-12);
  });

  test.each([
    ["g * (V - E)", "g"], ["g * m", "0"], ["V", "1"], ["-V + m", "-1"], ["V^2", "2 * V"], ["exp(V)", "exp(V)"],
  ])("of %s is written %s", (text, want) => { expect(toJs(derivative(parse(text), "V"), { f32: false })).toBe(want); }); // prettier-ignore
});
