// Runs benchmarks by name (all without one), writes results/*.json and README.md. --quick: short runs. --into: writes only the JSON, there.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { record, type Benchmark } from "./lib.ts";
import { writeReadme } from "./readme.ts";

const BENCHMARKS: Readonly<Record<string, () => Promise<{ default: Benchmark }>>> = {
  arithmetic: () => import("./kernels/arithmetic.ts"),
  deliver: () => import("./kernels/deliver.ts"),
  trees: () => import("./kernels/trees.ts"),
  links: () => import("./models/links.ts"),
  watanabe: () => import("./models/watanabe.ts"),
  "block-length": () => import("./models/block-length.ts"),
  "one-step": () => import("./models/one-step.ts"),
  threads: () => import("./models/threads.ts"),
  memory: () => import("./models/memory.ts"),
  checks: () => import("./models/checks.ts"),
  "first-step": () => import("./models/first-step.ts"),
  neuron: () => import("./peers/neuron.ts"),
  brian2: () => import("./peers/brian2.ts"),
  "brian2-networks": () => import("./peers/brian2-networks.ts"),
  stdp: () => import("./peers/stdp.ts"),
  training: () => import("./training/speed.ts"),
  "training-numpy": () => import("./training/numpy.ts"),
  "training-motifs": () => import("./training/motif-null.ts"),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, into: { type: "string" } },
});
const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
const unknown = names.find((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}". Known: ${Object.keys(BENCHMARKS).join(", ")}`);
  process.exit(1);
}
const into = values.into === undefined ? undefined : pathToFileURL(`${resolve(values.into)}/`);
for (const name of names) {
  const load = BENCHMARKS[name] as (typeof BENCHMARKS)[string];
  const { default: benchmark } = await load();
  console.log(benchmark.question);
  try {
    await record(benchmark, values, into);
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
if (into === undefined) writeReadme();
