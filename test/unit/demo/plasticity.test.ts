import { expect, test } from "vitest";
import { Readings } from "../../../demo/plasticity/readings.ts";
import { LARGEST } from "../../../demo/plasticity/network.ts";

const weights = (part: number): Float64Array => new Float64Array(500).fill(part * LARGEST);

test("inputs around a spike, rates and means are those of the spikes given", () => {
  const readings = new Readings();
  readings.weights = [weights(0.25), weights(1)];
  // each 100 ms a spike of the neuron at 60.5, two inputs of the first half 7 ms before it, one of the second 12 ms after it
  for (let k = 0; k < 30; k++) {
    const from = 100 * k;
    for (const part of [0, 1]) {
      const [a, b] = [from + 50 * part, from + 50 * (part + 1)]; // pieces that end between
      const within = (...times: number[]): number[] => times.map((t) => from + t).filter((t) => t >= a && t < b);
      readings.add(within(60.5), [within(53.5, 53.5), within(72.5)], b);
    }
  }
  const { around, rate, history, counts } = readings.readings;
  expect(rate).toBe(10);
  // a bin of 2 ms at a lag has so many of 500 inputs per spike: 2 / (500 * 2 ms) = 2 Hz
  const [first, second] = around.rate.map((row) => row.flatMap((hz, k) => (hz === 0 ? [] : [[around.lag[k], hz]])));
  expect(first).toEqual([[-7, 2]]);
  expect(second).toEqual([[13, 1]]); // 12 ms lie in the bin of 12 to 14
  expect(history.t).toEqual([0.5, 1, 1.5, 2, 2.5, 3]);
  expect(history.rate).toEqual([10, 10, 10, 10, 10, 10]);
  expect(history.mean[0].at(-1)).toBeCloseTo(0.25, 12);
  expect(counts[0][5]).toBe(500);
  expect(counts[1].at(-1)).toBe(500); // the largest weight is in the last bin
});

test("without a spike of the neuron nothing is said of what is around one, and old history goes", () => {
  const readings = new Readings();
  for (let t = 100; t <= 130_000; t += 100) readings.add([], [[], []], t);
  const { around, history, rate } = readings.readings;
  expect(around.rate.flat().every((hz) => hz === null)).toBe(true);
  expect(history.t).toHaveLength(240);
  expect([history.t[0], history.t.at(-1)]).toEqual([10.5, 130]);
  expect(rate).toBe(0);
});
