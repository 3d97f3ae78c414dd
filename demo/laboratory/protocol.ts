import type { AdapterName, Look, Pacing } from "../site/protocol.ts";
import type { Unit } from "../../src/units.ts";
import type { Circuit, CircuitFault } from "./circuit/circuit.ts";
import type { CircuitShown, Watched } from "./circuit/readings.ts";
import type { Fault } from "./document.ts";
import type { VersionName } from "./clamping.ts";
import type { Variable } from "./experiment.ts";
import type { LabSettings } from "./settings.ts";

/** What passes between the page and the worker that checks, compiles and computes. */

/** The texts that are compared; B may be missing. */
export type Texts = Readonly<{ A: string; B?: string }>;

export type ToWorker =
  /** Checks the texts and, where they are right, runs them in place of what runs: one cell, or a circuit of such. `moved`: when the key was
   * hit, ms of the common clock. */
  | { readonly kind: "run"; readonly id: number; readonly texts: Texts; readonly settings: LabSettings; readonly circuit?: Circuit | undefined; readonly restart: boolean; readonly moved: number }
  /** Settings that need no other network. */
  | { readonly kind: "live"; readonly settings: LabSettings }
  | { readonly kind: "pacing"; readonly pacing: Pacing }
  | { readonly kind: "step" }
  /** Measures the curve that fits the clamp: f-I or I-V. */
  | { readonly kind: "curve" }
  /** What stands at a character of a text. */
  | { readonly kind: "cursor"; readonly version: VersionName; readonly at: number }
  | { readonly kind: "preset"; readonly version: VersionName; readonly name: string }
  | { readonly kind: "insertion"; readonly name: string }
  /** Files for the cell of a version, texts by name: SWC morphologies, NMODL mechanisms and what they include. `into`: the cell's text as it stands. */
  | { readonly kind: "files"; readonly version: VersionName; readonly files: ReadonlyMap<string, string>; readonly into: string }
  /** The network as it is now, for files. */
  | { readonly kind: "describe"; readonly request: number }
  /** Where circuits are drawn, and how. */
  | { readonly kind: "canvas"; readonly canvases: Readonly<Record<string, OffscreenCanvas>>; readonly look: Look }
  | { readonly kind: "look"; readonly look: Look }
  | { readonly kind: "watch"; readonly watched: Watched }
  | { readonly kind: "ask"; readonly id: number; readonly question: CircuitQuestion }; // prettier-ignore

/** What files of a circuit hold: its raster (Blob), its spikes as a table (Table), or by population (SpikesOf[]). */
export type CircuitQuestion = "picture" | "table" | "spikes";

/** What the page says of a circuit that runs. */
export interface CircuitFacts {
  readonly circuit: Circuit;
  /** of each population's weights. */
  readonly units: readonly string[];
  readonly links: number;
}

export interface Recorded extends Variable {
  readonly unit: string;
}

export interface Curve {
  readonly kind: "rate" | "voltage";
  readonly x: readonly number[];
  readonly xUnit: string;
  readonly series: readonly { readonly version: VersionName; readonly label: string; readonly y: readonly number[] }[];
  readonly tookMs: number;
}

export type ToPage =
  | { readonly kind: "hello"; readonly adapter: AdapterName | undefined; readonly presets: readonly (readonly [string, string])[]; readonly insertable: readonly (readonly [string, string])[] }
  | { readonly kind: "checked"; readonly id: number; readonly faults: Readonly<Partial<Record<VersionName, Fault>>> }
  | { readonly kind: "running"; readonly id: number; readonly variables: readonly Recorded[]; readonly unit: Unit; readonly kept: number; readonly of: number; readonly moved: number; readonly restarted: boolean; readonly engine: "gpu" | "reference"; readonly circuit?: CircuitFacts }
  /** Faults of a circuit at its fields; none: it runs, or is about to. */
  | { readonly kind: "circuit checked"; readonly id: number; readonly faults: readonly CircuitFault[] }
  /** What was changed acts on the network that runs. */
  | { readonly kind: "acts"; readonly id: number; readonly moved: number }
  | { readonly kind: "circuit"; readonly shown: CircuitShown }
  | { readonly kind: "answer"; readonly id: number; readonly answer: unknown }
  /** One array per variable, all over the same times. */
  | { readonly kind: "samples"; readonly times: Float64Array; readonly values: readonly Float32Array[]; readonly spikes: Readonly<Partial<Record<VersionName, Float64Array>>>; readonly time: number; readonly measured: number }
  | { readonly kind: "curve"; readonly curve: Curve }
  | { readonly kind: "place"; readonly version: VersionName; readonly text: string }
  /** A text to go on with, for the version that it was asked for; `scale`: the full scale that suits it, undefined: as it is. */
  | { readonly kind: "preset"; readonly version: VersionName; readonly text: string; readonly scale: number | undefined }
  /** A text with what a file gave it, and what is to be said of that. */
  | { readonly kind: "taken"; readonly version: VersionName; readonly text: string; readonly at: number; readonly title: string; readonly said: readonly string[] }
  /** A file that was not taken; what runs goes on. */
  | { readonly kind: "refused"; readonly title: string; readonly detail: string }
  | { readonly kind: "insertion"; readonly room: string; readonly lines: string }
  | { readonly kind: "description"; readonly request: number; readonly json: string; readonly engine: "gpu" | "reference" }
  /** What ran stopped, or could not begin; the page goes on with the next edit. */
  | { readonly kind: "failed"; readonly title: string; readonly detail: string }; // prettier-ignore
