import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { parse } from "../../../src/lang/parse.ts";
import { checkUnits, dimension, unitName, type UnitEnv } from "../../../src/lang/units.ts";
import { type Unit, UNITS } from "../../../src/units.ts";

const ENV: UnitEnv = {
  V: "mV", E: "mV", k: "mV", g: "S/cm2", w: "uS", C: "nF", m: "1", tau: "ms", dt: "ms", cai: "mM", f: "Hz", L: "um", rate: "any",
}; // prettier-ignore
const check = (text: string, expected?: Unit) => checkUnits(parse(text), ENV, expected, "k_hh.g");

describe("units", () => {
  test.each<[string, Unit]>([
    ["g * m^4 * (V - E)", "mA/cm2"], ["w * (V - E)", "nA"], ["C / tau", "uS"], ["w * (V - E) / C * dt", "mV"], ["1 / tau", "1/ms"],
    ["0.1 / exprel(-(V + 55) / 10)", "1/ms"], ["1 / (1 + exp((V - E) / k))", "1"], ["exp(-(V + 65) / 80)", "1/ms"], ["tau * m", "ms"],
    ["max(V, E)", "mV"], ["select(V > E, tau, 3)", "ms"], ["sqrt(V * E)", "mV"], ["abs(V - E) / k", "1"], ["-dt / tau", "1"],
    ["(1 + m)^0.3", "1"], ["rate * V", "nA"], ["2 * 3", "mM"], ["25 * log(2 / cai)", "mV"],
  ])("%s is in %s", (text, unit) => {
    expect(() => check(text, unit)).not.toThrow();
  }); // prettier-ignore

  test.each<[string, Unit | undefined, RegExp]>([
    ["V + g", undefined, /adds "V" \(mV\) and "g" \(S\/cm2\)/], ["g + w", undefined, /adds/], ["exp(V)", undefined, /takes exp of "V", which is in mV/],
    ["exp(-V)", undefined, /Divide it by a value in that unit/], ["log(cai)", undefined, /takes log/], ["V < dt", undefined, /compares/],
    ["min(V, tau)", undefined, /compares/], ["select(m, V, tau)", undefined, /selects between/], ["g * V", "nA", /is in mA\/cm2, not nA/],
    ["m^V", undefined, /exponent/], ["V^m", undefined, /raises/], ["f * tau", "1", /is in ms Hz, not 1/],
    ["V^2", "mV", /is in mV\^2, not mV/], ["gg * V", undefined, /k_hh\.g: "gg" is not defined here.*Did you mean "g"/],
  ])("%s as %s", (text, unit, message) => {
    expect(() => check(text, unit)).toThrow(ModelError);
    expect(() => check(text, unit)).toThrow(message);
  }); // prettier-ignore

  test("a literal hides what it multiplies", () => {
    expect(check("f * tau * 2")).toBe("any");
    expect(() => check("f * tau * 2 + V", "mV")).not.toThrow();
  });

  test("a let passes its dimension on", () => {
    const current = check("w * (V - E)");
    expect(checkUnits(parse("i / w"), { ...ENV, i: current }, "mV", "let")).toEqual(dimension("mV"));
  });

  test("every unit has a name that leads back to it", () => {
    for (const unit of UNITS) expect(unitName(dimension(unit))).toBe(unit);
  });
});
