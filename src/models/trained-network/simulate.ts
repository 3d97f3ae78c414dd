import { chosen } from "../../compile/chosen-cells.ts";
import { compileTrained, phaseOf } from "../../compile/trained/population.ts";
import type { CompiledTraining, TrainingTrace } from "../../compile/trained/training.ts";
import type { TrainingEngine } from "../../host/training.ts";
import { TrainedEngine, type Watching } from "../../host/trained.ts";
import { Simulation } from "../../run/simulate.ts";
import { trainingEngine, type TrainingEngineOptions } from "../../run/training-engine.ts";
import { UNIT_MS } from "../../network/trained-parameters.ts";

export interface TrainingSimulation extends TrainingEngineOptions {
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

/** Networks that `trainedNetworks` made, as a simulation like any other: run it, record it into a folder, load and export that; its
 * population is "neurons", and each network is an entry. */
export async function simulateTraining(
  training: CompiledTraining,
  options: TrainingSimulation = {},
): Promise<Simulation> {
  const { traces = [], neurons, seed = 0, about = {}, watching } = options;
  const { n } = training;
  const cells = chosen("neurons", neurons === undefined ? "all" : { cells: neurons }, n, "neuron");
  const kept = traces.map((variable) => ({ variable, unit: "1", phase: phaseOf(variable), everySteps: 1, cells }));
  const network = compileTrained(training, { dt: training.rules.h * UNIT_MS, name: "neurons", traces: kept });
  const inner = options.inner ?? (await trainingEngine(training, options));
  const { rules, schedule, entries } = training;
  const { loops, stepsPerLoop, firstTrained, lastTrained, learnFrom } = schedule;
  const described = { rules, loops, stepsPerLoop, firstTrained, lastTrained, learnFrom, networks: entries.map(({ label }) => label), ...about }; // prettier-ignore
  const empty = { populations: [], projections: [], clamps: [], recordings: [], variations: [] };
  const description = { seed, structureSeed: seed, entries: entries.length, ...empty, training: described };
  return new Simulation(network, new TrainedEngine(network, inner, watching), description);
}
