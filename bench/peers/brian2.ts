// How long does Brian 2 need for the same network on this machine, with compiled (Cython) code?
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pythonWith } from "../../scripts/requirements.mjs";
import type { Benchmark, Findings, Spread } from "../lib.ts";

const SCRIPT = fileURLToPath(new URL("brian2_motor_pool.py", import.meta.url));

interface Measured {
  readonly peer: string;
  readonly target: string;
  readonly motorNeurons: number;
  readonly sources: number;
  readonly links: number;
  readonly repeats: number;
  readonly rate_Hz: number;
  readonly wallPerSimulatedSecond: Omit<Spread, "runs">;
  readonly cpuPerSimulatedSecond: Omit<Spread, "runs">;
}

export default {
  name: "brian2",
  question: "How long does Brian 2 need for the same network on this machine, with compiled code?",
  async run({ quick }): Promise<Findings> {
    const words = [SCRIPT, "--seconds", quick ? "0.05" : "0.5", "--repeat", quick ? "1" : "3"];
    const { stdout } = await promisify(execFile)(pythonWith(["brian2", "numpy"]), words);
    const m = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Measured;
    const of = (s: Omit<Spread, "runs">): Spread => ({ ...s, runs: m.repeats });
    return {
      tables: [
        {
          title: `${m.peer}, ${m.motorNeurons} motor neurons (at ${m.rate_Hz} Hz), ${m.sources} sources, ${m.links} links; exponential Euler; inputs drawn before the run`,
          columns: ["code", "s per simulated second", "s CPU"],
          rows: [[m.target, of(m.wallPerSimulatedSecond), of(m.cpuPerSimulatedSecond)]],
        },
      ],
    };
  },
} satisfies Benchmark;
