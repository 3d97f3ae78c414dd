import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/errors.ts";
import { prepareDrives, type PreparedDrive } from "../../../src/models/cortical-column/drive-events.ts";
import type { Drive, EvokedDrive, SpikeTrainDrive } from "../../../src/models/cortical-column/drives.ts";
import { layOut } from "../../../src/models/cortical-column/layout.ts";
import { alphaDistal, columnPreset, replay, replayAsIntended } from "../../../src/models/cortical-column/presets.ts";
import { jones2009 } from "../../../src/models/cortical-column/published.ts";
import { readSpikeFile, trainsByGid } from "../../../src/models/cortical-column/spike-file.ts";
import { RandomState } from "../../../src/random/numpy-legacy.ts";
import { referenceRows, referenceText } from "./reference.ts";

const { cellTypes, rules } = jones2009();
const PYRAMIDAL = ["L2_pyramidal", "L5_pyramidal"];
const trains = (): Record<string, number[]> =>
  trainsByGid(readSpikeFile(referenceText("cortical-column/c3_evoked/spk_0.txt"), "spk_0.txt"), PYRAMIDAL, "NetA_");

const prepare = (
  drives: readonly Drive[],
  tstop = 170,
  mesh: [number, number] = [10, 10],
  trial = 0,
): PreparedDrive[] =>
  prepareDrives({
    types: cellTypes,
    layout: layOut(cellTypes, { mesh }),
    drives,
    tstop,
    trial,
    firstRule: rules.length,
  });

const CASES: [string, () => readonly Drive[], number, [number, number], boolean][] = [
  ["c3_evoked", () => columnPreset("evoked").drives, 170, [10, 10], true],
  ["c4_erp", () => columnPreset("erp").drives, 170, [10, 10], true],
  ["c5_spiketrain", () => [replay(trains())], 225, [10, 10], true],
  ["c6_alpha", () => columnPreset("alpha").drives, 310, [10, 10], false],
  ["c7_mesh3_erp", () => columnPreset("erp").drives, 170, [3, 3], true],
];

describe.each(CASES)("%s", (name, drives, tstop, mesh, listsLinks) => {
  const prepared = prepare(drives(), tstop, mesh);

  test("events: every time to 1e-9 ms, drive cells and gids in order", () => {
    const rows = referenceRows(`cortical-column/${name}/events.csv.gz`);
    const got = prepared.flatMap((d) =>
      d.events.flatMap((times, k) =>
        times.map((time) => ({ drive: d.name, k, gid: d.firstGid + k, time, source: d.sources?.[k] ?? "" })),
      ),
    );
    expect(got.length).toBe(rows.length);
    const worst = got.reduce((most, e, i) => {
      const row = rows[i]!;
      expect([e.drive, e.k, e.gid, e.source]).toEqual([
        row["drive"],
        Number(row["drive_cell"]),
        Number(row["gid"]),
        row["source"],
      ]);
      return Math.max(most, Math.abs(e.time - Number(row["time_ms"])));
    }, 0);
    expect(worst).toBeLessThan(1e-9);
  });

  if (!listsLinks) return; // the alpha case lists no links (README of the reference)
  test("links: in the published order, weights and delays to their 9 digits", () => {
    const file = name === "c7_mesh3_erp" ? "connections" : "connections_drive";
    const rows = referenceRows(`cortical-column/${name}/${file}.csv.gz`).filter((r) => Number(r["rule"]) >= 16);
    const links = prepared
      .flatMap((d) => d.links)
      .flatMap((l) =>
        [...l.source].flatMap((source, p) =>
          l.sections.map((section) => ({
            id: [l.rule, source, l.target[p], section, l.receptor],
            w: l.weightUs[p]!,
            delay: l.delayMs[p]!,
          })),
        ),
      );
    expect(links.length).toBe(rows.length);
    for (const [k, { id, w, delay }] of links.entries()) {
      const row = rows[k]!;
      expect(id.join()).toBe(["rule", "src_gid", "target_gid", "section", "receptor"].map((c) => row[c]).join());
      for (const [x, want] of [
        [w, row["weight_uS"]],
        [delay, row["delay_ms"]],
      ] as const) {
        expect(Math.abs(x / Number(want) - 1)).toBeLessThan(5.01e-9); // half a unit of the ninth digit
      }
    }
  });
});

