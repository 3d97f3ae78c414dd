import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { DataError, HillockError } from "../errors.ts";
import type { EngineKind } from "../host/engine.ts";
import { openFolder } from "../storage/node-folder.ts";
import { writeText } from "../storage/files.ts";
import { loadRun, type StoredRun } from "../storage/load-run.ts";
import { RUN_FILE } from "../storage/run-folder.ts";
import { moves, movesTable, type Moves, type Outcome } from "../studies/converge.ts";
import type { Result } from "../studies/study.ts";
import { folderBelow, type Change, type Job, type Place } from "./job.ts";
import { countOf, type RunOptions } from "./options.ts";

/** The folder below the run's that the other ways of running it go to. */
const BELOW = "converge";
const FILE = "converge.json";
const DEFAULT_SEEDS = 2;
const MOST_SEEDS = 100;

/** @throws DataError for what is no number of them, and for a batch */
export function otherSeeds({ convergeSeeds: text, batch }: RunOptions): number {
  if (batch !== undefined) throw new DataError("--converge", "stands beside --batch", "Give one of them: what is compared is one run"); // prettier-ignore
  return text === undefined ? DEFAULT_SEEDS : countOf("converge-seeds", text, MOST_SEEDS, 0);
}

/** A way of running the job: another engine, or what of it changes. */
interface Way {
  readonly name: string;
  readonly change?: Change;
  readonly engine?: Omit<Place, "out">;
}

/** Runs a job that is done again in every other way, each into a folder of its own, and writes how far its numbers move.
 * @returns the table */
export async function converge(
  job: Job,
  result: Result,
  seeds: number,
  at: Place,
  perform: (job: Job, at: Place) => Promise<Result>,
  say: (line: string) => void,
): Promise<string> {
  const base = { values: result.values, runs: await runsIn(at.out) };
  const found: Moves[] = [];
  const without: { readonly name: string; readonly why: string }[] = [];
  const { ways, close } = await waysOf(job, seeds, at);
  try {
    for (const { name, change, engine } of ways) {
      const other = change === undefined ? job : await job.vary(change);
      if (other === undefined) {
        without.push({ name, why: "it has no time step of its own to halve" });
        continue;
      }
      say(`\n${job.name}, ${name}`);
      const below = join(BELOW, name.replaceAll(/[^a-z0-9]+/gi, "-"));
      const { where } = await folderBelow(at.out, below);
      try {
        const { values } = await perform(other, { ...at, ...engine, out: where });
        found.push(await moves(name, base, { values, runs: await runsIn(where) }));
      } catch (error) {
        if (!(error instanceof HillockError)) throw error;
        without.push({ name, why: error.message });
      }
    }
  } finally {
    close();
  }
  const head = { format: "hillock convergence", version: 1, run: job.name, seed: job.seed, engine: at.kind, adapter: at.adapter }; // prettier-ignore
  const files = await openFolder(at.out);
  await writeText(files, FILE, `${JSON.stringify({ ...head, comparisons: found, without }, undefined, 1)}\n`);
  return [movesTable(found), ...without.map(({ name, why }) => `${name}: not compared, ${why}`)].join("\n");
}

const PRECISION: Readonly<Record<EngineKind, string>> = {
  reference: "float64",
  reference32: "float32 reference",
  gpu: "float32 device",
};

async function waysOf(job: Job, seeds: number, at: Place): Promise<{ ways: readonly Way[]; close: () => void }> {
  const { openDevice } = await import("../node/adapters.ts");
  const opened = at.kind === "gpu" ? undefined : await openDevice();
  const engines: Omit<Place, "out">[] = [
    { kind: "reference", device: undefined, adapter: "" },
    { kind: "reference32", device: undefined, adapter: "" },
    ...(opened === undefined
      ? []
      : [{ kind: "gpu" as const, device: opened.device, adapter: opened.info.description }]),
  ];
  const ways: Way[] = [
    { name: "dt / 2", change: { halfDt: true } },
    ...engines.filter(({ kind }) => kind !== at.kind).map((engine) => ({ name: PRECISION[engine.kind], engine })),
    ...Array.from({ length: seeds }, (_, k) => {
      const seed = (job.seed + k + 1) >>> 0;
      return { name: `seed ${seed}`, change: { seed } };
    }),
  ];
  return { ways, close: () => opened?.device.destroy() };
}

/** Recorded runs in a folder and below it, but for those of other ways. */
async function runsIn(out: string): Promise<Outcome["runs"]> {
  const runs = new Map<string, StoredRun>();
  const walk = async (folder: string): Promise<void> => {
    if (existsSync(join(folder, RUN_FILE))) {
      const run = await loadRun(await openFolder(folder), { check: false });
      runs.set(relative(out, folder).replaceAll("\\", "/"), run);
    }
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory() && entry.name !== BELOW) await walk(join(folder, entry.name));
  };
  await walk(out);
  return runs;
}
