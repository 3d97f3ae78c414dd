import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TRACES, type CompiledTraining } from "../../src/compile/trained/training.ts";
import type { TrainingEngine } from "../../src/host/training.ts";
import type { CaseFiles } from "../../verify/case.ts";
import { trainedNetworkCases, verifyTrainedNetwork } from "../../verify/trained-network.ts";
import { gpuTraining, type GpuTrainingOptions } from "../../src/gpu/trained/training.ts";
import { Network } from "../../src/network/network.ts";
import { referenceTraining } from "../../src/reference/training.ts";
import { simulate, type Simulation } from "../../src/run/simulate.ts";
import { loadRun } from "../../src/storage/load-run.ts";
import { MemoryFiles } from "../../src/storage/memory-files.ts";
import { recordRun } from "../../src/storage/run-folder.ts";
import type { Control } from "../../src/run/control.ts";
import { ms } from "../../src/units.ts";
import { controlTests, everything as resultsOf, small } from "../unit/training/controlled.ts";
import { smallTraining } from "../unit/training/small.ts";
import { closeTestDevice, openTestDevice } from "./training-device.ts";

let device: GPUDevice;
beforeAll(async () => {
  device = await openTestDevice();
});
afterAll(() => closeTestDevice(device));

describe("reference cases", () => {
  const folder = new URL("../reference/trained-network/", import.meta.url);
  const files: CaseFiles = {
    list: () => readdirSync(folder),
    bytes: (name) => new Uint8Array(readFileSync(new URL(name, folder))),
    text: (name) => readFileSync(new URL(name, folder), "utf8"),
  };
  test.each(trainedNetworkCases(files).filter((name) => !name.startsWith("f4")))("%s", async (name) => {
    const rows = await verifyTrainedNetwork(files, name, { engine: "gpu", device });
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.filter((row) => row.pass !== true)).toEqual([]);
  });
});

const drawn = (seed: number) => ({ kind: "drawn", seed, amplitude: 1 }) as const;

/** Everything that a run of all loops gives, as one list of numbers per network. */
async function everything(engine: TrainingEngine, spans: readonly number[] = [30, 30, 30]): Promise<number[][]> {
  const out = engine.compiled.entries.map(() => [] as number[]);
  for (const steps of spans) {
    const { entries } = await engine.advance(steps, TRACES);
    entries.forEach(({ spikes, traces }, e) => {
      out[e]!.push(...spikes);
      for (const trace of TRACES) out[e]!.push(...traces[trace]!);
    });
  }
  (await engine.state()).forEach(({ x, r, w, P }, e) =>
    out[e]!.push(...x, ...r, ...w, ...P.flatMap((one) => [...one])),
  );
  await engine.close();
  return out;
}

const run = async (
  compiled: CompiledTraining,
  options: GpuTrainingOptions = {},
  spans?: number[],
): Promise<number[][]> => everything(await gpuTraining(device, compiled, options), spans);

describe("results do not depend on how they are computed, bit for bit", () => {
  const three = smallTraining({ seeds: [0, 1, 2], noise: drawn });

  test("a network alone or in a batch", async () => {
    const together = await run(three);
    for (const e of [0, 2]) {
      const [alone] = await run({ ...three, entries: [three.entries[e]!] });
      expect(firstDifference(alone!, together[e]!)).toBe(-1);
    }
  });

  test("workgroups of any size, P in one binding or in shards", async () => {
    const want = await run(three, { workgroupSize: 8 });
    for (const options of [{ workgroupSize: 16 }, { workgroupSize: 8, maxBinding: 12_000 }]) {
      const got = await run(three, options);
      got.forEach((one, e) => expect(firstDifference(one, want[e]!)).toBe(-1));
    }
  });

  test("spans of any length", async () => {
    const whole = await run(three);
    const parts = await run(three, {}, [7, 23, 1, 29, 30]);
    // the traces come in other pieces: compare their values in rising order, and the final state (the last ones) as it is
    const rising = (values: number[]): number[] => [...Float64Array.from(values).sort()];
    parts.forEach((one, e) => {
      expect(firstDifference(rising(one), rising(whole[e]!))).toBe(-1);
      expect(firstDifference(one.slice(-200), whole[e]!.slice(-200))).toBe(-1);
    });
  });
});

