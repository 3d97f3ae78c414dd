import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { importCommand } from "../../../src/cli/import.ts";
import { DataError } from "../../../src/errors.ts";
import { nmodl } from "../../../src/import/index.ts";
import { evaluate } from "../../../src/lang/evaluate.ts";
import { parse } from "../../../src/lang/parse.ts";
import type { Channel } from "../../../src/mechanisms/mechanism.ts";

const TEXT = `NEURON { SUFFIX leak NONSPECIFIC_CURRENT i }
ASSIGNED { v (mV) i (mA/cm2) }
FUNCTION_TABLE flow(v (mV)) (mA/cm2)
BREAKPOINT { i = flow(v) }`;
const of = (functionTables: object, text = TEXT) => nmodl(text, { file: "f.mod", functionTables: functionTables as never }).mechanism as Channel; // prettier-ignore

/** The current at voltages, `let` written out. */
function flow(functionTables: object, voltages: readonly number[]): number[] {
  const { let: lets = {}, currents } = of(functionTables);
  const [{ i }] = Object.values(currents) as [{ i: string }];
  return voltages.map((V) => {
    const known: Record<string, number> = { V };
    for (const [name, text] of Object.entries(lets)) known[name] = evaluate(parse(text), known);
    return evaluate(parse(i), known);
  });
}

describe("FUNCTION_TABLE", () => {
  test("lines between the points, the ends held", () => {
    const points = { x: Float64Array.of(-80, -50, 0, 30), y: Float32Array.of(1, 4, -1, 2) };
    expect(flow({ flow: points }, [-100, -80, -65, -50, -25, 0, 10, 30, 90])).toEqual([1, 1, 2.5, 4, 1.5, -1, 0, 2, 2]);
    expect(flow({ flow: { x: [0], y: [0.5] } }, [-10, 0, 10])).toEqual([0.5, 0.5, 0.5]);
  });

  test("of a thousand points", () => {
    const x = Array.from({ length: 1000 }, (_, k) => k / 8 - 60);
    const y = x.map((v) => Math.sin(v / 5));
    const asked = x.slice(1).map((v) => v - 1 / 16);
    const got = flow({ flow: { x, y } }, asked);
    // (y0 + y1)/2 from rounded slopes: a few ulps of 1
    got.forEach((value, k) => expect(Math.abs(value - ((y[k] as number) + (y[k + 1] as number)) / 2)).toBeLessThan(4e-16)); // prettier-ignore
  });

  test.each([
    [{}, "f.mod:4:18: calls the FUNCTION_TABLE flow, whose values a script gives in NEURON"],
    [{ flaw: { x: [1], y: [1] } }, "f.mod: has no FUNCTION_TABLE flaw. Did you mean"],
    [{ flow: { x: [1, 2], y: [1] } }, "f.mod, functionTables.flow: has 2 x and 1 y"],
    [{ flow: { x: [1, 1], y: [1, 2] } }, "has x[1] = 1 behind 1"],
    [{ flow: { x: [1, NaN], y: [1, 2] } }, "has no finite number at x[1]"],
    [{ flow: { x: [], y: [] } }, "has no x"],
    [{ flow: { y: [1] } }, "has no x"],
    [{ flow: { x: new Float64Array(1001), y: [1] } }, "has 1001 points. Give at most 1000"],
  ])("%j", (tables, message) => {
    expect(() => of(tables)).toThrow(DataError);
    expect(() => of(tables)).toThrow(message);
  });

  describe("over two arguments", () => {
    const two = TEXT.replace("flow(v (mV))", "flow(v (mV), c (mM))").replace("flow(v) }", "flow(v, 2*v/100) }");
    const points = { x: [-80, -50, 0, 30], y: [-1, 0, 0.5], z: [[1, 2, 3], [4, -1, 0], [2, 2, 5], [0, 7, 1]] }; // prettier-ignore

    test("lines both ways, the ends held", () => {
      const { let: lets = {}, currents } = of({ flow: points }, two);
      const [{ i }] = Object.values(currents) as [{ i: string }];
      const at = (V: number): number => {
        const known: Record<string, number> = { V };
        for (const [name, text] of Object.entries(lets)) known[name] = evaluate(parse(text), known);
        return evaluate(parse(i), known);
      };
      // by hand: at -65 mV the second argument is -1.3, held at -1: (1 + 4)/2; at -25 it is -0.5: halves of (4 - 1)/2 and 2
      for (const [V, want] of [[-90, 1], [-65, 2.5], [-25, 1.75], [0, 2], [15, 3.6], [25, (1 / 6) * 5 + (5 / 6) * 1], [90, 1]] as const) expect(at(V)).toBeCloseTo(want, 14); // prettier-ignore
    }); // prettier-ignore

    test.each([
      [{ flow: { x: [1], y: [1] } }, "f.mod, functionTables.flow: has no z for 2 arguments"],
      [{ flow: { ...points, z: [[1]] } }, "has no row of z for each of 4 x"],
      [{ flow: { ...points, z: [[1, 2], [1, 2, 3], [1, 2, 3], [1, 2, 3]] } }, "has 2 values in z[0] for 3 y"],
      [{ flow: { ...points, z: [[1, NaN, 2], [1, 2, 3], [1, 2, 3], [1, 2, 3]] } }, "has no finite number at z[0][1]"],
      [{ flow: { ...points, y: [0, 0, 1] } }, "has y[1] = 0 behind 0"],
      [{ flow: { x: Array.from({ length: 40 }, (_, k) => k), y: Array.from({ length: 26 }, (_, k) => k), z: [] } }, "has 1040 points. Give at most 1000"],
      [{}, "calls the FUNCTION_TABLE flow, whose values a script gives in NEURON. Give nmodl the option functionTables: { flow: { x: [...], y: [...], z: [[...], ...] } }"],
    ])("%j", (tables, message) => expect(() => of(tables, two)).toThrow(message)); // prettier-ignore

    test("one is asked of a table over one, and over three none is taken", () => {
      expect(() => of({ flow: points })).toThrow("has z for 1 argument");
      const three = TEXT.replace("flow(v (mV))", "flow(v (mV), b, c)").replace("flow(v) }", "flow(v, 1, 2) }");
      expect(() => of({}, three)).toThrow("f.mod:4:18: calls the FUNCTION_TABLE flow of 3 arguments, which is refused");
      expect(() => of({}, two.replace("flow(v, 2*v/100)", "flow(v)"))).toThrow("gives flow 1 arguments. Give it 2");
    });
  });
});

