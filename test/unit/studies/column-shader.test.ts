import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { TreeTable } from "../../../src/gpu/tree-table.ts";
import { treeWgsl } from "../../../src/gpu/tree-wgsl.ts";
import { columnPreset, cortexColumn } from "../../../src/models/cortical-column/index.ts";
import type { AnyCells } from "../../../src/network/handles.ts";
import { ms } from "../../../src/units.ts";

/** Shader text and table of the L5 pyramidal cells of a 2 x 2 column with a bias, in a batch. */
function printed(entries: number, recorded: readonly string[] = ["dipole"]) {
  const drives = [...columnPreset("evoked").drives, { kind: "tonic", amplitude: { L5_pyramidal: 1 } } as const];
  const column = cortexColumn({ mesh: [2, 2], tstop: 50, drives });
  const cells = column.population("L5_pyramidal") as AnyCells;
  for (const variable of recorded) column.record(cells, variable, { every: ms(0.1) });
  column.batch(entries);
  const network = compile(column, { dt: ms(0.025) });
  const population = network.populations.find((p) => p.name === "L5_pyramidal");
  if (population?.kind !== "cells" || population.program.kind !== "tree")
    throw new Error("L5 pyramidal cells are trees");
  const { program } = population;
  const scale = (input: number): number[] => Array.from({ length: entries }, (_, e) => 2 ** -(10 * input + e));
  const rows = (clamp: number): number[] => Array.from({ length: entries }, (_, e) => 1000 + 100 * clamp + e);
  const table = new TreeTable(population, program, rows, scale, network.seeds);
  return { text: treeWgsl(population, program, table), table, population, program };
}

describe("the shader of a large tree", () => {
  test("is the same text for any batch, so that a compiled one is found again", () => {
    expect(printed(7).text).toBe(printed(1).text);
  });

  test("finds a clamp's row and a receptor's scale of an entry where its text says", () => {
    const { table, population, program } = printed(3);
    const clamps = table.start("clamps");
    expect(table.words.slice(clamps, clamps + 3)).toEqual([1000, 1001, 1002]);
    const scales = clamps + program.clampInputs.length * 3; // as the text adds them
    expect(scales).toBe(table.start("scales"));
    const at = (row: number) => new Float32Array(Uint32Array.from(table.words.slice(scales + 3 * row, scales + 3 * row + 3)).buffer); // prettier-ignore
    expect([...at(1)]).toEqual([2 ** -10, 2 ** -11, 2 ** -12]);
    expect([...at(population.receptors.length)]).toEqual([0, 0, 0]); // what receptors without links are multiplied by
  });

  test("does not grow with the number of voltage sums", () => {
    const currents = Array.from({ length: 55 }, (_, k) => `im_${k}`);
    const [few, many] = [printed(1).text, printed(1, ["dipole", ...currents]).text];
    expect(many.length - few.length).toBeLessThan(20); // places in the table with more digits
  });
});
