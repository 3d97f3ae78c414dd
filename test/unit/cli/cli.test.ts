import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { openFolder } from "../../../src/node.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { builtCommand } from "../../built.ts";

const ROOT = join(import.meta.dirname, "../../..");
const COMMAND = await builtCommand();
const REFERENCE = join(ROOT, "test/reference/motor-pool");
/** A small and quick form of the experiment, on the engine that every machine has. */
const SMALL = [
  "--engine",
  "reference",
  "--no-figures",
  "--set",
  "cells.motorNeurons=20",
  "--set",
  "cells.independent=20",
  "--set",
  "cells.descending=20",
];

const all = mkdtempSync(join(tmpdir(), "hillock-cli-"));
afterAll(() => rmSync(all, { recursive: true, force: true }));
let folder = all;
beforeEach(() => {
  folder = mkdtempSync(join(all, "t-"));
});

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs hillock in a folder of the test's own. @param onOutput  sees everything printed so far, and may kill */
function hillock(
  args: readonly string[],
  onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Result> {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder });
  let [out, err] = ["", ""];
  const heard = (): void => onOutput?.(out + err, (signal) => child.kill(signal));
  child.stdout.on("data", (data: Buffer) => { out += data.toString(); heard(); }); // prettier-ignore
  child.stderr.on("data", (data: Buffer) => { err += data.toString(); heard(); }); // prettier-ignore
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

async function spikes(out: string) {
  const run = await loadRun(await openFolder(join(folder, out)));
  const [aMN, DD, V] = [await run.spikes("aMN"), await run.spikes("DD"), await run.trace("aMN", "V")];
  return { aMN: [aMN.times, aMN.cells], DD: [DD.times, DD.cells], V: V.data, complete: run.run.complete };
}

describe("hillock run", () => {
  test("writes a run and says what it did; the same seed gives the same run", async () => {
    const first = await hillock(["run", "watanabe", ...SMALL, "--duration", "1.2", "--out", "a"]);
    expect(first).toMatchObject({ code: 0 });
    expect(first.out).toMatch(/reference engine, float64/);
    expect(first.out).toMatch(/not reached: constant \(2 to 5 s\)/);
    expect(first.err).toMatch(/1\.20 of 1\.20 s, .* x real time/);
    await hillock(["run", "watanabe", ...SMALL, "--duration", "1.2", "--out", "b", "--chunk", "0.5"]);
    const [a, b] = [await spikes("a"), await spikes("b")];
    expect(a.DD[0]!.length).toBeGreaterThan(100);
    expect(b).toEqual(a);
    await hillock(["run", "watanabe", ...SMALL, "--duration", "1.2", "--out", "c", "--seed", "7"]);
    expect((await spikes("c")).DD).not.toEqual(a.DD);
  });

  test("draws figures, as SVG and PNG", async () => {
    const args = SMALL.filter((arg) => arg !== "--no-figures");
    expect(await hillock(["run", "watanabe", ...args, "--duration", "0.1", "--out", "a"])).toMatchObject({ code: 0 });
    const svg = readFileSync(join(folder, "a/watanabe.svg"), "utf8");
    expect(svg).toMatch(/^<svg|^<\?xml/);
    expect([...readFileSync(join(folder, "a/watanabe.png")).subarray(1, 4)]).toEqual(
      [..."PNG"].map((c) => c.charCodeAt(0)),
    );
  });

  test.each(["SIGINT", "SIGKILL"] as const)("after %s keeps its chunks and resumes bitwise", async (signal) => {
    const args = ["run", "watanabe", ...SMALL, "--duration", "3", "--chunk", "0.4"];
    await hillock([...args, "--out", "whole"]);
    const cut = await hillock([...args, "--out", "cut"], killAfterFirstChunk("cut", signal));
    expect(cut.code).toBe(signal === "SIGINT" ? 130 : null);
    expect((await spikes("cut")).complete).toBe(false);
    if (signal === "SIGINT") expect(cut.out).toMatch(/Go on with: hillock run watanabe .*--resume/);
    const resumed = await hillock([...args, "--out", "cut", "--resume"]);
    expect(resumed).toMatchObject({ code: 0, out: expect.stringMatching(/going on from/) as string });
    expect(await spikes("cut")).toEqual(await spikes("whole"));
  });

  /** Signals once, when the first checkpoint is there. */
  function killAfterFirstChunk(
    out: string,
    signal: NodeJS.Signals,
  ): (text: string, kill: (signal: NodeJS.Signals) => void) => void {
    let timer: NodeJS.Timeout | undefined;
    return (_, kill) => {
      timer ??= setInterval(() => {
        if (!existsSync(join(folder, out, "checkpoint.bin"))) return;
        clearInterval(timer);
        kill(signal);
      }, 5);
    };
  }

  test("runs a module of the user's own, and a batch", async () => {
    const from = (file: string): string => JSON.stringify(join(ROOT, "dist", file));
    writeFileSync(
      join(folder, "mine.mjs"),
      `import { Network, poisson, Hz, seconds } from ${from("index.js")};
const net = new Network({ seed: 3 });
net.sources("input", 50, poisson({ rate: Hz(100) }));
export default net;
export const duration = seconds(0.5);`,
    );
    const { code, out } = await hillock(["run", "mine.mjs", "--engine", "reference", "--batch", "2"]);
    expect(code).toBe(0);
    expect(out).toMatch(/entry 1/);
    const run = await loadRun(await openFolder(join(folder, "out/mine")));
    const [a, b] = [await run.spikes("input", 0), await run.spikes("input", 1)];
    expect(Math.abs(a.times.length - 2500)).toBeLessThan(250); // 50 cells at 100 Hz for 0.5 s: SD 50, so 5 SD
    expect(b.times).not.toEqual(a.times);
  });

  test.each([
    [["run", "watanab"], 1, /DataError: study "watanab": does not exist\. Did you mean "watanabe"\?/],
    [["verify", "nowhere"], 1, /is not a folder/],
    [["verify", "."], 1, /holds no case/],
  ] as const)("%j exits with %i, a message and no stack", async (args, code, message) => {
    const result = await hillock([...args]);
    expect(result.code).toBe(code);
    expect(result.err).toMatch(message);
    expect(result.err).not.toMatch(/\n\s+at /);
  });

  test("a used folder is refused with what to do; a figure that fails loses no result", async () => {
    const args = [
      "run",
      "watanabe",
      ...SMALL.filter((arg) => arg !== "--no-figures"),
      "--duration",
      "0.1",
      "--out",
      "a",
    ];
    mkdirSync(join(folder, "a/watanabe.svg"), { recursive: true }); // so that the figure cannot be put there
    const failed = await hillock(args);
    expect(failed.code).toBe(3);
    expect(failed.err).toMatch(/figure watanabe could not be drawn: [\s\S]*The results are in a\./);
    expect(readFileSync(join(folder, "a/summary.txt"), "utf8")).toMatch(/spikes of 20 motor neurons/);
    expect(existsSync(join(folder, "a/thresholds.png"))).toBe(true);
    const again = await hillock(args);
    expect(again).toMatchObject({
      code: 1,
      err: expect.stringMatching(/already holds a run.*--resume.*--force/) as string,
    });
    const resumed = await hillock([...args, "--resume", "--no-figures"]);
    expect(resumed).toMatchObject({ code: 0, out: expect.stringMatching(/going on from 0\.100 s/) as string });
  });

  test("--help lists every command", async () => {
    expect((await hillock(["--help"])).out).toMatch(/run [\s\S]*verify [\s\S]*devices/);
  });
});