test("the seed's replay: 139 sources, gids 270 to 408, 2 rules", () => {
  const [drive] = prepare([replay(trains())], 225);
  expect(drive!.events.length).toBe(139);
  expect([drive!.firstGid, drive!.firstGid + drive!.events.length - 1]).toEqual([270, 408]);
  expect(drive!.rules.map((r) => [r.target, r.receptor, r.location])).toEqual([
    ["L2_pyramidal", "ampa", "distal"],
    ["L5_pyramidal", "ampa", "distal"],
  ]);
});

test("the replay as intended: targets alternate, 7 of 10 pairs, proximal", () => {
  const [drive] = prepare([replayAsIntended(trains())], 225);
  expect(drive!.events.length).toBe(139);
  expect(drive!.rules.map((r) => [r.target, r.delay, r.location])).toEqual([
    ["L5_pyramidal", 1, "proximal"],
    ["L2_pyramidal", 1.5, "proximal"],
  ]);
  expect(drive!.links.map((l) => l.source.length)).toEqual([70 * 70, 69 * 70]); // 70 and 69 sources, 0.7 of 100 cells each
  expect(drive!.links.map((l) => l.source.every((s) => (s - 270) % 2 === (l.rule === 16 ? 0 : 1)))).toEqual([
    true,
    true,
  ]);
});

test("trials shift seeds by the number of all cells, so trial 1 of cell j is trial 0 of an event seed that much higher", () => {
  const [evoked] = columnPreset("evoked").drives as [EvokedDrive];
  const n = 270 + 235;
  const later = prepare([{ ...evoked, eventSeed: 274 + n }])[0]!;
  expect(prepare([evoked], 170, [10, 10], 1)[0]!.events).toEqual(later.events);
  expect(later.events).not.toEqual(prepare([evoked])[0]!.events);
});

test("shared Poisson drive cells reach every target; times stay inside the run", () => {
  const [drive] = prepare([
    {
      kind: "poisson",
      name: "p",
      rateConstant: 100,
      tstart: 20,
      tstop: 120,
      location: "soma",
      cellSpecific: false,
      nDriveCells: 3,
      weightsAmpa: { L2_basket: 0.1, L5_basket: 0 },
    },
  ]);
  expect(drive!.events.length).toBe(3);
  expect(drive!.events.flat().every((t) => t > 20 && t < 120)).toBe(true);
  expect(drive!.links.map((l) => [l.source.length, l.weightUs.some((w) => w > 0)])).toEqual([
    [105, true],
    [105, false],
  ]); // a weight of 0 makes links
  expect(drive!.rules.every((r) => r.lamtha === 100)).toBe(true);
});

test("a jittered burst start is common to the drive's cells", () => {
  const [drive] = prepare([{ ...alphaDistal, tstartStd: 5, burstStd: 0, nDriveCells: 3 }], 310);
  expect(drive!.events[1]).toEqual(drive!.events[0]);
  expect(drive!.events[2]![1]! - drive!.events[2]![0]!).toBeCloseTo(10, 9);
  const start = new RandomState(296).normal(50, 5); // drawn by the generator of drive cell 0's seed
  expect(drive!.events[0]![0]! + 5).toBeCloseTo(start, 9);
});

test("(time, id) pairs are numbered anew and keep their order", () => {
  const pairs: SpikeTrainDrive = { ...replay([[30, 9], [10, 4], [20, 9]]), weightsAmpa: { L2_pyramidal: 0.01 } }; // prettier-ignore
  const [drive] = prepare([pairs]);
  expect(drive!.events).toEqual([[10], [30, 20]]);
  expect(drive!.sources).toEqual(["4", "9"]);
});

