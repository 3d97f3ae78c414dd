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

/** ns of one operation of float64 on numbers that the first cache holds, four sums at once; a function of its own, so that it is inlined.
 * @param operation  a text of v */
function price(operation: string): number {
  const terms = [0, 1, 2, 3].map((k) => `v = x[k + ${k}]; s${k} += ${operation};`).join(" ");
  const loop = new Function(
    "x",
    `let v = 0, s0 = 0, s1 = 0, s2 = 0, s3 = 0; for (let k = 0; k < x.length; k += 4) { ${terms} } return s0 + s1 + s2 + s3;`,
  ) as (x: Float64Array) => number;
  const x = Float64Array.from({ length: 1024 }, (_, k) => -k / 1024);
  let [best, sum] = [Infinity, 0];
  for (let round = 0; round < 500; round++) {
    const began = performance.now();
    for (let repeat = 0; repeat < 20; repeat++) sum += loop(x);
    best = Math.min(best, performance.now() - began);
  }
  return Number.isFinite(sum) ? (best * 1e6) / 20 / x.length : NaN;
}

function floors(): Cell[][] {
  const { program } = cellsOf(pool({ motorNeurons: N }));
  const ops = operations(cellsOf(pool({ motorNeurons: N })));
  const bytes = 8 * (2 * program.states.length + program.params.length);
  return [
    ["exponentials", ops.exponentials, ops.exponentials * price("Math.exp(v)")],
    ["divisions", ops.divisions, ops.divisions * price("1 / (v + 2)")],
    ["sums, products, selections", ops.others, (ops.others / 2) * price("1.5 * v")],
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
