import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { delaySteps, dueStep, firstStepAt, nearestSteps, stepsWithin, wholeSteps } from "../../src/steps.ts";

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

const grid = fc.record({
  dt: fc.constantFrom(0.001, 0.0125, 0.025, 0.05, 0.1, 0.3, 1 / 3, 1, 1000 / 44_100),
  k: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 2 ** 32 - 1 })),
});

/** A time on the grid in the ways users and files write it: all within a few ulps. */
const written = (k: number, dt: number): number[] => [k * dt, (k * (dt * 1000)) / 1000, k / (1 / dt), Number((k * dt).toPrecision(15))]; // prettier-ignore

describe("a time on the grid is its step, however it was computed", () => {
  test("whole steps, and the steps within a span", () => {
    fc.assert(
      fc.property(grid, ({ dt, k }) => {
        for (const t of written(k, dt)) {
          expect(wholeSteps("duration", t, dt, 1)).toBe(k);
          expect(stepsWithin(t, dt)).toBe(k);
          expect(nearestSteps(t, dt)).toBe(k);
        }
      }),
      { seed: 20261128, numRuns: 500 },
    );
  });

  test("an edge on the grid, or half a step later, is that step", () => {
    fc.assert(
      fc.property(grid, ({ dt, k }) => {
        for (const t of written(k, dt)) expect(firstStepAt(t, dt)).toBe(k);
        if (k > 1e6) return; // beyond, half a step is lost in the rounding of the time itself
        for (const t of written(k + 0.5, dt)) expect(firstStepAt(t, dt)).toBe(k);
        expect(firstStepAt((k + 0.51) * dt, dt)).toBe(k + 1);
      }),
      { seed: 20261128, numRuns: 500 },
    );
    expect(firstStepAt(-1, 0.1)).toBe(-10);
  });
});

test("a time off the grid is refused at every length of run", () => {
  expect(() => wholeSteps("duration", 15_000.0125, 0.025, 1)).toThrow(
    "duration: 15000.0125 ms is not a whole number of steps of 0.025 ms. Give a multiple, for example 15000.025 ms, or another dt",
  );
  expect(() => wholeSteps("chunk", 0.01, 0.025, 1)).toThrow(
    "chunk: 0.01 ms is less than one step of 0.025 ms. Give a multiple, for example 0.025 ms, or another dt",
  );
  expect(wholeSteps("latency", 0, 0.025)).toBe(0);
  expect(stepsWithin(15_000.0125, 0.025)).toBe(600_001);
  expect(nearestSteps(0.001, 0.025)).toBe(1);
});
