import type { EngineKind } from "../host/engine.ts";
import { writeText, type Files } from "../storage/files.ts";
import type { FigureFile, Settings } from "./experiment.ts";

/** A published study that is more than one run of one network: a search, a protocol, a chain of steps. */
export interface Study<S extends Settings = Settings> {
  readonly name: string;
  readonly title: string;
  readonly defaults: S;
  readonly presets?: Readonly<Record<string, Settings>>;
  /** Files it takes, by option name, with a line of help. */
  readonly files?: Readonly<Record<string, string>>;
  readonly defaultSeed: number;
  /** Does it all. @returns what to print at the end */
  run(settings: S, context: StudyContext): Promise<string>;
}

export interface StudyContext {
  readonly seed: number;
  /** Contents of the study's files that were given. */
  readonly files: Readonly<Record<string, string>>;
  readonly engine: EngineKind;
  /** Of engine "gpu"; the caller keeps and destroys it. */
  readonly device?: GPUDevice | undefined;
  /** Where results go, already prepared. */
  readonly out: Files;
  /** A folder below `out`. */
  readonly folder: (name: string) => Promise<Files>;
  /** A line to show. */
  readonly say: (line: string) => void;
  /** How far it is: 0 to 1, and what is being done. */
  readonly progress: (part: string, done: number) => void;
  /** Writes SVG, and PNG at 300 dpi. Does nothing where figures are not wanted. */
  readonly draw: (figure: FigureFile) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
  /** Overwrite results of another run. */
  readonly force: boolean;
}

/** A JSON file with two spaces of indent, as the published scripts write theirs. NaN becomes null. */
export const writeJson = async (out: Files, name: string, value: unknown): Promise<void> =>
  void (await writeText(out, name, `${JSON.stringify(value, undefined, 2)}\n`));