describe("against the reference engine in float32", () => {
  // float32 both: weights and P within 1e-5: the roundings of 90 steps, 6e-8 each, make half of it; states by the same reasoning as f3
  test("drawn noise, learning, weights and P", async () => {
    const training = smallTraining({ seeds: [3, 4], noise: drawn });
    const [gpu, reference] = [await gpuTraining(device, training), referenceTraining(training, "float32")];
    for (let loop = 0; loop < 3; loop++) {
      const [a, b] = [await gpu.advance(30, ["x", "r", "update2"]), await reference.advance(30, ["x", "r", "update2"])];
      a.entries.forEach((one, e) => {
        expect([...one.spikes]).toEqual([...b.entries[e]!.spikes]);
        expect(largest(one.traces.r!, b.entries[e]!.traces.r!)).toBeLessThan(2e-6);
      });
    }
    const [mine, theirs] = [await gpu.state(), await reference.state()];
    mine.forEach((state, e) => {
      expect(relative(state.w, theirs[e]!.w)).toBeLessThan(1e-5);
      state.P.forEach((P, i) => expect(relative(P, theirs[e]!.P[i]!)).toBeLessThan(1e-5));
    });
    await gpu.close();
  });

  test("intended spikes, held noise, neurons that do not learn", async () => {
    const base = smallTraining({ seeds: [5], noise: drawn });
    const trained = new Uint8Array(base.n).map((_, i) => i % 2);
    const training: CompiledTraining = {
      ...base,
      rules: { ...base.rules, spikeRule: "intended", noiseScheme: "held" },
      entries: base.entries.map((entry) => ({ ...entry, trained })),
    };
    const [gpu, reference] = [await gpuTraining(device, training), referenceTraining(training, "float32")];
    for (let loop = 0; loop < 3; loop++) {
      const [a, b] = [await gpu.advance(30), await reference.advance(30)];
      expect([...a.entries[0]!.spikes]).toEqual([...b.entries[0]!.spikes]);
    }
    const w = (await gpu.weights())[0]!;
    expect(relative(w, (await reference.weights())[0]!)).toBeLessThan(1e-5);
    const { rowPtr, w: w0 } = training.entries[0]!;
    for (let i = 0; i < base.n; i += 2) {
      expect([...w.subarray(rowPtr[i], rowPtr[i + 1])]).toEqual(
        [...w0.subarray(rowPtr[i], rowPtr[i + 1])].map(Math.fround),
      );
    }
    await gpu.close();
  });

  test("learning goes on from a state", async () => {
    const training = smallTraining({ seeds: [6], noise: drawn });
    const first = await gpuTraining(device, training);
    await first.advance(30);
    await first.advance(30);
    const state = (await first.state())[0]!;
    await first.advance(30);
    const entries = training.entries.map((entry) => ({
      ...entry,
      x0: state.x,
      r0: state.r,
      w: state.w,
      P: state.P,
      firstStep: state.step,
    }));
    const second = await gpuTraining(device, { ...training, entries });
    expect(second.step).toBe(60);
    await second.advance(30);
    const [a, b] = [(await first.state())[0]!, (await second.state())[0]!];
    // the pending terms of P were applied when the state was read: another order of rounding, nothing else
    expect(relative(b.w, a.w)).toBeLessThan(1e-5);
    expect(largest(b.r, a.r)).toBeLessThan(2e-6);
    await first.close();
    await second.close();
  });
});

test("a run goes on from a snapshot bit for bit, terms of P pending or not", async () => {
  const training = smallTraining({ seeds: [6, 7], noise: drawn });
  for (const before of [
    [30, 13],
    [30, 30],
  ]) {
    const first = await gpuTraining(device, training);
    for (const steps of before) await first.advance(steps);
    const snapshot = await first.save();
    const second = await gpuTraining(device, training);
    await second.load(snapshot);
    expect(second.step).toBe(first.step);
    const left = before[1] === 13 ? [17, 30] : [30];
    for (const steps of left) {
      const [a, b] = [await first.advance(steps, TRACES), await second.advance(steps, TRACES)];
      expect(b).toEqual(a);
    }
    expect(await second.state()).toEqual(await first.state());
    await first.close();
    await second.close();
  }
});

