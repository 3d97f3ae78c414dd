import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonWith } from "../../../scripts/requirements.mjs";
import { DataError } from "../../../src/errors.ts";
import { sonata, type SonataGroup, type SonataModel } from "../../../src/import/index.ts";
import { isGroup } from "../../../src/import/sonata/tables.ts";
import type { CellModel } from "../../../src/network/cell.ts";
import { openFolder } from "../../../src/node.ts";
import { openHdf5 } from "../../../src/storage/hdf5-file.ts";
import { fuzzed, result } from "../../fuzz/runs.ts";

/** That a circuit of such cells is NEURON's: test/neuron/sonata.test.ts. */

const folder = mkdtempSync(join(tmpdir(), "hillock-sonata-cells-"));
const at = (name: string): string => join(import.meta.dirname, "../..", name);
const layer5 = at("../examples/layer5");
const open = new Map<string, SonataGroup>();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  const mods = readdirSync(layer5).filter((name) => name.endsWith(".mod")).map((name) => join(layer5, name)); // prettier-ignore
  execFileSync(pythonWith(["h5py", "numpy"]), [at("fixtures/sonata-cells/circuit.py"), folder, ...mods, at("fixtures/sonata-cells/k_slow.mod")]); // prettier-ignore
  const h5 = await (await openFolder(folder)).hdf5();
  for (const name of ["network/nodes.h5", "network/edges.h5", "spikes.h5"]) open.set(name, openHdf5(h5, join(folder, name)) as never); // prettier-ignore
});

/** Texts and columns by their path, undefined for those that are not there. */
type Changes = Readonly<Record<string, string | readonly number[] | undefined>>;

const original = (path: string): string => readFileSync(join(folder, path), "utf8");

function read(changes: Changes = {}): SonataModel {
  const within = (group: SonataGroup, prefix: string): SonataGroup => ({
    attrs: group.attrs,
    keys: () => [
      ...group.keys().filter((key) => !(prefix + key in changes)),
      ...Object.keys(changes).filter((key) => changes[key] !== undefined && key.startsWith(prefix) && !key.slice(prefix.length).includes("/")).map((key) => key.slice(prefix.length)),
    ],
    get(path) {
      const full = prefix + path;
      if (full in changes) {
        const values = changes[full] as readonly number[] | undefined;
        return values === undefined ? null : { shape: [values.length], value: Float64Array.from(values) };
      }
      const found = group.get(path);
      return isGroup(found) ? within(found, `${full}/`) : found;
    },
  }); // prettier-ignore
  const text = (path: string): string => {
    if (!(path in changes)) return original(path);
    if (changes[path] === undefined) throw new Error("ENOENT");
    return changes[path] as string;
  };
  return sonata("simulation_config.json", { text, hdf5: (path) => within(open.get(path) as SonataGroup, "") });
}

const cellOf = ({ network }: SonataModel, name: string): CellModel =>
  network.describe().populations.find((p) => p.name === name)?.model as CellModel;

test("a cell is its morphology with another axon, its fit and the receptors that edges ask for", () => {
  const model = read();
  expect(model.notes).toEqual([]);
  expect(model.parts.map(({ nodeIds }) => nodeIds)).toEqual([[0, 2], [1], [0, 1]]);
  const pyramid = cellOf(model, "cortex_biophysical_1");
  expect(pyramid.sections.map(({ name, parent }) => [name, parent])).toEqual([
    ["soma", undefined], ["dend_0", "soma"], ["dend_1", "dend_0"], ["dend_2", "dend_0"], ["dend_3", "soma"],
    ["apic_0", "soma"], ["apic_1", "apic_0"], ["apic_2", "apic_0"], ["axon_0", "soma"], ["axon_1", "axon_0"],
  ]); // prettier-ignore
  expect(pyramid.sections.slice(-2)).toMatchObject([{ L: { value: 30 }, diam: { value: 1 }, parentEnd: 0.5, nseg: 3 }, { L: { value: 30 }, nseg: 3 }]); // prettier-ignore
  const slow = pyramid.insertions?.find(({ mechanism }) => mechanism.name === "k_slow");
  expect(slow?.params?.["gbar"]).toEqual({ value: 12e-4, unit: "S/cm2" }); // 12 pS/um2
  expect(slow?.params?.["half"]).toEqual({ value: -40, unit: "mV" });
  expect(pyramid).toMatchObject({ V0: { value: -80 }, celsius: { value: 34 }, reversals: { na: { value: 53 }, k: { value: -95 } }, detector: { section: "soma", threshold: { value: -15 } } }); // prettier-ignore
  // 0.4 and 0.45 of a section of three compartments are one place
  expect(pyramid.receptors?.map(({ name, at: x }) => [name, x])).toEqual([
    ["exp2syn_0_soma_0", 0.5], ["exp2syn_1_axon_0_0", 0.5 / 3], ["exp2syn_2_dend_0_1", 0.5],
    ["exp2syn_3_apic_0_6", 6.5 / 9], ["exp2syn_4_apic_1_0", 0.5 / 7], ["exp2syn_5_apic_1_6", 6.5 / 7],
  ]); // prettier-ignore
});

