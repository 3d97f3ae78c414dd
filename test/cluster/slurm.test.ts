import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hillock, SMALL, tableOf, until } from "../sweeps.ts";
import { startSlurm, type Cluster } from "./slurm.ts";

const all = mkdtempSync(join(tmpdir(), "hillock-slurm-"));
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startSlurm(all);
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(all, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

interface Status {
  readonly counts: Record<string, number>;
  readonly points: readonly { readonly id: string; readonly state: string; readonly note: string }[];
}

test("16 points, two killed and a node drained: handed over again, the table is the local one's, gathered by Slurm", async () => {
  const [local, dir] = [join(all, "local"), join(all, "it's a sweep")];
  const axes = ["--grid", "drive.constant=60:120:8", "--grid", "gamma=0.1,0.3", "--engine", "reference"];
  for (const out of [local, dir])
    expect(await hillock(["sweep", "plan", "watanabe", ...SMALL, ...axes, "--out", out])).toMatchObject({ code: 0 });
  const there = (...words: string[]) => hillock(["sweep", ...words], { env: cluster.env });
  const status = async (): Promise<Status> => JSON.parse((await there("status", dir, "--json")).out) as Status;

  const dry = await there(
    "run",
    dir,
    "--backend",
    "slurm",
    "--dry-run",
    "--sbatch",
    "partition=all",
    "--setup",
    "true",
  );
  expect(dry.out).toMatch(
    /#SBATCH --array=0-15\n[^]*#SBATCH --partition=all\n[^]*true\n[^]*sweep point [^]*sweep collect/,
  );
  expect(existsSync(join(dir, "slurm"))).toBe(false);
  expect((await there("run", dir, "--backend", "slurm", "--sbatch", "--nodes=2")).err).toMatch(
    /is no option of sbatch/,
  );

  expect(await there("run", dir, "--backend", "slurm")).toMatchObject({ code: 0, err: "" });
  const { points } = await status();
  const file = (id: string, name: string): string => join(dir, "points", id, name);
  const killed = new Set<string>();
  const half = (id: string): boolean => existsSync(file(id, "checkpoint.bin")) && !existsSync(file(id, "point.json"));
  while (killed.size < 2) {
    let id = "";
    await until("a point with something to lose", () => {
      id = points.find((p) => !killed.has(p.id) && half(p.id))?.id ?? "";
      return id !== "";
    });
    const { content } = JSON.parse(readFileSync(file(id, "progress.json"), "utf8")) as {
      content: { by: { pid: number } };
    };
    process.kill(content.by.pid, "SIGKILL");
    killed.add(id);
  }
  cluster.control("update", "nodename=n2", "state=drain", "reason=test");
  await until("n2 drained", () => /State=IDLE\+DRAIN/.test(cluster.control("show", "node", "n2")));
  const busy = await status();
  expect(busy.counts["queued"]).toBeGreaterThan(0); // one node is left
  expect(busy.points.filter(({ state }) => state === "running").length).toBeLessThanOrEqual(1);
  cluster.control("update", "nodename=n2", "state=resume");
  await until("an empty queue", () => !cluster.busy(), 600_000, 200);
  const ended = await status();
  expect(ended.counts).toMatchObject({ done: 14, stopped: 2 });
  expect(new Set(ended.points.filter(({ state }) => state === "stopped").map(({ id }) => id))).toEqual(killed);
  expect(existsSync(join(dir, "table.csv"))).toBe(false); // it waited for all

  const again = await there("run", dir, "--backend", "slurm", "--wait");
  expect(again).toMatchObject({ code: 0, err: "" });
  expect(again.out).toMatch(/14 of 16 done .*2 to hand over/);
  for (const id of killed) expect(readFileSync(file(id, "log.txt"), "utf8")).toMatch(/going on from 0\.\d/);
  await until("the gathered table", () => existsSync(join(dir, "table.parquet")));

  expect(await hillock(["sweep", "run", local])).toMatchObject({ code: 0 });
  expect(await hillock(["sweep", "collect", local])).toMatchObject({ code: 0 });
  expect(await tableOf(dir)).toEqual(await tableOf(local));
  expect((await there("cancel", dir)).out).toMatch(/nothing of the sweep is in Slurm's queue/);
}, 900_000); // about a minute where nothing else runs

test("ends with its jobs, also with one that does not listen", async () => {
  const script = "#!/bin/sh\ntrap '' TERM INT HUP\nwhile true; do sleep 600; done\n";
  const given = spawnSync("sbatch", ["--output=/dev/null"], { env: cluster.env, input: script, encoding: "utf8" });
  expect(given).toMatchObject({ status: 0, stderr: "" });
  await until("a running job", () => /JobState=RUNNING/.test(cluster.control("show", "jobs")));
  const before = cluster.left();
  await cluster.stop();
  expect(before.length).toBeGreaterThan(4); // four daemons, and the job with its step
  expect(before.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  expect(cluster.left()).toEqual([]);
}, 120_000);
