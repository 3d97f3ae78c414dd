import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { builtCommand } from "./built.ts";

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command line. @param started  is given the process */
export async function hillock(
  words: readonly string[],
  options: SpawnOptions = {},
  started: (child: ChildProcess) => void = () => undefined,
): Promise<Ended> {
  const command = await builtCommand();
  const child = spawn(process.execPath, [command, ...words], options);
  started(child);
  let [out, err] = ["", ""];
  child.stdout?.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr?.on("data", (data: Buffer) => (err += data.toString()));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

/** A small motor pool: 100 ms, spikes of all populations. */
export const SMALL = [
  ...["cells.descending=40", "drive.silence=0", "probability=1"],
  ...["phase=0.1", "duration=0.1", "chunk=0.02", "cells.motorNeurons=10", "cells.independent=10"],
].flatMap((setting) => ["--set", setting]);

/** The table of a collected sweep, as text and as what a reader of Parquet gets. */
export async function tableOf(dir: string): Promise<{ csv: string; parquet: Record<string, unknown>[] }> {
  const { parquetReadObjects } = await import("hyparquet");
  const bytes = readFileSync(join(dir, "table.parquet"));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  return { csv: readFileSync(join(dir, "table.csv"), "utf8"), parquet: await parquetReadObjects({ file }) };
}

/** Waits until something holds, which is asked so often. @throws Error after so many ms */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 400_000,
  every = 10,
): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
