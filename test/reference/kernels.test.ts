import { describe, expect, test, vi } from "vitest";
import { buildPeer } from "../../bench/peers/networks.ts";
import { pool } from "../../bench/models/network.ts";
import { compile } from "../../src/compile/compile.ts";
import type { CompiledCells, CompiledNetwork } from "../../src/compile/compiled.ts";
import { Inputs } from "../../src/host/inputs.ts";
import { withoutLinkTraces } from "../../src/host/learning.ts";
import { evaluate } from "../../src/lang/evaluate.ts";
import { call, type Expr, name, type Stmt } from "../../src/lang/expr.ts";
import { jsMath } from "../../src/lang/math64.ts";
import { parse } from "../../src/lang/parse.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { arraysOf } from "../../src/reference/arrays.ts";
import { memoryOf } from "../../src/reference/memory.ts";
import { partsOf, WHOLE } from "../../src/reference/split.ts";
import { Code, moduleOf, TYPE } from "../../src/reference/wasm/code.ts";
import { regionOf, scratchOf, withHeap } from "../../src/reference/wasm/heap.ts";
import { hasKernel } from "../../src/reference/wasm/kernel.ts";
import { TABLE_BYTES, writeTable } from "../../src/reference/wasm/functions.ts";
import { Emitter, imported, IMPORTS } from "../../src/reference/wasm/program.ts";
import { fixedProbability } from "../../src/connect/rules.ts";
import { channel, param } from "../../src/mechanisms/mechanism.ts";
import { Network } from "../../src/network/network.ts";
import { poisson } from "../../src/network/sources.ts";
import { Hz, ms, mV, nA, ohm_cm, S_per_cm2, uF_per_cm2, um, uS } from "../../src/units.ts";
import { collect, compiled, expectSame, hhCells, network } from "../gpu/engine-networks.ts";
import { portNetwork } from "../ports.ts";
import { DT, learningNetwork } from "../unit/links/learning-network.ts";

const peer = (name: "COBA" | "CUBA", excitatory: number, inhibitory: number): CompiledNetwork =>
  compile(buildPeer({ name, excitatory, inhibitory, delay: 0.8 }, 1), { dt: ms(0.1) });

/** A current whose exponentials are beyond what one step of scaling reaches: in cells 4 and 7 always, in others where they spike. */
const steep = channel({
  name: "steep",
  doc: "A gate of a slope of its own in each cell",
  params: {
    g_max: param(S_per_cm2(1e-4), "maximal conductance density"),
    s: param(mV(10), "slope", { min: 1e-6 }),
    t: param(ms(1), "unit of time"),
    u: param(mV(1), "unit of potential"),
  },
  states: {
    a: { inf: "1 / (1 + exp((-40 - V) / s))", tau: "t * (0.5 + exp(-(V + 60) / s))" },
    b: { alpha: "0.1 * (V + 50) / s / (1 - exp(-(V + 50) / s)) / t", beta: "0.3 / t" },
    c: { inf: "1 / (1 + exp((V + 50) * 20 / u))", tau: "t * (0.0003 + 2 / (1 + exp(V / 4 / u)))" },
  },
  currents: { k: { g: "g_max * a * b * c", E: "ek", ion: "k" } },
});

function steepNetwork(): CompiledNetwork {
  const net = new Network({ seed: 6 });
  const cells = hhCells(11);
  const s = { values: [10, 12, 9, 8, 0.01, 10, 11, 0.02, 10, 0.01, 9], unit: "mV" as const };
  const E = net.cells("E", { ...cells, insertions: [...(cells.insertions ?? []), { sections: ["soma"], mechanism: steep, params: { s } }] }); // prettier-ignore
  net.connect(net.sources("S", 30, poisson({ rate: Hz(400) })), E.excitatory, fixedProbability(0.4), { weight: uS(0.01), delay: ms(1) }); // prettier-ignore
  net.clamp(E, nA(0.1));
  net.record(E, "V", { every: ms(0.025) });
  net.record(E, "soma.steep.a", { cells: [3, 4, 7, 10], every: ms(0.1) });
  return compiled(net);
}

/** Four compartments of many channels: a program so long that fewer cells go together. */
function longNetwork(): CompiledNetwork {
  const net = new Network({ seed: 9 });
  const one = hhCells(21);
  const insertions = (one.insertions ?? []).map((i) => ({ ...i, sections: ["soma", "dendrite"] }));
  const E = net.cells("E", { ...one, sections: [...one.sections, { name: "dendrite", parent: "soma", L: um(300), diam: um(2), nseg: 5, Ra: ohm_cm(100), cm: uF_per_cm2(1) }], insertions: [...insertions, { sections: ["soma", "dendrite"], mechanism: steep }] }); // prettier-ignore
  net.connect(net.sources("S", 30, poisson({ rate: Hz(400) })), E.excitatory, fixedProbability(0.4), { weight: uS(0.01), delay: ms(1) }); // prettier-ignore
  net.record(E, "V", { every: ms(0.1) });
  return compiled(net);
}

