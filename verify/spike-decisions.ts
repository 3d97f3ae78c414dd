import { linkKernel } from "../src/gpu/link.ts";

/** Single spike decisions of given pairs of states, by the functions that train_step uses. */
const KERNEL = `import package::train_neuron::lif_spikes;
import package::train_neuron::qif_spikes;

struct Pair {
  x: f32,
  x_new: f32,
  threshold: f32,
  kind: u32, // 0 QIF, 1 LIF by the effective rule, 2 LIF by the intended
}

@group(0) @binding(0) var<storage, read> pairs: array<Pair>;
@group(0) @binding(1) var<storage, read_write> fired: array<u32>;

@compute @workgroup_size(64)
fn train_decisions(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= arrayLength(&pairs)) { return; }
  let pair = pairs[i];
  let lif = lif_spikes(pair.x, pair.x_new, pair.threshold, pair.kind == 2u);
  fired[i] = select(0u, 1u, select(lif, qif_spikes(pair.x, pair.x_new), pair.kind == 0u));
}
`;

/** One neuron's states before and after a step. */
export interface SpikePair {
  readonly model: "qif" | "lif";
  readonly x: number;
  readonly xNew: number;
  readonly threshold: number;
  readonly rule: "effective" | "intended";
}

/** Decides on the device, in float32, which pairs are spikes; with the functions that the training kernel uses. */
export const gpuSpikeDecisions =
  (device: GPUDevice) =>
  async (pairs: readonly SpikePair[]): Promise<boolean[]> => {
    const data = new ArrayBuffer(pairs.length * 16);
    pairs.forEach(({ model, x, xNew, threshold, rule }, i) => {
      new Float32Array(data).set([x, xNew, threshold], 4 * i);
      new Uint32Array(data)[4 * i + 3] = model === "qif" ? 0 : rule === "effective" ? 1 : 2;
    });
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const make = (label: string, size: number, use: number): GPUBuffer =>
      device.createBuffer({ label, size, usage: use });
    const given = make("decisions.pairs", data.byteLength, usage);
    const fired = make("decisions.fired", pairs.length * 4, usage);
    const staging = make("decisions.staging", pairs.length * 4, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    try {
      const module = device.createShaderModule({ label: "train_decisions", code: await linkKernel("model", KERNEL) });
      const pipeline = await device.createComputePipelineAsync({
        label: "train_decisions",
        layout: "auto",
        compute: { module, entryPoint: "train_decisions" },
      });
      device.queue.writeBuffer(given, 0, data);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      const resources = [given, fired].map((buffer, binding) => ({ binding, resource: { buffer } }));
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: resources }));
      pass.dispatchWorkgroups(Math.ceil(pairs.length / 64));
      pass.end();
      encoder.copyBufferToBuffer(fired, 0, staging, 0, pairs.length * 4);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ);
      return Array.from(new Uint32Array(staging.getMappedRange()), (flag) => flag === 1);
    } finally {
      for (const buffer of [given, fired, staging]) buffer.destroy();
    }
  };
