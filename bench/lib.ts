import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, platform, release, totalmem } from "node:os";
import type { AdapterInfo, OpenDevice } from "../src/node.ts";
import { openDevice } from "../src/node.ts";

/** A benchmark answers a question; the first line of its file asks it. */
export interface Benchmark {
  readonly name: string;
  readonly question: string;
  run(options: BenchOptions): Promise<Findings>;
}

export interface BenchOptions {
  /** shorter and fewer runs: to see that it works, not for figures. */
  readonly quick: boolean;
}

export interface Findings {
  readonly adapter?: AdapterInfo;
  /** floors first, then what was measured. */
  readonly tables: readonly Table[];
  readonly notes?: readonly string[];
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}
export type Cell = string | number | Spread;

/** Of repeated measurements of one thing. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly runs: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (k: number): number => sorted[k] ?? NaN;
  const half = sorted.length / 2;
  const median = Number.isInteger(half) ? (at(half - 1) + at(half)) / 2 : at(Math.floor(half));
  return { min: at(0), median, max: at(sorted.length - 1), runs: sorted.length };
}

/** Kolmogorov and Smirnov's distance of two samples. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
  let [i, j, most] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const at = Math.min(x[i] as number, y[j] as number);
    while ((x[i] as number) <= at) i++;
    while ((y[j] as number) <= at) j++;
    most = Math.max(most, Math.abs(i / x.length - j / y.length));
  }
  return most;
}

/** Wall and CPU time (all threads of this process, a software adapter's included) of some work, ms. */
export async function timed<T>(work: () => Promise<T>): Promise<{ wall: number; cpu: number; value: T }> {
  const [began, used] = [performance.now(), process.cpuUsage()];
  const value = await work();
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(used);
  return { wall, cpu: (user + system) / 1e3, value };
}

/** @throws Error where there is no adapter: a benchmark of the GPU engine has nothing to measure then */
export async function benchDevice(): Promise<OpenDevice> {
  const opened = await openDevice();
  if (opened === undefined) throw new Error("no adapter was found: see hillock devices");
  return opened;
}

const git = (...words: string[]): string => {
  try {
    return execFileSync("git", words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
};

/** What figures were measured on. */
export const machineNow = () => ({
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${release()}`,
  node: process.version,
  loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
});

/** Runs a benchmark and writes <name>.json with the machine, adapter and commit. @param folder  default: results/ */
export async function record(
  benchmark: Benchmark,
  options: BenchOptions,
  folder = new URL("results/", import.meta.url),
): Promise<void> {
  const machine = machineNow();
  const findings = await benchmark.run(options);
  const result = {
    name: benchmark.name,
    question: benchmark.question,
    date: new Date().toISOString().slice(0, 16),
    commit:
      git("rev-parse", "--short", "HEAD") +
      (git("status", "--porcelain", "src", "shaders") === "" ? "" : " and changes"),
    quick: options.quick,
    machine,
    ...findings,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${benchmark.name}.json`, folder), `${JSON.stringify(result, null, 1)}\n`);
}

export type Result = Awaited<ReturnType<Benchmark["run"]>> & {
  readonly name: string;
  readonly question: string;
  readonly date: string;
  readonly commit: string;
  readonly quick: boolean;
  readonly machine: Readonly<Record<string, string | number>>;
};

/** What may be said of a system from the rows that were compared: that it agrees only where all of them were. */
export function verdictOf({ pass, fail, fault }: { pass: number; fail: number; fault: string }): string {
  if (fail > 0) return "DIFFERS";
  if (fault !== "") return pass > 0 ? "in part, agrees so far:" : "NOT COMPARED";
  return pass > 0 ? "agrees" : "NOT COMPARED";
}
