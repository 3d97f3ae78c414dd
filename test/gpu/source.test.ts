import { readFileSync } from "node:fs";
import { create, globals } from "webgpu";
import { link } from "wesl/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { integralOf } from "../../src/random/increments.ts";
import { drawU32, philox4x32 } from "../../src/random/philox.ts";
import {
  advanceConstantSources,
  advanceSources,
  constantIncrements,
  initSources,
  sourceStateLength,
  type Sources,
} from "../../src/random/source.ts";
import { negLogQ27 } from "../../src/random/threshold.ts"; // prettier-ignore

Object.assign(globalThis, globals);
const gpu = create([]); // kept for ever: Dawn aborts when it goes while a device lives

let device: GPUDevice;
beforeAll(async () => {
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error("No WebGPU adapter: on Debian, install mesa-vulkan-drivers from backports");
  device = await adapter.requestDevice();
});
afterAll(async () => {
  await device.queue.onSubmittedWorkDone();
  device.destroy();
});

const shader = (name: string) => readFileSync(new URL(`../../shaders/${name}.wgsl`, import.meta.url), "utf8");

/** Links a kernel to the libraries, runs it over n invocations with storage buffers in the order of their bindings, and gives back the first. */
async function run(kernel: string, n: number, buffers: readonly Uint32Array<ArrayBuffer>[]): Promise<Uint32Array> {
  const weslSrc = { "./main.wgsl": kernel, "./philox.wgsl": shader("philox"), "./source.wgsl": shader("source") };
  const { dest } = await link({ weslSrc, rootModuleName: "main" });
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ label: "source.test", code: dest });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const onGpu = buffers.map((data, i) => {
    const buffer = device.createBuffer({
      label: `binding ${i}`,
      size: data.byteLength,
      usage: STORAGE | COPY_SRC | COPY_DST,
    });
    device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  });
  const entries = onGpu.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const first = onGpu[0]!;
  const back = device.createBuffer({ label: "back", size: first.size, usage: COPY_DST | MAP_READ });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(n / 64));
  pass.end();
  encoder.copyBufferToBuffer(first, 0, back, 0, first.size);
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (error !== null) throw new Error(error.message);
  await back.mapAsync(GPUMapMode.READ);
  const result = new Uint32Array(back.getMappedRange().slice(0));
  for (const buffer of [...onGpu, back]) buffer.destroy();
  return result;
}

const words = (n: number, salt: number) =>
  Uint32Array.from({ length: n }, (_, i) =>
    i < 4 ? [0, 0xffffffff, 0x80000000, 0x7fffffff][i]! : drawU32(salt, 0, i, 0, "threshold") >>> (i % 32),
  );

test("philox4x32 and neg_log_q27 equal their twins", async () => {
  const n = 4096;
  const counters = words(4 * n, 3);
  const kernel = `
    import package::philox::philox4x32;
    import package::source::neg_log_q27;
    @group(0) @binding(0) var<storage, read_write> out: array<u32>;
    @group(0) @binding(1) var<storage, read_write> words: array<vec4u>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      let w = words[id.x];
      let r = philox4x32(w, w.zy);
      for (var i = 0u; i < 4u; i++) { out[8u * id.x + i] = r[i]; out[8u * id.x + 4u + i] = neg_log_q27(w[i]); }
    }`;
  const got = await run(kernel, n, [new Uint32Array(8 * n), counters]);
  const want = new Uint32Array(8 * n);
  for (let i = 0; i < n; i++) {
    const [a, b, c, d] = counters.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
    want.set(philox4x32([a, b, c, d], [c, b]), 8 * i);
    want.set([a, b, c, d].map(negLogQ27), 8 * i + 4);
  }
  expect(got).toEqual(want);
});

const RUN_ON = `
      var t = 0u;
      var crossing = false;
      loop {
        loop {
          if (crossing || t >= steps) { break; }
          crossing = source_add(&s, inc[signal_of_cell[cell] * steps + t], order);
          t++;
        }
        if (!crossing) { break; }
        let fires = source_cross(&s, order, 5u, 77u, cell);
        crossing = !fires && s.sum >= s.theta;
        if (fires) { data[at + ((t - 1u) >> 5u)] |= 1u << ((t - 1u) & 31u); }
      }`;
