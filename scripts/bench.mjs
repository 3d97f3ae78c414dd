// Runs the benchmarks (bench/run.ts) with what is named: npm run bench -- watanabe deliver, or --quick. Installs what they
// need and the machine lacks; --no-install does not.
import { spawnSync } from "node:child_process";
import { REQUIREMENTS } from "./requirements.mjs";
import { root, setupOrExit } from "./setup.mjs";
import { wordsOf } from "./words.mjs";

const USAGE = `npm run bench -- [benchmark ...] [--quick] [--into <folder>] [--no-install]
  all benchmarks without a name; bench/README.md lists them
  --quick       short runs
  --into        writes the JSON there, and nothing else
  --no-install  installs nothing`;
const { positionals } = wordsOf(USAGE, {
  allowPositionals: true,
  options: { quick: { type: "boolean" }, into: { type: "string" }, "no-install": { type: "boolean" } },
});
const named = positionals.map((name) => `bench ${name}`);
const all = REQUIREMENTS.flatMap((r) => r.commands).filter((command) => command.startsWith("bench "));
const rest = setupOrExit(named.length > 0 ? named : all, process.argv.slice(2));
const { status } = spawnSync(process.execPath, ["--import", "tsx", "bench/run.ts", ...rest], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
