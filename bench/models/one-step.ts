// What does a step cost where blocks have one step alone (K = 1: a delay of one step, or links that learn at once), in dispatches and time?
import { compile } from "../../src/compile/compile.ts";
import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { referenceEngine } from "../../src/reference/engine.ts";
import { benchDevice, spread, timed, type Benchmark, type Cell, type Findings, type Spread } from "../lib.ts";
import { buildPeer, DT } from "../peers/networks.ts";
import { learners } from "../peers/stdp.ts";
import { drain, pool } from "./network.ts";

const peer = (name: "COBA" | "CUBA"): CompiledNetwork =>
  compile(buildPeer({ name, excitatory: 3200, inhibitory: 800, delay: DT }, 1), { dt: { value: DT, unit: "ms" } });

const NETWORKS: readonly (readonly [string, () => CompiledNetwork])[] = [
  ["COBA, 4,000 neurons, delays of one step", () => peer("COBA")],
  ["CUBA, 4,000 neurons, delays of one step", () => peer("CUBA")],
  ["100 neurons, 100,000 links that learn, no dendritic delay", () => learners(0)],
  ["Watanabe's 800 motor neurons, blocks of one step asked for", () => pool({ motorNeurons: 800, maxBlock: 1 })],
];

/** Counts the dispatches that are encoded on a device from now on. */
function counted(device: GPUDevice): () => number {
  let dispatches = 0;
  const make = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (descriptor) => {
    const encoder = make(descriptor);
    const begin = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (of) => {
      const pass = begin(of);
      const dispatch = pass.dispatchWorkgroups.bind(pass);
      pass.dispatchWorkgroups = (...size) => {
        dispatches++;
        dispatch(...size);
      };
      return pass;
    };
    return encoder;
  };
  return () => dispatches;
}

/** us of a dispatch of one invocation that needs what the one before it wrote: many in a pass, in one submit. */
async function floor(device: GPUDevice, quick: boolean): Promise<Spread> {
  const code = "@group(0) @binding(0) var<storage, read_write> x: array<u32>; @compute @workgroup_size(1) fn main() { x[0] += 1u; }"; // prettier-ignore
  const module = device.createShaderModule({ label: "floor", code });
  const pipeline = await device.createComputePipelineAsync({ label: "floor", layout: "auto", compute: { module } });
  const buffer = device.createBuffer({ label: "floor", size: 16, usage: 0x80 });
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer } }] }); // prettier-ignore
  const many = quick ? 200 : 2000;
  const times: number[] = [];
  for (let round = 0; round < (quick ? 2 : 8); round++) {
    const { wall } = await timed(async () => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let k = 0; k < many; k++) pass.dispatchWorkgroups(1);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
    });
    if (round > 0) times.push((wall * 1e3) / many); // the first compiles
  }
  buffer.destroy();
  return spread(times);
}

async function measured(name: string, make: () => CompiledNetwork, device: GPUDevice, quick: boolean): Promise<Cell[]> {
  const network = make();
  const dispatches = counted(device);
  const engines = [await gpuEngine(network, device), referenceEngine(network)] as const;
  const steps = quick ? 200 : 2000;
  for (const engine of engines) await drain(engine, steps);
  const [wall, cpu]: [number[][], number[][]] = [
    [[], []],
    [[], []],
  ];
  const before = dispatches();
  const rounds = quick ? 1 : 5;
  for (let round = 0; round < rounds; round++) {
    for (const [k, engine] of engines.entries()) {
      const used = await timed(() => drain(engine, steps));
      wall[k]?.push((used.wall * 1e3) / steps);
      cpu[k]?.push((used.cpu * 1e3) / steps);
    }
  }
  const each = (dispatches() - before) / steps / rounds;
  for (const engine of engines) await engine.close();
  const [adapter, reference] = wall.map(spread) as [Spread, Spread];
  return [name, network.maxBlock, each, adapter, ...cpu.slice(0, 1).map(spread), adapter.median / each, reference];
}

export default {
  name: "one-step",
  question: "What does a step cost where blocks have one step alone (K = 1), in dispatches and in time?",
  async run({ quick }): Promise<Findings> {
    const { device, info } = await benchDevice();
    try {
      const rows: Cell[][] = [];
      for (const [name, make] of NETWORKS) rows.push(await measured(name, make, device, quick));
      return {
        adapter: info,
        tables: [
          { title: "Floor of a dispatch: one invocation that waits for the one before, us", columns: ["what", "us"], rows: [["a dispatch in a pass", await floor(device, quick)]] },
          { title: "us per step, the adapter and one thread of the float64 reference in turn", columns: ["network", "K", "dispatches per step", "us", "us CPU", "us per dispatch", "float64 reference, us"], rows },
        ],
        notes: ["Dispatches are counted as they are encoded, those of a submit's beginning among them. Between dispatches of a step accumulators are cleared."],
      };
    } finally {
      device.destroy();
    }
  },
} satisfies Benchmark; // prettier-ignore
