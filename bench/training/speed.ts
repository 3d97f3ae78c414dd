// What does a learning step of a trained network cost, against the floors of arithmetic and of memory? N = 100 .. 1000, batch 1 .. 40.
import { learns } from "../../src/compile/trained/training.ts";
import { gpuTraining, trainingWorkgroup } from "../../src/gpu/trained/training.ts";
import { layoutTraining, trainingMemory } from "../../src/gpu/trained/layout.ts";
import { drawNetwork, drawTargets, targetArray } from "../../src/compile/trained/draws.ts";
import { MEASURED } from "../../src/models/trained-network/measures.ts";
import { trainedNetworks } from "../../src/compile/trained/networks.ts";
import { NOTEBOOK } from "../../src/network/trained-parameters.ts";
import { benchDevice, spread, timed, type Benchmark, type Cell, type Findings, type Spread } from "../lib.ts";

/** Networks and steps of a loop: fewer steps where a learning step, which grows as N^3, takes long. */
const CASES = [
  { N: 100, batch: 1, steps: 1000 },
  { N: 100, batch: 8, steps: 1000 },
  { N: 100, batch: 40, steps: 500 },
  { N: 200, batch: 1, steps: 1000 },
  { N: 200, batch: 8, steps: 500 },
  { N: 200, batch: 40, steps: 100 },
  { N: 500, batch: 1, steps: 100 },
  { N: 1000, batch: 1, steps: 50 },
] as const;
const QUICK = [{ N: 200, batch: 1, steps: 200 }] as const;

interface Measured {
  readonly wall: Spread;
  readonly cpu: Spread;
  readonly plain: number;
  readonly memory: number;
  readonly squares: number;
}

/** Times of a learning step per network (us): a training loop less what the same steps take without learning. */
async function measure(
  device: GPUDevice,
  { N, batch, steps }: { N: number; batch: number; steps: number },
  loops: number,
): Promise<Measured> {
  const itstim = steps / 5;
  const parameters = {
    ...NOTEBOOK,
    N,
    itmax: steps,
    itstim,
    learnFrom: itstim + 1,
    nloop: loops + 2,
    nloop_train: loops + 1,
  };
  const networks = Array.from({ length: batch }, (_, seed) => ({
    label: `seed ${seed}`,
    pqif: 0.5,
    vrest: -12.3,
    draws: drawNetwork(parameters, seed),
    target: targetArray(drawTargets(parameters, seed), steps),
    noise: { kind: "drawn" as const, seed, amplitude: 1 },
  }));
  const compiled = trainedNetworks(parameters, networks);
  const layout = layoutTraining(compiled, {
    workgroupSize: trainingWorkgroup(device),
    maxBinding: device.limits.maxStorageBufferBindingSize,
  });
  const engine = await gpuTraining(device, compiled);
  const [plain, training]: { wall: number; cpu: number }[][] = [[], []];
  for (let loop = 0; loop < loops + 2; loop++) {
    if (loop === 0) await engine.advance(steps / 2); // compiles and warms up
    const rest = loop === 0 ? steps / 2 : steps;
    const one = await timed(() => engine.advance(rest, MEASURED));
    if (loop === 0) plain?.push({ wall: 2 * one.wall, cpu: 2 * one.cpu });
    else if (loop > 1) training?.push(one);
  }
  await engine.close();
  const updates = Array.from({ length: steps }, (_, it) => learns(compiled.schedule, steps + it)).filter(
    Boolean,
  ).length;
  const base = plain?.[0] ?? { wall: NaN, cpu: NaN };
  const perUpdate = (of: "wall" | "cpu"): Spread =>
    spread(
      (training ?? []).map((one) => (1000 * (one[of] - (base[of] * (steps - updates)) / steps)) / updates / batch),
    );
  const squares = compiled.entries.flatMap(({ rowPtr }) =>
    Array.from({ length: N }, (_, i) => ((rowPtr[i + 1] as number) - (rowPtr[i] as number)) ** 2),
  );
  return {
    wall: perUpdate("wall"),
    cpu: perUpdate("cpu"),
    plain: (1000 * base.wall) / steps / batch,
    memory: trainingMemory(compiled, layout, MEASURED.length).total / 2 ** 20,
    squares: squares.reduce((a, b) => a + b, 0) / batch,
  };
}

/** Flops and bytes of a learning step with sum(K^2) = squares: packed symmetric P in float32, read in every step, written in
 * every third; per pair of the triangle a product counted for both its places, and a third of three rank-1 terms. */
const flopsOf = (squares: number): number => 3 * squares;
const bytesOf = (squares: number): number => 2 * squares * (1 + 1 / 3);

export default {
  name: "training",
  question: "What does a learning step of a trained network cost, against the floors of arithmetic and of memory?",
  async run({ quick }): Promise<Findings> {
    const { device, info } = await benchDevice();
    const floors: Cell[][] = [];
    const rows: Cell[][] = [];
    try {
      for (const one of quick ? QUICK : CASES) {
        const m = await measure(device, one, quick ? 1 : 3);
        const [flops, bytes] = [flopsOf(m.squares), bytesOf(m.squares)];
        if (one.batch === 1) floors.push([one.N, flops / 1e6, bytes / 1e6, flops / 83e3, bytes / 20e3]);
        const network = one.steps === 1000 ? (7990 * m.wall.median + 8010 * m.plain) / 1e6 : "";
        rows.push([
          one.N,
          one.batch,
          m.wall,
          m.cpu,
          m.plain,
          flops / m.wall.median / 1e3,
          bytes / m.wall.median / 1e3,
          m.memory,
          network,
        ]);
      }
    } finally {
      await device.queue.onSubmittedWorkDone();
      device.destroy();
    }
    return {
      adapter: info,
      tables: [
        {
          title:
            "Floors of a learning step of one network: flops, bytes, and their time at 83 Gflop/s (two cores of 2.6 GHz, 8 lanes, multiply and add) and 20 GB/s",
          columns: ["N", "Mflop", "MB", "us by flops", "us by bytes"],
          rows: floors,
        },
        {
          title: "Measured, per network and step",
          columns: [
            "N",
            "batch",
            "us per learning step",
            "us CPU",
            "us per other step",
            "Gflop/s",
            "GB/s",
            "MiB in all",
            "s for 16 loops of 1000 steps",
          ],
          rows,
        },
      ],
      notes: ["On software adapters most of the time goes into gathering each lane's vec4s: about 3 cycles a float."],
    };
  },
} satisfies Benchmark;
