import { DataError } from "../errors.ts";
import type { NetworkDescription } from "../network/description.ts";
import type { Quantity } from "../units.ts";
import { sortSpikes, type Chunk } from "../run/chunk.ts";
import { packCheckpoint, unpackCheckpoint, type CheckpointHeader, type ChunkEntry } from "./checkpoint.ts";
import type { LiveChange } from "../run/control.ts";
import { encode, PARTIAL, type Files, type Hdf5Folder } from "./files.ts";
import { ChunkWriter, reportName } from "./hdf5.ts";
import { FolderChunk } from "./folder-chunk.ts";
import { traceNames } from "../run/names.ts";
import { spanEnds, type RunOptions, type Simulation, type WholeRun } from "../run/simulate.ts";
import type { Segment } from "../host/engine.ts";

export const RUN_FILE = "run.json";
export const CHECKPOINT_FILE = "checkpoint.bin";

export interface RecordOptions extends RunOptions {
  readonly files: Files;
  /** The whole run, from t = 0, also when it is resumed. */
  readonly duration: Quantity<"ms">;
  /** Go on from the folder's checkpoint; a folder without one starts at 0. Default: refuse a folder that holds a run. */
  readonly resume?: boolean;
  /** Overwrite a run; or, with resume, accept another adapter, precision or network: results are then not bitwise those
   * of an uninterrupted run. */
  readonly force?: boolean;
  /** What the run was computed on, for run.json: the adapter's description, "" without one. */
  readonly adapter?: string;
  /** Further facts for run.json: the command, package versions. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** Called with sentences worth showing: where a resumed run starts, or that it is not bitwise. */
  readonly onNote?: (note: string) => void;
}

/** run.json: all that is needed to know and repeat a run. Steps are whole numbers of dt. */
export interface RunFile {
  readonly format: "hillock run";
  readonly version: 1;
  readonly complete: boolean;
  readonly dt: number; // ms
  /** of all cells; where populations differ, all that occur, separated by commas. */
  readonly method: string;
  readonly seed: number;
  readonly structureSeed: number;
  readonly entries: number;
  readonly engine: string;
  readonly precision: "float32" | "float64";
  readonly adapter: string;
  readonly hash: string;
  readonly durationSteps: number;
  readonly doneSteps: number;
  readonly populations: readonly {
    readonly name: string;
    readonly kind: string;
    readonly n: number;
    readonly about?: unknown;
  }[];
  readonly traces: readonly {
    readonly population: string;
    readonly variable: string;
    readonly report: string;
    readonly unit: string;
    readonly phase: "state" | "current";
    readonly everySteps: number;
    readonly cells: readonly number[];
  }[];
  readonly droppedLinks: readonly { readonly projection: string; readonly links: number; readonly dropped: number }[];
  readonly warnings: readonly string[];
  readonly liveChanges: readonly LiveChange[];
  readonly resumed: readonly { readonly step: number; readonly bitwise: boolean }[];
  readonly chunks: readonly ChunkEntry[];
  readonly about: Readonly<Record<string, unknown>>;
  readonly description: NetworkDescription;
}

interface Progressed {
  chunks: ChunkEntry[];
  changes: LiveChange[];
  resumed: { step: number; bitwise: boolean }[];
}

/** Runs a simulation into a folder: chunk-000000.h5, then checkpoint.bin, then run.json, each put in place at once, so
 * that a run stopped at any moment keeps every finished chunk and can be resumed. Yields each chunk once it is on disk.
 * When aborted, the span computed so far becomes a (shorter) chunk with its checkpoint, and `signal.reason` is thrown.
 * @throws DataError when the folder cannot be written, holds another run, or its checkpoint does not fit */
export async function* recordRun(sim: Simulation, options: RecordOptions): AsyncGenerator<Chunk, void, undefined> {
  const { files } = options;
  const durationSteps = sim.steps("duration", options.duration);
  const chunkSteps = sim.steps("chunk", options.chunk ?? { value: 1000, unit: "ms" }, true);
  await files.prepare();
  const done = await begin(sim, options);
  const save = (complete: boolean): Promise<void> => writeRunFile(sim, options, durationSteps, done, complete);
  await save(sim.step >= durationSteps);
  const folder = await files.hdf5();
  const whole = { end: durationSteps, began: performance.now() };
  for (const to of spanEnds(sim.step, durationSteps, chunkSteps)) {
    const file = `chunk-${String(done.chunks.length).padStart(6, "0")}.h5`;
    const chunk = await writeChunk(sim, folder, file, to, whole, options);
    if (chunk !== undefined) {
      done.chunks.push({ file, from: chunk.fromStep, to: chunk.toStep });
      done.changes.push(...sim.takeChanges());
      await writeCheckpoint(sim, options, done);
      await save(sim.step >= durationSteps);
      yield chunk;
    }
    if (sim.step < to) throw options.signal?.reason;
  }
}

