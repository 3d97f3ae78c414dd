// What does a training loop cost, against the floors of arithmetic and of memory? N = 100 .. 1000, batch 1 .. 40.
// Floors at N = 200 (sum of K^2 = 722 544): 3 flops per square, 2.2 Mflop a learning step, 26 us at 83 Gflop/s (two cores of 2.6 GHz,
// 8 lanes, multiply and add); packed P read every step and written every third, 1.9 MB, 96 us at 20 GB/s. What software adapters
// need beyond that is the gathering of each lane's vec4s, about 3 cycles a float.
// npx tsx bench/training/speed.ts [--n 200] [--batch 1] [--loops 3] [--workgroup 8] [--json]
import { parseArgs } from "node:util";
import { gpuTraining, trainingWorkgroup } from "../../src/gpu/training.ts";
import { layoutTraining, trainingMemory } from "../../src/gpu/training-layout.ts";
import { drawNetwork, drawTargets, targetArray } from "../../src/models/trained-network/draws.ts";
import { trainedNetworks } from "../../src/models/trained-network/network.ts";
import { NOTEBOOK } from "../../src/models/trained-network/parameters.ts";
import { openDevice } from "../../src/node.ts";

const { values } = parseArgs({
  options: {
    n: { type: "string", default: "200" },
    batch: { type: "string", default: "1" },
    loops: { type: "string", default: "3" },
    steps: { type: "string", default: "1000" },
    workgroup: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const [N, batch, loops, itmax] = [values.n, values.batch, values.loops, values.steps].map(Number) as [
  number,
  number,
  number,
  number,
];
const opened = await openDevice();
if (opened === undefined) throw new Error("no adapter: see hillock devices");
const { device, info } = opened;
const parameters = {
  ...NOTEBOOK,
  N,
  itmax,
  itstim: itmax / 5,
  learnFrom: itmax / 5 + 1,
  nloop: loops + 1,
  nloop_train: loops,
};
const networks = Array.from({ length: batch }, (_, seed) => ({
  label: `seed ${seed}`,
  pqif: 0.5,
  vrest: -12.3,
  draws: drawNetwork(parameters, seed),
  target: targetArray(drawTargets(parameters, seed), itmax),
  noise: { kind: "drawn" as const, seed, amplitude: 1 },
}));
const compiled = trainedNetworks(parameters, networks);
const workgroupSize = values.workgroup === undefined ? trainingWorkgroup(device) : Number(values.workgroup);
const layout = layoutTraining(compiled, { workgroupSize, maxBinding: device.limits.maxStorageBufferBindingSize });
const memory = trainingMemory(compiled, layout, 4);

const opening = performance.now();
const engine = await gpuTraining(device, compiled, { workgroupSize });
const openMs = performance.now() - opening;
const loopMs: number[] = [];
const cpuMs: number[] = [];
for (let loop = 0; loop <= loops; loop++) {
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  await engine.advance(itmax, ["r", "v", "error", "update2"]);
  const used = process.cpuUsage(cpu);
  loopMs.push(performance.now() - from);
  cpuMs.push((used.user + used.system) / 1000);
}
await engine.close();
await device.queue.onSubmittedWorkDone();
device.destroy();

// Floors (spec section 12), per learning step and network: K links a neuron, packed symmetric P in float32.
const squares = compiled.entries.map(({ rowPtr }) => {
  let sum = 0;
  for (let i = 0; i < N; i++) sum += ((rowPtr[i + 1] as number) - (rowPtr[i] as number)) ** 2;
  return sum;
});
const K2 = squares.reduce((a, b) => a + b, 0) / batch;
const flops = 3 * K2; // product 2, rank-1 update 1 per packed pair, halves counted
const bytes = (4 * K2) / 2 + ((4 * K2) / 2) * (1 / 3); // read every step, written every third
const learning = (Math.min(...loopMs.slice(1)) - (loopMs[0] as number) * 0.201) / (0.799 * itmax) / batch;
const result = {
  question: "cost of a training loop",
  adapter: info.description,
  N,
  batch,
  workgroupSize,
  memoryMiB: memory.total / 2 ** 20,
  openMs,
  untrainedLoopMs: (loopMs[0] as number) / batch,
  trainingLoopMs: { min: Math.min(...loopMs.slice(1)) / batch, max: Math.max(...loopMs.slice(1)) / batch },
  trainingLoopCpuMs: Math.min(...cpuMs.slice(1)) / batch,
  learningStepUs: learning * 1000,
  floors: { megaflopPerStep: flops / 1e6, megabytePerStep: bytes / 1e6 },
  achieved: { gigaflopPerSecond: flops / (learning * 1e6), gigabytePerSecond: bytes / (learning * 1e6) },
  network16LoopsSeconds:
    ((6 * (loopMs[0] as number) + 10 * Math.min(...loopMs.slice(1))) / batch / 1000) * (1000 / itmax),
};
if (values.json) console.log(JSON.stringify(result));
else console.log(JSON.stringify(result, undefined, 1));
