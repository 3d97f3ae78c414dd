// What does a simulated second of the Watanabe network cost, and where does it go? 800, 8,000 and 80,000 motor neurons.
import { gpuEngine } from "../../src/gpu/engine.ts";
import { arithmeticCosts } from "../kernels/arithmetic.ts";
import { benchDevice, spread, timed, type BenchOptions, type Benchmark, type Cell, type Findings, type Table } from "../lib.ts"; // prettier-ignore
import { cellsOf, drain, operations, pool } from "./network.ts";

const PHASES = ["drive", "deliver", "integrate"] as const;

/** [motor neurons, steps of a measurement, measurements] */
const SIZES = [
  [800, 40_000, 5],
  [8000, 8000, 5],
  [80_000, 1000, 3],
] as const;
const QUICK = [
  [800, 4000, 3],
  [8000, 1000, 2],
] as const;

async function measure(device: GPUDevice, [n, steps, repeats]: readonly [number, number, number]): Promise<Cell[]> {
  const compiling = performance.now();
  const network = pool({ motorNeurons: n });
  const compileMs = performance.now() - compiling;
  const [wall, cpu]: [number[], number[]] = [[], []];
  const shares: number[][] = [];
  for (const profile of [false, true]) {
    const engine = await gpuEngine(network, device, { profile });
    await drain(engine, network.maxBlock); // compiles what the adapter left, and fills the delays
    const before = { ...engine.timings() };
    for (let k = 0; k < (profile ? 1 : repeats); k++) {
      const used = await timed(() => drain(engine, steps));
      if (profile) continue;
      wall.push((used.wall * 1e6) / steps / n);
      cpu.push((used.cpu * 1e6) / steps / n);
    }
    const spent = PHASES.map((p) => (engine.timings()[p] ?? 0) - (before[p] ?? 0));
    if (profile) shares.push(spent.map((ms) => (100 * ms) / spent.reduce((a, b) => a + b, 0)));
    await engine.close();
  }
  const second = (1000 / network.dt) * n * 1e-9;
  const [w, c] = [spread(wall), spread(cpu)];
  const per = ({ min, median, max, runs }: typeof w) => ({ min: min * second, median: median * second, max: max * second, runs });
  return [n, per(w), w, c, ...(shares[0] ?? []).map((s) => `${s.toFixed(1)} %`), `${compileMs.toFixed(0)} ms`];
} // prettier-ignore

/** Floors: operations of a cell's step by their price, and what must pass through memory. */
async function floors(device: GPUDevice, options: BenchOptions): Promise<Table> {
  const network = pool({ motorNeurons: 800 });
  const cells = cellsOf(network);
  const ops = operations(cells);
  const costs = await arithmeticCosts(device, options);
  const price = (n: number, name: keyof typeof costs): Cell[] => [costs[name].wall.min * n, costs[name].cpu.min * n];
  const { states, params } = cells.program;
  const K = network.maxBlock;
  const links = 0.3 * 400 * 65 + 125; // events of a cell in a second
  const events = links * network.dt * 1e-3;
  const bytes = 4 * (2 * states.length + params.length) / K + 8 * cells.receptors.length + 4 / 5 + 16 * events;
  return {
    title: "Floors of a cell-step: operations of the compiled program by their measured price, and bytes",
    columns: ["what", "number", "ns wall", "ns CPU"],
    rows: [
      ["exponentials", ops.exponentials, ...price(ops.exponentials, "exp (argument clamped)")],
      ["divisions", ops.divisions, ...price(ops.divisions, "division")],
      ["sums, products, selections", ops.others, ...price(ops.others / 2, "multiply-add")],
      [`bytes: state and parameters once in ${K} steps, accumulator read and cleared, V of every 5th cell, links of ${events.toFixed(2)} events`, bytes, "", ""],
    ],
  };
} // prettier-ignore

export default {
  name: "watanabe",
  question: "What does a simulated second of the Watanabe network cost, and where does it go?",
  async run(options): Promise<Findings> {
    const { device, info } = await benchDevice();
    const floor = await floors(device, options);
    const rows: Cell[][] = [];
    for (const size of options.quick ? QUICK : SIZES) rows.push(await measure(device, size));
    device.destroy();
    return {
      adapter: info,
      tables: [
        floor,
        {
          title: "dt 0.025 ms, 400 shared sources at 65 Hz and 30 %, one of 125 Hz per cell, V of every 5th cell at every step",
          columns: ["motor neurons", "s per simulated second", "ns per cell-step", "ns CPU per cell-step", ...PHASES, "compile"],
          rows,
        },
      ],
      notes: ["Shares are from a run with time stamps around every dispatch."],
    };
  },
} satisfies Benchmark; // prettier-ignore
