// What looking for states that no cell can have costs, in operations of the printed kernels, of which a division or an exponential on an adapter is one.
import { expect, test, vi } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import type { CellProgram } from "../../../src/compile/cells/step-program.ts";
import type { CompiledCells } from "../../../src/compile/compiled.ts";
import { modelWgsl } from "../../../src/gpu/model-wgsl.ts";
import { Code } from "../../../src/reference/wasm/code.ts";
import { kernelModule } from "../../../src/reference/wasm/kernel.ts";
import { SHADERS } from "../../../src/shaders.gen.ts";
import { smallPool } from "./networks.ts";
import { ms } from "../../../src/units.ts";

/** Watanabe's cell: its equations do not depend on how many there are. */
const cells = compile(smallPool(), { dt: ms(0.025) }).populations.find((p) => p.name === "aMN") as CompiledCells & {
  program: CellProgram;
};

/** Steps between two looks at the potentials. */
const STEPS_BETWEEN = Number(/min\(t \+ (\d+)u, block\.steps\)/.exec(SHADERS["integrate"] ?? "")?.[1]);

test("on an adapter less than a hundredth of a step", () => {
  const text = modelWgsl(cells, cells.program);
  const operations = (name: string): number => {
    const from = text.indexOf(`fn ${name}(`);
    const body = text.slice(text.indexOf("{", from), text.indexOf("\nfn ", from + 1));
    return body.match(/ (?:[-+*/<>&|]|<<|>>) |\b[a-z_][a-z_0-9]*\(/g)?.length ?? 0;
  };
  const step = operations("step");
  expect(step).toBeGreaterThan(100);
  const look = operations("largest_potential");
  expect(look).toBeGreaterThan(2);
  expect(look / STEPS_BETWEEN / step).toBeLessThan(0.01);
  // the other states are looked at once a block
  expect(operations("largest_state") / STEPS_BETWEEN / step).toBeLessThan(0.01);
});

test("in float64 an eightieth of a step, a division or a choice counted as one operation", () => {
  const names: string[] = [];
  const { op } = Code.prototype;
  const spied = vi.spyOn(Code.prototype, "op").mockImplementation(function (this: Code, ...given) {
    names.push(...given);
    return op.apply(this, given);
  });
  const rows = cells.traces.map(() => 0);
  const places = { state: 0, armed: 0, params: 0, acc: 0, gains: [], clampRow: [], clamps: 0, rows, due: rows, samples: rows, widths: rows, spikes: 0 }; // prettier-ignore
  kernelModule(cells, places, { entries: 1, slots: 2, voltageLimit: 1000 }, { pages: 1, shared: false });
  spied.mockRestore();
  const always = withoutChoices(insideOf(names, "loop"));
  const operations = always.filter((name) => /^(add|sub|mul|div|abs|neg|lt|le|gt|ge|eq|and|or|not|pmin|pmax|bitselect|longShl|longAdd)$/.test(name)); // prettier-ignore
  // eight cells in four vectors, two potentials each: abs, le, and
  expect(operations.filter((name) => name === "le")).toHaveLength(8);
  expect((3 * 8) / operations.length).toBeLessThanOrEqual(1 / 80);
  expect(operations.length).toBeLessThan(2400);
});

/** Without what stands within an if: it is seldom done. */
function withoutChoices(names: readonly string[]): string[] {
  const kept: string[] = [];
  const open: boolean[] = []; // whether each is an if
  for (const name of names) {
    if (["block", "loop", "if"].includes(name)) open.push(name === "if");
    if (!open.includes(true)) kept.push(name);
    if (name === "end") open.pop();
  }
  return kept;
}

/** What stands within the first loop that no block begins: that over steps. */
function insideOf(names: readonly string[], opens: string): string[] {
  const from = names.findIndex((name, k) => name === opens && names[k - 1] !== "block");
  let depth = 0;
  const length = names.slice(from + 1).findIndex((name) => {
    if (["block", "loop", "if"].includes(name)) depth++;
    return name === "end" && depth-- === 0;
  });
  return names.slice(from + 1, from + 1 + length);
}
