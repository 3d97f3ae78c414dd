// Runs the benchmarks (bench/run.ts) with what is named: npm run bench -- watanabe deliver, or --quick.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
if (!existsSync(new URL("../node_modules/tsx", import.meta.url))) {
  console.error("Benchmarks need the development dependencies: npm install");
  process.exit(1);
}
const { status } = spawnSync(process.execPath, ["--import", "tsx", "bench/run.ts", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
