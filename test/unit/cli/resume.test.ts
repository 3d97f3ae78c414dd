import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openFolder } from "../../../src/node.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { builtCommand } from "../../built.ts";

const COMMAND = await builtCommand();
const all = mkdtempSync(join(tmpdir(), "hillock-resume-"));
afterAll(() => rmSync(all, { recursive: true, force: true }));

/** Runs a command; with `until`, kills it -9 as soon as that file is there. */
function hillock(args: readonly string[], until?: string): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [COMMAND, "run", ...args, "--engine", "reference"], { cwd: all });
  const timer = setInterval(() => {
    if (until !== undefined && existsSync(join(all, until))) child.kill("SIGKILL");
  }, 2);
  let [out, err] = ["", ""];
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (err += data.toString()));
  return new Promise((resolve) =>
    child.on("close", (code) => {
      clearInterval(timer);
      resolve({ code, out, err });
    }),
  );
}

/** Digests of a folder's results, without what says when they were made. */
function results(folder: string): Record<string, string> {
  const names = readdirSync(join(all, folder), { recursive: true, encoding: "utf8" });
  const kept = names.filter((name) => /\.(csv|txt|json|svg|png)$/.test(name) && !/(^|\/)run\.json$/.test(name));
  return Object.fromEntries(
    kept.sort().map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(all, folder, name)))
        .digest("hex"),
    ]),
  );
}

interface Case {
  readonly args: readonly string[];
  /** A file of the folder that says that a part is finished. */
  readonly part: string;
  /** What the resumed command says. */
  readonly says: RegExp;
}

const set = (...pairs: readonly string[]): string[] => pairs.flatMap((pair) => ["--set", pair]);

/** Every long study, as small as it still has parts. */
const LONG: Readonly<Record<string, Case>> = {
  extract: {
    args: ["extract", "--cells", "1", ...set("dt=0.05", "longStep=0")],
    part: "part-time-constant.json",
    says: /going on in/,
  },
  "watanabe-pipeline": {
    args: ["watanabe-pipeline", ...set("cells.motorNeurons=30", "cells.descending=40", "cells.independent=30", "probability=0.9", "weight.descending=0.5", "drive.constant=60", "drive.silence=0.1", "search.duration=0.8", "search.baseline=0.8", "search.from=20", "search.trials=5", "search.refine=3", "phase=1.3", "dt=0.1", "chunk=1.3", "coherence.groups=4", "coherence.size=2", "coherence.segment=0.256")],
    part: "part-02-search-round-1.json",
    says: /going on in/,
  },
  column: {
    args: ["column", "erp", "--trials", "2", "--duration", "0.04", "--chunk", "0.01", ...set("mesh.x=1", "mesh.y=1", "smoothing.window=5")],
    part: "chunk-000001.h5",
    says: /going on from 0\.0\d\d s/,
  },
  train: {
    args: ["train", ...set("N=40", "itmax=300", "itstim=20", "nloop=12", "nloop_train=6", "p=0.5")],
    part: "checkpoint.bin",
    says: /going on from \d/,
  },
}; // prettier-ignore

const MINUTES = 60_000; // five runs of a command each, on a machine that may be busy

describe.each(Object.entries(LONG))("%s", (name, { args, part, says }) => {
  test(
    "killed -9, it goes on behind the last finished part, to the same results; and only when asked to",
    async () => {
      const [whole, cut] = [`${name}-whole`, `${name}-cut`];
      expect(await hillock([...args, "--out", whole])).toMatchObject({ code: 0 });
      const killed = await hillock([...args, "--out", cut], join(cut, part));
      expect(killed.code).toBe(null);
      expect(existsSync(join(all, cut, "summary.txt"))).toBe(false);
      const refused = await hillock([...args, "--out", cut]);
      expect(refused.code).toBe(1);
      expect(refused.err).toMatch(/already holds a run.*go on with --resume.*--force/);
      const other = await hillock([...args, "--out", cut, "--resume", "--seed", "99"]);
      expect(other.code).toBe(1);
      expect(other.err).toMatch(/holds a study with other seed/);
      const resumed = await hillock([...args, "--out", cut, "--resume"]);
      expect(resumed).toMatchObject({ code: 0, out: expect.stringMatching(says) as string });
      expect(results(cut)).toEqual(results(whole));
      if (name !== "column") return;
      const [a, b] = await Promise.all(
        [whole, cut].map(async (folder) => loadRun(await openFolder(join(all, folder)))),
      );
      expect((await b!.trace("L5_pyramidal", "dipole", 1)).data).toEqual(
        (await a!.trace("L5_pyramidal", "dipole", 1)).data,
      );
    },
    10 * MINUTES,
  );
});