describe("hillock import --table", () => {
  const folder = mkdtempSync(join(tmpdir(), "hillock-table-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const [mod, csv] = [join(folder, "f.mod"), join(folder, "flow.csv")];
  writeFileSync(mod, TEXT);

  test("reads x and y in each line", async () => {
    writeFileSync(csv, "# mV, mA/cm2\n-80, 1\n\n20;2\n40\t3e0\r\n");
    let printed = "";
    const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => ((printed += String(text)), true));
    expect(await importCommand(mod, { table: [`flow=${csv}`] })).toBe(0);
    write.mockRestore();
    expect(printed).toContain("select(V < -80, 1, select(V < 40, select(V < 20, 1 + 0.01 * (V + 80), 2 + 0.05 * (V - 20)), 3))"); // prettier-ignore
  });

  test("reads x, y and value, in any order", async () => {
    writeFileSync(mod, TEXT.replace("flow(v (mV))", "flow(v (mV), c)").replace("flow(v) }", "flow(v, 0.5) }"));
    writeFileSync(csv, "20, 1, 6\n-80, 0, 1\n20, 0, 4\n-80, 1, 2\n");
    let printed = "";
    const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => ((printed += String(text)), true));
    expect(await importCommand(mod, { table: [`flow=${csv}`] })).toBe(0);
    write.mockRestore();
    writeFileSync(mod, TEXT);
    expect(printed).toContain("select(V < -80, 1.5, select(V < 20, 1.5 + 0.035 * (V + 80), 5))");
  });

  test.each([
    ["-80, 1, 2, 3", 'flow.csv:1: is "-80, 1, 2, 3", not two numbers, or three'],
    ["-80, 1\nx, y", 'flow.csv:2: is "x, y", not two numbers'],
    ["-80, 1\n-70, 1, 2", "has lines of two numbers and of three"],
    ["1, 1, 1\n2, 2, 2", "has no value at x and y 1 2"],
    ["1, 1, 1\n1, 1, 2", "gives a pair of x and y twice"],
    ["", "has no x"],
  ])("%j", async (text, message) => {
    writeFileSync(csv, text);
    await expect(importCommand(mod, { table: [`flow=${csv}`] })).rejects.toThrow(message);
  });

  test("no name", async () => await expect(importCommand(mod, { table: [csv] })).rejects.toThrow("--table: is"));
});
