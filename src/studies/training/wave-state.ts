import type { EngineState } from "../../host/engine.ts";
import type { LoopMeasures } from "../../models/trained-network/measures.ts";
import { decode, encode } from "../../storage/files.ts";
import { fromJson, toJson } from "../parts.ts";
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

/** r of a network in a loop that the dimension is measured in. */
export interface Sample {
  readonly entry: number;
  readonly loop: number;
  readonly r: Float32Array | Float64Array;
}

interface About {
  readonly state: WaveState;
  readonly samples: readonly Pick<Sample, "entry" | "loop">[];
}

/** Both as a checkpoint holds them, and back. */
export function packWave(state: WaveState, samples: readonly Sample[]): EngineState {
  const about: About = { state, samples: samples.map(({ entry, loop }) => ({ entry, loop })) };
  const text = encode(toJson(about));
  const words = new Uint8Array(Math.ceil(text.length / 4) * 4).fill(32); // JSON may end in spaces
  words.set(text);
  const arrays = samples.map(({ r }, k) => [`r.${k}`, r] as const);
  return { about: new Uint32Array(words.buffer), ...Object.fromEntries(arrays) };
}

export function unpackWave(arrays: EngineState): { state: WaveState; samples: Sample[] } {
  const { buffer } = arrays["about"] as Uint32Array;
  const { state, samples } = fromJson<About>(decode(new Uint8Array(buffer)));
  return { state, samples: samples.map((one, k) => ({ ...one, r: arrays[`r.${k}`] as Float32Array })) };
}
