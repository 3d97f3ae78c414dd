/// <reference types="@webgpu/types" preserve="true" />
import type { z } from "zod";
import { clipped } from "../clipped.ts";
import { DataError, didYouMean } from "../errors.ts";
import type { EngineKind } from "../host/engine.ts";
import type { Method } from "../network/cell.ts";
import type { Network } from "../network/network.ts";
import type { StoredRun } from "../storage/load-run.ts";
import type { Files } from "../storage/files.ts";
import type { Quantity } from "../units.ts";
import type { Announce } from "./announce.ts";
import type { Values } from "./values.ts";

/** What a study is given beside its settings. */
export interface Given {
  readonly seed: number;
  /** Contents of the study's files that were given, by option name. */
  readonly files: ReadonlyMap<string, string>;
}

interface Common<S extends z.ZodObject> {
  /** As `hillock run <name>`. */
  readonly name: string;
  readonly title: string;
  /** Every setting with its default, unit, meaning and limits; options, --help and --settings are made of it. Settings called
   * `duration` and `chunk` are also what --duration and --chunk set. */
  readonly settings: S;
  /** Named sets of settings that differ from the defaults. */
  readonly presets?: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Files it takes, by option name, with a line of help. */
  readonly files?: ReadonlyMap<string, string>;
  readonly defaultSeed: number;
  /** Width and height of its largest figure, mm: the memory that drawing takes is said before a run. */
  readonly page: readonly [width: number, height: number];
  /** Of the reference engine, that it can use; left out: all. */
  readonly mostThreads?: number;
}

/** One run of one network. */
export interface NetworkStudy<S extends z.ZodObject = z.ZodObject> extends Common<S> {
  build(settings: z.output<S>, given: Given): Promise<Built>;
}

/** More than one run of one network: a search, a protocol, a chain of steps. */
export interface LongStudy<S extends z.ZodObject = z.ZodObject> extends Common<S> {
  /** Refuses settings that do not go together, and what any of its runs would refuse, before anything is opened or computed. */
  check(settings: z.output<S>, given: Given): void | Promise<void>;
  /** Does it all. A resumed study is called again: what it keeps in `context` is not computed twice. */
  run(settings: z.output<S>, context: StudyContext): Promise<Result>;
  /** Whether these settings work on what an earlier run left in the folder. */
  continues?(settings: z.output<S>): boolean;
}

/** A published study: what may be set, how it runs, what is said and drawn of it. A folder of its own and a line in all.ts. */
export type Study<S extends z.ZodObject = z.ZodObject> = NetworkStudy<S> | LongStudy<S>;

export interface Built {
  readonly network: Network;
  readonly dt: Quantity<"ms">;
  /** Instead of what the models state. */
  readonly method?: Method | undefined;
  readonly duration: Quantity<"ms">;
  readonly chunk: Quantity<"ms">;
  /** Lines to show before the run. */
  readonly notes: readonly string[];
  /** What to print of one entry of a finished, or truncated, run. */
  summary(run: StoredRun, entry: number): Promise<string>;
  figures(run: StoredRun, entry: number): Promise<readonly Figure[]>;
  /** Files of its own form, written beside the run when it is done. */
  outputs?(run: StoredRun, files: Files): Promise<void>;
  /** What it measures beyond the firing of each population, which every run gives. */
  values?(run: StoredRun, entry: number): Promise<Values>;
}

export interface Figure {
  /** Of its files, without ending. */
  readonly name: string;
  /** Drawn when asked for, after all results have been written. */
  readonly svg: () => string | Promise<string>;
}

export interface Result {
  /** What to print at the end, and into summary.txt. */
  readonly text: string;
  /** The same as numbers, for summary.json and tables of sweeps. */
  readonly values: Values;
  /** Asked for where figures are wanted. */
  readonly figures: () => readonly Figure[] | Promise<readonly Figure[]>;
}

export interface StudyContext extends Given {
  readonly engine: EngineKind;
  /** Of engine "gpu"; the caller keeps and destroys it. */
  readonly device?: GPUDevice | undefined;
  /** What run.json says of the adapter, "" without one. */
  readonly adapter: string;
  /** Where results go, already prepared. */
  readonly out: Files;
  /** A folder below `out`, prepared. */
  readonly folder: (name: string) => Promise<Files>;
  /** A part of the study: computed, stored and given; or, where the run that is resumed had finished it, only given. Values
   * come back with every bit: numbers, NaN too, text, lists, plain objects and typed arrays. */
  readonly keep: <T>(part: string, compute: () => Promise<T>) => Promise<T>;
  /** A line to show. */
  readonly say: (line: string) => void;
  /** Before a simulation's first step: says its warnings and memory, each once in a run of the study. */
  readonly announce: Announce;
  /** How far a part is: 0 to 1; with the simulated time where it is one run. */
  readonly progress: (part: string, done: number, simulated?: Simulated) => void;
  readonly signal?: AbortSignal | undefined;
  /** Go on with what is in the folder. */
  readonly resume: boolean;
  /** Overwrite results of another run; with resume, go on although what made them differs. */
  readonly force: boolean;
}

interface Simulated {
  readonly simulatedMs: number;
  readonly totalMs: number;
}

/** What differs from the defaults. @throws DataError when there is no such preset */
export function presetOf(study: Study, preset: string | undefined): Readonly<Record<string, unknown>> {
  if (preset === undefined) return {};
  const found = study.presets?.get(preset);
  if (found !== undefined) return found;
  throw new DataError(`${study.name} ${clipped(preset)}`, "is not a preset", didYouMean(clipped(preset), study.presets?.keys() ?? [])); // prettier-ignore
}
