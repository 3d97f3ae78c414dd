import fc from "fast-check";
import { expect, test } from "vitest";
import { compileTraining } from "../../src/compile/trained/check.ts";
import { compileTrained, phaseOf } from "../../src/compile/trained/population.ts";
import { TRACES, type CompiledTraining } from "../../src/compile/trained/training.ts";
import { TrainedEngine } from "../../src/host/trained.ts";
import { referenceTraining } from "../../src/reference/training.ts";
import { smallTraining } from "../unit/training/small.ts";
import { damage, damaged } from "./damage.ts";
import { fuzzed, result } from "./runs.ts";

const plain = (_: string, x: unknown): unknown => (ArrayBuffer.isView(x) ? [...(x as Float64Array)] : x);
const noise = (seed: number) => ({ kind: "drawn", seed, amplitude: 0.1 }) as const;
const TEXT = JSON.stringify(smallTraining({ seeds: [0, 1], n: 5, steps: 8, noise }), plain);

test("damaged networks to train are refused by a typed error, or train to finite values, or stop with a fault", async () => {
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 0, maxLength: 2 }), async (all) => {
      const d = damaged(JSON.parse(TEXT) as CompiledTraining, all);
      const network = result(() => {
        const training = compileTraining(d);
        const kept = { unit: "1", everySteps: 1, cells: Uint32Array.of(0) };
        const traces = TRACES.map((variable) => ({ ...kept, variable, phase: phaseOf(variable) }));
        return { training, options: { dt: 1, name: "neurons", traces } };
      });
      if (network === undefined) return;
      ran++;
      const { training, options } = network;
      const engine = new TrainedEngine(compileTrained(training, options), referenceTraining(training));
      const steps = Math.min(24, training.schedule.loops * training.schedule.stepsPerLoop);
      const { traces, fault } = await engine.advance(steps);
      for (const { data } of traces) expect(data.every(Number.isFinite)).toBe(true);
      if (fault !== undefined) return;
      for (const kept of Object.values(await engine.save())) expect([...kept].every(Number.isFinite)).toBe(true);
    }),
    fuzzed(150),
  );
  expect(ran).toBeGreaterThan(20);
});
