import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { pythonWith } from "../../../scripts/requirements.mjs";
import { DataError } from "../../../src/errors.ts";
import { openFolder } from "../../../src/node.ts";
import { packCheckpoint, unpackCheckpoint, type CheckpointHeader } from "../../../src/storage/checkpoint.ts";
import { crc32 } from "../../../src/storage/crc32.ts";
import { spikesCsv, spikeTrainsText, traceCsv } from "../../../src/storage/export.ts";
import { writeNwb } from "../../../src/storage/write-nwb.ts";
import { decode, encode, type FileMark, type Files } from "../../../src/storage/files.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";
import { hdf5Chunks } from "../../../src/storage/sinks/hdf5.ts";
import { recordRun, type RecordOptions } from "../../../src/storage/run-folder.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { drive } from "../../../src/network/signal.ts";
import { Hz, ms } from "../../../src/units.ts";
import { smallPool } from "../run/networks.ts";

const folders: string[] = [];
const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "hillock-"));
  folders.push(folder);
  return folder;
};
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

interface Run extends Partial<RecordOptions> {
  readonly entries?: number;
  readonly seed?: number;
  readonly dt?: number; // ms
  readonly engine?: "reference" | "reference32";
  /** stop after so many chunks, as a kill between two chunks does. */
  readonly stopAfter?: number;
}

/** 150 ms in chunks of 40 ms, with live changes at 50 and 70 ms. */
async function record(
  files: Files,
  { entries = 1, seed = 5, dt = 0.025, engine = "reference", stopAfter = Infinity, ...options }: Run = {},
): Promise<void> {
  const sim = await simulate(smallPool(seed, entries), { dt: ms(dt), engine });
  sim.every(ms(10), (control, t) => {
    if (t === 50) control.scale("DD", 1.5);
    if (t === 70) control.rate("IN", drive.constant(Hz(40)));
  });
  try {
    let chunks = 0;
    for await (const _ of recordRun(sim, { files, duration: ms(150), chunk: ms(40), ...options })) {
      if (++chunks >= stopAfter) break;
    }
  } finally {
    await sim.close();
  }
}

async function contents(files: Files, entry = 0) {
  const run = await loadRun(files);
  const names = run.run.populations.map(({ name }) => name);
  const spikes = await Promise.all(names.map((name) => run.spikes(name, entry)));
  return {
    spikes: spikes.map(({ times, cells }) => ({ times, cells })),
    V: await run.trace("aMN", "V", entry),
    g: await run.trace("aMN", "exc_dend.g", entry),
    changes: await run.liveChanges(),
  };
}

test("several variables are read with each chunk opened once, as one by one", async () => {
  const files = new MemoryFiles();
  await record(files);
  const opened: string[] = [];
  const format: typeof hdf5Chunks = {
    ...hdf5Chunks,
    open: async (of) => {
      const store = await hdf5Chunks.open(of);
      const read: typeof store.read = (file) => (opened.push(file), store.read(file));
      return Object.assign(Object.create(store) as typeof store, { read });
    },
  };
  const run = await loadRun(files, { format, check: false });
  const both = await run.traces("aMN", ["V", "exc_dend.g"]);
  expect(opened).toEqual(run.run.chunks.map(({ file }) => file));
  expect(opened).toHaveLength(4);
  expect(both).toEqual([await run.trace("aMN", "V"), await run.trace("aMN", "exc_dend.g")]);
  await expect(run.traces("aMN", ["V", "W"])).rejects.toThrow(/aMN "W": was not recorded/);
});

const loop: Record<string, unknown> = {};
loop["self"] = loop;

