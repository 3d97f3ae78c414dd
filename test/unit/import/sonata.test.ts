import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { pythonWith } from "../../../scripts/requirements.mjs";
import { hillock } from "../../../src/cli/command.ts";
import { fromSonata } from "../../../src/cli/sonata.ts";
import { HillockError } from "../../../src/errors.ts";
import { openFolder } from "../../../src/node.ts";
import { sonata } from "../../../src/import/index.ts";
import type { SonataGroup } from "../../../src/import/sonata/config.ts";
import { openHdf5 } from "../../../src/storage/hdf5-file.ts";
import { fuzzed, result } from "../../fuzz/runs.ts";

const folder = mkdtempSync(join(tmpdir(), "hillock-sonata-"));
const fixture = (name: string): string => join(import.meta.dirname, "../../fixtures", name);
const python = (script: string, ...args: string[]): string =>
  execFileSync(pythonWith(["h5py", "numpy"]), [fixture(script), ...args], { encoding: "utf8" });
beforeAll(() => void python("sonata-circuit.py", folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

interface Written {
  readonly times: number[];
  readonly ids: number[];
  readonly data: number[][];
  readonly units: string;
  readonly nodes: number[];
  readonly pointers: number[];
  readonly time: number[];
}

test("a circuit of point neurons runs as its files say, and is written as readers of SONATA expect", async () => {
  let said = "";
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text) => ((said += String(text)), true));
  const out = join(folder, "out");
  const code = await hillock(["run", join(folder, "simulation_config.json"), "--engine", "reference", "--out", out]);
  expect(code, said).toBe(0);
  expect(said).toMatch(/nodes\/v1: surprise is not read/);
  const read = JSON.parse(python("sonata-read.py", join(out, "spikes_out.h5"), join(out, "potentials.h5"))) as Written;
  expect([read.units, read.nodes, read.pointers]).toEqual(["mV", [10, 11, 12], [0, 1, 2, 3]]);
  expect(read.time[0]).toBe(0);
  expect(read.time[2]).toBeCloseTo(0.1, 9);
  // C 200 pF, tau 10 ms. A current w exp(-s / tau_s) moves V by w / C (exp(-s / tau) - exp(-s / tau_s)) / (1 / tau_s - 1 / tau)
  const psc = (w: number, tau: number, s: number): number => (s <= 0 ? 0 : ((w / 200) * (Math.exp(-s / 10) - Math.exp(-s / tau))) / (1 / tau - 1 / 10));
  const step = (pA: number, s: number): number => (s <= 0 ? 0 : ((pA * 10) / 200) * (1 - Math.exp(-s / 10)));
  // 500 pA lead to 25 mV above rest: threshold (15 mV) after 10 ln 2.5 = 9.163 ms, so at 9.2 ms, and again 2 ms later
  expect(read.ids.every((id) => id === 12)).toBe(true);
  const spikes = read.times;
  expect(spikes.length).toBe(5);
  spikes.slice(1).forEach((t, k) => expect(t - (spikes[k] as number)).toBeCloseTo(9.2 + 2, 9));
  expect(spikes[0]).toBeCloseTo(9.2, 9);
  const inhibition = (t: number): number => spikes.reduce((sum, spike) => sum + psc(-80, 4, t - spike - 2), 0);
  const excited = read.data[0] as number[];
  const clamped = read.data[1] as number[];
  for (let k = 0; k < excited.length; k++) {
    const t = 0.1 * k;
    // float32 in the file: 4e-6 mV
    expect(excited[k]).toBeCloseTo(-70 + 10 * Math.exp(-t / 10) + psc(120, 3, t - 6.5) + psc(120, 3, t - 21.5) + inhibition(t), 4);
    expect(clamped[k]).toBeCloseTo(-70 + psc(60, 3, t - 8.5) + step(100, t - 30) - step(100, t - 50), 4);
  }
}); // prettier-ignore

test("a report of a run in several chunks is that of one", async () => {
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, "write").mockImplementation(() => true);
  const reports = await Promise.all(["0.06", "0.007"].map(async (chunk) => {
    const out = join(folder, `chunks-${chunk}`);
    expect(await hillock(["run", join(folder, "simulation_config.json"), "--engine", "reference", "--chunk", chunk, "--out", out])).toBe(0);
    return JSON.parse(python("sonata-read.py", join(out, "spikes_out.h5"), join(out, "potentials.h5"))) as Written;
  }));
  expect(reports[1]).toEqual(reports[0]);
  expect(reports[0]?.data[0]?.length).toBe(601);
}); // prettier-ignore

