import { describe, expect, test } from "vitest";
import { firstOn } from "../../../src/compile/clamps.ts";
import { dueStep } from "../../../src/compile/given.ts";
import { delaySteps } from "../../../src/compile/links.ts";
import { blockLength, scaleFor } from "../../../src/compile/scaling.ts";

describe("delays in steps", () => {
  test.each([
    [1, 0.025, 40],
    [13, 0.025, 520], // a motor neuron's 1 ms and 12 ms of axon
    [0, 0.025, 0],
    [0.0124, 0.025, 0],
    [0.0125, 0.025, 1], // NEURON's spikes are 1e-10 ms late, so a half step rounds up
    [0.1, 0.1, 1],
    [0.3, 0.1, 3], // 0.1 + 0.1 + 0.1 > 0.3 in float64, which must not matter
  ])("%s ms at dt %s is %s steps", (delay, dt, steps) => {
    expect(delaySteps("E -> I", delay, dt)).toBe(steps);
  });

  test("a delay that leaves 31 bits says what to do", () => {
    expect(() => delaySteps("E -> I", 1e9, 0.025)).toThrow(
      "E -> I: a delay of 1000000000 ms is 40000000000 steps of 0.025 ms. Give the projection a maxDelay",
    );
  });

  test.each([
    [5, 1, 0.025, 240],
    [5.0125, 1, 0.025, 240], // given data: ties go down
    [5.01251, 1, 0.025, 241],
    [66.23894452685116, 0.1, 0.025, 2654], // 66.3389 / 0.025 = 2653.56: the nearest step
    [0, 0, 0.025, 0],
  ])("a spike given at %s ms with delay %s at dt %s is due in step %s", (time, delay, dt, step) => {
    expect(dueStep(time, delay, dt)).toBe(step);
  });
});

test("a clamp is on from the first step with delay <= t + dt/2, whatever the division rounds to", () => {
  for (const dt of [0.025, 0.1, 0.0125, 1 / 3]) {
    for (let k = 0; k < 400; k++) {
      const time = k * 0.05;
      const step = firstOn(time, dt);
      expect(time <= step * dt + dt / 2).toBe(true);
      expect(step === 0 || time > (step - 1) * dt + dt / 2).toBe(true);
    }
  }
  expect(firstOn(1e9, 0.025)).toBe(2 ** 32 - 1); // "for ever" stays a u32
});

test("the scale is the largest power of two that keeps a step's sum within 2^30", () => {
  for (const load of [1, 0.05, 12.05, 1.5, 2 ** 30, 3e-7, 1 - 2 ** -53, 2 ** -1070]) {
    const q = scaleFor(load);
    expect(Number.isInteger(Math.log2(q))).toBe(true);
    expect(q * load).toBeLessThanOrEqual(2 ** 30);
    expect(q === 2 ** 100 || 2 * q * load > 2 ** 30).toBe(true);
  }
  expect(scaleFor(0)).toBe(1);
});

test("a block is bounded by loops, 1000 steps, what is cached (but 200 steps), 64 MiB of accumulators and the caller", () => {
  expect(blockLength(undefined, 500, 1, Infinity)).toBe(1000);
  expect(blockLength(undefined, 800, 1, Infinity)).toBe(655); // 2 * 2^20 / (4 * 800) = 655.4
  expect(blockLength(40, 800, 1, Infinity)).toBe(40);
  expect(blockLength(4000, 500, 1, Infinity)).toBe(1000);
  expect(blockLength(undefined, 80_000, 1, Infinity)).toBe(200);
  expect(blockLength(undefined, 1_000_000, 1, Infinity)).toBe(16); // 64 * 2^20 / (4 * 10^6) = 16.8
  expect(blockLength(undefined, 100_000, 10, Infinity)).toBe(16);
  expect(blockLength(undefined, 800, 1, 7)).toBe(7);
  expect(blockLength(undefined, 0, 1, Infinity)).toBe(1000);
  expect(blockLength(undefined, 2 ** 25, 1, Infinity)).toBe(1);
});
