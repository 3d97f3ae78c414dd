// How does the cost of training grow with neurons and batch, and against NumPy on the same machine? Writes bench/results/training.json.
// npx tsx bench/training/table.ts [--quick]
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

const quick = process.argv.includes("--quick");
// steps shrink as N grows: the cost of a learning step grows as N^3
const cases = quick ? [[100, 1, 200], [200, 1, 500]] : [[100, 1, 1000], [100, 8, 1000], [100, 40, 500], [200, 1, 1000], [200, 8, 1000], [200, 40, 200], [500, 1, 100], [1000, 1, 50]]; // prettier-ignore
const node = (script: string, args: readonly (string | number)[]): unknown =>
  JSON.parse(
    execFileSync(process.execPath, ["--import", "tsx", script, ...args.map(String)], {
      stdio: ["ignore", "pipe", "ignore"],
    }).toString(),
  );

const speed = cases.map(([n, batch, steps]) =>
  node("bench/training/speed.ts", [
    "--n",
    n ?? 0,
    "--batch",
    batch ?? 1,
    "--steps",
    steps ?? 0,
    "--loops",
    3,
    "--json",
  ]),
);
const peers = (quick ? [[200, 100]] : [[100, 200], [200, 200], [500, 40]]).map(([n, steps]): unknown => JSON.parse(execFileSync("/usr/bin/python3", ["bench/training/numpy_peer.py", String(n), String(steps)], { env: { ...process.env, OPENBLAS_NUM_THREADS: "1" } }).toString())); // prettier-ignore
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"]).toString().trim();
const machine = `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`;
mkdirSync("bench/results", { recursive: true });
writeFileSync(
  "bench/results/training.json",
  `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), machine, commit, speed, peers }, undefined, 1)}\n`,
);
console.log(JSON.stringify({ speed, peers }, undefined, 1));
