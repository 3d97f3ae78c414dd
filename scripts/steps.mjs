// Runs named checks one after the other, all of them whatever fails, and counts them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./setup.mjs";

export const bin = (name) => join(root, "node_modules", ".bin", name);

export class Steps {
  passed = 0;
  failed = 0;

  /** One check: passes when the command does. */
  check(title, command, args) {
    console.log(`\n== ${title}`);
    const { status } = spawnSync(command === "node" ? process.execPath : bin(command), args, {
      cwd: root,
      stdio: "inherit",
    });
    if (status === 0) this.passed++;
    else {
      this.failed++;
      console.log(`${title}: failed`);
    }
  }

  /** Lint and format of everything that is code, the same for every command. */
  code() {
    const folders = ["src", "verify", "test", "bench", "scripts", "demo", "examples"];
    this.check("lint", "oxlint", ["--type-aware", "--deny-warnings", ...folders]);
    const files = `{${folders.join(",")}}/**/*.{ts,mts,mjs,js,html,css}`;
    this.check("format", "prettier", [
      "--check",
      "--log-level=warn",
      files,
      "!src/shaders.gen.ts",
      "!test/reference/**",
    ]);
  }

  /** Tests, each counted; a file that does not even load counts as one that failed. */
  tests(title, args) {
    console.log(`\n== ${title}`);
    const folder = mkdtempSync(join(tmpdir(), "hillock-test-"));
    const output = join(folder, "result.json");
    try {
      const { status } = spawnSync(
        bin("vitest"),
        ["run", "--reporter=default", "--reporter=json", `--outputFile=${output}`, ...args],
        { cwd: root, stdio: "inherit" },
      );
      const result = JSON.parse(readFileSync(output, "utf8"));
      const unloaded = result.testResults.filter(
        (file) => file.status === "failed" && file.assertionResults.length === 0,
      ).length;
      this.passed += result.numPassedTests;
      this.failed += result.numFailedTests + unloaded;
      if (status !== 0 && result.numFailedTests + unloaded === 0) this.failed++; // an error outside of any test
    } catch (error) {
      console.log(`${title}: ${error.message}`);
      this.failed++;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  finish() {
    console.log(`\n${this.passed} passed, ${this.failed} failed`);
    process.exitCode = this.failed > 0 ? 1 : 0;
  }
}
