// What `hillock bench` runs: this machine in one JSON. Device and limits, the promises of README checked bit for bit, the timings of every
// benchmark that needs nothing else, and each system against its references, as far as the time reaches.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DataError } from "../src/errors.ts";
import { adapters } from "../src/node.ts";
import { writeFailure } from "../src/storage/files.ts";
import { machineNow, type Result, verdictOf } from "./lib.ts";
import type { Check } from "./promises.ts";

/** Benchmarks in the order of what they tell. All but those of peers, which need Python. */
const BENCHMARKS = ["watanabe", "deliver", "arithmetic", "trees", "training", "links", "block-length", "one-step"];
const SYSTEMS = ["motor-pool", "cortical-column", "trained-network", "general"];

/** What a part may take of the time that is left, so that the others have their turn. */
const SHARE = { check: 0.4, benchmark: 0.35, verify: 0.5 } as const;

interface Verified {
  readonly system: string;
  readonly pass: number;
  readonly fail: number;
  readonly notYet: number;
  readonly rows: readonly unknown[];
}

interface Ended {
  readonly seconds: number;
  /** "ended with 1: ...", "not finished in 40 s"; "" when it went well. */
  readonly fault: string;
  readonly out: string;
}

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "hillock-bench.json" },
    minutes: { type: "string", default: "8" },
    quick: { type: "boolean", default: false },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0))
  refuse(
    new DataError(`--minutes ${values.minutes.slice(0, 40)}`, "is not a number above 0", "For example --minutes 8"),
  );
const deadline = performance.now() + minutes * 60_000;
const left = (): number => deadline - performance.now();

/** Of this program, whether it runs from sources or compiled. */
const ENDING = import.meta.url.endsWith(".ts") ? "ts" : "js";
const path = (name: string): string => fileURLToPath(new URL(`${name}.${ENDING}`, import.meta.url));

function refuse(error: DataError): never {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
}

/** Runs a program of this folder, for so many ms at most. */
function child(program: string, words: readonly string[], most: number): Promise<Ended> {
  const began = performance.now();
  const process_ = spawn(process.execPath, [...process.execArgv, program, ...words]);
  let [out, err] = ["", ""];
  process_.stdout.on("data", (data: Buffer) => (out += data.toString()));
  process_.stderr.on("data", (data: Buffer) => (err += data.toString()));
  const timer = setTimeout(() => process_.kill("SIGKILL"), Math.max(1000, most));
  return new Promise((resolve) =>
    process_.on("close", (code, signal) => {
      clearTimeout(timer);
      const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
      const ended = code === 0 ? "" : `ended with ${code ?? signal}: ${err.trim().slice(-400)}`;
      resolve({ seconds, fault: code === null && signal === "SIGKILL" ? `not finished in ${seconds} s` : ended, out });
    }),
  );
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const found = await adapters();
const software = found[0] === undefined || found[0].isFallback;
const quick = values.quick || software; // full runs are made for a GPU
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const report = {
  format: "hillock bench",
  version: 1,
  hillock: version,
  date: new Date().toISOString(),
  host: hostname(),
  machine: machineNow(),
  device: found[0]?.description ?? "none: the float64 reference engine",
  software,
  adapters: found,
  quick,
  seconds: 0,
  checks: [] as (Check | { readonly promise: string; readonly fault: string })[],
  benchmarks: [] as (Partial<Result> & { readonly name: string; readonly seconds: number; readonly fault: string })[],
  verify: [] as (Verified & { readonly seconds: number; readonly fault: string })[],
};
const began = performance.now();
/** After each part, so that a machine that dies keeps what it measured. */
function save(): void {
  report.seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  try {
    writeFileSync(values.out, `${JSON.stringify(report, undefined, 1)}\n`);
  } catch (error) {
    refuse(writeFailure(values.out, error));
  }
}
save();
say(`${report.device}; ${report.machine.cores} cores of ${report.machine.cpu}; at most ${minutes} minutes`);

const engine = found[0] === undefined ? "reference" : "gpu";
const promises = await child(path("promises"), found[0] === undefined ? ["reference"] : [], left() * SHARE.check);
if (promises.fault === "") report.checks = JSON.parse(promises.out) as Check[];
else report.checks = [{ promise: "all", fault: promises.fault }];
for (const one of report.checks) say(`${"pass" in one && one.pass ? "kept  " : "BROKEN"} ${one.promise}`);
save();

const folder = mkdtempSync(join(tmpdir(), "hillock-bench-"));
try {
  for (const name of found[0] === undefined ? [] : BENCHMARKS) {
    const words = [name, "--into", folder, ...(quick ? ["--quick"] : [])];
    const { seconds, fault } = await child(path("run"), words, left() * SHARE.benchmark);
    const file = readdirSync(folder).find((one) => one === `${name}.json`);
    const result = file === undefined ? {} : (JSON.parse(readFileSync(join(folder, file), "utf8")) as Partial<Result>);
    report.benchmarks.push({ ...result, name, seconds, fault });
    say(`${fault === "" ? "done  " : "FAILED"} ${name}: ${seconds} s ${fault}`);
    save();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

for (const system of SYSTEMS) {
  const cases = fileURLToPath(new URL(`../test/reference/${system}`, import.meta.url));
  if (!existsSync(cases)) continue;
  const words = [cases, "--engine", engine, "--lines"];
  const { seconds, fault, out } = await child(path("../verify/main"), words, left() * SHARE.verify);
  const rows = out.split("\n").filter((line) => line.endsWith("}")).map((line) => JSON.parse(line) as { pass: boolean | "not yet" }); // prettier-ignore
  const count = (pass: boolean | "not yet"): number => rows.filter((row) => row.pass === pass).length;
  const counts = { pass: count(true), fail: count(false), notYet: count("not yet") };
  report.verify.push({ system, ...counts, seconds, fault, rows });
  say(`${verdictOf({ ...counts, fault })} ${system}: ${counts.pass} pass, ${counts.fail} FAIL in ${seconds} s ${fault}`); // prettier-ignore
  save();
}
say(`${values.out}: ${report.seconds} s`);
const broken = report.checks.some((one) => !("pass" in one) || !one.pass) || report.verify.some(({ fail }) => fail > 0);
process.exitCode = broken ? 1 : 0;
