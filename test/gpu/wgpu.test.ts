import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { builtCommand } from "../built.ts";

const ROOT = join(import.meta.dirname, "../..");
/** The npm package's: its WebGPU is wgpu, as Firefox's is. */
const DENO = join(ROOT, "node_modules/.bin/deno");
const POOL = "test/fixtures/pool-spikes.mjs";

let main = "";
beforeAll(async () => {
  main = await builtCommand();
});

interface Spikes {
  readonly info: { readonly description: string; readonly isFallback: boolean };
  readonly times: number[];
  readonly cells: number[];
  readonly V: number[];
}

function ran(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 26 });
  expect(status, stderr).toBe(0);
  return stdout;
}

test("Dawn and wgpu give the same spikes and voltages on one adapter, bit for bit", () => {
  const inNode = JSON.parse(ran(process.execPath, [POOL, "llvmpipe"])) as Spikes;
  const inDeno = JSON.parse(ran(DENO, ["run", "-A", POOL, "llvmpipe"])) as Spikes;
  for (const { info } of [inNode, inDeno]) {
    expect(info.description).toContain("llvmpipe");
    expect(info.isFallback).toBe(true);
  }
  expect(inNode.times.length).toBeGreaterThan(300); // 100 cells at some 20 Hz for 0.4 s
  expect(inDeno.times).toEqual(inNode.times);
  expect(inDeno.cells).toEqual(inNode.cells);
  expect(inDeno.V).toEqual(inNode.V);
});

// not the same bits: engines of JavaScript differ in the last digit of Math.exp, and with it the thresholds
test("hillock runs under Deno, on Deno's own WebGPU", () => {
  const folder = mkdtempSync(join(tmpdir(), "hillock-deno-"));
  try {
    const said = ran(DENO, ["run", "-A", main, "run", "watanabe", "--duration", "0.05", "--no-figures", "--out", join(folder, "run")]); // prettier-ignore
    expect(said).toContain("watanabe");
    const run = JSON.parse(readFileSync(join(folder, "run", "run.json"), "utf8")) as Record<string, unknown>;
    expect(run).toMatchObject({ engine: "gpu", complete: true, doneSteps: 2000 });
    expect(run["adapter"]).toContain("llvmpipe");
    expect(ran(DENO, ["run", "-A", main, "devices"])).toContain("the runtime's own WebGPU");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
