import { DataError } from "../errors.ts";
import type { EngineState } from "../host/engine.ts";
import type { Simulation } from "../run/simulate.ts";
import { CHECKPOINT_FILE, unpackCheckpoint, type CheckpointHeader } from "./checkpoint.ts";
import { checkChunks } from "./chunk-check.ts";
import type { Files } from "./files.ts";
import { RUN_FILE, survivingRunFile } from "./run-file.ts";
import type { ChunkStore } from "./sink.ts";

interface ResumeOptions {
  readonly files: Files;
  readonly force?: boolean;
  readonly adapter?: string;
  readonly onNote?: (note: string) => void;
}

/** Brings a simulation to a folder's checkpoint, once the checkpoint and every chunk before it have been checked.
 * @returns the checkpoint's header, what was gathered beside the engine's state, and in what the simulation differs from the one that wrote it
 * @throws DataError when a file is damaged, missing or foreign, or the simulation does not fit */
export async function resumeFrom(
  sim: Simulation,
  store: ChunkStore,
  durationSteps: number,
  options: ResumeOptions,
): Promise<{ header: CheckpointHeader; gathered: EngineState; differences: string[] }> {
  const { files, force = false, onNote } = options;
  const where = `${files.where}/${CHECKPOINT_FILE}`;
  const { header, state: all } = unpackCheckpoint(where, await files.read(CHECKPOINT_FILE));
  const { state, seen, gathered } = separated(all);
  await checkSameRun(where, files, header, onNote);
  const differences = differencesOf(sim, header, options.adapter ?? "");
  if (differences.length > 0 && !force) {
    throw new DataError(
      where,
      `is of ${differences.join(", ")}`,
      "Use what it was made with, or --force: results are then not bitwise those of one run",
    );
  }
  if (header.dt !== sim.network.dt) {
    const problem = `is of dt ${header.dt} ms, and steps of ${sim.network.dt} ms cannot go on from it`;
    throw new DataError(where, problem, "Go on with the same dt, or compute the run again with --force alone");
  }
  if (header.step > durationSteps) {
    const [has, wanted] = [header.step, durationSteps].map((step) => `${(step * header.dt) / 1000} s`);
    const remedy = `Give --duration ${(header.step * header.dt) / 1000} or more, or another folder`;
    throw new DataError(where, `is at ${has}, beyond the duration of ${wanted}`, remedy);
  }
  await checkChunks(files, store, header.hash, header.chunks);
  // lengths may differ within one network: changes under way are kept as text
  const lengths = header.hash !== sim.network.hash || header.engine !== sim.kind;
  checkShape(where, state, (await sim.save()).state, lengths);
  await sim.load({ step: header.step, state, changes: header.inForce, seen });
  const at = `going on from ${((header.step * header.dt) / 1000).toFixed(3)} s`;
  onNote?.(differences.length === 0 ? at : `${at}; not bitwise: ${differences.join(", ")}`);
  return { header, gathered, differences };
}

/** The names of what is gathered of a run, and of what hooks have still to be shown, apart from those of the engine's own arrays. */
export const [GATHERED, SEEN] = ["gathered ", "seen "] as const;
export const prefixed = (prefix: string, state: EngineState): EngineState =>
  Object.fromEntries(Object.entries(state).map(([name, array]) => [prefix + name, array]));

function separated(all: EngineState): Readonly<Record<"state" | "seen" | "gathered", EngineState>> {
  const entries = Object.entries(all);
  const after = (prefix: string): EngineState =>
    Object.fromEntries(entries.flatMap(([name, array]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), array]] : []))); // prettier-ignore
  const rest = entries.filter(([name]) => ![GATHERED, SEEN].some((prefix) => name.startsWith(prefix)));
  return { state: Object.fromEntries(rest), seen: after(SEEN), gathered: after(GATHERED) };
}

function differencesOf(sim: Simulation, header: CheckpointHeader, adapter: string): string[] {
  return [
    ["network", header.hash, sim.network.hash],
    ["engine", header.engine, sim.kind],
    ["adapter", header.adapter, adapter],
    ["dt", `${header.dt} ms`, `${sim.network.dt} ms`],
  ].flatMap(([what, was, is]) => (was === is ? [] : [`another ${what} (was ${was || "none"}, is ${is || "none"})`]));
}

/** A run.json that tells of another run, or is something else, means that one of the two files was brought from elsewhere. */
async function checkSameRun(
  where: string,
  files: Files,
  header: CheckpointHeader,
  onNote: ResumeOptions["onNote"],
): Promise<void> {
  if (!(await files.exists(RUN_FILE))) return; // written anew
  const found = await survivingRunFile(files);
  if ("damage" in found)
    return onNote?.(`${files.where}/${RUN_FILE} ${found.damage}: written anew from the checkpoint`);
  const { hash, engine, adapter } = found.run;
  if (hash === header.hash && engine === header.engine && adapter === header.adapter) return;
  throw new DataError(
    where,
    `is of another run than ${RUN_FILE} beside it`,
    "Put back the file that belongs here, or compute the run again with --force alone",
  );
}

/** By force, or from another hand, a checkpoint may be of another network or engine; what it holds must still fit. */
function checkShape(where: string, stored: EngineState, own: EngineState, lengths: boolean): void {
  const shape = (state: EngineState): string =>
    Object.entries(state)
      .map(([name, array]) => `${name} ${array.constructor.name} ${lengths ? array.length : ""}`)
      .sort()
      .join();
  if (shape(stored) === shape(own)) return;
  throw new DataError(
    where,
    "has states that do not fit this network and engine, not even by force",
    "Use what it was made with, or compute the run again with --force alone",
  );
}
