// Is the memory that `hillock run` says before its first step what its process takes in the end?
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fixedInDegree } from "../../src/connect/rules.ts";
import iafExp from "../../src/mechanisms/neurons/iaf_exp.ts";
import { Network } from "../../src/network/network.ts";
import { poisson } from "../../src/network/sources.ts";
import { Hz, ms, nA } from "../../src/units.ts";
import { benchDevice, type Benchmark, type Cell, type Findings } from "../lib.ts";

const NETWORK = "network.json";

/** What README names, shortened where a run takes minutes. On the adapter where no engine is named. */
const RUNS: readonly string[] = [
  "trapezoid --engine reference --duration 1",
  "trapezoid --engine reference",
  "watanabe --engine reference --duration 1",
  "watanabe --engine reference --duration 1 --threads 2",
  "watanabe --engine reference32 --duration 1 --no-figures",
  "watanabe --engine reference --duration 1 --batch seed=1,2,3,4",
  "watanabe",
  "extract --cells 5 --mode fuglevand --seed 42 --engine reference",
  "extract --cells 5 --mode fuglevand --seed 42",
  `${NETWORK} --duration 1 --engine reference`,
  `${NETWORK} --duration 1`,
  "brunel AI --duration 0.3 --engine reference",
  "brunel AI --duration 0.3",
  "microcircuit --duration 0.3",
  "train quick --engine reference",
  "train quick",
  "column --engine reference",
  "column evoked --trials 4",
];

/** 4,000 neurons, 1,000 sources and 2.4 million links. */
function network(): Network {
  const net = new Network({ seed: 1 });
  const E = net.cells("E", iafExp({ n: 4000 }));
  const S = net.sources("S", 1000, poisson({ rate: Hz(40) }));
  net.connect(S, E.excitatory, fixedInDegree(100), { weight: nA(0.02), delay: ms(1.5) });
  net.connect(E, E.excitatory, fixedInDegree(500), { weight: nA(0.001), delay: ms(1.5) });
  return net;
}

/** Of what a run prints, MiB: the most that it said before a first step, and what its process took. */
export function saidAndTaken(out: string): { said: number; taken: number } {
  const all = (text: RegExp): number[] =>
    [...out.matchAll(text)].map(([, x, unit]) => Number(x) * (unit === "GiB" ? 1024 : 1));
  const said = all(/about ([\d.]+) ([MG]iB) for the whole process at most/g);
  const taken = all(/^memory: ([\d.]+) ([MG]iB) at most$/gm);
  if (said.length === 0 || taken.length !== 1) throw new Error(`says no memory: ${out.slice(-500)}`);
  return { said: Math.max(...said), taken: taken[0] as number };
}

function measured(command: string, words: readonly string[], folder: string): Cell[] {
  const out = mkdtempSync(join(folder, "run-"));
  const child = spawnSync(process.execPath, [command, "run", ...words, "--out", out], { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 26 }); // prettier-ignore
  rmSync(out, { recursive: true, force: true });
  if (child.status !== 0) throw new Error(`hillock run ${words.join(" ")} ended with ${child.status}: ${child.stderr.slice(-500)}`); // prettier-ignore
  const { said, taken } = saidAndTaken(child.stdout);
  return [`hillock run ${words.join(" ")}`, Math.round(said), Math.round(taken), taken / said];
}

export default {
  name: "memory",
  question: "Is the memory that `hillock run` says before its first step what its process takes in the end?",
  async run({ quick }): Promise<Findings> {
    const command = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
    if (!existsSync(command)) throw new Error(`${command} is missing: npm run build`);
    const { info, device } = await benchDevice();
    device.destroy();
    const folder = mkdtempSync(join(tmpdir(), "hillock-memory-"));
    try {
      writeFileSync(join(folder, NETWORK), JSON.stringify(network().toJSON()));
      const rows = (quick ? RUNS.slice(0, 4) : RUNS).map((run) => measured(command, run.split(" "), folder));
      return {
        adapter: info,
        tables: [{ title: "MiB of the whole process", columns: ["run", "said", "taken", "taken / said"], rows }],
        notes: ["A software adapter's memory is the process's. Taken is the largest resident set."],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
} satisfies Benchmark;
