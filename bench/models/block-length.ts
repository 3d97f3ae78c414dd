// How does the block length K change the cost of a step, from one dispatch a step to one in a thousand? 800 motor neurons.
import { gpuEngine } from "../../src/gpu/engine.ts";
import { benchDevice, spread, timed, type Benchmark, type Cell, type Findings } from "../lib.ts";
import { drain, pool } from "./network.ts";

const LENGTHS = [1, 2, 5, 10, 20, 40, 100, 200, 400, 1000] as const;

export default {
  name: "block-length",
  question: "How does the block length K change the cost of a step, from one dispatch a step to one in a thousand?",
  async run({ quick }): Promise<Findings> {
    const { device, info } = await benchDevice();
    const rows: Cell[][] = [];
    for (const maxBlock of LENGTHS) {
      const network = pool({ motorNeurons: 800, maxBlock });
      const engine = await gpuEngine(network, device);
      await drain(engine, maxBlock);
      const steps = Math.min(quick ? 1000 : 4000, 400 * maxBlock);
      const [wall, cpu]: [number[], number[]] = [[], []];
      for (let k = 0; k < (quick ? 2 : 7); k++) {
        const used = await timed(() => drain(engine, steps));
        wall.push((used.wall * 1e6) / steps / 800);
        cpu.push((used.cpu * 1e6) / steps / 800);
      }
      await engine.close();
      rows.push([maxBlock, spread(wall), spread(cpu)]);
    }
    device.destroy();
    const title = "Watanabe network, 800 motor neurons; spikes and states are the same bits for every K";
    return {
      adapter: info,
      tables: [{ title, columns: ["K, steps", "ns per cell-step", "ns CPU per cell-step"], rows }],
    };
  },
} satisfies Benchmark;
