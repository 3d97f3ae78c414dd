// How long does NEURON need for the same network on this machine, in one process and in two threads?
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pythonWith } from "../../scripts/requirements.mjs";
import type { Benchmark, Cell, Findings, Spread } from "../lib.ts";

const SCRIPT = fileURLToPath(new URL("neuron_motor_pool.py", import.meta.url));

export interface Measured {
  readonly peer: string;
  readonly motorNeurons: number;
  readonly sources: number;
  readonly links: number;
  readonly threads: number;
  readonly repeats: number;
  readonly wallPerSimulatedSecond: Omit<Spread, "runs">;
  readonly cpuPerSimulatedSecond: Omit<Spread, "runs">;
}

export async function neuron(threads: number, quick: boolean): Promise<Measured> {
  const words = [SCRIPT, "--seconds", quick ? "0.1" : "1", "--threads", String(threads), "--repeat", quick ? "1" : "3"];
  const { stdout } = await promisify(execFile)(pythonWith(["neuron", "numpy"]), words);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Measured;
}

export default {
  name: "neuron",
  question: "How long does NEURON need for the same network on this machine, in one process and in two threads?",
  async run({ quick }): Promise<Findings> {
    const rows: Cell[][] = [];
    let peer = "NEURON";
    for (const threads of [1, 2]) {
      const m = await neuron(threads, quick);
      const with_ = (s: Omit<Spread, "runs">): Spread => ({ ...s, runs: m.repeats });
      peer = `${m.peer}, ${m.motorNeurons} motor neurons, ${m.sources} sources, ${m.links} links`;
      rows.push([threads, with_(m.wallPerSimulatedSecond), with_(m.cpuPerSimulatedSecond)]);
    }
    return {
      tables: [{ title: `${peer}; inputs drawn before the run`, columns: ["threads", "s per simulated second", "s CPU"], rows }],
    };
  },
} satisfies Benchmark; // prettier-ignore
