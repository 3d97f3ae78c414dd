// npm run fuzz [times]: the property tests of test/fuzz with many more cases, of a new seed each time (a failure prints it).
import { spawnSync } from "node:child_process";
import { root } from "./setup.mjs";
import { bin } from "./steps.mjs";

const times = Number(process.argv[2] ?? 100);
if (!(times >= 1)) {
  console.error(`npm run fuzz -- <times>: "${process.argv[2]}" is not a number of 1 or more`);
  process.exit(1);
}
const { status } = spawnSync(bin("vitest"), ["run", "test/fuzz", "--testTimeout=36000000"], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, FUZZ: String(times) },
});
process.exitCode = status ?? 1;
