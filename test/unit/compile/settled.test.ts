// Whether the iterations of an implicit step end at a root: no alarm where rounding moves them, and at what cost. What stops is in ../run/unsound.ts.
import { expect, test } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import type { CompiledCells } from "../../../src/compile/compiled.ts";
import type { CellProgram } from "../../../src/compile/cells/step-program.ts";
import type { StateError } from "../../../src/errors.ts";
import { nmodl } from "../../../src/import/index.ts";
import type { Expr, Stmt } from "../../../src/lang/expr.ts";
import { children, freeNames, mapChildren } from "../../../src/lang/names.ts";
import { UNSETTLED } from "../../../src/lang/symbolic/coupled.ts";
import { param } from "../../../src/mechanisms/mechanism.ts";
import { neuron } from "../../../src/mechanisms/neuron.ts";
import { Network } from "../../../src/network/network.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { degC, ms, mV, ohm_cm, per_ms, perCell, uF_per_cm2, um } from "../../../src/units.ts";

/** x' of these shapes meets 0 where terms of some 70 cancel, at and beside x = 0, some with a kink there; w moves x through it at any speed. */
const SHAPES = {
  "an exponential": "k * (70 * exp(-x / 30) - 70 + w)",
  "terms that cancel to seven digits": "k * (700 * exp(-(x + 70) / 30) - 67.8801 + w)",
  "a kink at rest": "k * (70 - 70 * exp(x / 30) - 5 * max(x, 0) + w)",
  "a cube": "k * (w - x - x^3)",
};

const moved = (d: string, w = "r * cos(p)") =>
  neuron({
    name: "moved",
    doc: "A state that is moved through its rest. Source: this test.",
    params: { k: param(per_ms(1), "how stiff"), r: param(per_ms(1), "how fast it is moved") },
    states: { x: { d, unit: "1", init: "0" }, w: { d: w, unit: "1", init: "0" }, p: { d: "r", unit: "1", init: "0" } },
    ports: {},
    spike: "x > 1000",
    reset: {},
    method: "backwardEuler",
  }); // prettier-ignore

test.each(Object.entries(SHAPES))("float32 gives no alarm at rest: %s", async (_, d) => {
  const n = 120; // stiffness of 0.1, 10 and 1000 steps; from a ten millionth to a hundredth a step
  const each = (of: (cell: number) => number) =>
    perCell(
      per_ms,
      Array.from({ length: n }, (_, cell) => of(cell)),
    );
  const net = new Network({ seed: 1 });
  const params = { k: each((c) => 10 ** (2 * (c % 3) - 1)), r: each((c) => 10 ** (-7 + (5 * c) / n)) };
  net.record(net.cells("E", moved(d)({ n, params })), "x", { every: ms(1000) });
  const sim = await simulate(net, { dt: ms(1), engine: "reference32" });
  for await (const chunk of sim.run(ms(3000), { chunk: ms(3000) })) expect(chunk.to).toBe(3000);
  await sim.close();
});

test.each([["one equation", "0.003"], ["two that read each other", "0.003 - 0.001*x"]])("NMODL's derivimplicit too: %s", async (_, w) => {
  const text = `NEURON { SUFFIX folds } STATE { x w } INITIAL { x = -1.7 w = 0 }
    BREAKPOINT { SOLVE states METHOD derivimplicit }
    DERIVATIVE states { x' = 5*(x - x*x*x/3 + w) w' = ${w} }`;
  const { mechanism } = nmodl(text, { file: "folds.mod" });
  const net = new Network({ seed: 1 });
  net.cells("E", 1, { sections: [{ name: "soma", L: um(20), diam: um(20), Ra: ohm_cm(100), cm: uF_per_cm2(1) }], insertions: [{ sections: ["soma"], mechanism }], detector: { section: "soma", threshold: mV(0) }, V0: mV(-65), celsius: degC(6.3) });
  const sim = await simulate(net, { dt: ms(0.5) });
  const error = await (async () => {
    for await (const chunk of sim.run(ms(400), { chunk: ms(400) })) void chunk;
  })().catch((e: unknown) => e as StateError);
  await sim.close();
  expect(error?.message).toMatch(/x has not settled: Newton's four iterations of its implicit step have not converged: .* Take a shorter dt/);
  // w + x - x^3 / 3 has no root left of 1 once w is above 2 / 3, and in steps of 2.5 time constants not much later
  if (w === "0.003") expect(error!.fault.step * 0.5).toBeGreaterThan(222);
  if (w === "0.003") expect(error!.fault.step * 0.5).toBeLessThan(235);
}); // prettier-ignore

// x = 3 + 2 (1 - exp(x)) has its root at 0.753, but from 3 an iteration goes down by less than 1; a step a hundred times as short gets there
test.each([[0.1, true], [0.001, false]])("a root that four iterations do not reach is no fold: in steps of %d ms", async (dt, isFar) => {
  const net = new Network({ seed: 1 });
  const far = neuron({ name: "far", doc: "Its rest is far. Source: this test.", params: { k: param(per_ms(20), "how stiff") }, states: { x: { d: "k * (1 - exp(x))", unit: "1", init: "3" } }, ports: {}, spike: "x > 1000", reset: {}, method: "backwardEuler" });
  net.record(net.cells("E", far({ n: 1 })), "x", { every: ms(dt) });
  const sim = await simulate(net, { dt: ms(dt) });
  const run = async (): Promise<void> => {
    for await (const chunk of sim.run(ms(1), { chunk: ms(1) })) void chunk;
  };
  if (isFar) await expect(run()).rejects.toThrow("x has not settled: Newton's four iterations of its implicit step have not converged: the next root is far, or there is none");
  else await run();
  await sim.close();
}); // prettier-ignore

test("costs eleven operations of a state that is not linear, and none of others", () => {
  const net = new Network({ seed: 1 });
  net.cells("E", moved(SHAPES["a cube"], "r * p")({ n: 1 }));
  const { advance } = (compile(net, { dt: ms(1) }).populations[0] as CompiledCells & { program: CellProgram }).program;
  const bare = (e: Expr): Expr => isLook(e) ? bare((e as Extract<Expr, { kind: "call" }>).args[1] as Expr) : mapChildren(e, bare); // prettier-ignore
  const without = advance.map((s) => ({ ...s, value: bare(s.value) }));
  expect(advance.filter((s) => JSON.stringify(s).includes(`${UNSETTLED}`))).toHaveLength(1);
  expect(operations(advance) - operations(without)).toBeLessThanOrEqual(11);
  expect(operations(without)).toBeGreaterThan(50);
});

const isLook = (e: Expr): boolean => e.kind === "call" && e.fn === "select" && e.args[2]?.kind === "number" && e.args[2].value === UNSETTLED; // prettier-ignore

/** Of what states are set to, and of all that this reads. */
function operations(stmts: readonly Stmt[]): number {
  const size = (e: Expr): number => (children(e).length === 0 ? 0 : 1) + children(e).reduce((sum, part) => sum + size(part), 0); // prettier-ignore
  const read = new Set<string>();
  let sum = 0;
  for (const s of stmts.toReversed()) {
    if (s.op === "let" && !read.has(s.name)) continue;
    for (const id of freeNames(s.value)) read.add(id);
    sum += size(s.value);
  }
  return sum;
}