describe("hillock verify", () => {
  const copy = (pattern: RegExp, rename = (name: string): string => name): void => {
    for (const name of readdirSync(REFERENCE).filter((file) => pattern.test(file)))
      cpSync(join(REFERENCE, name), join(folder, rename(name)));
  };

  test("passes right cases, whatever their names after the kind, compressed or not", async () => {
    copy(/^r2_/, (name) => name.replace("r2_synapse", "r2h_other.name"));
    copy(/^rt_/);
    const packed = join(folder, "r2h_other.name_traces.csv.gz");
    writeFileSync(packed.replace(".gz", ""), gunzipSync(readFileSync(packed)));
    rmSync(packed);
    const { code, out } = await hillock(["verify", ".", "--engine", "reference", "--json"]);
    expect(code).toBe(0);
    const { rows } = JSON.parse(out) as { rows: { case: string; pass: boolean }[] };
    expect(new Set(rows.map((row) => row.case))).toEqual(new Set(["r2h_other.name", "rt_thresholds"]));
    expect(rows.every((row) => row.pass)).toBe(true);
  });

  test("fails a case whose reference differs by one step, and goes on", async () => {
    copy(/^(r1a_|rt_)/);
    const file = join(folder, "r1a_nerlab_generationA.json");
    const data = JSON.parse(readFileSync(file, "utf8"));
    data.spikes.find((run: { t_ms: number[] }) => run.t_ms.length > 1).t_ms[1] += 0.025;
    writeFileSync(file, JSON.stringify(data));
    const { code, out } = await hillock(["verify", ".", "--engine", "reference"]);
    expect(code).toBe(1);
    expect(out).toMatch(/spikes off the reference's step\s+\d+\s+2\s+0\s+FAIL/);
    expect(out).toMatch(/rt_thresholds .* pass/);
  });

  test("fails an unreadable case, and where nothing was run", async () => {
    mkdirSync(join(folder, "a"));
    writeFileSync(join(folder, "a/r4.json"), '{ "settings": {} }');
    const unreadable = await hillock(["verify", "a", "--engine", "reference"]);
    expect(unreadable.code).toBe(1);
    expect(unreadable.out).toMatch(/readable .* FAIL .*settings/);
    mkdirSync(join(folder, "b"));
    writeFileSync(join(folder, "b/r3_x.csv"), "cell_index\n0\n");
    expect((await hillock(["verify", "b", "--engine", "reference"])).code).toBe(1);
  });
});

test("hillock devices says what would be used and why", async () => {
  const { code, out } = await hillock(["devices", "--json"]);
  expect(code).toBe(0);
  const { used, adapters } = JSON.parse(out) as {
    used: string;
    adapters: { description: string; reason: string; limits: Record<string, number> }[];
  };
  expect(used).toBe(adapters[0]?.description ?? "reference");
  for (const adapter of adapters) {
    expect(adapter.reason).not.toBe("");
    expect(adapter.limits["maxStorageBuffersPerShaderStage"]).toBeGreaterThanOrEqual(8);
  }
  expect((await hillock(["devices"])).out).toMatch(/would be used/);
});
