import { expect, test } from "vitest";
import { DataError } from "../../../src/errors.ts";
import {
  ratesByType,
  readSpikeFile,
  spikeFileName,
  spikeFileText,
  spikeHistogram,
  trainsByGid,
  type ColumnSpike,
} from "../../../src/models/cortical-column/spike-file.ts";
import { referenceRows, referenceText } from "./reference.ts";

const text = referenceText("cortical-column/c3_evoked/spk_0.txt");

test("the published file: 616 spikes, 139 pyramidal sources, and back to the same bytes", () => {
  const spikes = readSpikeFile(text, spikeFileName(0));
  expect(spikes.length).toBe(616);
  expect(Object.keys(trainsByGid(spikes, ["L2_pyramidal", "L5_pyramidal"])).length).toBe(139);
  expect(spikeFileText(spikes)).toBe(text);
});

test("exact spike and event times are written as the original rounds them", () => {
  const rows = [
    ...referenceRows("cortical-column/c3_evoked/spikes.csv.gz"),
    ...referenceRows("cortical-column/c3_evoked/events.csv.gz").map((r): Record<string, string> => ({
      ...r,
      type: r["drive"]!,
    })),
  ];
  const spikes = rows.map((r): ColumnSpike => ({
    timeMs: Number(r["time_ms"]),
    gid: Number(r["gid"]),
    type: r["type"]!,
  }));
  expect(spikeFileText(spikes).split("\n").sort()).toEqual(text.split("\n").sort());
});

test("two columns do with gid ranges", () => {
  expect(readSpikeFile("1.5\t3\n2 12\n", "f", { a: { first: 0, n: 10 }, b: { first: 10, n: 5 } })).toEqual([
    { timeMs: 1.5, gid: 3, type: "a" },
    { timeMs: 2, gid: 12, type: "b" },
  ]);
});

test.each([
  ["1.0\t3\ta\nabc\t4\ta\n", /f:2:1: "abc" is not a time/],
  ["1.0\t3.5\ta\n", /f:1:5: "3\.5" is not a gid/],
  ["1.0\n", /f:1:4: "" is not a gid/],
  ["\n1.0\t3\n", /f:2:6: has no type for gid 3/],
  ["1.0\t3\ta\tb\n", /f:1:9: has 4 columns/],
])("%j is refused with line and column", (bad, message) => {
  expect(() => readSpikeFile(bad, "f")).toThrow(DataError);
  expect(() => readSpikeFile(bad, "f")).toThrow(message);
});

test("mean rates over all, per trial and per cell", () => {
  const spike = (timeMs: number, gid: number): ColumnSpike => ({ timeMs, gid, type: "a" });
  const trials = [
    [spike(10, 5), spike(20, 5), spike(30, 6)],
    [spike(90, 6), spike(150, 6)],
  ];
  const gids = { a: { first: 5, n: 2 } };
  expect(ratesByType(trials, gids, [0, 100], "all")).toEqual({ a: 10 }); // 4 spikes, 2 cells, 2 trials, 0.1 s
  expect(ratesByType(trials, gids, [0, 100], "trial")).toEqual({ a: [15, 5] });
  expect(ratesByType(trials, gids, [0, 100], "cell")).toEqual({ a: [10, 10] });
});

test("histogram: 50 edges, the last bin closed, groups by prefix", () => {
  const spike = (timeMs: number, type: string): ColumnSpike => ({ timeMs, gid: 1, type });
  const spikes = [
    spike(0, "evdist1"),
    spike(9.9, "evdist2"),
    spike(10, "evprox1"),
    spike(490, "evprox1"),
    spike(491, "evdist1"),
    spike(5, "L2_basket"),
  ];
  const { edgesMs, counts } = spikeHistogram(spikes, 490, ["evdist", "evprox"]);
  expect([edgesMs.length, edgesMs[1], edgesMs[49]]).toEqual([50, 10, 490]);
  expect([counts["evdist"]![0], counts["evprox"]![1], counts["evprox"]![48]]).toEqual([2, 1, 1]);
  expect(
    Object.values(counts)
      .flatMap((c) => [...c])
      .reduce((a, b) => a + b, 0),
  ).toBe(4);
  expect(() => spikeHistogram([], 0, [])).toThrow(/50 edges to 0 ms/);
});