test("a described network on the device: recorded, resumed, its weights read, as the engine gives them bit for bit", async () => {
  const make = async (): Promise<Simulation> => {
    const net = new Network({ seed: 6 });
    const neurons = net.trained("reservoir", { n: 24, p: 0.4, loop: ms(30), stimulus: ms(6), nloop_train: 2, amp_current: 8 }); // prettier-ignore
    net.record(neurons, "r", { every: ms(1) });
    net.recordWeights(neurons, { every: ms(20) });
    net.vary("seed", [6, 7]);
    return simulate(net, { dt: ms(1), device });
  };
  const files = new MemoryFiles();
  for (const resume of [false, true]) {
    const sim = await make();
    expect(sim.kind).toBe("gpu");
    let chunks = 0;
    for await (const _ of recordRun(sim, { files, duration: ms(90), chunk: ms(40), resume })) if (++chunks === 1 && !resume) break; // prettier-ignore
    if (resume) {
      const [run, engine] = [await loadRun(files), await gpuTraining(device, sim.network.trained!)];
      expect(run.run.resumed).toEqual([{ step: 40, bitwise: true }]);
      for (let loop = 0; loop < 3; loop++) await engine.advance(10);
      for (const to of [40, 60, 80, 90]) {
        const span = await engine.advance(to - engine.step, ["r"]);
        for (const [e, w] of (await engine.weights()).entries()) {
          const stored = await run.trace("reservoir", "r", e);
          expect([...stored.data.slice((span.firstStep + 1) * 24, (to + 1) * 24)]).toEqual([...span.entries[e]!.traces.r!]); // prettier-ignore
          const sampled = (await run.trace("reservoir", "w", e)).data;
          if (to % 20 === 0) expect([...sampled.slice((to / 20) * w.length, (to / 20 + 1) * w.length)]).toEqual([...w]);
          else expect((await sim.plasticity("reservoir", e))["w"]).toEqual(w);
        }
      }
      await engine.close();
    }
    await sim.close();
  }
});

describe("controls", () => {
  controlTests(() => ({ device }));

  test("P is whole when learning goes on after a rest, whatever waited in U", async () => {
    for (const rest of [80, 81, 82, 83]) {
      const hook = (control: Control, t: number): void => {
        if (t === rest || t === rest + 5) control.freeze("reservoir", t === rest);
      };
      const options = { hook, every: ms(1), to: 120 };
      const [gpu, reference] = [await resultsOf(small({}, 1), { device }, options), await resultsOf(small({}, 1), { engine: "reference32" }, options)]; // prettier-ignore
      expect(gpu["times"]).toEqual(reference["times"]);
      expect(relative(gpu["w"]!, reference["w"]!)).toBeLessThan(1e-5); // as without a rest, above
    }
  });
});

test("a P that is not positive definite stops the run and names network and neuron", async () => {
  const training = smallTraining({ seeds: [0, 1] });
  const broken = training.entries.map((entry, e) => ({
    ...entry,
    P: Array.from({ length: training.n }, (_, i) => {
      const K = entry.rowPtr[i + 1]! - entry.rowPtr[i]!;
      return Float64Array.from({ length: (K * (K + 1)) / 2 }, () => (e === 1 && i === 3 ? -5 : 0));
    }),
  }));
  const engine = await gpuTraining(device, { ...training, entries: broken });
  await engine.advance(30);
  await expect(engine.advance(30)).rejects.toThrow(/seed 1, neuron 3: learning broke down/);
  await engine.close();
});

test("what does not fit is refused before anything is allocated", async () => {
  await expect(gpuTraining(device, smallTraining(), { maxBinding: 100 })).rejects.toThrow(
    /P of one workgroup of neurons with \d+ links takes/,
  );
});

/** Index of the first value that is not the same, or -1. */
function firstDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  return a.findIndex((x, i) => !Object.is(x, b[i]) && x !== b[i]);
}

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (x, i) => Math.abs(x - (b[i] as number))).reduce((m, d) => Math.max(m, d), 0);

function relative(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] as number) - (b[i] as number)) ** 2;
    norm += (b[i] as number) ** 2;
  }
  return Math.sqrt(difference / norm);
}
