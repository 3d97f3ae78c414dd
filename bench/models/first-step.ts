// How long from `node dist/cli/main.js` to the first simulated steps? The Watanabe experiment, process start and shaders included.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spread, type Benchmark, type Findings } from "../lib.ts";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** ms until the first line of progress, which follows the first submit. */
function firstProgress(engine: string): Promise<number> {
  const out = mkdtempSync(join(tmpdir(), "hillock-first-step-"));
  const began = performance.now();
  const words = [
    MAIN,
    "run",
    "watanabe",
    "--duration",
    "0.2",
    "--no-figures",
    "--engine",
    engine,
    "--out",
    out,
    "--force",
  ];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"] });
  let [said, at] = ["", NaN];
  child.stderr.on("data", (text: Buffer) => {
    said += text.toString();
    if (Number.isNaN(at) && /^\d+\.\d+ of \d/m.test(said)) at = performance.now() - began;
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code) => {
      rmSync(out, { recursive: true, force: true });
      if (code === 0 && !Number.isNaN(at)) resolve(at);
      else reject(new Error(`${words.join(" ")} ended with ${code}: ${said}`));
    });
  });
}

export default {
  name: "first-step",
  question: "How long from `node dist/cli/main.js` to the first simulated steps?",
  async run({ quick }): Promise<Findings> {
    if (!existsSync(MAIN)) throw new Error("dist/cli/main.js is not there: npm run build");
    const rows = [];
    for (const engine of ["gpu", "reference"]) {
      await firstProgress(engine); // files into memory
      const times: number[] = [];
      for (let k = 0; k < (quick ? 2 : 7); k++) times.push((await firstProgress(engine)) / 1000);
      rows.push([engine, spread(times)]);
    }
    return { tables: [{ title: "Until the first submit of 1000 steps is done", columns: ["engine", "s"], rows }] };
  },
} satisfies Benchmark;
