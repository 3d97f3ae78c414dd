import { describe, expect, test } from "vitest";
import { columnOfCase, trainsOfEvents } from "../../../verify/column-case-file.ts";
import { cortexColumn } from "../../../src/models/cortical-column/column.ts";
import {
  connectionRules,
  driveLines,
  driveSpikes,
  gidLines,
  pickConnections,
  ruleLines,
  spikeCounts,
} from "../../../src/models/cortical-column/introspect.ts";
import { columnPreset, replay } from "../../../src/models/cortical-column/presets.ts";
import { readSpikeFile, trainsByGid } from "../../../src/models/cortical-column/spike-file.ts";
import { referenceJson, referenceRows, referenceText } from "./reference.ts";

interface Info {
  gid_ranges_inclusive: Record<string, [number, number]>;
  n_connection_rules: number;
  tstop_ms: number;
}

describe.each(["c3_evoked", "c4_erp", "c5_spiketrain", "c6_alpha", "c7_mesh3_erp"])("%s from its own files", (name) => {
  const info = referenceJson(`cortical-column/${name}/info.json`) as Info;
  const rows = referenceRows(`cortical-column/${name}/events.csv.gz`);
  const column = cortexColumn(columnOfCase(info, `${name}/info.json`, trainsOfEvents(rows)));

  test("gid ranges, number of rules and events are the published ones", () => {
    const ranges = Object.entries(column.gids).map(([type, { first, n }]) => [type, [first, first + n - 1]]);
    expect(Object.fromEntries(ranges)).toEqual(info.gid_ranges_inclusive);
    expect(connectionRules(column).length).toBe(info.n_connection_rules);
    const events = driveSpikes(column);
    expect(events.length).toBe(rows.length);
    const worst = events.reduce((most, e, k) => Math.max(most, Math.abs(e.timeMs - Number(rows[k]!["time_ms"]))), 0);
    expect(worst).toBeLessThan(1e-9);
    expect(events.map((e) => `${e.type} ${e.gid}`)).toEqual(rows.map((r) => `${r["drive"]} ${r["gid"]}`));
  });
});

test("lines say what a column is made of", () => {
  const spikes = readSpikeFile(referenceText("cortical-column/c3_evoked/spk_0.txt"), "spk_0.txt");
  const column = cortexColumn({ drives: [replay(trainsByGid(spikes, ["L2_pyramidal", "L5_pyramidal"]))], tstop: 225 });
  expect(driveLines(column)).toEqual([
    "drive_from_NetA (spikeTrain): 139 drive cells, gids 270-408, 312 events, 2 connection rules",
  ]);
  expect(gidLines(column)[0]).toBe("L2_basket 0-34 (35)");
  const picked = pickConnections(column, { source: "drive_from_NetA", target: "L2_pyramidal" });
  expect(ruleLines(picked)).toEqual([
    "#16 drive_from_NetA -> L2_pyramidal distal ampa: 0.003 uS, 0.1 ms, lamtha 3, 13900 links",
  ]);
  expect(pickConnections(column, { sourceGid: 270 }).map((r) => r.rule)).toEqual([16, 17]);
  expect(pickConnections(column, { location: "soma", receptor: "gabaa" }).map((r) => r.rule)).toEqual([4, 6, 12, 13]);
  const A = cortexColumn();
  expect(connectionRules(A).reduce((sum, r) => sum + r.dropped, 0)).toBe(189_215 - 141_860); // at 170 ms
  expect(ruleLines(connectionRules(A))[8]).toMatch(
    /^#8 L2_pyramidal -> L5_pyramidal proximal ampa: 0\.00025 uS, 1 ms, lamtha 3, \d+ links, \d+ slower than the run$/,
  );
  expect(spikeCounts(A, spikes)).toEqual({
    L2_basket: 22,
    L2_pyramidal: 44,
    L5_basket: 47,
    L5_pyramidal: 268,
    evdist1: 235,
  });
});

describe("settings of a case", () => {
  const info = {
    tstop_ms: 170,
    mesh: [3, 3],
    drives: [
      {
        name: "e",
        type: "evoked",
        mu: 1,
        sigma: 1,
        location: "soma",
        weights_ampa: { L2_basket: 2 },
        weights_nmda: null,
      },
    ],
  };

  test("drive weights are scaled, local weights replaced, clamps placed", () => {
    const options = columnOfCase(
      {
        ...info,
        drive_weight_scale: 0.5,
        local_weight_overrides: { 3: 7 },
        tonic: [{ cell_type: "L5_pyramidal", amplitude: 6, t0: 5, tstop: 20 }],
      },
      "f",
    );
    expect(options.drives).toEqual([
      { kind: "evoked", name: "e", location: "soma", weightsAmpa: { L2_basket: 1 }, mu: 1, sigma: 1 },
      { kind: "tonic", amplitude: { L5_pyramidal: 6 }, t0: 5, tstop: 20 },
    ]);
    expect([options.rules![3]!.weight, options.rules![2]!.weight]).toEqual([7, 0.0005]);
    expect(cortexColumn(options).describe().clamps.length).toBe(1);
  });

  test("the published presets equal their cases", () => {
    for (const [preset, name] of [
      ["evoked", "c3_evoked"],
      ["erp", "c4_erp"],
      ["alpha", "c6_alpha"],
    ] as const) {
      const file = referenceJson(`cortical-column/${name}/info.json`) as Info;
      const a = cortexColumn({ ...columnPreset(preset) });
      const b = cortexColumn(columnOfCase(file, name));
      expect(b.describe()).toEqual(a.describe());
    }
  });

  test.each([
    [{ ...info, tstop_ms: undefined }, /f\.tstop_ms: is missing/],
    [{ ...info, mesh: [3] }, /f\.mesh: has 1 numbers/],
    [
      { ...info, drives: [{ ...info.drives[0], type: "evokd" }] },
      /f\.drives\[0\]: has the unknown type "evokd"\. Did you mean "evoked"/,
    ],
    [{ ...info, drives: [{ ...info.drives[0], mu: "1" }] }, /f\.drives\[0\]\.mu: is "1"\. Expected a finite number/],
    [{ ...info, drives: [{ ...info.drives[0], type: "spike_train" }] }, /has no trains for "e"/],
    [{ ...info, tonic: [{ amplitude: 1 }] }, /f\.tonic\[0\]\.cell_type: is missing/],
    [[], /f: is not a record/],
  ])("%j is refused", (bad, message) => {
    expect(() => columnOfCase(bad, "f")).toThrow(message);
  });
});
