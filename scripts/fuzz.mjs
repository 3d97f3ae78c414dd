// npm run fuzz [times]: the property tests of test/fuzz with many more cases, of a new seed each time (a failure prints it).
import { spawnSync } from "node:child_process";
import { root } from "./setup.mjs";
import { bin } from "./steps.mjs";
import { refuse, wordsOf } from "./words.mjs";

const USAGE = `npm run fuzz -- [times]
  times  more cases than in npm test, 1 or more; 100 without`;
const { positionals } = wordsOf(USAGE, { allowPositionals: true });
const [word = "100", ...more] = positionals;
const times = Number(word);
if (!(times >= 1) || more.length > 0) refuse(`"${positionals.join(" ")}" is not a number of 1 or more`, USAGE);
const { status } = spawnSync(bin("vitest"), ["run", "test/fuzz", "--testTimeout=36000000"], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, FUZZ: String(times) },
});
process.exitCode = status ?? 1;
