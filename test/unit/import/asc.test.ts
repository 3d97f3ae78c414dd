import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/errors.ts";
import { asc, ascCell, REFUSED } from "../../../src/import/index.ts";
import pas from "../../../src/mechanisms/channels/pas.ts";
import { um } from "../../../src/units.ts";

const text = readFileSync(new URL("../../fixtures/cell.asc", import.meta.url), "utf8");
const SQUARE = "(CellBody) (0 0 0) (8 0 0) (8 8 0) (0 8 0)";

test("sections with names, places and lines; what is not of the cell is said", () => {
  const { sections, skipped } = asc(text);
  expect(sections.map((s) => `${s.name} ${s.parent ?? "-"} ${s.parentEnd ?? "-"} ${s.line}`)).toEqual([
    "soma - - 4", "dend_0 soma 0.5 6", "dend_1 dend_0 1 12", "dend_2 dend_0 1 13", "dend_3 dend_0 1 14", "axon_0 soma 0.5 18", "axon_1 soma 0.5 18",
  ]); // prettier-ignore
  expect(skipped).toEqual(["a spine in line 9", "FilledCircle in line 11"]);
});

test("a cell: parameters by kind and along the path", () => {
  const cell = ascCell(text, { nseg: { length: um(20) }, mechanisms: [{ mechanism: pas, in: ["dend"], params: { g: "1e-4 * (1 + distance)" } }] }); // prettier-ignore
  expect(cell.sections.map((s) => s.name)).toContain("axon_1");
  expect(cell.insertions).toHaveLength(4);
  expect(cell.detector).toMatchObject({ section: "soma", at: 0.5 });
});

describe.each([
  [`(${SQUARE})\n(${SQUARE.replaceAll("(8", "(108").replaceAll("(0", "(100")})`, "line 2: begins a second cell body that does not lie above"],
  ["((Dendrite) (0 0 0 1) (9 0 0 1))\n((Axon) (0 0 0 1) (9 0 0 1))", "line 2: begins a second tree"],
  ["((Dendrite) (0 0 0 1)\n (9 0 0))", "line 2: has a point of 3 numbers"],
  ["((Dendrite) (0 0 0 1)\n (9 0 0 0))", "line 2: has the diameter 0"],
  ["((Dendrite) (0 0 0 1) (1e999 0 0 1))", "line 1: has a point that is not finite"],
  ["((Color Red) (0 0 0 1) (9 0 0 1))", "line 1: begins a tree of no type"],
  ["(Dendrite (0 0 0 1) (9 0 0 1))", "line 1: has Dendrite outside of its own parentheses"],
  ["((CellBody) (0 0 0) (1 1 0))", "line 1: the cell body has 2 points"],
  ["((CellBody) (0 0 0) (1 0 0) (2 0 0) (3 0 0))", "line 1: the cell body's outline has no width"],
  ["((Dendrite) (0 0 0 1) (9 0 0 1)\n((1 1 1 1) | (2 2 2 2))\n((1 1 1 1) | (2 2 2 2)))", "line 3: splits a branch that is split already"],
  ["((Dendrite) (0 0 0 1) ((9 0 0 1) | (0 9 0 1)))", "line 1: is a branch of a tree whose root has no length"],
  ["((Dendrite))", "line 1: the only tree has no length"],
  ["((Axon)\n (1 1 1 2) (1 1 1 3))", "line 1: the only tree has no length"],
  ["((Dendrite)\n (0 0 0 1", "line 2: opens a ( that is never closed"],
  ["((Dendrite) (0 0 0 1)))", "line 1: has a ) that closes nothing"],
  ["((Dendrite) <(0 0 0 1)))", "line 1: has a ) that closes nothing"],
  ['("CellBody', "line 1: has a quotation mark without its second"],
  ["1 1 0 0 0 1 -1", "has neither a cell body nor a tree"],
])("%j", (bad, message) => {
  test("is refused", () => {
    expect(() => asc(bad)).toThrow(DataError);
    expect(() => asc(bad)).toThrow(message);
    expect(REFUSED.asc.length).toBeGreaterThan(0);
  });
}); // prettier-ignore

test("a hundred thousand brackets and as many points are refused or read in bounded time", () => {
  expect(() => asc("(".repeat(100_000))).toThrow("nested more than 10000 deep");
  const many = Array.from({ length: 100_000 }, (_, k) => `(${k} 0 0 1)`).join("\n");
  expect(asc(`((Dendrite)\n${many})`).sections[0]?.points).toHaveLength(100_000);
  let deep = "(1 1 1 1)";
  for (let k = 0; k < 4000; k++) deep = `(${k} 0 0 1) (${deep} | (${k} 9 0 1))`;
  expect(asc(`((Axon) (-1 0 0 1) ${deep})`).sections.length).toBeGreaterThan(7000);
}, 30_000);
