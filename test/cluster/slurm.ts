import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { until } from "../sweeps.ts";

/** A Slurm of two nodes with a core each, all of it on this machine's loopback. */
export interface Cluster {
  /** What a program needs to talk to it. */
  readonly env: NodeJS.ProcessEnv;
  /** scontrol, as its administrator. @throws Error when it fails */
  control(...words: string[]): string;
  /** Whether jobs wait or run: Slurm's own answer, a few milliseconds, where `hillock sweep status` is a process of Node. */
  busy(): boolean;
  /** Ends its jobs and daemons, and no others; resolves when they are gone. */
  stop(): Promise<void>;
  /** What of it is there: processes whose environment names its configuration, daemons, steps of jobs and what they run. */
  left(): number[];
}

/** A free port of the loopback. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

/** @param dir  an empty folder of its own */
export async function startSlurm(dir: string): Promise<Cluster> {
  const path = (name: string): string => join(dir, name);
  const [host, user] = [hostname().split(".")[0], userInfo().username];
  for (const name of ["state", "spool-n1", "spool-n2"]) mkdirSync(path(name));
  writeFileSync(path("key"), randomBytes(64), { mode: 0o600 });
  const ports = [await freePort(), await freePort(), await freePort()];
  const plain = ["ProctrackType=proctrack/linuxproc", "TaskPlugin=task/none", "JobAcctGatherType=jobacct_gather/none", "AccountingStorageType=accounting_storage/none", "SwitchType=switch/none", "MpiDefault=none"]; // prettier-ignore
  const lines = [
    ...["ClusterName=hillock", `SlurmctldHost=${host}(127.0.0.1)`, `SlurmctldPort=${ports[0]}`],
    ...[`SlurmUser=${user}`, `SlurmdUser=${user}`, "AuthType=auth/munge", `AuthInfo=socket=${path("munge.socket")}`],
    ...plain,
    ...["SelectType=select/cons_tres", "SelectTypeParameters=CR_CPU", "ReturnToService=2", "KillWait=2"],
    "SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2",
    ...[`StateSaveLocation=${path("state")}`, `SlurmdSpoolDir=${path("spool-%n")}`],
    ...[`SlurmctldPidFile=${path("slurmctld.pid")}`, `SlurmctldLogFile=${path("slurmctld.log")}`],
    ...[`SlurmdPidFile=${path("%n.pid")}`, `SlurmdLogFile=${path("%n.log")}`],
    ...["n1", "n2"].map((n, k) => `NodeName=${n} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[k + 1]} CPUs=1`),
    "PartitionName=all Nodes=n1,n2 Default=YES State=UP",
  ];
  writeFileSync(path("slurm.conf"), `${lines.join("\n")}\n`);
  const env = { ...process.env, SLURM_CONF: path("slurm.conf") };
  const ended = ({ status, stderr, error }: ReturnType<typeof spawnSync>, what: string): void => {
    if (status !== 0) throw new Error(`${what}: ${error?.message ?? String(stderr)}`);
  };
  const options = { env, encoding: "utf8" } as const;
  const files = ["socket", "pid-file", "log-file", "seed-file"].map((name) => `--${name}=${path(`munge.${name.replace("-file", "")}`)}`); // prettier-ignore
  ended(spawnSync("munged", ["--force", `--key-file=${path("key")}`, ...files], options), "munged");
  ended(spawnSync("slurmctld", [], options), "slurmctld");
  for (const node of ["n1", "n2"]) ended(spawnSync("slurmd", ["-N", node], options), "slurmd");
  const control = (...words: string[]): string => {
    const result = spawnSync("scontrol", words, options);
    ended(result, "scontrol");
    return result.stdout;
  };
  await until("both nodes idle", () => (spawnSync("scontrol", ["show", "nodes"], options).stdout.match(/State=IDLE /g) ?? []).length === 2); // prettier-ignore
  const queue = (): string => spawnSync("squeue", ["--noheader", "--array"], options).stdout.trim();
  const left = (): number[] => processesWith(`SLURM_CONF=${path("slurm.conf")}`);
  const pids = ["n1.pid", "n2.pid", "slurmctld.pid", "munge.pid"].map((name) =>
    Number(readFileSync(path(name), "utf8")),
  );
  const end = async (): Promise<void> => {
    spawnSync("scancel", ["--full", "--user", user], options); // or the steps of running jobs outlive the daemons
    await until("the end of Slurm's jobs", () => queue() === "", 15_000, 100).catch(() => undefined);
    for (const pid of pids) signalled(pid, "SIGTERM");
    await until("the end of Slurm's daemons", () => !pids.some((pid) => signalled(pid, 0)), 15_000).catch(
      () => undefined,
    );
    for (const pid of left()) signalled(pid, "SIGKILL");
    await until("the end of what is left", () => left().length === 0, 15_000).catch(() => undefined);
  };
  let ending: Promise<void> | undefined;
  return { env, control, busy: () => queue() !== "", left, stop: () => (ending ??= end()) };
}

const signalled = (pid: number, signal: "SIGTERM" | "SIGKILL" | 0): boolean => {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // it has ended
  }
};

/** Processes, by their number, that were started with this in their environment. */
function processesWith(setting: string): number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, "utf8").split("\0").includes(setting)
        ? [Number(name)]
        : [];
    } catch {
      return []; // it has ended, or is not ours
    }
  });
}