const swap = (file: string, from: string | RegExp, to: string): Changes => {
  const after = original(file).replace(from, to);
  expect(after).not.toBe(original(file));
  return { [file]: after };
};

test("what a circuit leaves open is the fit's, and a mechanism without a file hillock's own", () => {
  const conditions = swap("simulation_config.json", '"conditions": {"celsius": 34.0, "v_init": -80.0}, ', "");
  const own = swap("fits/basket_fit.json", '"gbar_na_t", "value": 2.0, "mechanism": "na_t"', '"g_max_na_hh", "value": 0.12, "mechanism": "na_hh"'); // prettier-ignore
  const model = read({ ...conditions, ...own });
  expect(cellOf(model, "cortex_biophysical_2")).toMatchObject({ V0: { value: -82.5 }, reversals: { na: { value: 53 } } }); // prettier-ignore
  expect(model.notes).toEqual(["fits/basket_fit.json, genome[3] is hillock's own na_hh, in its units: there is no na_hh.mod"]); // prettier-ignore
  const moved = { "mechanisms/modfiles/ih.mod": undefined, "mechanisms/ih.mod": readFileSync(join(layer5, "ih.mod"), "utf8") }; // prettier-ignore
  const usual = JSON.stringify(read().network.describe());
  expect(JSON.stringify(read(moved).network.describe())).toBe(usual.replaceAll("modfiles/ih.mod", "ih.mod"));
});

test.each([
  ["network/node_types.csv", "aibs_perisomatic pyramid", "aibs_allactive pyramid", /node_type_id 1: has the model_processing "aibs_allactive". hillock takes aibs_perisomatic/],
  ["network/node_types.csv", "aibs_perisomatic basket", "NULL basket", /node_type_id 2: has the model_processing ""/],
  ["network/node_types.csv", "Biophys1.hoc", "L5PC.hoc", /has the model_template "ctdb:L5PC.hoc"/],
  ["network/node_types.csv", "ctdb:Biophys1.hoc", "hoc:Biophys1", /has the model_template "hoc:Biophys1"/],
  ["network/node_types.csv", "1 biophysical", "1 single_compartment", /has the model_type "single_compartment"/],
  ["network/node_types.csv", "basket.swc", "NULL", /node_type_id 2: has no morphology/],
  ["network/node_types.csv", "basket_fit.json", "NULL", /node_type_id 2: has no dynamics_params/],
  ["network/node_types.csv", "basket.swc", "gone", /morphologies\/gone.swc: cannot be read/],
  ["morphologies/pyramid.swc", "5 3 110 -30 0 0.5 3", "5 3 110 -30 0 0.5 7", /line 5: dend_\d hangs on the axon, which aibs_perisomatic replaces/],
  ["morphologies/pyramid.swc", "13 3 5", "13 6 5", /line 13: has the type 6/],
  ["morphologies/basket.swc", "1 1 0", "1 3 0", /does not begin with a soma/],
  ["fits/pyramid_fit.json", ', {"section": "apic", "cm": 2.0}', "", /passive\[0\], cm: has none of apic/],
  ["fits/pyramid_fit.json", '"ra": 120.0', '"ra": "120"', /passive\[0\], ra: is "120"/],
  ["fits/pyramid_fit.json", '"passive": [', '"passive": [{}, ', /passive: has several entries/],
  ["fits/pyramid_fit.json", '"e_pas"', '"e"', /passive\[0\], e_pas: is missing/],
  ["fits/pyramid_fit.json", '"genome": [{"section": "soma"', '"genome": [{"section": "glob"', /genome\[0\], section: is "glob". Give soma, axon, dend, apic/],
  ["fits/pyramid_fit.json", '"gbar_k_t"', '"gbar_kt"', /genome\[5\], name: is "gbar_kt", no parameter of k_t/],
  ["fits/pyramid_fit.json", '"gbar_k_t"', '"gmax_k_t"', /genome\[5\]: gives gmax of k_t, which has no such parameter/],
  ["fits/pyramid_fit.json", '"mechanism": "k_t"', '"mechanism": "Kd"', /genome\[5\], name: is "gbar_k_t"/],
  ["fits/pyramid_fit.json", '"gbar_k_t", "value": 0.06, "mechanism": "k_t"', '"gbar_Kd", "value": 0.06, "mechanism": "Kd"', /genome\[5\]: is "Kd", and neither mechanisms\/modfiles\/Kd.mod nor mechanisms\/Kd.mod can be read/],
  ["fits/pyramid_fit.json", '"gbar_k_t", "value": 0.06, "mechanism": "k_t"', '"g_..\\/x", "value": 0.06, "mechanism": "..\\/x"', /genome\[5\]: is "..\/x". Give the SUFFIX/],
  ["fits/pyramid_fit.json", '"section": "apic", "ena": 53.0, "ek": -95.0', '"section": "apic", "ena": 53.0, "ek": -90.0', /erev: gives ek as -95 and -90 mV/],
  ["fits/pyramid_fit.json", ', {"section": "apic", "ena": 53.0, "ek": -95.0}', "", /erev: has none of apic, where k_slow reads ek/],
  ["mechanisms/modfiles/k_t.mod", "SUFFIX k_t", "SUFFIX k_u", /k_t.mod: is the channel k_u. Give a density mechanism of SUFFIX k_t/],
  ["mechanisms/modfiles/k_t.mod", "SOLVE", "VERBATIM x(); ENDVERBATIM SOLVE", /k_t.mod:\d+:\d+: has VERBATIM/],
  ["network/edge_types.csv", "exp2syn exc.json", "stdp exc.json", /edges\/lgn_cortex, edge 0: has the model_template "stdp". hillock takes exp2syn and expsyn/],
  ["network/edge_types.csv", "exp2syn exc.json", "exp2syn NULL", /edge 0: has no dynamics_params for exp2syn/],
  ["synapses/exc.json", '"tau1"', '"tau"', /exc.json, tau1: is missing/],
  ["simulation_config.json", '"amp"', '"section_name": "dend", "amp"', /inputs, step: names another section than the soma/],
  ["simulation_config.json", '"sections": "soma"', '"sections": "all"', /sections: is "all". hillock reports the soma/],
  ["simulation_config.json", '"variable_name": "v"', '"variable_name": "w"', /is of no neurons that have its variable/],
  ["simulation_config.json", '"dL": 15.0', '"dL": 0', /run, dL: is 0/],
])("%s with %j as %j", (file, from, to, message) => {
  expect(() => read(swap(file, from, to))).toThrow(DataError);
  expect(() => read(swap(file, from, to))).toThrow(message);
}); // prettier-ignore

