import type { CompiledTraining } from "../../compile/training.ts";
import { trainingWorkgroup } from "../../gpu/training.ts";
import { layoutTraining, mib, planWaves, trainingMemory } from "../../gpu/training-layout.ts";
import { ensemble, type Ensemble } from "../../models/trained-network/ensemble.ts";
import { trainedNetworks } from "../../models/trained-network/network.ts";
import type { TrainingContext, TrainingProgress, TrainingSummary } from "./context.ts";
import { parametersOf, type TrainingOptions } from "./options.ts";
import { TrainingRun } from "./run.ts";

export {
  parseTargets,
  parseTrainingOption,
  parseTrainingOptions,
  trainingHelp,
  trainingOptions,
  TRAINING_PRESETS,
} from "./options.ts";
export type { TrainingOptions } from "./options.ts";
export type { TrainingContext, TrainingProgress, TrainingSummary } from "./context.ts";

/** On software adapters more networks at once gain nothing, and fewer stay in the cache. */
const SOFTWARE_WAVE = 8;
const TRACES_RECORDED = 4;

/** Trains an ensemble end to end: runs it loop by loop, stores every finished loop, measures, draws. */
export async function runTraining(
  options: TrainingOptions,
  context: TrainingContext,
  progress: TrainingProgress = {},
): Promise<TrainingSummary> {
  const started = performance.now();
  const parameters = parametersOf(options);
  const all = ensemble(parameters, options, options.rng, context.targets);
  const compiled = trainedNetworks(parameters, all.members);
  const waves = planned(compiled, context);
  for (const line of announce(all, compiled, waves, context)) progress.note?.(line);
  const files = await context.folder();
  await files.prepare();
  const run = new TrainingRun(options, parameters, all, context, files);
  await run.begin(compiled);
  let first = 0;
  for (const [w, entries] of waves.entries()) {
    if (!(await run.restore(w, first, entries.length))) {
      const report = (loop: number, error: number): void =>
        progress.loop?.({
          done: first * parameters.nloop + entries.length * (loop + 1),
          total: compiled.entries.length * parameters.nloop,
          wave: w,
          loop,
          error,
        });
      await run.wave(w, first, { ...compiled, entries }, report);
    }
    first += entries.length;
  }
  return run.finish((performance.now() - started) / 1000);
}

function planned(
  compiled: CompiledTraining,
  { engine, device, maxMemory = 4 * 2 ** 30 }: TrainingContext,
): CompiledTraining["entries"][] {
  if (engine !== "gpu" || device === undefined) return compiled.entries.map((entry) => [entry]);
  const most = device.adapterInfo.isFallbackAdapter ? SOFTWARE_WAVE : Infinity;
  const maxBinding = device.limits.maxStorageBufferBindingSize;
  return planWaves(compiled, {
    workgroupSize: trainingWorkgroup(device),
    maxBinding,
    maxMemory,
    traces: TRACES_RECORDED,
    most,
  });
}

function announce(
  all: Ensemble,
  compiled: CompiledTraining,
  waves: readonly CompiledTraining["entries"][],
  { engine, device }: TrainingContext,
): string[] {
  const { members, asked } = all;
  const lines: string[] = [];
  if (members.length < asked) {
    lines.push(
      `${asked} networks asked for, ${members.length} distinct: without LIF neurons the reset changes nothing; duplicates are run once`,
    );
  }
  if (engine === "gpu" && device !== undefined) {
    const largest = { ...compiled, entries: waves.reduce((a, b) => (b.length > a.length ? b : a)) };
    const layout = layoutTraining(largest, {
      workgroupSize: trainingWorkgroup(device),
      maxBinding: device.limits.maxStorageBufferBindingSize,
    });
    const memory = trainingMemory(largest, layout, TRACES_RECORDED);
    lines.push(
      `${counted(members.length, "network")} of ${compiled.n} neurons in ${counted(waves.length, "wave")} of up to ${largest.entries.length}: ${mib(memory.total)} on the device (P ${mib(memory.P)})`,
    );
  } else
    lines.push(
      `${counted(members.length, "network")} of ${compiled.n} neurons, one after the other, on the reference engine`,
    );
  return lines;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