/** The error of a circuit in which a text is another. */
async function errorOf(file: string, from: string | RegExp, to: string): Promise<string> {
  const path = join(folder, file);
  const before = readFileSync(path, "utf8");
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
  try {
    await fromSonata(join(folder, "simulation_config.json"));
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(HillockError);
    return (error as Error).message;
  } finally {
    writeFileSync(path, before);
  }
}

test.each([
  ["network/v1_types.csv", "nest:iaf_psc_exp", "nest:glif_cond", /node_type_id 100: has the model_template "nest:glif_cond"/],
  ["network/v1_types.csv", "point_neuron", "biophysical", /has the model_template "nest:iaf_psc_exp". Of biophysical cells hillock takes/],
  ["network/v1_types.csv", "\n101", "\n102", /has nodes of node_type_id 101, which .* has not/],
  ["network/v1_types.csv", "nest:iaf_psc_exp quiet.json e", "nest:iaf_psc_exp quiet.json", /line 2: has 4 columns of 5/],
  ["network/edge_types.csv", "1.5", "soon", /edge 0 of edge_type_id 1: has the delay "soon"/],
  ["network/edge_types.csv", "1.5 static_synapse", "1.5 stdp_synapse", /has the model_template "stdp_synapse"/],
  ["network/edge_types.csv", "2 NULL 2.0", "2 NULL NULL", /edge 0 of edge_type_id 2: has no delay/],
  ["network/quiet.json", '"C_m": 200.0', '"C_m": "big"', /quiet.json, C_m: is "big"/],
  ["network/quiet.json", "{", "", /quiet.json: is no JSON/],
  ["circuit_config.json", "$NET/edges.h5", "$NETS/edges.h5", /names "\$NETS", which no manifest has/],
  ["circuit_config.json", '"$NET": "$BASE_DIR/network"', '"$NET": "$NET/network"', /lead back to themselves/],
  ["circuit_config.json", '"$NET/edges.h5"', '""', /networks, edges\[0\], edges_file: is "", which names no file/],
  ["circuit_config.json", "$NET/edges.h5", "$NET/", /edges_file: is "\$NET\/", which names no file/],
  ["circuit_config.json", "$NET/edges.h5", "$NET/none.h5", /none.h5: cannot be read/],
  ["simulation_config.json", '"clamped"', '"clampd"', /names the node set "clampd", which is not there. Did you mean "clamped"/],
  ["simulation_config.json", "current_clamp", "xray", /input_type: is "xray"/],
  ["simulation_config.json", '"amp": 100.0', '"amp": "1"', /amp: is "1"/],
  ["simulation_config.json", "V_m", "ecp", /reports, potentials: is of no neurons that have its variable "ecp"/],
  ["simulation_config.json", '"lgn"}', '"v1"}', /^$/], // no spike is of a node of v1: said, and the virtual nodes are silent
  ["simulation_config.json", '"lgn"}', '"x"}', /node_set: selects no node: it is {"population":"x"}/],
  ["node_sets.json", "[11]", "[13]", /node_set: selects no node: it is "clamped"/],
  ["node_sets.json", "[11]", "[null]", /node set clamped, node_id: holds null. Give ids of nodes/],
  ["node_sets.json", "[11]", "[11, -1]", /node set clamped, node_id: holds -1/],
  ["node_sets.json", "[11]", '[11, "12"]', /node set clamped, node_id: holds "12"/],
  ["node_sets.json", "[11]", "[11, 1e308]", /node set clamped, node_id: holds 1e\+308/],
  ["node_sets.json", '["clamped", "biology"]', "[1.5]", /node set both: holds 1.5/],
  ["simulation_config.json", '"inputs": {', '"inputs": {"none": null, ', /inputs, none: is missing. Give an object/],
  ["simulation_config.json", '"reports": {', '"reports": {"none": null, ', /reports, none: is missing. Give an object/],
  ["simulation_config.json", /"module": "(h5|sonata)"/, '"module": "x"', /module: is "x"\. hillock takes h5, sonata, csv, nwb/],
  ["node_sets.json", '"point_neuron"', '{"$ne": "x"}', /model_type: is {"\$ne":"x"}. Give a text/],
  ["node_sets.json", '["clamped", "biology"]', '["clamped", {}]', /node set both: holds {}/],
  ["node_sets.json", '["clamped", "biology"]', "5", /node set both: is 5. Give a name, a rule/],
  ["node_sets.json", '["clamped", "biology"]', '["both"]', /leads back to itself/],
])("%s with %j as %j", async (file, from, to, message) => {
  expect(await errorOf(file, from, to)).toMatch(message);
}); // prettier-ignore

