import type { CompiledCells } from "../../src/compile/compiled.ts";
import { parse } from "../../src/lang/parse.ts";
import { jsLibrary, printJs } from "../../src/lang/print.ts";
import type { Cell } from "../lib.ts";
import { operations } from "./network.ts";

/** ns of one operation of float64 on numbers that the first cache holds, four sums at once, as the reference engine prints it.
 * @param operation  an equation's text, of v */
export function price(operation: string): number {
  const printed = printJs([{ op: "set", name: "y", value: parse(operation) }], { f32: false });
  const terms = [0, 1, 2, 3].map((k) => `v = x[k + ${k}]; ${printed} s${k} += y;`).join(" ");
  const library = jsLibrary(false);
  const make = new Function(
    ...Object.keys(library),
    `return (x) => { let v = 0, y = 0, s0 = 0, s1 = 0, s2 = 0, s3 = 0; for (let k = 0; k < x.length; k += 4) { ${terms} } return s0 + s1 + s2 + s3; };`,
  );
  const loop = make(...Object.values(library)) as (x: Float64Array) => number;
  const x = Float64Array.from({ length: 1024 }, (_, k) => -k / 1024);
  let [best, sum] = [Infinity, 0];
  for (let round = 0; round < 500; round++) {
    const began = performance.now();
    for (let repeat = 0; repeat < 20; repeat++) sum += loop(x);
    best = Math.min(best, performance.now() - began);
  }
  return Number.isFinite(sum) ? (best * 1e6) / 20 / x.length : NaN;
}

/** What a step of a cell costs at least on one thread of the float64 reference: its operations at their price, and its bytes. */
export function stepFloors(cells: CompiledCells): Cell[][] {
  const { program } = cells;
  const ops = operations(cells);
  const bytes = 8 * (2 * program.states.length + program.params.length);
  return [
    ["exponentials", ops.exponentials, ops.exponentials * price("exp(v)")],
    ["divisions", ops.divisions, ops.divisions * price("1 / (v + 2)")],
    ["sums, products, selections", ops.others, (ops.others / 2) * price("1.5 * v")],
    ["bytes: states read and written, parameters read, each step", bytes, ""],
  ];
}

/** ns of a synaptic event at least: a target read in order, a weight added to one of `slots` sums. */
export function eventFloor(slots: number): number {
  const targets = Uint32Array.from({ length: 2 ** 16 }, (_, k) => (Math.imul(k, 0x9e3779b1) >>> 0) % slots).sort();
  const sums = new Float64Array(slots);
  let best = Infinity;
  for (let round = 0; round < 50; round++) {
    const began = performance.now();
    for (let k = 0; k < targets.length; k++) (sums[targets[k] as number] as number) += 0.1;
    best = Math.min(best, performance.now() - began);
  }
  return (best * 1e6) / targets.length;
}
