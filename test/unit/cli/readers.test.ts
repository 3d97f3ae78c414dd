import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openFolder } from "../../../src/node.ts";
import { withoutNoise } from "../../../src/node/quiet.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { builtCommand } from "../../built.ts";

const COMMAND = await builtCommand();
const folder = mkdtempSync(join(tmpdir(), "hillock-readers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs hillock. @param read  whether anybody reads what it prints, or has left before its first word */
function hillock(args: readonly string[], read = true): Promise<{ code: number | null; err: string }> {
  const child = spawn(process.execPath, [COMMAND, ...args]);
  let err = "";
  child.stdout.resume();
  child.stderr.on("data", (bytes: Buffer) => (err += bytes.toString()));
  if (!read) for (const stream of [child.stdout, child.stderr]) stream.destroy();
  return new Promise((resolve) => child.on("exit", (code) => resolve({ code, err })));
}

const SMALL = ["run", "watanabe", "--engine", "reference", "--no-figures", "--duration", "0.1",
  ...["motorNeurons", "independent", "descending"].flatMap((what) => ["--set", `cells.${what}=20`])]; // prettier-ignore

async function spikes(out: string) {
  const run = await loadRun(await openFolder(join(folder, out)));
  const { times, cells } = await run.spikes("IN");
  return { complete: run.run.complete, times, cells };
}

describe("a reader that leaves early", () => {
  test("ends a run with the code of SIGPIPE; it goes on to the same spikes", async () => {
    const out = ["--out", join(folder, "cut")];
    expect(await hillock([...SMALL, ...out], false)).toMatchObject({ code: 141 }); // 128 + 13, as a shell reports it
    expect((await spikes("cut")).complete).toBe(false);
    expect(await hillock([...SMALL, ...out, "--resume"])).toMatchObject({ code: 0 });
    await hillock([...SMALL, "--out", join(folder, "whole")]);
    const [resumed, whole] = [await spikes("cut"), await spikes("whole")];
    expect(whole.times.length).toBeGreaterThan(50);
    expect(resumed).toEqual(whole);
  });

  test.each([
    [["devices"]],
    [["--help"]],
    [["verify", "."]],
    [["run", "--help"]],
    [["run", "watanabe", "--settings"]],
    [["import", join(import.meta.dirname, "../../fixtures/nmodl/old_hh.mod")]],
    [["sweep", "plan", "watanabe", "--grid", "drive.constant=40,50", "--out", join(folder, "sweep")]],
    [["sweep", "status", join(folder, "sweep")]],
  ])("ends %j without a word", async (args) => {
    expect(await hillock(args, false)).toMatchObject({ code: 141 });
  });
});

test("of what drivers print only the known noise is dropped", () => {
  const noise = [
    "Warning: maxDynamicUniformBuffersPerPipelineLayout artificially reduced from 1000000 to 16 to fit dynamic offset allocation limit.\n",
    "Warning: maxDynamicStorageBuffersPerPipelineLayout artificially reduced from 500000 to 16 to fit dynamic offset allocation limit.\n",
    "error: XDG_RUNTIME_DIR is invalid or not set in the environment.\n",
  ];
  const kept = [
    "Error: vkCreateDevice failed with VK_ERROR_DEVICE_LOST\n",
    "Warning: maxTextureDimension2D artificially low",
  ];
  expect(withoutNoise([noise[0], kept[0], noise[1], noise[2], kept[1]].join(""))).toBe(kept.join(""));
});
