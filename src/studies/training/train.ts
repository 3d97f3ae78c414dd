import { isSoftware } from "../../gpu/adapter.ts";
import { bytesText } from "../../compile/estimate.ts";
import type { CompiledTraining } from "../../compile/trained/training.ts";
import { trainingWorkgroup } from "../../gpu/trained/training.ts";
import { layoutTraining, planWaves, trainingMemory } from "../../gpu/trained/layout.ts";
import { ensemble, type Ensemble } from "../../models/trained-network/ensemble.ts";
import { trainedNetworks } from "../../compile/trained/networks.ts";
import type { Result, StudyContext } from "../study.ts";
import { MAX_MEMORY, parametersOf, parseTargets } from "./parameters.ts";
import { TrainingRun } from "./run.ts";
import type { TrainingOptions } from "./settings.ts";

/** On software adapters more networks at once gain nothing, and fewer stay in the cache. */
const SOFTWARE_WAVE = 8;
const TRACES_RECORDED = 4;

/** Trains an ensemble end to end: runs it loop by loop, stores every finished loop, measures. */
export async function train(given: TrainingOptions, context: StudyContext): Promise<Result> {
  const options = { ...given, seeds: given.seeds.map((seed) => seed + context.seed) }; // --seed moves all replicas
  const parameters = parametersOf(options);
  const targets = context.files.get("targets");
  const target = targets === undefined ? undefined : parseTargets("targets", targets, options.itmax, options.N);
  const all = ensemble(parameters, options, options.rng, target);
  const compiled = trainedNetworks(parameters, all.members);
  const waves = planned(compiled, context);
  for (const line of announce(all, compiled, waves, context)) context.say(line);
  const run = new TrainingRun(options, parameters, all, context);
  await run.begin(compiled);
  let first = 0;
  for (const [w, entries] of waves.entries()) {
    const [offset, steps] = [first, compiled.entries.length * parameters.nloop];
    const files = waves.length === 1 ? context.out : await context.folder(`wave-${w + 1}`);
    await run.wave({ wave: w, first, files }, { ...compiled, entries }, (loop, error) => {
      const part = `wave ${w + 1}, loop ${loop}: mean squared error ${error.toFixed(4)}`;
      context.progress(part, (offset * parameters.nloop + entries.length * (loop + 1)) / steps);
    });
    first += entries.length;
  }
  return run.finish();
}

function planned(compiled: CompiledTraining, { engine, device }: StudyContext): CompiledTraining["entries"][] {
  if (engine !== "gpu" || device === undefined) return compiled.entries.map((entry) => [entry]);
  return planWaves(compiled, {
    workgroupSize: trainingWorkgroup(device),
    maxBinding: device.limits.maxStorageBufferBindingSize,
    maxMemory: MAX_MEMORY,
    traces: TRACES_RECORDED,
    most: isSoftware(device.adapterInfo) ? SOFTWARE_WAVE : Infinity,
  });
}

function announce(
  all: Ensemble,
  compiled: CompiledTraining,
  waves: readonly CompiledTraining["entries"][],
  { engine, device }: StudyContext,
): string[] {
  const { members, asked } = all;
  const lines: string[] = [];
  if (members.length < asked) {
    lines.push(
      `${asked} networks asked for, ${members.length} distinct: without LIF neurons the reset changes nothing; duplicates are run once`,
    );
  }
  const networks = `${counted(members.length, "network")} of ${compiled.n} neurons`;
  if (engine !== "gpu" || device === undefined)
    return [...lines, `${networks}, one after the other, on the reference engine`];
  const largest = { ...compiled, entries: waves.reduce((a, b) => (b.length > a.length ? b : a)) };
  const layout = layoutTraining(largest, {
    workgroupSize: trainingWorkgroup(device),
    maxBinding: device.limits.maxStorageBufferBindingSize,
  });
  const memory = trainingMemory(largest, layout, TRACES_RECORDED);
  const where = `${bytesText(memory.total)} on the device (P ${bytesText(memory.P)})`;
  return [...lines, `${networks} in ${counted(waves.length, "wave")} of up to ${largest.entries.length}: ${where}`];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
