import { readFileSync } from "node:fs";
import { create, globals } from "webgpu";
import { link } from "wesl/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawU32, philox4x32 } from "../../src/random/philox.ts";
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