const EDGES = "edges/lgn_cortex/0";
test.each<[Changes, RegExp]>([
  [{ [`${EDGES}/sec_id`]: undefined }, /edge 0: has neither sec_id nor afferent_section_id: where it ends would be drawn by chance/],
  [{ [`${EDGES}/sec_x`]: undefined }, /edge 0: has no sec_x/],
  [{ [`${EDGES}/sec_x`]: [0.5, 1, 0.5, 0.5, 0.5] }, /edge 1: has the sec_x 1. Give a place between the section's ends/],
  [{ [`${EDGES}/sec_id`]: [0, 10, 0, 0, 0] }, /edge 1: ends on section 10 of 10/],
  [{ [`${EDGES}/syn_weight`]: [-1, 1, 1, 1, 1] }, /edge 0: has the syn_weight -1/],
  [{ [`${EDGES}/nsyns`]: [1, 1, 3, 1, 1] }, /edge 2: has 3 synapses \(nsyns\) at one place/],
  [{ [`${EDGES}/u_syn`]: [1, 1, 1, 1, 1] }, /u_syn: belongs to edges with parameters or plasticity of their own/],
  [{ "edges/basket_cortex/0/sec_id": undefined, "edges/basket_cortex/0/afferent_section_id": [0, 8], "edges/basket_cortex/0/afferent_section_pos": [0.5, 0.5] }, /edge 1: has the afferent_section_id 8, which is apic_2 in the morphology's count and axon_0 in that of the processed cell/],
  [{ "edges/basket_cortex/0/sec_id": undefined, "edges/basket_cortex/0/afferent_section_id": [0, 1], "edges/basket_cortex/0/afferent_section_pos": [0.5, 0.5] }, /edge 1: has the afferent_section_id 1, which is of the axon that is replaced in the morphology's count and dend_0/],
])("columns %j", (changes, message) => {
  expect(() => read(changes)).toThrow(message);
}); // prettier-ignore

test("changed fits, morphologies and tables are refused with a typed error, or make a network", () => {
  const names = ["fits/pyramid_fit.json", "fits/basket_fit.json", "morphologies/pyramid.swc", "network/node_types.csv", "network/edge_types.csv", "synapses/exc.json", "circuit_config.json"]; // prettier-ignore
  const edit = fc.record({
    file: fc.constantFrom(...names),
    place: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(12),
    put: fc.oneof(fc.constantFrom("", "-1", "1e999", "NULL", "[", "]", "{}", '"', ":", ",", "null", "__proto__", "$", "1e308", "\n", " "), fc.string({ maxLength: 6 })), // prettier-ignore
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const changes: Record<string, string> = {};
      for (const { file, place, cut, put } of edits) {
        const before = changes[file] ?? original(file);
        const k = Math.floor(place * before.length);
        changes[file] = before.slice(0, k) + put + before.slice(k + cut);
      }
      const model = result(() => read(changes));
      if (model !== undefined) expect(model.network.describe().populations.length).toBeGreaterThan(0);
    }),
    fuzzed(60),
  );
});
