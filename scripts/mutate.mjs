// npm run mutate [folder of src ...]: changes the code in one place after the other (Stryker) and counts how many changes the quick unit
// tests notice. Hours on a small machine; not in CI. Says the score of each folder; the changes that nobody noticed are listed in
// out/mutation/<folder>.json and, to be looked at, in <folder>.html.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";
import { bin } from "./steps.mjs";

/** Tests that are near the code of a folder of src and take seconds. */
const TESTS = {
  analysis: ["test/unit/analysis"],
  compile: ["test/unit/compile", "test/unit/network", "test/unit/neurons", "test/unit/links"],
  lang: ["test/unit/lang", "test/unit/mechanisms/formulas.test.ts", "test/unit/mechanisms/check.test.ts"],
  models: ["test/unit/column", "test/unit/motor-pool", "test/unit/training"],
  reference: ["test/unit/run", "test/unit/links", "test/unit/training", "test/unit/neurons", "test/unit/compile"],
};

const asked = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const only = process.argv.find((word) => word.startsWith("--files="))?.slice("--files=".length);
const unknown = asked.find((folder) => !Object.hasOwn(TESTS, folder));
if (unknown !== undefined || (only !== undefined && asked.length !== 1)) {
  console.error(`npm run mutate -- [folder ...]: folders are ${Object.keys(TESTS).join(", ")}; one of them with --files=a.ts,b.ts`);
  process.exit(1);
} // prettier-ignore

const out = join(root, "out", "mutation");
mkdirSync(out, { recursive: true });
let failed = false;
const scores = [];
for (const folder of asked.length > 0 ? asked : Object.keys(TESTS)) {
  const files = only?.split(",").map((file) => `src/${folder}/${file}`);
  const report = join(out, `${folder}.json`);
  const config = join(out, `${folder}.config.json`);
  const settings = {
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: "vitest.config.ts", related: false },
    testFiles: TESTS[folder].map((path) => (path.endsWith(".ts") ? path : `${path}/**/*.test.ts`)),
    mutate: files ?? [`src/${folder}/**/*.ts`, "!src/**/index.ts"],
    // texts of errors are for readers: tests hold what they must name, not their words
    mutator: { excludedMutations: ["StringLiteral"] },
    coverageAnalysis: "perTest",
    // what runs once, when a file is loaded, would need a process and all tests for each change
    ignoreStatic: true,
    concurrency: 1,
    timeoutMS: 20_000,
    tempDirName: join("out", "mutation", `sandbox-${folder}`),
    ignorePatterns: ["out", "dist", "dist-demo", "demo", "docs", ".ci", "bench"],
    reporters: ["progress-append-only", "clear-text", "json", "html"],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, skipFull: true },
    jsonReporter: { fileName: report },
    htmlReporter: { fileName: join(out, `${folder}.html`) },
  };
  writeFileSync(config, JSON.stringify(settings, null, 2));
  const { status } = spawnSync(bin("stryker"), ["run", config], { cwd: root, stdio: "inherit" });
  failed ||= status !== 0;
  if (status === 0) scores.push([folder, count(JSON.parse(readFileSync(report, "utf8")))]);
}
for (const [folder, { killed, all }] of scores) {
  console.log(`src/${folder}: ${killed} of ${all} changes noticed, ${((100 * killed) / all).toFixed(1)} %`);
}
process.exitCode = failed ? 1 : 0;

/** Changes that a test noticed (or that never end), of those that could be made; a change of what no test runs counts as not noticed. */
function count({ files }) {
  const all = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const of = (...states) => all.filter((status) => states.includes(status)).length;
  return { killed: of("Killed", "Timeout"), all: of("Killed", "Timeout", "Survived", "NoCoverage") };
}
