/// <reference types="@webgpu/types" preserve="true" />
import type { CompiledTraining } from "../compile/trained/training.ts";
import type { TrainingEngine } from "../host/training.ts";
import { gpuTraining } from "../gpu/trained/training.ts";
import type { EngineKind } from "../host/engine.ts";
import { referenceTraining } from "../reference/training.ts";

export interface TrainingEngineOptions {
  /** Default: the device where one is given, else the float64 reference. */
  readonly engine?: EngineKind | undefined;
  /** The caller keeps and destroys it. */
  readonly device?: GPUDevice | undefined;
}

/** Makes the engine that trains networks side by side. */
export async function trainingEngine(
  training: CompiledTraining,
  { engine, device }: TrainingEngineOptions = {},
): Promise<TrainingEngine> {
  if (device !== undefined && (engine === undefined || engine === "gpu")) return gpuTraining(device, training);
  return referenceTraining(training, engine === "reference32" ? "float32" : "float64");
}
