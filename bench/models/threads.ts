// What does the float64 reference engine make of more cores, beside NEURON's threads in the same run?
import { nodeThreads } from "../../src/node/threads.ts";
import { referenceEngine, threadedEngine } from "../../src/reference/engine.ts";
import { spread, timed, type Benchmark, type Cell, type Findings, type Spread } from "../lib.ts";
import { neuron } from "../peers/neuron.ts";
import { stepFloors } from "./floors.ts";
import { cellsOf, drain, pool } from "./network.ts";

const N = 800;

/** Phases of the thread that leads; it waits for the others after its part of each. */
const PHASES = ["drive", "deliver", "integrate"] as const;

async function hillock(threads: number, quick: boolean): Promise<{ row: Cell[]; phases: Cell[] }> {
  const network = pool({ motorNeurons: N });
  const { spawn } = nodeThreads();
  const alone = threads === 1 || spawn === undefined;
  const engine = alone ? referenceEngine(network) : await threadedEngine(network, { threads, spawn });
  try {
    const steps = Math.round((quick ? 100 : 500) / network.dt);
    await drain(engine, Math.round(50 / network.dt)); // compiles, and fills the delays
    const [wall, cpu]: [number[], number[]] = [[], []];
    const before = engine.timings();
    for (let k = 0; k < (quick ? 1 : 3); k++) {
      const used = await timed(() => drain(engine, steps));
      wall.push((used.wall * 1e6) / steps / N);
      cpu.push((used.cpu * 1e6) / steps / N);
    }
    const second = (1000 / network.dt) * N * 1e-9;
    const scaled = ({ min, median, max, runs }: Spread): Spread => ({ min: min * second, median: median * second, max: max * second, runs }); // prettier-ignore
    const after = engine.timings();
    const total = wall.reduce((sum, ns) => sum + ns, 0) / wall.length;
    const each = PHASES.map((phase) => ((after[phase] ?? 0) - (before[phase] ?? 0)) * (1e6 / steps / N / wall.length)); // ns of a cell-step
    const rest = total - each.reduce((sum, ns) => sum + ns, 0);
    return {
      row: ["hillock, float64 reference", threads, scaled(spread(wall)), scaled(spread(cpu))],
      phases: [threads, ...each, rest],
    };
  } finally {
    await engine.close();
  }
}

async function peer(threads: number, quick: boolean): Promise<Cell[]> {
  const m = await neuron(threads, quick);
  const with_ = (s: Omit<Spread, "runs">): Spread => ({ ...s, runs: m.repeats });
  return [m.peer, threads, with_(m.wallPerSimulatedSecond), with_(m.cpuPerSimulatedSecond)];
}

export default {
  name: "threads",
  question: "What does the float64 reference engine make of more cores, beside NEURON's threads in the same run?",
  async run({ quick }): Promise<Findings> {
    const rows: Cell[][] = [];
    const phases: Cell[][] = [];
    for (const threads of [1, 2]) {
      const own = await hillock(threads, quick);
      phases.push(own.phases);
      rows.push(own.row, await peer(threads, quick));
    }
    const per = "s per simulated second";
    return {
      tables: [
        { title: "Floors of a cell-step on one thread: operations by their price in a loop, and bytes", columns: ["what", "number", "ns"], rows: stepFloors(cellsOf(pool({ motorNeurons: N }))) }, // prettier-ignore
        { title: `Watanabe's network, ${N} motor neurons, dt 0.025 ms`, columns: ["what", "threads", per, `${per}, CPU`], rows }, // prettier-ignore
        { title: "Where it goes, ns of a cell-step on the thread that leads", columns: ["of threads", ...PHASES, "log, inputs, waits"], rows: phases }, // prettier-ignore
      ],
      notes: [
        "NEURON's inputs are drawn before its run; hillock draws them in it. Threads give the bits of one thread.",
      ],
    };
  },
} satisfies Benchmark;