/** Numbers of cells that eights leave 0 to 7 of. */
const KINDS: readonly (readonly [string, () => CompiledNetwork])[] = [
  ["clamps, groups of receptors, traces of both phases", () => compiled(network({ longMs: 20 }))],
  ["the same with loops", () => compiled(network({ loops: true }))],
  ["Poisson ports, three entries", () => compile(portNetwork(), { dt: ms(0.1) })],
  ["links that learn, two entries", () => compile(learningNetwork(2, 0.5), { dt: DT })],
  ["the motor pool", () => pool({ motorNeurons: 62 })],
  ["conductances", () => peer("COBA", 100, 27)],
  ["currents", () => peer("CUBA", 97, 24)],
  ["exponentials beyond 700", steepNetwork],
  ["a long program", longNetwork],
];

test.each(KINDS)("%s: kernels have the bits of printed JavaScript", async (_, make) => {
  const net = make();
  expect(net.populations.some((p) => p.kind === "cells" && hasKernel(p))).toBe(true);
  const how = { ends: [300, 301, 777] };
  const made = vi.spyOn(WebAssembly, "Instance");
  const want = await collect(referenceEngine(make(), { plain: true }), 900, how);
  expect(made).not.toHaveBeenCalled();
  expectSame(await collect(referenceEngine(net), 900, how), want);
  expect(made.mock.results.map(({ type }) => type)).toContain("return"); // or JavaScript would have stood for them without a word
  made.mockRestore();
});

test.each([["eight", () => pool({ motorNeurons: 9 })], ["two", longNetwork]] as const)("%s cells go together, as many as leave a function within 7,700 instructions", (_, make) => {
  const bytes = vi.spyOn(Code.prototype, "bytes");
  referenceEngine(make());
  const [rest, together] = bytes.mock.contexts.map((f) => (f as Code).instructions);
  bytes.mockRestore();
  expect(together).toBeGreaterThan(3850); // twice as many would not be within
  expect(together).toBeLessThanOrEqual(7700);
  expect(rest).toBeLessThanOrEqual(7700);
}); // prettier-ignore

test.each([2, 3, 5])("what one thread alone and each of %i write for JavaScript lies apart: it goes on while they start", (threads) => {
  const net = compiled(network({ longMs: 20 }));
  const longest = 40;
  const parts = partsOf(net, threads);
  const memory = withHeap(net, memoryOf(net, new Inputs(net), longest, longest, arraysOf(false, true)), longest, parts);
  const heap = memory.heap!;
  const regions = [...heap.scratch.keys()].flatMap((k) => {
    const cells = withoutLinkTraces(net.populations[k] as CompiledCells);
    return [WHOLE, ...parts].map((part) => {
      const from = regionOf(heap, k, cells, part, longest);
      return [from, from + scratchOf(cells, part, longest).bytes] as const;
    });
  });
  regions.sort(([a], [b]) => a - b);
  regions.slice(1).forEach(([from], k) => expect(from).toBeGreaterThanOrEqual(regions[k]![1]));
  expect(regions.at(-1)![1]).toBeLessThanOrEqual(heap.memory.buffer.byteLength);
  expect(regions).toHaveLength(heap.scratch.size * (threads + 1));
}); // prettier-ignore

const N = 1024;
const [X, Y, VALUE] = [0, 1, 2].map((k) => TABLE_BYTES + 8 * N * k) as [number, number, number]; // addresses
const SPECIAL = [0, -0, 1, -1, NaN, Infinity, -Infinity, 5e-324, 0.5, -0.25, -0.5, 12.99, 13, 20, 30, -37.9, -38, -39, 699.9, 700, -700.1, 708, 709.7, 710, -708.4, -745, -746, 1.5 * Math.LN2, -56 * Math.LN2, 0.3465735912322998, -0.3465735912322998, 0.34657359123229974, 2 ** -28, -(2 ** -29), 2 ** -54, 2 ** -55]; // prettier-ignore

