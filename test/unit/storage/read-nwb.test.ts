import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonWith } from "../../../scripts/requirements.mjs";
import { DataError } from "../../../src/errors.ts";
import { MemoryFiles, openFolder, readNwb, writeNwb, type Files } from "../../../src/node.ts";

const folder = mkdtempSync(join(tmpdir(), "hillock-nwb-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Units as pynwb writes them: the narrowest index, compression, ragged columns beside plain ones. */
const SCRIPT = `
import h5py, numpy as np, sys
def write(name, times=[0.5, 1.25, 0.1, 0.2, 1.25], ends=[2, 2, 5], **more):
    with h5py.File(sys.argv[1] + "/" + name, "w") as f:
        f.attrs["nwb_version"] = "2.6.0"
        u = f.create_group("units")
        u["id"] = np.array([10, 11, 12])
        u.create_dataset("spike_times", data=np.array(times, dtype="f8"), compression="gzip", chunks=(2,))
        u["spike_times_index"] = np.array(ends, dtype="u1")
        for key, value in more.items():
            u[key] = value
write("units.nwb", muscle=np.array(["FDI", "FDI", "TA"], dtype=h5py.string_dtype()), quality=np.array([0.9, 0.8, 1.0]),
      electrodes=np.array([0, 1, 2, 3]), electrodes_index=np.array([1, 2, 4], dtype="u1"),
      obs_intervals=np.array([[0.0, 2.0], [0.0, 3.0], [0.5, 2.0]]), obs_intervals_index=np.array([1, 2, 3], dtype="u1"))
write("plain.nwb")
write("short.nwb", ends=[2, 3])
write("beyond.nwb", ends=[2, 2, 9])
write("falls.nwb", ends=[3, 2, 5])
write("nan.nwb", times=[0.5, float("nan"), 0.1, 0.2, 1.25])
with h5py.File(sys.argv[1] + "/none.nwb", "w") as f: f.create_group("general")
with h5py.File(sys.argv[1] + "/empty.nwb", "w") as f: f.create_group("units")
`;
let files: Files;
beforeAll(async () => {
  execFileSync(pythonWith(["h5py"]), ["-c", SCRIPT, folder]);
  files = await openFolder(folder);
  await writeNwb(files, "cut.nwb", { identifier: "x", description: "x", sessionStart: "2020-01-01T00:00:00Z", populations: [{ name: "a", spikes: { n: 2, from: 0, to: 9, times: Float64Array.of(1), cells: Uint32Array.of(1) } }] }); // prettier-ignore
  truncateSync(join(folder, "cut.nwb"), 3000);
  writeFileSync(join(folder, "text.nwb"), "cell,t_ms\n0,1\n");
  writeFileSync(join(folder, "block.pkl"), "x");
});

test("units of another program: in ms, in order of time, silent ones kept, columns beside them", async () => {
  const { times, cells, n, from, to, columns } = await readNwb(files, "units.nwb");
  expect([...times]).toEqual([100, 200, 500, 1250, 1250]);
  expect([...cells]).toEqual([2, 2, 0, 0, 2]);
  expect([n, from, to]).toEqual([3, 0, 3000]);
  expect(columns).toEqual({ id: [10, 11, 12], muscle: ["FDI", "FDI", "TA"], quality: [0.9, 0.8, 1] });
  expect(await readNwb(files, "plain.nwb")).toMatchObject({ from: 0, to: 1250 });
});

test("what writeNwb wrote comes back, in memory too", async () => {
  const memory = new MemoryFiles();
  const spikes = { n: 4, from: 0, to: 150, times: Float64Array.of(1.5, 2, 100.25), cells: Uint32Array.of(1, 3, 1) };
  await writeNwb(memory, "own.nwb", { identifier: "x", description: "x", sessionStart: "2020-01-01T00:00:00Z", populations: [{ name: "pool", spikes }] }); // prettier-ignore
  const { columns, ...read } = await readNwb(memory, "own.nwb");
  expect(read).toEqual(spikes);
  expect(columns).toMatchObject({ population: ["pool", "pool", "pool", "pool"], cell: [0, 1, 2, 3] });
});

test.each([
  ["missing.nwb", "is not there"],
  ["text.nwb", "cannot be read as HDF5"],
  ["cut.nwb", "cannot be read as HDF5"],
  ["none.nwb", "units: is missing"],
  ["empty.nwb", "id: is missing"],
  ["short.nwb", "spike_times_index: has 2 rows of 3 units"],
  ["beyond.nwb", "spike_times_index: ends at 9 of 5 values"],
  ["falls.nwb", "spike_times_index: falls, or is no whole number, in row 1"],
  ["nan.nwb", "spike_times[1]: is NaN"],
  ["block.pkl", "is a pickle"],
])("%s is refused: %s", async (name, message) => {
  const error: unknown = await readNwb(files, name).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(DataError);
  expect((error as DataError).message).toContain(message);
});

const NONE = { n: 3, from: 0, to: 10, times: new Float64Array(0), cells: new Uint32Array(0) };
const OPTIONS = { identifier: "x", description: "A pool.", sessionStart: "2020-01-01T00:00:00Z", populations: [{ name: "a", spikes: NONE }] }; // prettier-ignore

test("silent cells, populations without cells and several populations are read back", async () => {
  const some = { n: 2, from: 0, to: 10, times: Float64Array.of(1, 2), cells: Uint32Array.of(1, 1) };
  const of = async (populations: Parameters<typeof writeNwb>[2]["populations"]) => {
    const memory = new MemoryFiles();
    await writeNwb(memory, "of.nwb", { ...OPTIONS, populations });
    return readNwb(memory, "of.nwb");
  };
  expect(await of([{ name: "a", spikes: NONE }])).toMatchObject({ n: 3, times: new Float64Array(0) });
  expect(await of([{ name: "a", spikes: { ...NONE, n: 0 } }])).toMatchObject({ n: 0, times: new Float64Array(0) });
  expect(await of([])).toMatchObject({ n: 0 });
  const both = await of([{ name: "a", spikes: NONE }, { name: "b", spikes: some }]); // prettier-ignore
  expect([...both.cells]).toEqual([4, 4]);
  expect(both.columns).toMatchObject({ population: ["a", "a", "a", "b", "b"], cell: [0, 1, 2, 0, 1] });
});

test("what NWB Inspector looks for is where it looks for it, and that no electrode recorded is said", async () => {
  const subject = { subjectId: "model 1", species: "Homo sapiens", sex: "U", age: "P20Y/P40Y", description: "a pool of motor neurons" } as const; // prettier-ignore
  await writeNwb(files, "whole.nwb", { ...OPTIONS, experimenter: ["Hodgkin, Alan", "Huxley, Andrew"], institution: "A", lab: "B", keywords: ["motor unit"], sessionId: "7", experimentDescription: "C", subject }); // prettier-ignore
  const script = `
import h5py, json, sys
f = h5py.File(sys.argv[1] + "/whole.nwb"); g = f["general"]
text = lambda d: d[()].decode() if d.shape == () else [x.decode() for x in d[:]]
print(json.dumps({**{k: text(g[k]) for k in g if k != "subject"}, "subject": {k: text(g["subject"][k]) for k in g["subject"]}, "type": [g["subject"].attrs[k] for k in ("neurodata_type", "namespace")],
  "units": f["units"].attrs["description"], "created": text(f["file_create_date"])[0] > "2026"}))`;
  const read: unknown = JSON.parse(execFileSync(pythonWith(["h5py"]), ["-c", script, folder], { encoding: "utf8" }));
  expect(read).toEqual({
    experimenter: ["Hodgkin, Alan", "Huxley, Andrew"], institution: "A", lab: "B", keywords: ["motor unit"], session_id: "7", experiment_description: "C",
    subject: { subject_id: "model 1", species: "Homo sapiens", sex: "U", age: "P20Y/P40Y", description: "a pool of motor neurons" }, type: ["Subject", "core"],
    units: "A pool. Simulated cells: no electrodes recorded them.", created: true,
  }); // prettier-ignore
});

test.each([
  [{ experimenter: ["Alan Hodgkin"] }, /experimenter: is "Alan Hodgkin". Give each name as "Last, First"/],
  [{ experimenter: [] }, /experimenter: is empty/],
  [{ keywords: ["", "b"] }, /keywords: is empty/],
  [{ subject: { subjectId: "" } }, /subject, subjectId: is empty/],
  [{ subject: { subjectId: "1", species: "human" } }, /subject, species: is "human". Give a Latin binomial/],
  [{ subject: { subjectId: "1", sex: "male" } }, /subject, sex: is "male". Give M, F, U/],
  [{ subject: { subjectId: "1", age: "30" } }, /subject, age: is "30". Give an ISO 8601 duration/],
  [{ subject: { subjectId: "1", age: "P" } }, /subject, age: is "P"/],
  [{ sessionStart: "2999-01-01T00:00:00Z" }, /sessionStart: is 2999-01-01T00:00:00Z, which is still to come/],
  [{ populations: [OPTIONS.populations[0], OPTIONS.populations[0]] }, /populations: has "a" twice/],
])("an NWB file with %j is refused", async (change, message) => {
  await expect(writeNwb(new MemoryFiles(), "x.nwb", { ...OPTIONS, ...change } as never)).rejects.toThrow(DataError);
  await expect(writeNwb(new MemoryFiles(), "x.nwb", { ...OPTIONS, ...change } as never)).rejects.toThrow(message);
});