async function begin(sim: Simulation, options: RecordOptions): Promise<Progressed> {
  const { files, resume = false, force = false, onNote } = options;
  const present = await files.list();
  const done: Progressed = { chunks: [], changes: [], resumed: [] };
  if (!resume && !force && (present.includes(RUN_FILE) || present.includes(CHECKPOINT_FILE))) {
    throw new DataError(
      files.where,
      "already holds a run",
      "Choose another folder, go on with --resume, or overwrite it with --force",
    );
  }
  if (resume && present.includes(CHECKPOINT_FILE)) {
    await resumeFrom(sim, options, done);
  } else if (resume) {
    onNote?.(`${files.where} has no checkpoint yet: starting from 0`);
  }
  // A checkpoint of an overwritten run must not outlive its chunks: it goes first.
  if (!resume && present.includes(CHECKPOINT_FILE)) await files.remove(CHECKPOINT_FILE);
  const kept = new Set(done.chunks.map(({ file }) => file));
  for (const name of present) {
    const stale = (/^chunk-\d+\.h5$/.test(name) && !kept.has(name)) || name.endsWith(PARTIAL);
    if (stale) await files.remove(name);
  }
  return done;
}

async function resumeFrom(sim: Simulation, options: RecordOptions, done: Progressed): Promise<void> {
  const { files, force = false, onNote } = options;
  const where = `${files.where}/${CHECKPOINT_FILE}`;
  const { header, state } = unpackCheckpoint(where, await files.read(CHECKPOINT_FILE));
  const differences = [
    ["network", header.hash, sim.network.hash],
    ["engine", header.engine, sim.kind],
    ["adapter", header.adapter, options.adapter ?? ""],
    ["dt", `${header.dt} ms`, `${sim.network.dt} ms`],
  ].flatMap(([what, was, is]) => (was === is ? [] : [`another ${what} (was ${was || "none"}, is ${is || "none"})`]));
  if (differences.length > 0 && !force) {
    throw new DataError(
      where,
      `is of ${differences.join(", ")}`,
      "Use what it was made with, or --force: results are then not bitwise those of one run",
    );
  }
  await sim.load({ step: header.step, state, changes: header.inForce });
  done.chunks.push(...header.chunks);
  done.changes.push(...header.allChanges);
  done.resumed.push({ step: header.step, bitwise: differences.length === 0 });
  const at = `going on from ${((header.step * header.dt) / 1000).toFixed(3)} s`;
  onNote?.(differences.length === 0 ? at : `${at}; not bitwise: ${differences.join(", ")}`);
}

async function writeChunk(
  sim: Simulation,
  folder: Hdf5Folder,
  file: string,
  to: number,
  whole: WholeRun,
  options: RecordOptions,
): Promise<FolderChunk | undefined> {
  const { network } = sim;
  const from = sim.step;
  if (options.signal?.aborted) return undefined;
  const writer = new ChunkWriter(network, folder, file);
  try {
    const segments: Segment[] = [];
    if (from === 0) {
      for (const [key, rows] of sim.initialRows()) {
        const [population = 0, trace = 0] = key.split(".").map(Number);
        writer.append(population, trace, rows);
      }
    }
    for await (const segment of sim.segments(to, whole, options)) {
      for (const { population, trace, steps, data } of segment.traces)
        writer.append(population, trace, { steps, data });
      segments.push({ ...segment, traces: [] });
    }
    if (sim.step === from) return undefined;
    const sorted = sortSpikes(network, segments, from, sim.step);
    await writer.finish(sorted, from, sim.step);
    return new FolderChunk(network, folder, file, from, sim.step, sorted);
  } finally {
    writer.close();
  }
}

async function writeCheckpoint(
  sim: Simulation,
  { files, adapter = "" }: RecordOptions,
  done: Progressed,
): Promise<void> {
  const { step, state, changes } = await sim.save();
  const header: CheckpointHeader = {
    version: 1,
    step,
    dt: sim.network.dt,
    hash: sim.network.hash,
    engine: sim.kind,
    adapter,
    chunks: done.chunks,
    inForce: changes,
    allChanges: done.changes,
  };
  await files.write(CHECKPOINT_FILE, packCheckpoint(header, state));
}

async function writeRunFile(
  sim: Simulation,
  { files, adapter = "", about = {} }: RecordOptions,
  durationSteps: number,
  done: Progressed,
  complete: boolean,
): Promise<void> {
  const { network } = sim;
  const { description } = network;
  const run: RunFile = {
    format: "hillock run",
    version: 1,
    complete,
    dt: network.dt,
    method: [...new Set(network.populations.flatMap((p) => (p.kind === "cells" ? [p.method] : [])))].join(", "),
    seed: description.seed,
    structureSeed: description.structureSeed,
    entries: network.entries,
    engine: sim.kind,
    precision: sim.kind === "reference" ? "float64" : "float32",
    adapter,
    hash: network.hash,
    durationSteps,
    doneSteps: sim.step,
    populations: network.populations.map((p) => ({
      name: p.name,
      kind: p.kind,
      n: p.n,
      ...(p.kind === "cells" ? { about: p.about } : {}),
    })),
    traces: network.populations.flatMap((p) =>
      p.kind !== "cells"
        ? []
        : p.traces.map(({ unit, phase, everySteps, cells }, k) => ({
            population: p.name,
            variable: traceNames(p)[k] as string,
            report: reportName(p, k),
            unit,
            phase,
            everySteps,
            cells: [...cells],
          })),
    ),
    droppedLinks: network.projections.map(({ name, links, dropped }) => ({ projection: name, links, dropped })),
    warnings: network.warnings,
    liveChanges: done.changes,
    resumed: done.resumed,
    chunks: done.chunks,
    about,
    description,
  };
  await files.write(RUN_FILE, encode(`${JSON.stringify(run)}\n`));
}