test.each<[string, Run, RegExp]>([
  [
    "no folder",
    { files: {} as never },
    /^recordRun: has an object with no fields for its folder\. Give what openFolder/,
  ],
  [
    "facts that hold themselves",
    { about: loop },
    /^recordRun\.about: is no data that JSON can hold \(Converting circular/,
  ],
  ["a large number among the facts", { about: { n: 5n } }, /^recordRun\.about: is no data that JSON can hold/],
  [
    "an adapter that is no text",
    { adapter: loop as never },
    /^recordRun\.adapter: is an object with self\. Give a text/,
  ],
  ["no part of the time", { checkpointShare: NaN }, /^recordRun\.checkpointShare: is NaN/],
])("%s is refused before the folder is touched", async (_, options, message) => {
  const files = new MemoryFiles();
  await expect(record(files, options)).rejects.toThrow(message);
  expect(await files.list()).toEqual([]);
});

test.each([null, {}, 5, "out/run"])("loadRun(%j) says what it wants", async (nothing) => {
  await expect(loadRun(nothing as never)).rejects.toThrow(/^loadRun: has .* for its folder\. Give what openFolder/);
});

/** A folder whose files vanish or break as a machine's do that dies during the n-th write. */
class DyingFiles extends MemoryFiles {
  left: number;
  constructor(writes: number) {
    super();
    this.left = writes;
  }
  override async write(name: string, bytes: Uint8Array): Promise<FileMark> {
    if (this.left-- <= 0) throw new Error("the machine died");
    return super.write(name, bytes);
  }
}

describe("a run folder", () => {
  test("holds what the chunks held, on disk and in memory", async () => {
    const [disk, memory] = [await openFolder(temporary()), new MemoryFiles()];
    await record(disk);
    await record(memory);
    expect(await disk.list()).toEqual(["checkpoint.bin", "chunk-000000.h5", "chunk-000001.h5", "chunk-000002.h5", "chunk-000003.h5", "run.json"]); // prettier-ignore
    const stored = await contents(disk);
    expect(stored).toEqual(await contents(memory));
    const sim = await simulate(smallPool(), { dt: ms(0.025), engine: "reference" });
    const { value } = await sim.run(ms(50), { chunk: ms(50) }).next(); // before the first change
    const { times, cells } = value!.spikes("aMN");
    expect(times.length).toBeGreaterThan(5);
    expect([...stored.spikes[0]!.times].slice(0, times.length)).toEqual([...times]);
    expect([...stored.spikes[0]!.cells].slice(0, times.length)).toEqual([...cells]);
    const V = value!.trace("aMN", "V");
    expect([...stored.V.data].slice(0, V.data.length)).toEqual([...V.data]);
    expect([...stored.V.times].slice(0, V.times.length)).toEqual([...V.times]);
    expect(stored.V.times).toHaveLength(1501);
    await sim.close();
  });

  test("gives one cell's trace alone", async () => {
    const files = new MemoryFiles();
    await record(files);
    const run = await loadRun(files);
    const [all, some] = [await run.trace("aMN", "V"), await run.trace("aMN", "V", 0, [7, 2])];
    expect([...some.data.slice(0, 6)]).toEqual(
      [0, 1, 2].flatMap((row) => [all.data[row * 12 + 7], all.data[row * 12 + 2]]),
    );
    await expect(run.trace("aMN", "exc_dend.g", 0, [0])).rejects.toThrow(/Recorded: 1, 3/);
  });

  test("says in run.json what was run, with live changes", async () => {
    const files = new MemoryFiles();
    await record(files, { adapter: "none", about: { command: ["test"] } });
    const stored = await loadRun(files);
    const { run } = stored;
    expect(run).toMatchObject({
      complete: true,
      dt: 0.025,
      seed: 5,
      engine: "reference",
      precision: "float64",
      durationSteps: 6000,
      doneSteps: 6000,
    });
    expect((await stored.liveChanges()).map(({ step, what, target }) => [step, what, target])).toEqual([[2000, "scale", "DD"], [2800, "rate", "IN"]]); // prettier-ignore
    expect(run.chunks.map(({ from, to }) => [from, to])).toEqual([[0, 1600], [1600, 3200], [3200, 4800], [4800, 6000]]); // prettier-ignore
    expect(run.description.populations.map((p) => p.name)).toEqual(["aMN", "DD", "IN", "given"]);
  });

  test.each([1, 2, 3])("resumes bitwise after %i chunks, with another chunk length", async (stopAfter) => {
    const [whole, cut] = [new MemoryFiles(), new MemoryFiles()];
    await record(whole, { entries: 2 });
    await record(cut, { entries: 2, stopAfter });
    await record(cut, { entries: 2, resume: true, chunk: ms(17) });
    for (const entry of [0, 1]) expect(await contents(cut, entry)).toEqual(await contents(whole, entry));
    expect((await loadRun(cut)).run.resumed).toEqual([{ step: stopAfter * 1600, bitwise: true }]);
  });

  // Writes are run.json, then chunk, checkpoint, run.json for each chunk: 13 in all.
  test.each(Array.from({ length: 13 }, (_, k) => k))("resumes bitwise after dying in write %i", async (writes) => {
    const whole = new MemoryFiles();
    await record(whole);
    const dying = new DyingFiles(writes);
    await expect(record(dying)).rejects.toThrow("the machine died");
    dying.left = Infinity;
    await record(dying, { resume: true });
    expect(await contents(dying)).toEqual(await contents(whole));
  });

  test("refuses to overwrite, and overwrites with force", async () => {
    const files = new MemoryFiles();
    await record(files, { stopAfter: 2 });
    await expect(record(files)).rejects.toThrow(/already holds a run.*--resume/);
    await record(files, { force: true, seed: 6 });
    const fresh = new MemoryFiles();
    await record(fresh, { seed: 6 });
    expect(await contents(files)).toEqual(await contents(fresh));
  });

  test.each([
    ["network", { seed: 6 }, /another network/],
    ["engine", { engine: "reference32" } as const, /another engine/],
    ["adapter", { adapter: "other" }, /another adapter/],
  ])("refuses to resume on another %s", async (_, change, message) => {
    const files = new MemoryFiles();
    await record(files, { stopAfter: 1 });
    await expect(record(files, { resume: true, ...change })).rejects.toThrow(message);
  });

  test("refuses to go on with steps of another length, also by force", async () => {
    const files = new MemoryFiles();
    await record(files, { stopAfter: 1 });
    await expect(record(files, { resume: true, dt: 0.05 })).rejects.toThrow(/checkpoint\.bin: is of another/);
    await expect(record(files, { resume: true, force: true, dt: 0.05 })).rejects.toThrow(
      /checkpoint\.bin: is of dt 0\.025 ms, and steps of 0\.05 ms cannot go on from it\. Go on with the same dt/,
    );
  });

  test("goes on with another adapter by force, and says that it is not bitwise", async () => {
    const files = new MemoryFiles();
    await record(files, { stopAfter: 1 });
    const notes: string[] = [];
    await record(files, { resume: true, force: true, adapter: "other", onNote: (note) => notes.push(note) });
    expect(notes.join()).toMatch(/not bitwise: another adapter \(was none, is other\)/);
    expect((await loadRun(files)).run.resumed).toEqual([{ step: 1600, bitwise: false }]);
  });

  test("goes on to a longer duration as one run of it, and refuses a shorter one, also by force, with nothing changed", async () => {
    const [whole, files] = [new MemoryFiles(), new MemoryFiles()];
    await record(whole, { duration: ms(230) });
    await record(files, { duration: ms(150) });
    for (const [duration, force] of [[ms(149.975), false], [ms(40), false], [ms(40), true]] as const)
      await expect(record(files, { resume: true, duration, force })).rejects.toThrow(
        /is at 0\.15 s, beyond the duration of 0\.\d+ s\. Give --duration 0\.15 or more/,
      );
    expect((await loadRun(files)).run).toMatchObject({ complete: true, durationSteps: 6000, doneSteps: 6000 });
    await record(files, { resume: true, duration: ms(230) });
    const { run } = await loadRun(files);
    expect(run).toMatchObject({ complete: true, durationSteps: 9200, doneSteps: 9200 });
    expect(run.chunks.at(-1)?.to).toBe(9200);
    expect(await contents(files)).toEqual(await contents(whole));
  }); // prettier-ignore

  test("an abort ends with a shorter chunk from which the run goes on", async () => {
    const [whole, cut] = [new MemoryFiles(), new MemoryFiles()];
    await record(whole);
    const stop = new AbortController();
    const onProgress = ({ simulatedMs }: { simulatedMs: number }): void => {
      if (simulatedMs >= 60) stop.abort(new Error("stop"));
    };
    await expect(record(cut, { onProgress, signal: stop.signal, chunk: ms(150) })).rejects.toThrow("stop");
    const { run } = await loadRun(cut);
    expect(run.complete).toBe(false);
    expect(run.chunks).toHaveLength(1);
    expect(run.doneSteps).toBeLessThan(6000);
    await record(cut, { resume: true });
    expect(await contents(cut)).toEqual(await contents(whole));
  });

  test.each(["run", "recordRun"] as const)("overtaken by %s() between two chunks is refused, and its chunks are kept", async (by) => {
    const [files, other] = [new MemoryFiles(), new MemoryFiles()];
    const sim = await simulate(smallPool(5), { dt: ms(0.025), engine: "reference" });
    const options = { duration: ms(150), chunk: ms(40) };
    const run = recordRun(sim, { ...options, files });
    expect((await run.next()).value).toMatchObject({ from: 0, to: 40 });
    const second = by === "run" ? sim.run(ms(40), options) : recordRun(sim, { ...options, files: other });
    await second.next();
    await expect(run.next()).rejects.toThrow(/^simulation: was advanced by another run between two chunks/);
    await second.return();
    await sim.close();
    expect((await loadRun(files)).run.chunks).toMatchObject([{ from: 0, to: 1600 }]);
    expect(await files.list()).not.toContain("run.lock");
  }); // prettier-ignore

  test("that cannot be written is refused before the first step", async () => {
    for (const path of ["/proc/hillock", join(temporary(), "file", "below")]) {
      if (path.endsWith("below")) writeFileSync(join(path, "..", ""), "a file, not a folder");
      await expect(record(await openFolder(path))).rejects.toThrow(DataError);
    }
  });
});

describe("a checkpoint", () => {
  const header: CheckpointHeader = {
    version: 2,
    step: 7,
    dt: 0.1,
    hash: "ab",
    engine: "reference",
    adapter: "",
    chunks: [],
    resumed: [],
    inForce: [],
  };
  const state = {
    f: Float64Array.of(1 / 3, -0),
    u: Uint32Array.of(2 ** 32 - 1),
    i: Int32Array.of(-1),
    s: Float32Array.of(1.5),
    none: new Uint32Array(0),
  };

  test("comes back bit for bit", () => {
    expect(unpackCheckpoint("here", packCheckpoint(header, state))).toEqual({ header, state });
  });
  test("with a flipped bit, cut off or foreign is refused", () => {
    const bytes = packCheckpoint(header, state);
    const flipped = bytes.slice();
    flipped[bytes.length - 3]! ^= 4;
    expect(() => unpackCheckpoint("here", flipped)).toThrow(/damaged/);
    expect(() => unpackCheckpoint("here", bytes.subarray(0, bytes.length - 4))).toThrow(/damaged/);
    expect(() => unpackCheckpoint("here", encode("something else, longer than the magic"))).toThrow(/not a checkpoint/);
  });
  test("uses CRC-32 of IEEE 802.3", () => {
    expect(crc32(0, encode("123456789"))).toBe(0xcbf43926); // the published check value
    expect(crc32(crc32(0, encode("1234")), encode("56789"))).toBe(0xcbf43926);
  });
});

/** What a Python with these modules prints; it fails where there is none: what others read is not tested by reading it ourselves. */
const python = (modules: readonly string[], script: string, args: readonly string[]): any =>
  JSON.parse(execFileSync(pythonWith(modules), ["-c", script, ...args], { encoding: "utf8" }));

describe("other programs read", () => {
  test("SONATA spikes and reports with h5py", async () => {
    const folder = temporary();
    const files = await openFolder(folder);
    await record(files, { entries: 2, chunk: ms(150) });
    const run = await loadRun(files);
    const read = python(
      ["h5py"],
      `import h5py, json, sys
f = h5py.File(sys.argv[1] + "/chunk-000000.h5")
s, r = f["spikes/aMN"], f["report/aMN"]
print(json.dumps({
  "types": [str(s["timestamps"].dtype), str(s["node_ids"].dtype), str(s["batch_ids"].dtype), str(r["data"].dtype), str(r["mapping/node_ids"].dtype), str(r["mapping/time"].dtype)],
  "units": [s["timestamps"].attrs["units"], r["data"].attrs["units"], r["mapping/time"].attrs["units"]],
  "times": s["timestamps"][:][s["batch_ids"][:] == 1].tolist(), "cells": s["node_ids"][:][s["batch_ids"][:] == 1].tolist(),
  "shape": r["data"].shape, "row": r["data"][1500].tolist(), "time": r["mapping/time"][:].tolist(), "nodes": r["mapping/node_ids"][:].tolist(),
  "pointers": r["mapping/index_pointers"][:].tolist(), "sorting": int(f["spikes/given"].attrs["sorting"]), "groups": sorted(f["report"].keys())}))`,
      [folder],
    );
    const own = await run.spikes("aMN", 1);
    expect(read.types).toEqual(["float64", "uint64", "uint32", "float64", "uint64", "float64"]);
    expect(read.units).toEqual(["ms", "mV", "ms"]);
    expect(read.times).toEqual([...own.times]);
    expect(read.cells).toEqual([...own.cells]);
    expect(read.shape).toEqual([1501, 24]);
    expect(read.row.slice(12)).toEqual([...(await run.trace("aMN", "V", 1)).data.slice(-12)]);
    expect(read.time[0]).toBe(0);
    expect(read.time[1]).toBeCloseTo(150.1, 9); // stop = last + dt, half open
    expect(read.time[2]).toBeCloseTo(0.1, 12);
    expect(read.nodes).toEqual([...Array(24).keys()].map((k) => k % 12));
    expect(read.pointers).toEqual([...Array(25).keys()]);
    expect(read.sorting).toBe(2);
    expect(read.groups).toEqual(["aMN", "aMN.exc_dend.g"]);
  });

  test("an NWB units table with h5py, and trains as text with neo", async () => {
    const folder = temporary();
    const files = await openFolder(folder);
    await record(files);
    const run = await loadRun(files);
    const [aMN, given] = [await run.spikes("aMN"), await run.spikes("given")];
    await writeNwb(files, "run.nwb", {
      identifier: "x", description: "test", sessionStart: "2020-01-01T00:00:00+00:00",
      populations: [{ name: "aMN", spikes: aMN }, { name: "given", spikes: given }],
    }); // prettier-ignore
    const silent = { n: 4, from: 0, to: 150, times: Float64Array.of(1.5, 2, 100.25), cells: Uint32Array.of(1, 3, 1) };
    await files.write("given.txt", encode(spikeTrainsText(given)));
    await files.write("silent.txt", encode(spikeTrainsText(silent)));
    const read = python(
      ["h5py", "neo", "quantities"],
      `import h5py, json, sys, neo, quantities as pq
f = h5py.File(sys.argv[1] + "/run.nwb"); u = f["units"]
ends = u["spike_times_index"][:].tolist(); t = u["spike_times"][:].tolist()
def trains(name, duration): return [neo.SpikeTrain([float(t) for t in line.split()], units="ms", t_stop=duration) for line in open(name)]
print(json.dumps({"first": t[:ends[0]], "last": t[ends[-2]:ends[-1]], "rows": len(ends), "type": u.attrs["neurodata_type"], "version": f.attrs["nwb_version"],
  "columns": list(u.attrs["colnames"]), "target": f[u["spike_times_index"].attrs["target"]].name, "populations": [x.decode() for x in u["population"][:]],
  "observed": u["obs_intervals"][:].tolist()[0], "id": u["id"][:].tolist(), "neo": [[s.magnitude.tolist() for s in trains(sys.argv[1] + "/" + file, 150)] for file in ["given.txt", "silent.txt"]]}))`,
      [folder],
    );
    const ofCell0 = [...aMN.times].filter((_, i) => aMN.cells[i] === 0);
    expect(read.first).toEqual(ofCell0.map((t) => t / 1000));
    expect(read.last).toEqual([0.025, 0.05]);
    expect(read).toMatchObject({
      rows: 14,
      type: "Units",
      version: "2.7.0",
      target: "/units/spike_times",
      observed: [0, 0.15],
    });
    expect(read.columns).toEqual(["spike_times", "obs_intervals", "population", "cell"]);
    expect(read.populations).toEqual([...Array<string>(12).fill("aMN"), "given", "given"]);
    expect(read.id).toEqual([...Array(14).keys()]);
    expect(read.neo).toEqual([
      [
        [0, 10.0123, 50, 99.99],
        [25, 50],
      ],
      [[], [1.5, 100.25], [], [2]],
    ]);
  });

  test.each(["yesterday", "", "2020-01-01", "2020-01-01T00:00:00", "2020-02-30T00:00:00Z", "2020-01-01T25:00:00Z"])(
    "an NWB file does not begin at %j",
    async (sessionStart) => {
      const options = { identifier: "x", description: "test", sessionStart, populations: [] };
      await expect(writeNwb(new MemoryFiles(), "run.nwb", options)).rejects.toThrow(
        /^run\.nwb, sessionStart: .* Give an ISO 8601 time with its zone/,
      );
    },
  );

  test("tables of comma-separated values", async () => {
    const files = new MemoryFiles();
    await record(files);
    const run = await loadRun(files);
    expect(spikesCsv(await run.spikes("given"))).toBe("cell,t_ms\n0,0\n0,10.0123\n1,25\n0,50\n1,50\n0,99.99\n");
    const lines = traceCsv(await run.trace("aMN", "exc_dend.g"))
      .trim()
      .split("\n");
    expect(lines.slice(0, 2)).toEqual(["t_ms,exc_dend.g_1,exc_dend.g_3", "0,0,0"]);
    expect(lines).toHaveLength(151);
    expect(decode(await files.read("run.json")).startsWith("{")).toBe(true);
  });
});
