// Programs that are timed in turn: a peer's C++ from brian2_networks.py, and hillock's engines.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pythonWith } from "../../scripts/requirements.mjs";
import type { Engine } from "../../src/host/engine.ts";
import { timed } from "../lib.ts";
import { drain } from "../models/network.ts";
import { DT } from "./networks.ts";

const SCRIPT = fileURLToPath(new URL("brian2_networks.py", import.meta.url));
/** ms that a network runs before it is timed. */
const SETTLED = 100;

/** Lines of JSON that the script prints. */
export async function brian(words: readonly string[]): Promise<{ peer: string; path: string }[]> {
  const { stdout } = await promisify(execFile)(pythonWith(["brian2", "numpy"]), [SCRIPT, ...words], { maxBuffer: 2 ** 26 }); // prettier-ignore
  return stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as { peer: string; path: string }); // prettier-ignore
}

/** Something that simulates so many ms. */
export interface Runner {
  readonly label: string;
  /** @returns seconds, wall and of all threads, spikes */
  run(): Promise<{ wall: number; cpu: number; spikes: number; events?: number }>;
  close(): Promise<void>;
}

export async function peer(model: string, span: number, into: string): Promise<Runner> {
  const [{ peer: label, path }] = (await brian(["--model", model, "--target", "cpp", "--seconds", String(span / 1000), "--into", into])) as [{ peer: string; path: string }]; // prettier-ignore
  const command = join(path, "main");
  return {
    label: `${label}, C++`,
    async run() {
      await promisify(execFile)(command, { cwd: path });
      const [wall, cpu, spikes] = readFileSync(join(path, "results", "measured.txt"), "utf8").trim().split(/\s+/).map(Number) as [number, number, number]; // prettier-ignore
      return { wall, cpu, spikes };
    },
    close: () => Promise.resolve(),
  };
}

export async function own(label: string, engine: Engine, span: number, work = drain): Promise<Runner> {
  await work(engine, SETTLED / DT); // compiles, and lets the activity settle
  return {
    label,
    async run() {
      const { wall, cpu, value } = await timed(() => work(engine, Math.round(span / DT)));
      return { wall: wall / 1000, cpu: cpu / 1000, ...value };
    },
    close: () => engine.close(),
  };
}

/** Rounds of all programs in turn, so that what else the machine does meets all of them. Closes them. */
export async function inTurn(runners: readonly Runner[], rounds: number): Promise<Awaited<ReturnType<Runner["run"]>>[][]> {
  const found = runners.map(() => [] as Awaited<ReturnType<Runner["run"]>>[]);
  for (let round = 0; round < rounds; round++)
    for (const [k, runner] of runners.entries()) found[k]?.push(await runner.run());
  for (const runner of runners) await runner.close();
  return found;
} // prettier-ignore
