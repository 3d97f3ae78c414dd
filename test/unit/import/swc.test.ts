import { describe, expect, test } from "vitest";
import { DataError, ModelError } from "../../../src/errors.ts";
import { REFUSED, swc, swcCell } from "../../../src/import/index.ts";
import pas from "../../../src/mechanisms/channels/pas.ts";
import { arcs, segmentsOf } from "../../../src/morphology/frusta.ts";
import { um } from "../../../src/units.ts";

const file = (...lines: string[]): string => lines.join("\n");
const shape = (text: string): string[] =>
  swc(text).sections.map(
    (s) => `${s.name} ${s.parent ?? "-"} ${s.parentEnd ?? "-"} ${s.points.map((p) => p.join(",")).join(" ")}`,
  );

describe("sections as NEURON 8.2.2's Import3d makes them of the same files", () => {
  test.each([
    ["a soma of two points: neurites at its ends begin there with their own diameter",
      ["1 1 0 0 0 8 -1", "2 1 0 10 0 7 1", "3 3 0 20 0 2 2", "4 3 0 40 0 1 3", "5 2 0 0 20 1 1"],
      ["soma - - 0,0,0,16 0,10,0,14", "axon_0 soma 0 0,0,0,2 0,0,20,2", "dend_0 soma 1 0,10,0,4 0,20,0,4 0,40,0,2"]],
    ["a soma as a chain: neurites between its ends hang on the middle and begin at their own point",
      ["1 1 0 0 0 8 -1", "2 1 0 10 0 7 1", "3 1 0 20 0 6 2", "4 3 5 5 5 1 2", "5 3 9 9 9 1 4"],
      ["soma - - 0,0,0,16 0,10,0,14 0,20,0,12", "dend_0 soma 0.5 5,5,5,2 9,9,9,2"]],
    ["a soma that branches", ["1 1 0 0 0 8 -1", "2 1 0 8 0 7 1", "3 1 0 -9 0 6 1", "4 3 0 30 0 1 1", "5 3 0 40 0 1 4"],
      ["soma_0 - - 0,0,0,16 0,8,0,14", "soma_1 soma_0 0 0,0,0,16 0,-9,0,12", "dend_0 soma_0 0 0,30,0,2 0,40,0,2"]],
    ["one point, and a neurite of one point", ["1 1 0 0 0 8 -1", "2 3 0 10 0 1 1"],
      ["soma - - -8,0,0,16 0,0,0,16 8,0,0,16", "dend_0 soma 0.5 0,0,0,2 0,10,0,2"]],
    ["a branch at a neurite's first point hangs on its 0 end", ["1 1 0 0 0 8 -1", "2 3 20 0 0 1 1", "3 3 30 0 0 0.5 2", "4 3 30 10 0 1 2"],
      ["soma - - -8,0,0,16 0,0,0,16 8,0,0,16", "dend_0 soma 0.5 20,0,0,2 30,0,0,1", "dend_1 dend_0 0 20,0,0,2 30,10,0,2"]],
    ["pieces without length are left out", ["1 1 0 0 0 8 -1", "2 3 0 8 0 1 1", "3 3 0 8 0 2 2", "4 3 0 40 0 1 3", "5 3 3 40 0 1 3"],
      ["soma - - -8,0,0,16 0,0,0,16 8,0,0,16", "dend_0 soma 0.5 0,8,0,4 0,40,0,2", "dend_1 soma 0.5 0,8,0,4 3,40,0,2"]],
  ])("%s", (_, lines, wanted) => expect(shape(file(...lines))).toEqual(wanted)); // prettier-ignore
});

test.each([
  ["1 1 0 0 0 8 -1\n1 3 0 9 0 1 1", "line 2: has the id 1 of line 1"],
  ["1 1 0 0 0 8 -1\n2 3 0 9 0 1 7", "line 2: has the unknown parent 7"],
  ["1 1 0 0 0 8 -1\n\n2 3 0 9 0 1 3\n3 3 0 9 0 1 2", "line 3: the point 2 never leads to a root"],
  ["1 1 0 0 0 8 1", "line 1: the point 1 never"],
  ["1 1 0 0 0 8 -1\n# x\n2 3 0 9 0 1 -1", "line 3: begins a second tree; the first begins in line 1"],
  ["1 1 0 0 0 0 -1", "line 1: has radius 0"],
  ["1 1 0 0 nan 1 -1", 'line 1: z is "nan"'],
  ["1 1 0 0 0 1", "line 1: has 6 fields and no parent"],
  ["1 3 0 0 0 1 -1", "line 1: the root section, of type 3, has no length"],
  ["# nothing", "has no points"],
])("%j is refused", (text, message) => {
  expect(() => swc(text)).toThrow(DataError);
  expect(() => swc(text)).toThrow(message);
  expect(REFUSED.swc.length).toBeGreaterThan(0);
});

test("a cone's area and resistance, cut anywhere, are those of the whole", () => {
  const points = [[0, 0, 0, 4], [0, 3, 4, 1]] as const; // prettier-ignore
  const parts = segmentsOf("cone", points, 7);
  const sum = (of: (s: (typeof parts)[number]) => number): number => parts.reduce((a, s) => a + of(s), 0);
  expect(sum((s) => s.areaUm2)).toBeCloseTo(Math.PI * 2.5 * Math.hypot(5, 1.5), 12);
  expect(sum((s) => s.left + s.right)).toBeCloseTo(5 / (Math.PI * 2 * 0.5), 12);
});

test("parameters along the cell: expressions of distance, diam and x", () => {
  const text = file("1 1 0 0 0 10 -1", "2 3 10 0 0 1 1", "3 3 110 0 0 1 2");
  const params = { g: "1e-4 * (1 + distance / 100) * diam", E: "-70 + x" };
  const cell = swcCell(text, { nseg: { length: um(40) }, mechanisms: [{ mechanism: pas, in: ["dend"], params }] });
  expect(cell.sections.map((s) => s.nseg)).toEqual([1, 3]);
  const given = cell.insertions?.[0]?.params as unknown as Record<string, { value: number }[]>;
  [1 / 6, 0.5, 5 / 6].forEach((x, k) => {
    expect(given["g"]?.[k]?.value).toBeCloseTo(1e-4 * (1 + x) * 2, 15);
    expect(given["E"]?.[k]?.value).toBeCloseTo(-70 + x, 12);
  });
  expect(() => swcCell(text, { mechanisms: [{ mechanism: pas, in: ["apic"] }] })).toThrow(ModelError);
  expect(() => swcCell(text, { mechanisms: [{ mechanism: pas, params: { g: "y" } }] })).toThrow(ModelError);
});

test("two hundred thousand lines and branches twenty thousand deep are read in bounded time", () => {
  const chain = Array.from({ length: 200_000 }, (_, k) => `${k + 1} ${k === 0 ? 1 : 3} ${k} 0 0 1 ${k === 0 ? -1 : k}`);
  expect(arcs(swc(chain.join("\n")).sections[1]?.points ?? []).length).toBe(199_999);
  const deep = ["1 1 0 0 0 1 -1"];
  for (let k = 1; k <= 20_000; k++) deep.push(`${2 * k} 3 ${k} 0 0 1 ${k === 1 ? 1 : 2 * k - 2}`, `${2 * k + 1} 3 ${k} 9 0 1 ${k === 1 ? 1 : 2 * k - 2}`); // prettier-ignore
  expect(swc(deep.join("\n")).sections.length).toBeGreaterThan(39_000);
}, 60_000);