const evoked = (): EvokedDrive => columnPreset("evoked").drives[0] as EvokedDrive;
const poisson = (more: object): Drive => ({
  kind: "poisson",
  name: "p",
  rateConstant: 10,
  location: "soma",
  weightsAmpa: { L2_basket: 0.1 },
  ...more,
});

test.each<[string, Drive[], RegExp]>([
  ["a negative sigma", [{ ...evoked(), sigma: -1 }], /drive "evdist1": has sigma -1/],
  ["no spikes", [{ ...evoked(), numspikes: 0 }], /has numspikes 0/],
  ["a seed that is not whole", [{ ...evoked(), eventSeed: 1.5 }], /has eventSeed 1\.5/],
  [
    "an unknown kind",
    [{ ...evoked(), kind: "evked" as "evoked" }],
    /drive "evdist1": is of the unknown kind "evked". Did you mean "evoked"/,
  ],
  ["no name", [{ ...evoked(), name: "" }], /drive "": has an empty name or one with spaces/],
  ["a name with spaces", [{ ...evoked(), name: "ev dist" }], /drive "ev dist": has an empty name or one with spaces/],
  ["a doubled name", [evoked(), evoked()], /drive "evdist1": has a name that is taken/],
  ["a cell type's name", [{ ...evoked(), name: "L2_basket" }], /has a name that is taken/],
  ["no weights", [{ kind: "evoked", name: "e", mu: 1, sigma: 1, location: "soma" }], /has no weights/],
  [
    "an unknown type",
    [poisson({ weightsAmpa: { L2_baskett: 1 } })],
    /unknown cell type "L2_baskett".*Did you mean "L2_basket"/,
  ],
  ["an unknown section", [poisson({ location: "axon" })], /has no location or section "axon"/],
  [
    "a distal drive onto L5 baskets",
    [poisson({ location: "distal", weightsAmpa: { L5_basket: 1 } })],
    /L5_basket: has nothing at location "distal"/,
  ],
  [
    "a receptor that is not there",
    [poisson({ weightsAmpa: { L5_pyramidal: 1 } })],
    /wants receptor "ampa" on L5_pyramidal soma, which has gabaa, gabab/,
  ],
  ["a rate of 0", [poisson({ rateConstant: 0 })], /has rateConstant 0/],
  [
    "rates per type, shared cells",
    [poisson({ rateConstant: { L2_basket: 3 }, cellSpecific: false })],
    /has rates per type but drive cells that all types share/,
  ],
  ["a stop before the start", [poisson({ tstart: 50, tstop: 20 })], /starts at 50 ms and stops at 20 ms/],
  [
    "a missing delay",
    [{ ...evoked(), synapticDelays: { L2_basket: 1, L2_pyramidal: 1 } }],
    /has no synaptic delay for "L5_pyramidal"/,
  ],
  [
    "a delay too many",
    [poisson({ synapticDelays: { L2_basket: 1, L5_basket: 1 } })],
    /has a synaptic delay for "L5_basket", which is no target/,
  ],
  [
    "a burst longer than its period",
    [{ ...alphaDistal, numspikes: 12 }],
    /has bursts of \(ms\) 110\. A burst must fit into the period of 100 ms/,
  ],
  [
    "an event after the end",
    [replay({ a: [10, 171] })],
    /source "a" has an event at 171 ms, outside the run of 170 ms/,
  ],
  ["an event that is no time", [replay({ a: [NaN] })], /source "a" has an event at NaN ms/],
  ["no trains", [replay({})], /has no sources/],
  ["a wiring of an unknown source", [{ ...replay({ a: [1] }), perSource: { b: {} } }], /unknown source "b"/],
  [
    "a tonic bias without a section",
    [{ kind: "tonic", amplitude: { L5_basket: 1 }, section: "apical_trunk" }],
    /has no location or section "apical_trunk"/,
  ],
])("%s is refused", (_, drives, message) => {
  expect(() => prepare(drives)).toThrow(ModelError);
  expect(() => prepare(drives)).toThrow(message);
});