const BISECT = `
      let row = signal_of_cell[cell] * (steps + 1u);
      var t = 0u;
      loop {
        let need = source_need(s, order);
        let base = integral(row + t);
        var low = t;
        var high = steps;
        loop {
          if (low >= high) { break; }
          let middle = (low + high) >> 1u;
          if (integral_reached(integral(row + middle + 1u), base, need)) { high = middle; } else { low = middle + 1u; }
        }
        let found = low < steps;
        t = min(low + 1u, steps);
        s.sum += order * (integral(row + t).x - base.x);
        if (!found) { break; }
        var fires = false;
        loop {
          fires = source_cross(&s, order, 5u, 77u, cell);
          continuing { break if fires || s.sum < s.theta; }
        }
        if (fires) { data[at + ((t - 1u) >> 5u)] |= 1u << ((t - 1u) & 31u); }
      }`;

test.each(
  [1, 5, 64].flatMap(
    (order) =>
      [
        ["running on", order, RUN_ON],
        ["bisection", order, BISECT],
      ] as const,
  ),
)("%s: sources of order %i give the twin's spikes and state over a block of steps", async (_, order, search) => {
  const [n, steps, signals] = [192, 800, 3];
  const sources: Sources = { n, entries: 1, entry: 0, order, seed: 5, stream: 77 };
  // Up to one stage per step, zeros included: the second signal is 0 in half its steps.
  const increments = Uint32Array.from({ length: signals * steps }, (_, i) => {
    const k = Math.floor((drawU32(1, 2, i, 0, "signal") * 2 ** -5) / order);
    return Math.floor(i / steps) === 1 && i % 2 === 0 ? 0 : k;
  });
  const signalOfCell = Uint32Array.from({ length: n }, (_, cell) => cell % signals);
  const rates = constantIncrements(
    Float64Array.from({ length: n }, (_, cell) => 0.003 + (cell * 1900) / n / order),
    0.5,
  );
  const length = sourceStateLength(sources);
  const state = new Uint32Array(length);
  initSources(state, sources);
  // [state | spike bits of the signals' block | of the constant rates' block]
  const bits = n * (steps / 32);
  const want = new Uint32Array(length + 2 * bits);
  want.set(state);
  const input = want.slice();
  let at = length;
  const mark = (step: number, cell: number) => void (want[at + cell * (steps / 32) + (step >> 5)]! |= 1 << (step & 31));
  advanceSources(want.subarray(0, length), sources, steps, increments, signalOfCell, mark);
  at += bits;
  advanceConstantSources(want.subarray(0, length), sources, steps, rates, mark);
  expect(want.subarray(length).filter((x) => x !== 0).length).toBeGreaterThan(n); // the trains are not empty

  const kernel = `
    import package::source::{Source, source_add, source_need, integral_reached, source_cross, source_step, constant_increment};
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @group(0) @binding(1) var<storage, read_write> inc: array<u32>;
    @group(0) @binding(2) var<storage, read_write> signal_of_cell: array<u32>;
    @group(0) @binding(3) var<storage, read_write> rates: array<u32>;
    fn integral(i: u32) -> vec2u { return vec2u(inc[2u * i], inc[2u * i + 1u]); }
    const n = ${n}u; const steps = ${steps}u; const order = ${order}u;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      let cell = id.x;
      var s = Source(data[cell], data[n + cell], data[2u * n + cell], data[3u * n + cell], data[4u * n + cell]);
      var at = 5u * n + cell * (steps / 32u);
${search}
      at += n * (steps / 32u);
      for (var i = 0u; i < steps; i++) {
        let k = constant_increment(&s, rates[cell], rates[n + cell]);
        if (source_step(&s, k, order, 5u, 77u, cell)) { data[at + (i >> 5u)] |= 1u << (i & 31u); }
      }
      data[cell] = s.sum; data[n + cell] = s.theta; data[2u * n + cell] = s.stage; data[3u * n + cell] = s.draws; data[4u * n + cell] = s.remainder;
    }`;
  const both = Uint32Array.of(...rates.whole, ...rates.fraction);
  const rows = search === BISECT ? integralOf(increments, steps) : increments;
  expect(await run(kernel, n, [input, rows, signalOfCell, both])).toEqual(want);
});
