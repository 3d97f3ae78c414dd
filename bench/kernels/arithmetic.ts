// What do an exponential, a division, a multiply-add and a load from storage cost on this adapter? They are the floors of every model.
import { benchDevice, spread, timed, type BenchOptions, type Benchmark, type Findings, type Spread } from "../lib.ts";

const LOOPS = 256;
const CHAINS = 4; // independent values, so that latency is not what is measured
const N = 16384; // invocations

/** One operation on x, whose result stays in a range where it costs as much as ever. */
const OPERATIONS = {
  "exp (argument clamped)": "exp(clamp(x * -0.5, -80.0, 80.0))",
  division: "1.5 / (x + 0.25)",
  "multiply-add": "x * 0.75 + 0.125",
  "load from storage": "x * 0.5 + data[(at + i * 64u) & 16383u]",
  "load from storage, a quarter of vec4": "dot(quads[(at + i * 64u) & 4095u], vec4f(0.125)) + x * 0.5",
} as const;
export type Operation = keyof typeof OPERATIONS;

const kernel = (operation: string): string => `
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@group(0) @binding(1) var<storage, read> data: array<f32>;
@group(0) @binding(2) var<storage, read> quads: array<vec4f>;
fn one(x: f32, at: u32, i: u32) -> f32 { return ${operation}; }
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var x = vec4f(f32(id.x & 63u)) * vec4f(0.001, 0.002, 0.003, 0.004) + data[id.x & 63u] + quads[0].x;
  for (var i = 0u; i < ${LOOPS}u; i++) {
    x = vec4f(one(x.x, id.x, i), one(x.y, id.x + 16u, i), one(x.z, id.x + 32u, i), one(x.w, id.x + 48u, i));
  }
  out[id.x] = x.x + x.y + x.z + x.w;
}`;

/** ns of one operation over all invocations: wall, and CPU over all threads (software adapters). */
export interface Cost {
  readonly wall: Spread;
  readonly cpu: Spread;
}

/** Each operation's cost, loop and bookkeeping included. */
export async function arithmeticCosts(device: GPUDevice, { quick }: BenchOptions): Promise<Record<Operation, Cost>> {
  const costs: Partial<Record<Operation, Cost>> = {};
  const usage = GPUBufferUsage.STORAGE;
  const buffers = [4 * N, 4 * N, 4 * N].map((size) => device.createBuffer({ size, usage }));
  for (const [name, operation] of Object.entries(OPERATIONS) as [Operation, string][]) {
    const module = device.createShaderModule({ label: name, code: kernel(operation) });
    const bindGroupLayout = device.createBindGroupLayout({
      entries: buffers.map((_, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type: binding === 0 ? "storage" : "read-only-storage" } as const })),
    }); // prettier-ignore
    const layout = device.createPipelineLayout({ bindGroupLayouts: [bindGroupLayout] });
    const pipeline = await device.createComputePipelineAsync({ label: name, layout, compute: { module } });
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const group = device.createBindGroup({ layout: bindGroupLayout, entries });
    const run = async (times: number): Promise<void> => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let k = 0; k < times; k++) pass.dispatchWorkgroups(N / 64);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
    };
    await run(1);
    const [wall, cpu]: [number[], number[]] = [[], []];
    for (let k = 0; k < (quick ? 3 : 15); k++) {
      const used = await timed(() => run(4));
      wall.push((used.wall * 1e6) / (4 * N * LOOPS * CHAINS));
      cpu.push((used.cpu * 1e6) / (4 * N * LOOPS * CHAINS));
    }
    costs[name] = { wall: spread(wall), cpu: spread(cpu) };
  }
  for (const b of buffers) b.destroy();
  return costs as Record<Operation, Cost>;
}

export default {
  name: "arithmetic",
  question: "What do an exponential, a division, a multiply-add and a load from storage cost on this adapter?",
  async run(options): Promise<Findings> {
    const { device, info } = await benchDevice();
    const costs = await arithmeticCosts(device, options);
    device.destroy();
    return {
      adapter: info,
      tables: [
        {
          title: "ns per operation and value, loop included",
          columns: ["operation", "wall", "CPU, all threads"],
          rows: Object.entries(costs).map(([name, { wall, cpu }]) => [name, wall, cpu]),
        },
      ],
      notes: ["A load as a quarter of a vec4 counts four floats as one operation."],
    };
  },
} satisfies Benchmark;
