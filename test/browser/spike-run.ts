import type { CompiledNetwork } from "../../src/compile/compiled.ts";
import { gpuEngine } from "../../src/gpu/engine.ts";
import { sortSpikes } from "../../src/run/chunk.ts";
import { motorPool } from "../../demo/motor-pool/network.ts";
import { buildColumn } from "../../demo/column/network.ts";

/** What the demos run, small and short: networks of two-compartment cells with random sources, and of trees. */
export const NETWORKS = ["motor pool", "column"] as const;
export type Name = (typeof NETWORKS)[number];

const built: Readonly<Record<Name, () => { network: CompiledNetwork; steps: number }>> = {
  "motor pool": () => {
    const drive = { rate: 65, amplitude: 20, frequency: 20, privateShare: 0.2 };
    return { network: motorPool({ neurons: 30, range: 100, seed: 42, gamma: 0.2 }, drive).network, steps: 12_000 };
  },
  column: () => ({ network: buildColumn({ preset: "gamma", mesh: 2, trial: 0 }).network, steps: 1200 }),
};

/** Sorted steps and ids of all spikes of the span, sources included, and whatever is recorded (the column's dipoles). */
export async function spikesOn(
  device: GPUDevice,
  name: Name,
): Promise<{ steps: number[]; ids: number[]; traces: number[][] }> {
  const { network, steps } = built[name]();
  const engine = await gpuEngine(network, device);
  try {
    const segment = await engine.advance(steps);
    const sorted = sortSpikes(network, [segment], 0, steps);
    return {
      steps: Array.from(sorted.steps),
      ids: Array.from(sorted.ids),
      traces: segment.traces.map((t) => Array.from(t.data)),
    };
  } finally {
    await engine.close();
  }
}
