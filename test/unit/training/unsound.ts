import { expect } from "vitest";
import type { CompiledTraining, TrainingEntry } from "../../../src/compile/trained/training.ts";
import { StateError } from "../../../src/errors.ts";
import { simulateTraining, type TrainingSimulation } from "../../../src/models/trained-network/simulate.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";
import { recordRun } from "../../../src/storage/run-folder.ts";
import { ms } from "../../../src/units.ts";
import { smallTraining } from "./small.ts";

const [N, STEPS] = [24, 30];

/** Two networks of which the second leaves what a neuron can be; loops 1 and 2 of 30 steps learn, from step 7 on. */
export const CASES: Readonly<Record<string, { spoil: (entry: TrainingEntry) => Partial<TrainingEntry>; neuron: number; state: string; step: number }>> = {
  "a stimulus of 1e38 after the first 6 steps": {
    spoil: ({ stimulus }) => ({ stimulus: stimulus.map((value, k) => (k === N + 20 ? 1e38 : value)) }),
    neuron: 20,
    state: "x",
    step: 7,
  },
  "noise that is not a number in loop 1": {
    spoil: () => ({ noise: { kind: "given", loop: (loop) => new Float64Array(STEPS * 2 * N).map((_, k) => (loop === 1 && k === 11 * 2 * N + 5 ? NaN : 0)) } }),
    neuron: 5,
    state: "x",
    step: 42,
  },
  "a target that makes a weight larger than any": {
    spoil: ({ target }) => ({ target: target.map((value, k) => (k === 12 * N + 21 ? 3e38 : value)) }),
    neuron: 21,
    state: "w",
    step: 43,
  },
  "a P that is not positive definite": {
    spoil: ({ rowPtr }) => ({
      P: Array.from({ length: N }, (_, i) => {
        const K = rowPtr[i + 1]! - rowPtr[i]!;
        return Float64Array.from({ length: (K * (K + 1)) / 2 }, () => (i === 3 ? -5 : 0));
      }),
    }),
    neuron: 3,
    state: "P",
    step: 38,
  },
}; // prettier-ignore

function spoilt(name: string): CompiledTraining {
  const training = smallTraining({ seeds: [0, 1] });
  const entries = training.entries.map((entry, e) => (e === 1 ? { ...entry, ...CASES[name]!.spoil(entry) } : entry));
  return { ...training, entries };
}

/** Runs a case into a folder: it must say where and when it stops, keep what came before bit for bit, and stop again on resume. */
export async function expectStop(name: string, options: Pick<TrainingSimulation, "device" | "engine">): Promise<void> {
  const { neuron, state, step } = CASES[name]!;
  const files = new MemoryFiles();
  const error = await stopped(() => into(files, name, options, 3 * STEPS));
  expect(error).toBeInstanceOf(StateError);
  expect(error.where).toBe(`seed 1, neuron ${neuron}`);
  expect(error.fault).toMatchObject({ step, population: "neurons", entry: 1, cell: neuron, state });
  expect(error.message).toContain(`at step ${step} (t = `);
  const stored = await loadRun(files);
  expect(stored.run).toMatchObject({ complete: false, doneSteps: step - 1 });
  const healthy = new MemoryFiles();
  await into(healthy, name, options, step - 1);
  const want = await loadRun(healthy);
  for (const entry of [0, 1]) {
    expect(await stored.spikes("neurons", entry)).toEqual(await want.spikes("neurons", entry));
    for (const trace of ["x", "v"])
      expect(await stored.trace("neurons", trace, entry)).toEqual(await want.trace("neurons", trace, entry));
  }
  const again = await stopped(() => into(files, name, options, 3 * STEPS, true));
  expect(again.message).toBe(error.message);
}

async function into(
  files: MemoryFiles,
  name: string,
  options: Pick<TrainingSimulation, "device" | "engine">,
  steps: number,
  resume = false,
): Promise<void> {
  const sim = await simulateTraining(spoilt(name), { ...options, traces: ["x", "v"] });
  const { dt } = sim.network;
  try {
    for await (const chunk of recordRun(sim, { files, duration: ms(steps * dt), chunk: ms(STEPS * dt), resume })) void chunk; // prettier-ignore
  } finally {
    await sim.close();
  }
}

const stopped = (run: () => Promise<void>): Promise<StateError> =>
  run().then(
    () => Promise.reject(new Error("did not stop")),
    (error: unknown) => error as StateError,
  );
