// What does the float64 reference engine make of more cores, beside NEURON's threads in the same run?
import { nodeThreads } from "../../src/node/threads.ts";
import { referenceEngine, threadedEngine } from "../../src/reference/engine.ts";
import { spread, timed, type Benchmark, type Cell, type Findings, type Spread } from "../lib.ts";
import { neuron } from "../peers/neuron.ts";
import { cellsOf, drain, operations, pool } from "./network.ts";

const N = 800;

async function hillock(threads: number, quick: boolean): Promise<Cell[]> {
  const network = pool({ motorNeurons: N });
  const { spawn } = nodeThreads();
  const alone = threads === 1 || spawn === undefined;
  const engine = alone ? referenceEngine(network) : await threadedEngine(network, { threads, spawn });
  try {
    const steps = Math.round((quick ? 100 : 500) / network.dt);
    await drain(engine, Math.round(50 / network.dt)); // compiles, and fills the delays
    const [wall, cpu]: [number[], number[]] = [[], []];
    for (let k = 0; k < (quick ? 1 : 3); k++) {
      const used = await timed(() => drain(engine, steps));
      wall.push((used.wall * 1e6) / steps / N);
      cpu.push((used.cpu * 1e6) / steps / N);
    }
    const second = (1000 / network.dt) * N * 1e-9;
    const scaled = ({ min, median, max, runs }: Spread): Spread => ({ min: min * second, median: median * second, max: max * second, runs }); // prettier-ignore
    return ["hillock, float64 reference", threads, scaled(spread(wall)), scaled(spread(cpu))];
  } finally {
    await engine.close();
  }
}

async function peer(threads: number, quick: boolean): Promise<Cell[]> {
  const m = await neuron(threads, quick);
  const with_ = (s: Omit<Spread, "runs">): Spread => ({ ...s, runs: m.repeats });
  return [m.peer, threads, with_(m.wallPerSimulatedSecond), with_(m.cpuPerSimulatedSecond)];
}

/** ns of one operation of float64 in a loop over an array that the first cache holds. */
function price(one: (x: number) => number): number {
  const x = Float64Array.from({ length: 1024 }, (_, k) => -k / 1024);
  let [best, sum] = [Infinity, 0];
  for (let round = 0; round < 200; round++) {
    const began = performance.now();
    for (let repeat = 0; repeat < 20; repeat++) for (let k = 0; k < x.length; k++) sum += one(x[k] as number);
    best = Math.min(best, performance.now() - began);
  }
  return Number.isFinite(sum) ? (best * 1e6) / 20 / x.length : NaN;
}

function floors(): Cell[][] {
  const { program } = cellsOf(pool({ motorNeurons: N }));
  const ops = operations(cellsOf(pool({ motorNeurons: N })));
  const bytes = 8 * (2 * program.states.length + program.params.length);
  return [
    ["exponentials", ops.exponentials, ops.exponentials * price((v) => Math.exp(v))],
    ["divisions", ops.divisions, ops.divisions * price((v) => 1 / (v + 2))],
    ["sums, products, selections", ops.others, (ops.others / 2) * price((v) => 1.5 * v + 0.25)],
    ["bytes: states read and written, parameters read, each step", bytes, ""],
  ];
}

export default {
  name: "threads",
  question: "What does the float64 reference engine make of more cores, beside NEURON's threads in the same run?",
  async run({ quick }): Promise<Findings> {
    const rows: Cell[][] = [];
    for (const threads of [1, 2]) rows.push(await hillock(threads, quick), await peer(threads, quick));
    const per = "s per simulated second";
    return {
      tables: [
        { title: "Floors of a cell-step on one thread: operations by their price in a loop, and bytes", columns: ["what", "number", "ns"], rows: floors() }, // prettier-ignore
        { title: `Watanabe's network, ${N} motor neurons, dt 0.025 ms`, columns: ["what", "threads", per, `${per}, CPU`], rows }, // prettier-ignore
      ],
      notes: [
        "NEURON's inputs are drawn before its run; hillock draws them in it. Threads give the bits of one thread.",
      ],
    };
  },
} satisfies Benchmark;
