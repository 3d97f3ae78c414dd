import type { TrainingSnapshot } from "../../compile/training.ts";
import type { LoopMeasures } from "../../models/trained-network/measures.ts";
import { fromJson, toJson } from "../parts.ts";
import { packCheckpoint, unpackCheckpoint } from "../../storage/checkpoint.ts";
import { decode, encode, type Files } from "../../storage/files.ts";
import type { ShownLoop } from "./figures.ts";
import type { GrowingFile } from "./notebook-files.ts";

/** What a wave of networks has collected so far. */
export interface WaveState {
  /** Per network of the wave and loop. */
  readonly measures: LoopMeasures[][];
  /** Rows of dimension.csv. */
  readonly dimensions: string[][];
  /** The notebook's files that grow over the whole run. */
  notebook: readonly GrowingFile[];
  /** Of the first network, for the figures. */
  readonly shown: ShownLoop[];
}

interface Checkpoint {
  readonly loops: number;
  readonly state: WaveState;
  /** r of each network in the loops that the dimension is measured in. */
  readonly samples: readonly (readonly [entry: number, loop: number])[];
}

const fileOf = (wave: number): string => `wave-${String(wave).padStart(3, "0")}.checkpoint`;

/** Where a wave stands after a loop, in one file. */
export interface WaveCheckpoint {
  /** Loops finished. */
  readonly loops: number;
  readonly state: WaveState;
  readonly samples: readonly {
    readonly entry: number;
    readonly loop: number;
    readonly r: Float32Array | Float64Array;
  }[];
  readonly engine: TrainingSnapshot;
}

export async function saveWave(
  files: Files,
  wave: number,
  { loops, state, samples, engine }: WaveCheckpoint,
): Promise<void> {
  const about: Checkpoint = { loops, state, samples: samples.map(({ entry, loop }) => [entry, loop]) };
  const text = encode(toJson(about));
  const words = new Uint8Array(Math.ceil(text.length / 4) * 4).fill(32); // JSON may end in spaces
  words.set(text);
  const arrays = Object.fromEntries([
    ["about", new Uint32Array(words.buffer)],
    ...samples.map(({ r }, k) => [`r.${k}`, r] as const),
    ...Object.entries(engine).map(([name, array]) => [`engine.${name}`, array] as const),
  ]);
  const header = { version: 2, step: loops, dt: 0, hash: "", engine: "", adapter: "", chunks: [], resumed: [], inForce: [] } as const; // prettier-ignore
  await files.write(fileOf(wave), packCheckpoint(header, arrays));
}

export async function loadWave(files: Files, wave: number): Promise<WaveCheckpoint | undefined> {
  const name = fileOf(wave);
  if (!(await files.exists(name))) return undefined;
  const { state: arrays } = unpackCheckpoint(`${files.where}/${name}`, await files.read(name));
  const { buffer } = arrays["about"] as Uint32Array;
  const { loops, state, samples } = fromJson<Checkpoint>(decode(new Uint8Array(buffer)));
  const engine = Object.entries(arrays).filter(([key]) => key.startsWith("engine.")).map(([key, array]) => [key.slice(7), array] as const); // prettier-ignore
  return {
    loops,
    state,
    samples: samples.map(([entry, loop], k) => ({ entry, loop, r: arrays[`r.${k}`] as Float32Array })),
    engine: Object.fromEntries(engine) as TrainingSnapshot,
  };
}

export const removeWave = (files: Files, wave: number): Promise<void> => files.remove(fileOf(wave));
