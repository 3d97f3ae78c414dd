import type { Traced } from "../compile/compiled.ts";
import { DataError, ModelError } from "../errors.ts";
import { traceNames } from "../run/names.ts";
import type { RunDescription, Simulation } from "../run/simulate.ts";
import { crc32 } from "./crc32.ts";
import { decode, encode, type FileMark, type Files } from "./files.ts";
import { checkForm, RUN } from "./forms.ts";

export const RUN_FILE = "run.json";
const VERSION = 2;

/** A chunk file of a run folder. */
export interface ChunkEntry extends FileMark {
  readonly file: string;
  /** step */
  readonly from: number;
  /** step */
  readonly to: number;
}

/** Where a run was taken up again, and whether its results are still those of an uninterrupted one. */
export interface Resumed {
  readonly step: number;
  readonly bitwise: boolean;
}

/** run.json: all that is needed to know and repeat a run. Steps are whole numbers of dt. What hooks changed is in the chunks. */
export interface RunFile {
  readonly format: "hillock run";
  readonly version: typeof VERSION;
  readonly complete: boolean;
  /** ms */
  readonly dt: number;
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
    readonly phase: "state" | "current" | "link";
    readonly everySteps: number;
    readonly cells: readonly number[];
  }[];
  readonly droppedLinks: readonly { readonly projection: string; readonly links: number; readonly dropped: number }[];
  readonly warnings: readonly string[];
  readonly resumed: readonly Resumed[];
  readonly chunks: readonly ChunkEntry[];
  readonly about: Readonly<Record<string, unknown>>;
  readonly description: RunDescription;
}

/** The name by which a trace is stored: the population for its first trace, "<population>.<trace>" for further ones. */
export const reportName = (cells: Traced, trace: number): string =>
  trace === 0 ? cells.name : `${cells.name}.${(traceNames(cells)[trace] as string).replaceAll("/", "_")}`;

/** What run.json says of a simulation at its present step. */
export function runFile(
  sim: Simulation,
  own: Pick<RunFile, "adapter" | "about" | "durationSteps" | "complete" | "resumed" | "chunks">,
): RunFile {
  const { network } = sim;
  const { description } = sim;
  if (description === undefined) {
    const remedy = "Make the simulation with simulate(net, ...)";
    throw new ModelError("run folder", "has no description of its network", remedy);
  }
  return {
    format: "hillock run",
    version: VERSION,
    complete: own.complete,
    dt: network.dt,
    method: [...new Set(network.populations.flatMap((p) => (p.kind === "cells" ? [p.method] : [])))].join(", "),
    seed: description.seed,
    structureSeed: description.structureSeed,
    entries: network.entries,
    engine: sim.kind,
    precision: sim.kind === "reference" ? "float64" : "float32",
    adapter: own.adapter,
    hash: network.hash,
    durationSteps: own.durationSteps,
    doneSteps: sim.step,
    populations: network.populations
      .filter((p) => p.kind !== "port")
      .map((p) => ({
        name: p.name,
        kind: p.kind,
        n: p.n,
        ...(p.kind === "cells" ? { about: p.about } : {}),
      })),
    traces: network.populations.flatMap((p) => ("traces" in p ? tracesOf(p) : [])),
    droppedLinks: network.projections.map(({ name, links, dropped }) => ({ projection: name, links, dropped })),
    warnings: network.warnings,
    resumed: own.resumed,
    chunks: own.chunks,
    about: own.about,
    description,
  };
}

const tracesOf = (cells: Traced): RunFile["traces"] =>
  cells.traces.map(({ unit, phase, everySteps, cells: recorded }, k) => ({
    population: cells.name,
    variable: traceNames(cells)[k] as string,
    report: reportName(cells, k),
    unit,
    phase,
    everySteps,
    cells: [...recorded],
  }));

/** One line of JSON whose last field is the CRC-32 of all that is before it. */
export function packRunFile(run: RunFile): Uint8Array {
  const body = JSON.stringify(run).slice(0, -1);
  return encode(`${body}${tail(body)}`);
}

const tail = (body: string): string => `,"crc":${crc32(0, encode(body))}}\n`;

/** @throws DataError when it is not there, is no run of this version, or not as it was written */
export async function readRunFile(files: Files): Promise<RunFile> {
  const where = `${files.where}/${RUN_FILE}`;
  if (!(await files.exists(RUN_FILE))) {
    throw new DataError(where, "is not there", "Give the folder that a run was written to");
  }
  const found = await survivingRunFile(files);
  if ("run" in found) return found.run;
  throw new DataError(where, found.damage, "Restore it from a copy; --resume writes it anew from the checkpoint");
}

/** What run.json says, or how it is damaged (cut, flipped, no JSON at all). What is whole and something else is no damage.
 * @throws DataError when it is no run of this version */
export async function survivingRunFile(files: Files): Promise<{ readonly run: RunFile } | { readonly damage: string }> {
  const where = `${files.where}/${RUN_FILE}`;
  const bytes = await files.read(RUN_FILE);
  const text = decode(bytes);
  let run: unknown;
  try {
    run = JSON.parse(text);
  } catch (error) {
    return { damage: `does not parse: ${(error as Error).message.slice(0, 200)}` };
  }
  const { format, version } = (run ?? {}) as Partial<Record<keyof RunFile, unknown>>;
  if (format !== "hillock run") {
    throw new DataError(where, "is not that of a hillock run", "Give the folder that a run was written to");
  }
  if (version !== VERSION) {
    const said = JSON.stringify(version)?.slice(0, 40);
    const remedy = "Read it with the hillock that wrote it, or compute it again with --force";
    throw new DataError(where, `has version ${said}, and this hillock reads version ${VERSION}`, remedy);
  }
  const end = text.lastIndexOf(',"crc":');
  // compared as bytes: a byte that is no UTF-8 would read as the same replacement character as another
  const body = text.slice(0, end);
  const wanted = encode(`${body}${tail(body)}`);
  if (end < 0 || wanted.length !== bytes.length || !wanted.every((byte, i) => byte === bytes[i])) {
    return { damage: "is not as it was written (its checksum does not match)" };
  }
  checkForm(where, RUN, run, "Restore it from a copy, or compute the run again with --force alone");
  return { run: run as RunFile };
}
