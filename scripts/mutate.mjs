// npm run mutate [folder of src ...] [--share=0.1]: changes the code in one place after the other (Stryker) and counts how many changes the quick unit
// tests notice. Hours on a small machine; not in CI. Says the score of each folder; the changes that nobody noticed are listed in
// out/mutation/<folder>.json and, to be looked at, in <folder>.html.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";
import { bin } from "./steps.mjs";
import { refuse, wordsOf } from "./words.mjs";

/** Tests that are near the code of a folder of src and take seconds; of a folder of tests all but `SLOW`. */
const TESTS = {
  analysis: ["test/unit/analysis", "test/unit/column/dipole.test.ts", "test/unit/column/electrodes.test.ts", "test/unit/studies/figures.test.ts"],
  compile: ["test/unit/compile", "test/unit/network", "test/unit/neurons", "test/unit/links/short-term.test.ts", "test/unit/links/learning.test.ts", "test/unit/training/compile.test.ts"],
  lang: ["test/unit/lang", "test/unit/mechanisms/formulas.test.ts", "test/unit/mechanisms/check.test.ts"],
  models: ["test/unit/column", "test/unit/motor-pool", "test/unit/training", "test/unit/training/measures.test.ts"],
  reference: ["test/unit/training", "test/unit/neurons/neurons.test.ts", "test/unit/compile/clamps.test.ts", "test/unit/compile/ports.test.ts", "test/unit/links/short-term.test.ts", "test/unit/links/learning.test.ts", "test/unit/run", "test/unit/links/procedural.test.ts", "test/reference/engine.test.ts", "test/reference/kernels.test.ts", "test/reference/memory.test.ts", "test/reference/split.test.ts", "test/reference/threads.test.ts", "test/reference/training-numpy.test.ts"],
}; // prettier-ignore
/** Seconds each, and what they run of a folder others run too. */
const SLOW =
  /(advance-order|method|limits|many-links|too-fast|gathers|hodgkin-huxley|words|introspect|training\/(unsound|draws|measures))\.test\.ts$/;

/** Test files of paths. */
const testsOf = (folder) =>
  TESTS[folder].flatMap((path) => {
    if (path.endsWith(".ts")) return [path];
    const files = readdirSync(join(root, path), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".test.ts"));
    return files.map((file) => `${path}/${file}`).filter((file) => !SLOW.test(file));
  }); // prettier-ignore

const USAGE = `npm run mutate -- [folder ...] [--share=0.1] [--files=a.ts,b.ts]
  folders of src: ${Object.keys(TESTS).join(", ")}; all without one
  --share  the part of the lines that is changed, up to 1
  --files  those of one folder alone`;
const { values, positionals: asked } = wordsOf(USAGE, { allowPositionals: true, options: { share: { type: "string", default: "1" }, files: { type: "string" } } }); // prettier-ignore
const [only, share] = [values.files, Number(values.share)];
const unknown = asked.find((folder) => !Object.hasOwn(TESTS, folder));
if (unknown !== undefined) refuse(`There is no folder "${unknown}"`, USAGE);
if (!(share > 0 && share <= 1)) refuse(`--share is "${values.share}"`, USAGE);
if (only !== undefined && asked.length !== 1) refuse("--files are of one folder", USAGE);

/** Stretches of 20 lines of a folder's files, a share of them spread evenly by the golden ratio: the same at every call. */
function sampled(folder) {
  const files = readdirSync(join(root, "src", folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith("index.ts"))
    .map((file) => `src/${folder}/${file}`)
    .sort();
  let k = 0;
  return files.flatMap((file) => {
    const lines = readFileSync(join(root, file), "utf8").split("\n").length;
    const starts = Array.from({ length: Math.ceil(lines / 20) }, (_, i) => 20 * i + 1);
    return starts.filter(() => (++k * 0.618034) % 1 < share).map((from) => `${file}:${from}-${from + 19}`);
  });
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
    testFiles: testsOf(folder),
    mutate: share < 1 ? sampled(folder) : (files ?? [`src/${folder}/**/*.ts`, "!src/**/index.ts"]),
    // texts of errors are for readers: tests hold what they must name, not their words
    mutator: { excludedMutations: ["StringLiteral"] },
    coverageAnalysis: "perTest",
    // what runs once, when a file is loaded, would need a process and all tests for each change
    ignoreStatic: true,
    concurrency: 1,
    dryRunTimeoutMinutes: 60, // at load the tests take longer than the five minutes of the default
    // a change that never ends costs little more than its tests
    timeoutMS: 4000,
    timeoutFactor: 1.25,
    disableTypeChecks: false,
    tempDirName: join("out", "mutation", `sandbox-${folder}`),
    ignorePatterns: ["out", "dist", "dist-demo", "demo", "docs", ".ci"],
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
for (const [folder, { killed, ended, all }] of scores) {
  console.log(
    `src/${folder}: ${killed} of ${all} changes noticed, ${((100 * killed) / all).toFixed(1)} %; ${ended} of them ended the tests' process`,
  );
}
process.exitCode = failed ? 1 : 0;

/** Changes that a test noticed (or that never end, or end the tests' process), of those that could be made; a change of what no test runs counts as not
 * noticed. */
function count({ files }) {
  const all = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const of = (...states) => all.filter((status) => states.includes(status)).length;
  const ended = of("RuntimeError");
  const killed = of("Killed", "Timeout") + ended;
  return { killed, ended, all: killed + of("Survived", "NoCoverage") };
}
