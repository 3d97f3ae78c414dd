import type { Ensemble } from "../../models/trained-network/ensemble.ts";
import type { LoopMeasures } from "../../models/trained-network/measures.ts";
import type { Files } from "../../storage/files.ts";

/** What a run needs from outside; the caller keeps device and folders. */
export interface TrainingContext {
  readonly engine: "gpu" | "reference" | "reference32";
  /** Needed by engine "gpu". */
  readonly device?: GPUDevice | undefined;
  /** Opens the output folder, or one below it, making it if needed. */
  readonly folder: (...path: string[]) => Promise<Files>;
  /** Goes on with an interrupted run in the folder: finished waves of networks are kept, the others start again. */
  readonly resume?: boolean;
  /** Overwrites another run in the folder; with resume, goes on although settings or adapter differ. */
  readonly force?: boolean;
  /** Ends the run after the loop in which it is aborted, by throwing its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Takes the figures; written as SVG into the folder where left out. */
  readonly draw?: (figure: { readonly name: string; readonly svg: string }) => Promise<void>;
  /** [itmax][N] for all networks, instead of drawn targets. */
  readonly targets?: Float64Array;
  /** Most bytes that may be taken on the device; 4 GiB where left out. */
  readonly maxMemory?: number;
  /** What run.json says of the adapter. */
  readonly adapter?: string;
}

export interface TrainingProgress {
  /** A line to show. */
  readonly note?: (line: string) => void;
  /** After each loop of a wave. `error` is the mean squared error, geometric mean over its networks. */
  readonly loop?: (at: {
    readonly done: number;
    readonly total: number;
    readonly wave: number;
    readonly loop: number;
    readonly error: number;
  }) => void;
}

export interface TrainingSummary {
  readonly asked: number;
  readonly networks: Ensemble["members"];
  /** Per network and loop. */
  readonly measures: readonly (readonly LoopMeasures[])[];
  readonly seconds: number;
  /** Names of the figures, without ending. */
  readonly figures: readonly string[];
  /** A table for the terminal. */
  readonly text: string;
}
