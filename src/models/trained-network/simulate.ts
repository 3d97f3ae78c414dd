/// <reference types="@webgpu/types" preserve="true" />
import { compileTrained } from "../../compile/trained.ts";
import type { CompiledTraining, TrainingTrace, TrainingEngine } from "../../compile/training.ts";
import { gpuTraining } from "../../gpu/training.ts";
import type { EngineKind } from "../../host/engine.ts";
import { TrainedEngine, type Watching } from "../../host/trained.ts";
import { referenceTraining } from "../../reference/training.ts";
import { Simulation } from "../../run/simulate.ts";
import { UNIT_MS } from "../../network/trained-parameters.ts";

export interface TrainingSimulation {
  /** Default: the device where one is given, else the float64 reference. */
  readonly engine?: EngineKind | undefined;
  /** The caller keeps and destroys it. */
  readonly device?: GPUDevice | undefined;
  /** Traces to record, of these neurons (default: all). Spikes are always recorded. */
  readonly traces?: readonly TrainingTrace[];
  readonly neurons?: readonly number[];
  /** For run.json: of draws and noise, and what else is worth keeping. */
  readonly seed?: number;
  readonly about?: Readonly<Record<string, unknown>>;
  /** Sees every span of steps, whatever is recorded. */
  readonly watching?: Watching;
  /** The engine to run on, where the caller has made it; the simulation closes it. */
  readonly inner?: TrainingEngine;
}

/** Makes the engine that trains networks side by side. */
export async function trainingEngine(
  training: CompiledTraining,
  { engine, device }: Pick<TrainingSimulation, "engine" | "device"> = {},
): Promise<TrainingEngine> {
  if (device !== undefined && (engine === undefined || engine === "gpu")) return gpuTraining(device, training);
  return referenceTraining(training, engine === "reference32" ? "float32" : "float64");
}

/** Networks that `trainedNetworks` made, as a simulation like any other: run it, record it into a folder, load and export that; its
 * population is "neurons", and each network is an entry. */
export async function simulateTraining(
  training: CompiledTraining,
  options: TrainingSimulation = {},
): Promise<Simulation> {
  const { traces = [], neurons, seed = 0, about = {}, watching } = options;
  const network = compileTrained(training, {
    unitMs: UNIT_MS,
    name: "neurons",
    traces,
    neurons: Uint32Array.from(neurons ?? { length: training.n }, (i, k) => (neurons === undefined ? k : Number(i))),
  });
  const inner = options.inner ?? (await trainingEngine(training, options));
  const { rules, schedule, entries } = training;
  const { loops, stepsPerLoop, firstTrained, lastTrained, learnFrom } = schedule;
  const trained = { rules, loops, stepsPerLoop, firstTrained, lastTrained, learnFrom, networks: entries.map(({ label }) => label), ...about }; // prettier-ignore
  const empty = { populations: [], projections: [], clamps: [], recordings: [], variations: [] };
  const description = { seed, structureSeed: seed, entries: entries.length, ...empty, trained };
  return new Simulation(network, new TrainedEngine(network, inner, watching), description);
}