/** A value on pairs of numbers x and y from memory. @param before  what is done first */
function paired(value: Expr, before: readonly Stmt[] = []): (x: Float64Array, y: Float64Array) => Float64Array {
  const f = new Code([], [TYPE.i32]);
  const at = f.local(TYPE.i32);
  f.op("loop");
  const emitter = new Emitter(f);
  emitter.name("x", f.get(at).at("pair", X).keep());
  emitter.name("y", f.get(at).at("pair", Y).keep());
  for (const stmt of before) emitter.run(stmt);
  f.get(at);
  emitter.value(value);
  f.at("setPair", VALUE)
    .get(at)
    .i32(16)
    .op("i32add")
    .tee(at)
    .i32(8 * N)
    .op("i32ltS")
    .branchIf(0)
    .op("end")
    .i32(0);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const made = new WebAssembly.Module(moduleOf(IMPORTS, [f], { pages: 1, shared: false }));
  const run = new WebAssembly.Instance(made, { env: { memory, ...imported } }).exports["run"] as () => number;
  writeTable(memory.buffer);
  const numbers = (at: number): Float64Array => new Float64Array(memory.buffer, at, N);
  return (x, y) => {
    numbers(X).set(x);
    numbers(Y).set(y);
    run();
    return numbers(VALUE).slice();
  };
}

describe("functions of two numbers at once", () => {
  const functions: Readonly<Record<string, (x: number, y: number) => number>> = jsMath;
  const sizes = [2 ** -50, 2 ** -27, 0.4, 1.2, 4, 40, 800];

  test.each(["exp", "expm1", "exprel", "inverse_exprel", "expm1_with", "exprel_with", "inverse_exprel_with", "log", "tanh"] as const)("%s has the bits of JavaScript", (fn) => {
    const want = functions[fn] ?? (Math[fn as "log"] as (x: number) => number);
    const run = paired(fn.endsWith("_with") ? call(fn, name("x"), name("y")) : call(fn, name("x")));
    let seed = 1;
    const random = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1;
    for (let round = 0; round < 70; round++) {
      const size = sizes[round % sizes.length] as number;
      const x = Float64Array.from({ length: N }, (_, k) => (round < 2 ? (SPECIAL[(k + round * (k >> 6)) % SPECIAL.length] as number) : size * random()));
      const y = x.map(jsMath.exp);
      const got = run(x, y);
      const wrong = Array.from(x.keys()).filter((k) => !Object.is(got[k], want(x[k] as number, y[k] as number)));
      expect(wrong.slice(0, 3).map((k) => [x[k], got[k]])).toEqual([]);
    }
  });
}); // prettier-ignore

describe("choices of two numbers at once", () => {
  const flags: readonly [string, string][] = [["both", "select(x > y, select(x < 0.5, 1, 0), 0)"], ["one", "select(both > 0.5, 1, 0)"], ["none", "select(one != 0, 0, 1)"], ["compared", "x <= y"]]; // prettier-ignore

  test.each(["max(x, 0)", "max(x, -0)", "max(x, 0.5)", "min(x, 0)", "min(x, -0)", "select(x > 0.5, y, 0)", "select(x > 0.5, 0, y)", "select(x > 0.5, -0, y)", "select(x > y, x, y)", "select(x, y, 2)", "both", "none", "compared", "both + one + none", "select(one != 0, x, y)", "select(one > 0, y, 0)", "select(one > 1, x, y)", "select(one >= 0, x, y)", "select(both > 0.5, 0, x)", "select(compared, x, y)", "none * x", "x^2", "x^-1"])("%s has the bits of Math", (text) => {
    const before = flags.map(([id, value]): Stmt => ({ op: "let", name: id, value: parse(value) }));
    const run = paired(parse(text), before);
    const pairs = SPECIAL.flatMap((a) => SPECIAL.map((b): [number, number] => [a, b])).slice(0, N);
    const [x, y] = [0, 1].map((k) => Float64Array.from({ length: N }, (_, j) => pairs[j % pairs.length]![k] as number)) as [Float64Array, Float64Array];
    const got = run(x, y);
    const want = Array.from(x, (value, k) => {
      const env: Record<string, number> = { x: value, y: y[k] as number };
      for (const { name: id, value: of } of before) env[id] = evaluate(of, env);
      return evaluate(parse(text), env);
    });
    const wrong = want.flatMap((value, k) => (Object.is(got[k], value) ? [] : [[x[k], y[k], got[k], value]]));
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  test("a flag that is set anew is one no more", () => {
    const before: Stmt[] = [{ op: "let", name: "flag", value: parse("x > 0.5") }, { op: "set", name: "flag", value: parse("flag + 1") }];
    const x = Float64Array.from({ length: N }, (_, k) => k % 2);
    expect(paired(parse("select(flag > 0.5, 3, 4)"), before)(x, x)).toEqual(new Float64Array(N).fill(3));
  });
}); // prettier-ignore
