import { expect, test } from "vitest";
import {
  layoutTraining,
  NO_NEURON,
  packedIndex,
  packedVectors,
  planWaves,
  trainingMemory,
} from "../../../src/gpu/trained/layout.ts";
import { smallTraining } from "./small.ts";

test("every value of a lower triangle has its own place in the packed P, inside the room for it", () => {
  for (const [size, workgroupSize] of [
    [1, 8],
    [13, 8],
    [22, 32],
  ] as const) {
    const seen = new Set<number>();
    for (let a = 0; a < size; a++) for (let b = 0; b <= a; b++) seen.add(packedIndex(a, b, workgroupSize));
    expect(seen.size).toBe((size * (size + 1)) / 2);
    expect(Math.max(...seen)).toBeLessThan(packedVectors(Math.ceil(size / 4)) * workgroupSize * 4);
  }
});

test("each neuron has one slot, workgroups hold neurons of falling size, shards keep to the limit", () => {
  const training = smallTraining({ seeds: [0, 1, 2] });
  const maxBinding = 12_000;
  const layout = layoutTraining(training, { workgroupSize: 8, maxBinding });
  expect(layout.shards.length).toBeGreaterThan(1);
  const neurons = layout.shards.flatMap((shard) => [...shard.neuronOf]).filter((g) => g !== NO_NEURON);
  expect([...neurons].sort((a, b) => a - b)).toEqual(Array.from({ length: 72 }, (_, g) => g));
  const blocks = layout.shards.flatMap((shard) => [...shard.blocks]);
  expect(blocks).toEqual([...blocks].sort((a, b) => b - a));
  for (const shard of layout.shards) {
    expect(shard.pVectors * 16).toBeLessThanOrEqual(maxBinding);
    shard.neuronOf.forEach((g, slot) => {
      if (g === NO_NEURON) return;
      const { rowPtr } = training.entries[Math.floor(g / 24)]!;
      expect(rowPtr[(g % 24) + 1]! - rowPtr[g % 24]!).toBeLessThanOrEqual(4 * shard.blocks[Math.floor(slot / 8)]!);
    });
  }
});

test("a batch that does not fit runs in waves; one network that does not is refused with the numbers", () => {
  const training = smallTraining({ seeds: [0, 1, 2, 3, 4] });
  const one = { ...training, entries: training.entries.slice(0, 1) };
  const options = { workgroupSize: 8, maxBinding: 2 ** 27, maxMemory: 2 ** 30, traces: 4, most: Infinity };
  const memory = trainingMemory(one, layoutTraining(one, options), 4).total;
  expect(planWaves(training, options).map((wave) => wave.length)).toEqual([5]);
  expect(planWaves(training, { ...options, most: 2 }).map((wave) => wave.length)).toEqual([2, 2, 1]);
  const waves = planWaves(training, { ...options, maxMemory: 2.5 * memory });
  expect(waves.flat()).toEqual(training.entries);
  expect(waves.length).toBeGreaterThan(1);
  expect(() => planWaves(training, { ...options, maxMemory: memory / 2 })).toThrow(
    /seed 0: needs 0\.\d MiB of device memory \(P 0\.\d MiB\), 0\.\d MiB are allowed/,
  );
});

test("P dominates the memory of a network of 400 neurons, by N p (N p + 1) / 2 words a neuron", () => {
  const training = smallTraining({ n: 400, steps: 10 });
  const memory = trainingMemory(training, layoutTraining(training, { workgroupSize: 8, maxBinding: 2 ** 27 }), 4);
  // packed float32: half of 4 bytes times the sum of K^2, plus whole diagonal blocks and neurons padded to their workgroup
  const { rowPtr } = training.entries[0]!;
  const squares = Array.from({ length: 400 }, (_, i) => (rowPtr[i + 1]! - rowPtr[i]!) ** 2).reduce((a, b) => a + b, 0);
  expect(memory.P / (2 * squares)).toBeGreaterThan(1);
  expect(memory.P / (2 * squares)).toBeLessThan(1.1);
  expect(memory.P / memory.total).toBeGreaterThan(0.8);
});
