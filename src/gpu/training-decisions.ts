/// <reference types="@webgpu/types" preserve="true" />
import { linkKernel } from "../compile/link.ts";

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
      const module = device.createShaderModule({ label: "train_decisions", code: await linkKernel("train_decisions") });
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
