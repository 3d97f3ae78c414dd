// npm test: installs what is missing and runs everything that CI runs. GPU tests fail, and are never skipped, without an adapter.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { run, setup } from "./setup.mjs";
import { Steps } from "./steps.mjs";

/** What reads our files in tests: h5py and neo. Any python3 that has them will do. */
function readers() {
  const has = (python) => spawnSync(python, ["-c", "import h5py, neo"], { stdio: "ignore" }).status === 0;
  if (["python3", "/usr/bin/python3"].some(has)) return;
  install("python3-h5py and python3-neo, which read our files in tests", ["python3-h5py", "python3-neo"]);
}

/** Debian's packages, as root; elsewhere the tests that need them fail and say so. */
function install(what, packages) {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  console.log(`installing ${what} ...`);
  try {
    run("apt-get", ["update", "-qq"]);
    run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages]);
  } catch (error) {
    console.warn(error.message);
  }
}

/** The demos and the engine are tested in a real browser: Debian's, or the one that CHROMIUM names. */
function browser() {
  if (existsSync(process.env.CHROMIUM ?? "/usr/bin/chromium")) return;
  install("chromium and its fonts, for the tests in a browser", ["chromium", "fonts-dejavu-core"]);
}

setup();
readers();
browser();
const steps = new Steps();
steps.check("shaders", "node", ["scripts/shaders.mjs", "--check"]);
steps.check("readme", "node", ["scripts/readme.mjs", "--check"]);
steps.check("types", "tsc", ["--noEmit", "-p", "."]);
steps.check("lint", "oxlint", ["--type-aware", "--deny-warnings", "src", "verify", "test"]);
steps.tests("tests", process.argv.slice(2));
if (process.argv.length === 2) steps.tests("tests in a browser", ["--config", "vitest.browser.config.ts"]);
steps.finish();
