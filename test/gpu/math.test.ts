import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { create, globals } from "webgpu";
import { evaluate } from "../../src/lang/evaluate.ts";
import * as twin from "../../src/lang/math32.ts";
import { jsMath } from "../../src/lang/math64.ts";
import { optimise } from "../../src/lang/optimise.ts";
import { parse } from "../../src/lang/parse.ts";
import { jsLibrary, printWgsl, toJs, toWgsl } from "../../src/lang/print.ts";

Object.assign(globalThis, globals);
const gpu = create([]); // kept for the life of the process: a second create() after a collected first one crashes
const MATH = readFileSync(new URL("../../shaders/math.wgsl", import.meta.url), "utf8");

const U = 2 ** -24; // one rounding, relative
let device: GPUDevice;
beforeAll(async () => {
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error("no adapter: install lavapipe (scripts/setup-adapter.sh) or a GPU driver");
  device = await adapter.requestDevice();
});
afterAll(async () => {
  await device.queue.onSubmittedWorkDone();
  device.destroy();
});

/** Values of WGSL expressions of x at the given points: one array for each expression. `before`: statements they need. */
async function onDevice(
  expressions: readonly string[],
  points: Float32Array<ArrayBuffer>,
  before = "",
): Promise<Float32Array[]> {
  const lines = expressions.map((text, k) => `  values[${k}u * arrayLength(&points) + id.x] = ${text};`).join("\n");
  const code = `${MATH}
@group(0) @binding(0) var<storage, read> points: array<f32>;
@group(0) @binding(1) var<storage, read_write> values: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&points)) { return; }
  let x = points[id.x];
${before}
${lines}
}`;
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ label: "math", code });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
  const size = points.byteLength * expressions.length;
  const input = device.createBuffer({
    size: points.byteLength,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
  });
  const output = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(input, 0, points);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [input, output].map((buffer, binding) => ({ binding, resource: { buffer } }));
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(points.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(output, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const all = new Float32Array(staging.getMappedRange().slice(0));
  staging.unmap();
  expect((await device.popErrorScope())?.message).toBeUndefined();
  for (const buffer of [input, output, staging]) buffer.destroy();
  return expressions.map((_, k) => all.subarray(k * points.length, (k + 1) * points.length));
}

const grid = (from: number, to: number, n = 4001): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));

/** The largest |device - twin| in units of what is allowed there: at most 1. */
function worst(
  got: Float32Array,
  points: Float32Array,
  f: (x: number) => number,
  allowed: (x: number) => number,
): number {
  return points.reduce((max, x, i) => Math.max(max, Math.abs((got[i] ?? NaN) - f(x)) / allowed(x)), 0);
}

/** WGSL's bound for exp: 3 + 2|x| ulp, an ulp being at most 2 U. */
const expError = (x: number): number => (3 + 2 * Math.abs(x)) * 2 * U * Math.exp(x);
/** expm1 and exprel, absolute. The polynomial: both sides within 2e-7 of the truth, relative (math32.test.ts), whatever the
 * order or fusion of the operations. Above it exp's error and the subtraction's. */
const expm1Error = (x: number): number =>
  Math.abs(x) < 0.351
    ? 4e-7 * Math.abs(Math.expm1(x)) + 1e-37 + (Math.abs(x) > 0.349 ? expError(x) : 0)
    : expError(x) + 2 * U * Math.abs(Math.expm1(x));

