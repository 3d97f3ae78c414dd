import { clipped, saidBy } from "../clipped.ts";
import { DataError, ModelError } from "../errors.ts";
import { sortSpikes, type Chunk } from "../run/chunk.ts";
import { spanEnds, type RunOptions, type Simulation, type WholeRun } from "../run/simulate.ts";
import type { EngineState, Segment } from "../host/engine.ts";
import { refuse, text } from "../shapes.ts";
import type { Quantity } from "../units.ts";
import { CHECKPOINT_FILE, packCheckpoint } from "./checkpoint.ts";
import { checkFiles, PARTIAL, type Files } from "./files.ts";
import { GATHERED, prefixed, resumeFrom, SEEN } from "./resume.ts";
import { packRunFile, readRunFile, RUN_FILE, runFile, type ChunkEntry, type Resumed } from "./run-file.ts";
import type { ChunkFormat, ChunkSink, ChunkStore } from "./sink.ts";
import { hdf5Chunks } from "./sinks/hdf5.ts";

export { RUN_FILE } from "./run-file.ts";

export interface RecordOptions extends RunOptions {
  readonly files: Files;
  /** The whole run, from t = 0, also when it is resumed. */
  readonly duration: Quantity<"ms">;
  /** What chunks are written in. Default HDF5 in SONATA's layout. */
  readonly format?: ChunkFormat;
  /** Go on from the folder's checkpoint; a folder without one starts at 0. Default: refuse a folder that holds a run. */
  readonly resume?: boolean;
  /** Overwrite a run; or, with resume, accept another adapter, engine or network of the same dt: results are then not bitwise those
   * of an uninterrupted run. */
  readonly force?: boolean;
  /** What the run was computed on, for run.json: the adapter's description, "" without one. */
  readonly adapter?: string;
  /** Further facts for run.json: the command, package versions. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** What is gathered of a run while it goes on: it is in every checkpoint beside the engine's state, and is given back when the run is
   * resumed. */
  readonly gathered?: Gathered;
  /** Largest part of the time that checkpoints may take. Left out, each chunk has one; else an interrupted run may have to compute
   * some chunks again. */
  readonly checkpointShare?: number;
  /** Called with sentences worth showing: where a resumed run starts, or that it is not bitwise. */
  readonly onNote?: (note: string) => void;
}

export interface Gathered {
  save(): EngineState;
  load(state: EngineState): void;
}

/** What is in place so far. */
interface Progressed {
  /** When the last checkpoint was there, and how long it took, ms. */
  saved: number;
  price: number;
  chunks: ChunkEntry[];
  resumed: Resumed[];
}

/** Runs a simulation into a folder: chunk-000000.h5, then checkpoint.bin, then run.json, each put in place at once and read
 * back, so that a run stopped at any moment keeps every finished chunk and can be resumed. Yields each chunk once it is on
 * disk. When aborted, or when a hook throws, the span computed so far becomes a (shorter) chunk with its checkpoint, and
 * `signal.reason` or the hook's error is thrown.
 * @throws DataError when the folder cannot be written, is being written by another process, holds another run, or when its
 * checkpoint or chunks do not fit */
export async function* recordRun(sim: Simulation, options: RecordOptions): AsyncGenerator<Chunk, void, undefined> {
  const { files, format = hdf5Chunks } = options;
  sim.checkOpen();
  checkRecord(options);
  const durationSteps = sim.steps("duration", options.duration);
  const chunkSteps = sim.steps("chunk", options.chunk ?? { value: 1000, unit: "ms" }, true);
  await files.prepare();
  const release = await files.lock();
  try {
    const store = await format.open(files);
    const done = await begin(sim, store, durationSteps, options);
    const save = (): Promise<unknown> => writeRunFile(sim, options, durationSteps, done);
    await save();
    const whole = { end: durationSteps, began: performance.now() };
    let from = sim.step;
    for (const to of spanEnds(from, durationSteps, chunkSteps)) {
      sim.checkAt(from);
      const index = done.chunks.length;
      const file = `chunk-${String(index).padStart(6, "0")}.${format.extension}`;
      const written = await writeChunk(sim, store, { file, index, to }, whole, options);
      if (written !== undefined) {
        done.chunks.push({ file, from, to: sim.step, ...written.mark });
        if (sim.step < to || to === durationSteps || checkpointDue(done, options))
          await writeCheckpoint(sim, options, done);
        await save();
        yield written.chunk;
      }
      if (sim.step < to) throw sim.failure ?? options.signal?.reason;
      from = to;
    }
  } finally {
    await release();
  }
}

/** What would be found wrong after the first step, or not at all. @throws ModelError */
function checkRecord({ files, about, adapter, checkpointShare: share = 1 }: RecordOptions): void {
  checkFiles("recordRun", files);
  if (adapter !== undefined) text("recordRun.adapter", adapter);
  if (!(typeof share === "number" && share > 0 && share <= 1)) refuse("recordRun.checkpointShare", share, "a part of the time above 0, at most 1"); // prettier-ignore
  try {
    JSON.stringify(about);
  } catch (error) {
    throw new ModelError("recordRun.about", `is no data that JSON can hold (${clipped(saidBy(error).split("\n", 1)[0] ?? "")})`, "Give texts, numbers, lists and objects of them"); // prettier-ignore
  }
}

