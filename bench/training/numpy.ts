// How long does plain NumPy, as the notebook uses it, need for the same training on this machine?
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pythonWith } from "../../scripts/requirements.mjs";
import type { Benchmark, Cell, Findings } from "../lib.ts";

const SCRIPT = fileURLToPath(new URL("numpy_peer.py", import.meta.url));

interface Measured {
  readonly peer: string;
  readonly untrainedSeconds: number;
  readonly trainingSeconds: number;
}

/** One BLAS thread: the matrices are small. */
async function numpy(N: number, steps: number): Promise<Measured> {
  const python = pythonWith(["numpy"]);
  const env = { ...process.env, OPENBLAS_NUM_THREADS: "1" };
  const { stdout } = await promisify(execFile)(python, [SCRIPT, String(N), String(steps)], { env });
  return JSON.parse(stdout) as Measured;
}

export default {
  name: "training-numpy",
  question: "How long does plain NumPy, as the notebook uses it, need for the same training on this machine?",
  async run({ quick }): Promise<Findings> {
    const rows: Cell[][] = [];
    let peer = "NumPy";
    for (const [N, steps] of quick
      ? [[200, 50] as const]
      : ([
          [100, 500],
          [200, 500],
          [500, 50],
        ] as const)) {
      const m = await numpy(N, steps);
      peer = m.peer;
      const updates = steps - Math.floor(steps / 5) - 1;
      const plain = (1e6 * m.untrainedSeconds) / steps;
      const learning = (1e6 * m.trainingSeconds - plain * (steps - updates)) / updates;
      rows.push([N, plain, learning, (8010 * plain + 7990 * learning) / 1e6]);
    }
    const columns = ["N", "us per other step", "us per learning step", "s for 16 loops of 1000 steps"];
    return {
      tables: [{ title: `${peer}, one process, literal update per neuron, nothing written to files`, columns, rows }],
    };
  },
} satisfies Benchmark;