describe("shaders/math.wgsl is its twin", () => {
  test.each([
    [-80, 80],
    [-1, 1],
    [-1e-4, 1e-4],
  ])("exponentials on %d..%d", async (from, to) => {
    const x = grid(from, to);
    const texts = ["expm1(x)", "exprel(x)", "exprel_with(x, exp(x))", "tanh_own(x)", "inverse_exprel(x)"];
    const [expm1, exprel, withEx, tanh, inverse] = (await onDevice(texts, x)) as [
      Float32Array, Float32Array, Float32Array, Float32Array, Float32Array,
    ]; // prettier-ignore
    expect(worst(expm1, x, twin.expm1, expm1Error)).toBeLessThan(1);
    // a division: correctly rounded here, up to 2.5 ulp in WGSL
    const relError = (z: number) =>
      z === 0 ? 4e-7 : expm1Error(z) / Math.abs(z) + 6 * U * Math.abs(Math.expm1(z) / z);
    expect(worst(exprel, x, twin.exprel, relError)).toBeLessThan(1);
    expect(worst(withEx, x, twin.exprel, relError)).toBeLessThan(1);
    // the reciprocal: the same relative error
    const inverseError = (z: number) => relError(z) / Math.max(1e-30, jsMath.exprel(z) ** 2);
    expect(worst(inverse, x, twin.inverse_exprel, inverseError)).toBeLessThan(1);
    const tanhError = (z: number) => {
      const e = Math.expm1(Math.min(2 * z, 80));
      return (2 * expm1Error(Math.min(2 * z, 80))) / (e + 2) ** 2 + 8 * U;
    };
    expect(worst(tanh, x, twin.tanh_own, tanhError)).toBeLessThan(1);
  });

  test("cosine and sine on [-pi, pi] are within their stated error of the truth", async () => {
    const x = grid(-3.1415925, 3.1415925);
    const [cos, sin, cosOwn] = (await onDevice(["cos_pi(x)", "sin_pi(x)", "cos_own(x)"], x)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    expect(worst(cos, x, Math.cos, () => 3.6e-7)).toBeLessThan(1);
    expect(worst(sin, x, Math.sin, () => 4.1e-7)).toBeLessThan(1);
    expect(worst(cosOwn, x, Math.cos, () => 6e-7)).toBeLessThan(1); // x + pi may round up to a whole turn: 1.75e-7 and an ulp
  });

  test("phases past a turn wrap to within 1.75e-7 and the roundings of a turn", async () => {
    const x = grid(-9, 9);
    const [cos, sin] = (await onDevice(["cos_own(x)", "sin_own(x)"], x)) as [Float32Array, Float32Array];
    const allowed = () => 4.1e-7 + 1.75e-7 + 2 * U * 2 * Math.PI;
    expect(worst(cos, x, Math.cos, allowed)).toBeLessThan(1);
    expect(worst(sin, x, Math.sin, allowed)).toBeLessThan(1);
  });

  test("powers keep the sign of their base", async () => {
    const x = grid(-3, 3);
    const names = ["pow2", "pow3", "pow4", "pow5", "pow6", "pow7", "pow8"] as const;
    const values = await onDevice([...names.map((f) => `${f}(x)`), "pow_int(x, 11.0)", "pow_real(x, 0.3)"], x);
    names.forEach((f, k) =>
      expect(worst(values[k]!, x, twin[f], (z) => (k + 2) * 2 * U * Math.abs(z) ** (k + 2) + 1e-37)).toBeLessThan(1),
    );
    // WGSL derives pow(x, y) from exp2(y log2 x): 3 + 2|y log2 x| ulp of exp2 on top of y times log2's 3 ulp or 2^-21
    const powError = (y: number) => (z: number) => {
      const e = Math.abs(y * Math.log2(Math.abs(z) + 1e-30));
      return (2 * U * (3 + 2 * e) + Math.max(3 * 2 * U * e, y * 2 ** -21)) * Math.abs(z) ** y + 1e-30;
    };
    expect(worst(values[7]!, x, (z) => twin.pow_int(z, 11), powError(11))).toBeLessThan(1);
    expect(worst(values[8]!, x, (z) => twin.pow_real(z, 0.3), powError(0.3))).toBeLessThan(1);
  });
});

/** The printed forms: the same text on the device and in float32 JavaScript, on the voltages of a run. */
test.each([
  // sums of numbers up to 150, 4 roundings each side
  ["-(x - 3)^2 / 2 + select(x < 0, 1, min(x, 2)) - floor(x / 7) * (x >= 100)", () => 8 * U * 153 ** 2],
  // the exponent, up to 17, is rounded twice and exp is off by 3 + 2|e| ulp; the rest are some roundings of a value below 1
  ["1 / (1 + exp((x + 35) / 11))", (x: number) => { const e = Math.exp((x + 35) / 11); return ((2 * U * (5 + 4 * 17)) * e) / (1 + e) ** 2 + 10 * U; }],
] as [string, (x: number) => number][])("%s prints alike", async (text, allowed) => {
  const expr = parse(text);
  const x = grid(-150, 150, 1201);
  const library = jsLibrary(true);
  const js = new Function(...Object.keys(library), `return (x) => ${toJs(expr, { f32: true })};`)(...Object.values(library)) as (x: number) => number;
  const [got] = (await onDevice([toWgsl(expr)], x)) as [Float32Array];
  expect(worst(got, x, js, allowed)).toBeLessThan(1);
}); // prettier-ignore

test("the NERLab rates with shared exponentials agree with float64", async () => {
  const rates = {
    alpha_m: "0.64 * 4 / exprel((15 - x) / 4)", beta_m: "0.56 * 5 / exprel((x - 40) / 5)", alpha_h: "0.928 * exp((17 - x) / 18)",
    beta_h: "9 / (exp((40 - x) / 5) + 1)", alpha_p: "0.64 * 4 / exprel((5 - x) / 4)", beta_p: "0.56 * 5 / exprel((x - 30) / 5)",
    alpha_n: "0.08 * 7 / exprel((15 - x) / 7)", beta_n: "2 * exp((10 - x) / 40)", alpha_r: "3.5 / (exp((55 - x) / 4) + 1)",
  }; // prettier-ignore
  const names = Object.keys(rates);
  const stmts = Object.entries(rates).map(([name, text]) => ({ op: "let" as const, name, value: parse(text) }));
  const { stmts: program } = optimise(stmts, { constants: new Set(), states: new Set(), keep: new Set(names) });
  const x = grid(-150, 150);
  const got = await onDevice(names, x, printWgsl(program));
  names.forEach((_, k) => {
    const want = (v: number) => evaluate(stmts[k]!.value, { x: v });
    // The shared exponent, up to |e| = 51 + 10, is off by 3 roundings and exp of it by 3 + 2|e| ulp: (6 + 7 |e|) U, relative.
    // exprel magnifies that by 3.4 at its branch at most, where |e| <= 10; ten more roundings around it.
    const allowed = (v: number) => ((6 + 7 * 61) * U + 10 * U) * Math.abs(want(v));
    expect(worst(got[k]!, x, want, allowed)).toBeLessThan(1);
  });
});