test.each([
  ["edges/lgn_to_v1", "0/nsyns", [-1, 1], /nsyns of edge 0: is -1. Give a whole number/],
  ["edges/lgn_to_v1", "0/nsyns", [1, 1.5], /nsyns of edge 1: is 1.5/],
  ["edges/v1_to_v1", "0/syn_weight", ["-80"], /0\/syn_weight: holds no numbers/],
  ["nodes/v1", "1/dynamics_params/I_e", ["500"], /1\/dynamics_params\/I_e: holds no numbers/],
  ["nodes/v1", "1/dynamics_params/I_e", "Float16 not supported", /I_e: cannot be read \(Float16 not supported\)/],
])("%s/%s of %j", async (at, name, value, message) => {
  const h5 = await (await openFolder(folder)).hdf5();
  const [kind = "", population = ""] = at.split("/");
  const dataset = {
    shape: [value.length],
    get value(): unknown {
      if (typeof value === "string") throw new Error(value);
      return typeof value[0] === "number" ? Float64Array.from(value as number[]) : value;
    },
  };
  const within = (group: SonataGroup, path: string, put: unknown): SonataGroup => ({
    attrs: group.attrs,
    keys: () => group.keys(),
    get: (asked) => (asked === path ? put : group.get(asked)),
  });
  const changed = (path: string): SonataGroup => {
    const file = openHdf5(h5, join(folder, path)) as unknown as SonataGroup;
    const root = file.get(kind) as SonataGroup | null;
    if (root === null || !root.keys().includes(population)) return file;
    return within(file, kind, within(root, population, within(root.get(population) as SonataGroup, name, dataset)));
  };
  const text = (path: string): string => readFileSync(join(folder, path), "utf8");
  expect(() => sonata("simulation_config.json", { text, hdf5: changed })).toThrow(message);
});

test("changed configs, tables and node sets are refused with a typed error, or make a network", async () => {
  const names = ["simulation_config.json", "circuit_config.json", "node_sets.json", "network/v1_types.csv", "network/edge_types.csv", "network/quiet.json"]; // prettier-ignore
  const texts = new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  const { h5 } = await (await openFolder(folder)).hdf5().then((it) => ({ h5: it }));
  const open = new Map<string, unknown>();
  const edit = fc.record({
    file: fc.constantFrom(...names),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(12),
    put: fc.oneof(fc.constantFrom("", "-1", "1e999", "NULL", "[", "]", "{}", '"', ":", ",", "null", "__proto__", "$", "1e308", "\n", " ", "\u0000"), fc.string({ maxLength: 6 })),
  }); // prettier-ignore
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const changed = new Map(texts);
      for (const { file, at, cut, put } of edits) {
        const text = changed.get(file) as string;
        const k = Math.floor(at * text.length);
        changed.set(file, text.slice(0, k) + put + text.slice(k + cut));
      }
      const model = result(() =>
        sonata("simulation_config.json", {
          text: (path) => changed.get(path) ?? readFileSync(join(folder, path), "utf8"),
          hdf5: (path) => {
            if (!open.has(path)) open.set(path, openHdf5(h5, join(folder, path)));
            return open.get(path) as never;
          },
        }),
      );
      if (model !== undefined) expect(model.network.describe().populations.length).toBeGreaterThan(0);
    }),
    fuzzed(100),
  );
});

test("HDF5 files that are damaged at any place are refused by name, in a line, or make a network", async () => {
  const h5 = await (await openFolder(folder)).hdf5();
  const spare = join(folder, "network/damaged.h5");
  let [made, refused] = [0, 0];
  for (const name of ["spikes.h5", "network/v1_nodes.h5", "network/edges.h5"]) {
    const good = readFileSync(join(folder, name));
    for (let k = 0; k < 60; k++) {
      const bytes = Buffer.from(good);
      const at = Math.floor(((k * 0.618034) % 1) * Math.min(good.length, k % 2 === 0 ? 2500 : Infinity));
      bytes.fill(k % 3 === 0 ? 0 : 255, at, at + 1 + (k % 24));
      writeFileSync(spare, bytes);
      const hdf5 = (path: string) => openHdf5(h5, path.endsWith(name) ? spare : join(folder, path)) as never;
      try {
        sonata("simulation_config.json", { text: (path) => readFileSync(join(folder, path), "utf8"), hdf5 });
        made++;
      } catch (error) {
        refused++;
        expect(error).toBeInstanceOf(HillockError);
        expect((error as Error).message).not.toMatch(/\n|HDF5-DIAG/);
      }
    }
  }
  expect(Math.min(made, refused)).toBeGreaterThan(10);
});
