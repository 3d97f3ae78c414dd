// Runs the benchmarks (bench/run.ts) with what is named: npm run bench -- watanabe deliver, or --quick. Installs what they
// need and the machine lacks; --no-install does not.
import { spawnSync } from "node:child_process";
import { REQUIREMENTS } from "./requirements.mjs";
import { root, setupOrExit } from "./setup.mjs";

const words = process.argv.slice(2);
const named = words.filter((word) => !word.startsWith("--")).map((name) => `bench ${name}`);
const all = REQUIREMENTS.flatMap((r) => r.commands).filter((command) => command.startsWith("bench "));
const rest = setupOrExit(named.length > 0 ? named : all, words);
const { status } = spawnSync(process.execPath, ["--import", "tsx", "bench/run.ts", ...rest], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
