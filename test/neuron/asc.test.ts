import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonWith } from "../../scripts/requirements.mjs";
import { asc } from "../../src/import/index.ts";

/** Sections that NEURON's Import3d makes of each file: [kind, parent's kind or null, place on it, points]. */
const SCRIPT = `
import json, sys
from neuron import h
h.load_file("import3d.hoc")
class Cell: pass
def sections(path):
    reader = h.Import3d_Neurolucida3()
    reader.quiet = 1
    reader.input(path)
    cell = Cell()
    h.Import3d_GUI(reader, 0).instantiate(cell)
    def kind(s): return s.name().split(".")[-1].split("[")[0].split("_")[0]
    made = []
    for s in cell.all:
        up = s.parentseg()
        made.append([kind(s), None if up is None else kind(up.sec), None if up is None else up.x, [[s.x3d(i), s.y3d(i), s.z3d(i), s.diam3d(i)] for i in range(s.n3d())]])
    return made
print("RESULT" + json.dumps([sections(p) for p in sys.argv[1:]]))
`;
type Made = [kind: string, parent: string | null, at: number | null, points: number[][]];

/** An outline of unequal steps around a cell that lies across the axes. */
const outline = (points: number, long: number, turn: number, z: (k: number) => number): string =>
  Array.from({ length: points }, (_, k) => {
    const angle = (2 * Math.PI * (k + 0.3 * Math.sin(3 * k))) / points;
    const [a, b] = [long * Math.cos(angle), (5 + Math.sin(2 * angle + 1)) * Math.sin(angle)];
    return `(${a * Math.cos(turn) - b * Math.sin(turn)} ${a * Math.sin(turn) + b * Math.cos(turn)} ${z(k)} 0.4)`;
  }).join("\n");
const body = (points: string): string => `("CellBody" (Color Red) (CellBody)\n${points}\n)`;
const DENDRITE = "((Dendrite) (12 0 0 2) (30 1 2 1.5) ((30 1 2 1.2) (40 9 1 1) Normal | (41 -8 3 0.9) (60 -9 3 0.8) (((70 -9 3 0.7) | (70 -20 3 0.6)) High)))"; // prettier-ignore

const FILES: Readonly<Record<string, string>> = {
  "the fixture: a stack of two outlines, markers, spines, pieces of one point": readFileSync(join(import.meta.dirname, "../fixtures/cell.asc"), "utf8"), // prettier-ignore
  "an outline of 40 points": body(outline(40, 11, 0.4, () => 0)),
  "an outline of 7 points, and a tree": `${body(outline(7, 9, 2, () => 1))}\n${DENDRITE.replace("(((70", "((70").replace("0.6)) High", "0.6) High")}`, // prettier-ignore
  "an outline that leaves its plane": body(outline(25, 12, -1, (k) => 3 * Math.sin(k))),
  "a stack of four outlines": [0, 2, 4, 6].map((z) => body(outline(12, 9 - z / 2, 0.2 * z, () => z))).join("\n"),
  "a tree alone": "((Axon) (0 0 0 2) (10 0 0 1) ((20 5 0 1) (30 5 0 1) | (20 -5 0 0.5) (22 -9 0 0.5)))",
}; // prettier-ignore

const folder = mkdtempSync(join(tmpdir(), "hillock-asc-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made: Made[][];
beforeAll(() => {
  const paths = Object.values(FILES).map((text, k) => join(folder, `${k}.asc`));
  Object.values(FILES).forEach((text, k) => writeFileSync(paths[k] as string, text));
  const out = execFileSync(pythonWith(["neuron"]), ["-c", SCRIPT, ...paths], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }); // prettier-ignore
  made = JSON.parse(out.slice(out.indexOf("RESULT") + "RESULT".length).split("\n")[0] as string) as Made[][];
});

/** A soma may run either way along its axis: from its end with the smaller first coordinate. */
const along = (points: readonly (readonly number[])[]): readonly (readonly number[])[] =>
  (points[0]?.[0] ?? 0) <= (points.at(-1)?.[0] ?? 0) ? points : [...points].reverse();
const key = ([kind, parent, at, points]: Made): string =>
  [kind, parent, at, ...points.flat().map((x) => Math.round(x * 100))].join(" ");

test.each(Object.keys(FILES).map((name, k) => [name, k] as const))("%s: sections are Import3d's", (name, k) => {
  const ours = asc(FILES[name] as string).sections.map((s): Made => {
    const parent = s.parent === undefined ? null : (s.parent.split("_")[0] as string);
    return [s.kind, parent, s.parentEnd ?? null, (s.kind === "soma" ? along(s.points) : s.points).map((p) => [...p])];
  });
  const theirs = (made[k] as Made[]).map(
    ([kind, parent, at, points]): Made => [kind, parent, at, (kind === "soma" ? along(points) : points).map((p) => [...p])], // prettier-ignore
  );
  const [a, b] = [ours, theirs].map((all) => all.sort((p, q) => (key(p) < key(q) ? -1 : 1))) as [Made[], Made[]];
  expect(a.map(([kind, parent, at, points]) => [kind, parent, at, points.length])).toEqual(
    b.map(([kind, parent, at, points]) => [kind, parent, at, points.length]),
  );
  // NEURON keeps points in single precision
  a.forEach(([, , , points], i) => points.flat().forEach((x, j) => expect(Math.abs(x - ((b[i] as Made)[3].flat()[j] as number))).toBeLessThan(1e-5))); // prettier-ignore
});