async function begin(
  sim: Simulation,
  store: ChunkStore,
  durationSteps: number,
  options: RecordOptions,
): Promise<Progressed> {
  const { files, resume = false, force = false, onNote } = options;
  const present = await files.list();
  const done: Progressed = { chunks: [], resumed: [], saved: performance.now(), price: 0 };
  if (!resume && !force && (present.includes(RUN_FILE) || present.includes(CHECKPOINT_FILE))) {
    throw new DataError(
      files.where,
      "already holds a run",
      "Choose another folder, go on with --resume, or overwrite it with --force",
    );
  }
  if (resume && present.includes(CHECKPOINT_FILE)) {
    const { header, gathered, differences } = await resumeFrom(sim, store, durationSteps, options);
    options.gathered?.load(gathered);
    for (const chunk of header.chunks) done.chunks.push(chunk);
    done.resumed.push(...header.resumed, { step: header.step, bitwise: differences.length === 0 });
  } else if (resume) {
    if (!force) await refuseLostCheckpoint(files, present);
    onNote?.(`${files.where} has no checkpoint yet: starting from 0`);
  }
  // A checkpoint of an overwritten run must not outlive its chunks: it goes first.
  if (!resume && present.includes(CHECKPOINT_FILE)) await files.remove(CHECKPOINT_FILE);
  const kept = new Set(done.chunks.map(({ file }) => file));
  for (const name of present) {
    const stale = (/^chunk-\d+\.\w+$/.test(name) && !kept.has(name)) || name.endsWith(PARTIAL);
    if (stale) await files.remove(name);
  }
  return done;
}

/** A run that was stopped before its first checkpoint has no chunk in run.json; one that has lost its checkpoint does. */
async function refuseLostCheckpoint(files: Files, present: readonly string[]): Promise<void> {
  const chunks = present.filter((name) => /^chunk-\d+\.\w+$/.test(name)).length;
  const listed = present.includes(RUN_FILE) ? (await readRunFile(files)).chunks.length : chunks;
  if (listed === 0) return;
  throw new DataError(
    `${files.where}/${CHECKPOINT_FILE}`,
    `is missing, though ${listed} chunks of the run are there`,
    "Restore it from a copy, or compute the run again with --force",
  );
}

async function writeChunk(
  sim: Simulation,
  store: ChunkStore,
  { file, index, to }: { readonly file: string; readonly index: number; readonly to: number },
  whole: WholeRun,
  options: RecordOptions,
): Promise<Awaited<ReturnType<ChunkSink["finish"]>> | undefined> {
  const { network } = sim;
  const from = sim.step;
  if (options.signal?.aborted) return undefined;
  const sink = store.create(network, file, { run: network.hash, index });
  let finished = false;
  try {
    const segments: Segment[] = [];
    for await (const segment of sim.segments(to, whole, options)) {
      for (const { population, trace, steps, data } of segment.traces) sink.append(population, trace, { steps, data });
      segments.push({ ...segment, traces: [] });
    }
    if (sim.step === from) return undefined;
    const sorted = sortSpikes(network, segments, from, sim.step);
    const written = await sink.finish({ from, to: sim.step, sorted, changes: sim.takeChanges() });
    finished = true;
    return written;
  } finally {
    if (!finished) await sink.discard();
  }
}

const checkpointDue = ({ saved, price }: Progressed, { checkpointShare = 1 }: RecordOptions): boolean =>
  checkpointShare * (performance.now() - saved) >= (1 - checkpointShare) * price;

async function writeCheckpoint(
  sim: Simulation,
  { files, adapter = "", gathered }: RecordOptions,
  done: Progressed,
): Promise<void> {
  const begun = performance.now();
  const { chunks, resumed } = done;
  const { step, state, changes: inForce, seen = {} } = await sim.save();
  const { network, kind: engine } = sim;
  const { dt, hash } = network;
  const header = { version: 2, step, dt, hash, engine, adapter, chunks, resumed, inForce } as const;
  await files.write(
    CHECKPOINT_FILE,
    packCheckpoint(header, { ...state, ...prefixed(SEEN, seen), ...prefixed(GATHERED, gathered?.save() ?? {}) }),
  );
  done.saved = performance.now();
  done.price = done.saved - begun;
}

function writeRunFile(
  sim: Simulation,
  { files, adapter = "", about = {} }: RecordOptions,
  durationSteps: number,
  { chunks, resumed }: Progressed,
): Promise<unknown> {
  const complete = sim.step >= durationSteps;
  return files.write(RUN_FILE, packRunFile(runFile(sim, { adapter, about, durationSteps, complete, resumed, chunks })));
}
