import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonWith } from "../../../scripts/requirements.mjs";
import { DataError } from "../../../src/errors.ts";
import { sonata, type SonataGroup, type SonataModel } from "../../../src/import/index.ts";
import { compartmentsOf, DrawnPlaces } from "../../../src/import/sonata/places.ts";
import { isGroup } from "../../../src/import/sonata/config.ts";
import type { CellModel } from "../../../src/network/cell.ts";
import { openFolder } from "../../../src/node.ts";
import { um } from "../../../src/units.ts";
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
  ["network/node_types.csv", "aibs_perisomatic pyramid", "axon_bbpv6 pyramid", /node_type_id 1: has the model_processing "axon_bbpv6". hillock takes fullaxon, aibs_perisomatic, aibs_perisomatic_directed, aibs_allactive, aibs_allactive_directed, axon_bbpv5/],
  ["network/node_types.csv", "aibs_perisomatic basket", "aibs_perisomatic_directed basket", /basket.swc, aibs_perisomatic_directed: points the new axon along one that the file has not. Take aibs_perisomatic, or add/],
  ["network/node_types.csv", "aibs_perisomatic basket", "axon_bbpv5 basket", /basket.swc, axon_bbpv5: takes its diameters from an axon that the file has not/],
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
  ["fits/pyramid_fit.json", '"ra": 120.0', '"ra": "120 ohm"', /passive\[0\], ra: is "120 ohm"/],
  ["fits/pyramid_fit.json", '"passive": [', '"passive": [{}, ', /passive: has several entries/],
  ["fits/pyramid_fit.json", '"e_pas"', '"e"', /passive\[0\], e_pas: is missing. Give a number, or e_pas of soma in the genome/],
  ["fits/pyramid_fit.json", '"genome": [{"section": "soma"', '"genome": [{"section": "tuft"', /genome\[0\], section: is "tuft". Give soma, axon, dend, apic/],
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
  ["simulation_config.json", '"amp"', '"section_name": "tuft", "amp"', /inputs, step, section_name: is "tuft", and the cell has soma, dend, apic, axon/],
  ["simulation_config.json", '"amp"', '"section_name": "dend", "section_index": 4, "amp"', /section_index: is 4 of 4 sections dend/],
  ["simulation_config.json", '"amp"', '"section_dist": 1, "amp"', /section_dist: is 1. Give a place between the section's ends/],
  ["simulation_config.json", '"amp"', '"mode": 1, "amp"', /inputs, step, mode: is 1/],
  ["simulation_config.json", '"amp": 0.25', '"amp": [0.25, 0.5]', /delay: has 1 entries for 2 amplitudes/],
  ["simulation_config.json", '"amp": 0.25, "delay": 10.0, "duration": 40.0', '"amp": [0.25, 0.5], "delay": [10, 20], "duration": [11, 5]', /delay: begins amplitude 1 at 20 ms, before amplitude 0 of 10 to 21 ms ends/],
  ["simulation_config.json", '"amp": 0.25, "delay": 10.0, "duration": 40.0', '"amp": [0.25, 0.5], "delay": [10, 20]', /inputs, step, duration: is missing/],
  ["simulation_config.json", '"amp": 0.25, "delay": 10.0', '"amp": ["x"], "delay": 10.0', /amp: has "x" at 0/],
  ["simulation_config.json", '"input_type": "current_clamp"', '"input_type": "csv"', /inputs, step, file: is missing/],
  ["simulation_config.json", '"sections": "soma"', '"sections": "tuft"', /sections: is "tuft". Give one of soma, somatic/],
  ["simulation_config.json", '"sections": "soma"', '"compartments": "each"', /compartments: is "each". Give center or all/],
  ["simulation_config.json", '"module": "membrane_report"', '"module": "extracellular"', /module: is "extracellular". hillock has membrane_report: set "enabled" to false/],
  ["simulation_config.json", '"sections": "soma"', '"start_time": 5, "end_time": 5', /end_time: is 5 ms, not after start_time at 5 ms/],
  ["simulation_config.json", '"sections": "soma"', '"type": "summation"', /reports, v, type: is "summation". hillock writes reports of compartments/],
  ["simulation_config.json", '"sections": "soma"', '"type": "lfp"', /reports, v, type: is "lfp"/],
  ["simulation_config.json", '"sections": "soma"', '"unit": "V"', /reports, v, unit: is "V", where mV is written. Give "mV", or leave unit out/],
  ["simulation_config.json", '"sections": "soma"', '"format": "ASCII"', /reports, v, format: is "ASCII"/],
  ["simulation_config.json", '"sections": "soma"', '"file_name": "out/spikes.h5"', /reports, v, file_name: is "out\/spikes.h5", as simulation_config.json, output, spikes_file is/],
  ["simulation_config.json", '"sections": "soma"', '"file_name": "run.json"', /file_name: is "run.json", a file that the run itself writes/],
  ["simulation_config.json", '"sections": "soma"', '"file_name": "chunk-000000.h5"', /file_name: is "chunk-000000.h5", a file that/],
  ["simulation_config.json", '"sections": "soma"', '"file_name": "checkpoint.bin"', /file_name: is "checkpoint.bin", a file that/],
  ["simulation_config.json", '"sections": "soma"', '"file_name": "out/"', /file_name: is "out\/", which names no file/],
  ["simulation_config.json", '"variable_name": "v"', '"variable_name": "w"', /is of no neurons that have its variable/],
  ["simulation_config.json", '"dL": 15.0', '"dL": 0', /run, dL: is 0/],
])("%s with %j as %j", (file, from, to, message) => {
  expect(() => read(swap(file, from, to))).toThrow(DataError);
  expect(() => read(swap(file, from, to))).toThrow(message);
}); // prettier-ignore

const EDGES = "edges/lgn_cortex/0";
test.each<[Changes, RegExp]>([
  [{ [`${EDGES}/sec_id`]: undefined }, /edge 0: has neither sec_id nor afferent_section_id, and its type no target_sections/],
  [{ [`${EDGES}/sec_x`]: undefined }, /edge 0: has no sec_x/],
  [{ [`${EDGES}/sec_x`]: [0.5, 1, 0.5, 0.5, 0.5] }, /edge 1: has the sec_x 1. Give a place between the section's ends/],
  [{ [`${EDGES}/sec_id`]: [0, 10, 0, 0, 0] }, /edge 1: ends on section 10 of 10/],
  [{ [`${EDGES}/syn_weight`]: [-1, 1, 1, 1, 1] }, /edge 0: has the syn_weight -1/],
  [{ [`${EDGES}/nsyns`]: [1, 1, 3, 1, 1] }, /edge 2: has 3 synapses \(nsyns\) at one place/],
  [{ [`${EDGES}/u_syn`]: [1, 1, 1, 1, 1] }, /u_syn: belongs to edges with parameters or plasticity of their own/],
  [{ [`${EDGES}/sec_id`]: undefined, [`${EDGES}/nsyns`]: [1, 1, 4e15, 1, 1] }, /nsyns: makes more than 10000000 synapses up to edge 2/],
  [{ "edges/basket_cortex/0/sec_id": undefined, "edges/basket_cortex/0/afferent_section_id": [0, 8], "edges/basket_cortex/0/afferent_section_pos": [0.5, 0.5] }, /edge 1: has the afferent_section_id 8, which is apic_2 in the morphology's count and axon_0 in that of the processed cell/],
  [{ "edges/basket_cortex/0/sec_id": undefined, "edges/basket_cortex/0/afferent_section_id": [0, 1], "edges/basket_cortex/0/afferent_section_pos": [0.5, 0.5] }, /edge 1: has the afferent_section_id 1, which is of the axon that is replaced in the morphology's count and dend_0/],
])("columns %j", (changes, message) => {
  expect(() => read(changes)).toThrow(message);
}); // prettier-ignore

/** The circuit with edges of the first population whose places are drawn: their type's texts, and what follows the head. */
const drawing = (target: string, range: string, more = "", given = ""): Changes => ({
  [`${EDGES}/sec_id`]: undefined, [`${EDGES}/sec_x`]: undefined,
  "network/edge_types.csv": original("network/edge_types.csv").replace("dynamics_params", `dynamics_params target_sections distance_range${more}`).replace("exc.json", `exc.json "${target}" "${range}"${given}`).replace(/(fast|inh).json/g, `$1.json NULL NULL${more.replace(/\w+/g, "NULL")}`),
}); // prettier-ignore

test("places are drawn by the length inside the range among the compartments of the rule, by the seed alone", () => {
  const changes = { ...drawing("['basal']", "[60.0, 100.0]"), [`${EDGES}/nsyns`]: [400, 0, 1, 1, 300] };
  const model = read(changes);
  const { populations, projections } = model.network.describe();
  const cell = populations.find(({ name }) => name === "cortex_biophysical_1")?.model as CellModel;
  const own = projections.filter(({ name }) => name.startsWith("lgn_cortex_lgn->"));
  const counts = new Map(own.map(({ receptors, rule }) => [receptors[0], (rule as unknown as { source: number[] }).source.length]));
  const places = cell.receptors!.filter(({ name }) => counts.has(name)).map(({ name, section, at: x = 0 }) => ({ section, x, count: counts.get(name)! }));
  expect(places.reduce((sum, { count }) => sum + count, 0)).toBe(702);
  // by hand: the soma of 18 um is measured from its 0 end; dend_0 and dend_3 begin at its middle, the two branches at the end of dend_0
  const sections = new Map(cell.sections.map(({ name, nseg = 1, points = [] }) => [name, { nseg, length: points.reduce((sum, p, k) => sum + (k === 0 ? 0 : Math.hypot(...[0, 1, 2].map((d) => p[d as 0]! - points[k - 1]![d as 0]!))), 0) }]));
  const before = (section: string): number => (section === "dend_1" || section === "dend_2" ? sections.get("dend_0")!.length : 0) + sections.get("soma")!.length / 2;
  const inside = ["dend_0", "dend_1", "dend_2", "dend_3"].flatMap((section) => {
    const { nseg, length } = sections.get(section)!;
    return Array.from({ length: nseg }, (_, k) => ({ section, x: (k + 0.5) / nseg, length: Math.min(100, before(section) + ((k + 1) / nseg) * length) - Math.max(60, before(section) + (k / nseg) * length) })).filter((one) => one.length > 0);
  });
  expect(places.every(({ section, x }) => inside.some((one) => one.section === section && Math.abs(one.x - x) < 1e-12))).toBe(true);
  const total = inside.reduce((sum, { length }) => sum + length, 0);
  for (const { section, x, length } of inside) {
    const expected = (702 * length) / total;
    const count = places.find((one) => one.section === section && Math.abs(one.x - x) < 1e-12)?.count ?? 0;
    // binomial: 4.5 standard deviations, 7e-6 each
    expect(Math.abs(count - expected)).toBeLessThan(4.5 * Math.sqrt(expected * (1 - length / total)) + 1e-9);
  }
  expect(JSON.stringify(read(changes).network.describe())).toBe(JSON.stringify(model.network.describe()));
  const other = read({ ...changes, ...swap("simulation_config.json", '"dL"', '"random_seed": 9, "dL"') });
  expect(JSON.stringify(other.network.describe().projections)).not.toBe(JSON.stringify(projections));
}); // prettier-ignore

test("a compartment counts by its overlap with the range, from the soma's 0 end", () => {
  // a dendrite of 120 um in 3 compartments on the middle of a soma of 20 um: they are 10 to 50, 50 to 90 and 90 to 130 um away
  const cell = compartmentsOf([{ name: "soma", L: um(20), diam: um(20) }, { name: "dend_0", parent: "soma", parentEnd: 0.5, L: um(120), diam: um(1), nseg: 3 }] as never); // prettier-ignore
  const shares = (sections: string, range: string): number[] => {
    const places = new DrawnPlaces("here", cell, sections, range);
    const counts = [0, 0, 0, 0];
    for (let k = 0; k < 9000; k++) counts[cell.indexOf(places.draw(1, 2, k, 0))]!++;
    return counts.map((count) => count / 9000);
  };
  const near = (found: readonly number[], expected: readonly number[]): void => found.forEach((share, k) => expect(Math.abs(share - expected[k]!)).toBeLessThanOrEqual(4.5 * Math.sqrt((expected[k]! * (1 - expected[k]!)) / 9000))); // binomial, 7e-6 each
  near(shares("['dend']", "[0, 70]"), [0, 2 / 3, 1 / 3, 0]);
  near(shares("['dend']", "[0, 15]"), [0, 1, 0, 0]);
  near(shares("all", "[0, 30]"), [1 / 2, 1 / 2, 0, 0]);
  near(shares("all", "[15, 100]"), [5 / 90, 35 / 90, 40 / 90, 10 / 90]);
}); // prettier-ignore

test.each([
  ["['tuft']", "[0, 9]", /target_sections: is "tuft"/],
  ["[basal,]", "[0, 9]", /target_sections: is "\[basal,\]". Give a list/],
  ["['basal']", "[9, 3]", /distance_range: is "\[9, 3\]". Give two distances/],
  ["['basal']", "[9]", /distance_range: is "\[9\]"/],
  ["['basal']", "[5000, 6000]", /edge 0: leaves no compartment of dend between 5000 and 6000 um from the soma/],
])("target_sections %s, distance_range %s", (target, range, message) => {
  expect(() => read(drawing(target, range))).toThrow(DataError);
  expect(() => read(drawing(target, range))).toThrow(message);
});

test("weights follow the orientations, and other functions are refused", () => {
  const angles = { "nodes/cortex/0/tuning_angle": [350, 0, 80], "nodes/lgn/0/tuning_angle": [10, 100] };
  const weighed = (name: string, more: Changes = angles): Changes => ({ ...drawing("['basal']", "[0, 500]", " weight_function weight_sigma", ` ${name} 30.0`), ...more }); // prettier-ignore
  const weights = (changes: Changes): number[] => read(changes).network.describe().projections.filter(({ name }) => name.startsWith("lgn_cortex_lgn->")).flatMap(({ weight }) => (weight as unknown as { values: number[] }).values); // prettier-ignore
  // lgn 0, 1, 0, 1, 1 onto cortex 0, 0, 2, 0, 2: 20, 70, 70, 70 and 20 degrees apart
  const expected = [[0.004, 20], [0.003, 70], [0.006, 70], [0.002, 70], [0.004, 20]].map(([w = 0, d = 0]) => w * Math.exp(-((d / 30) ** 2))); // prettier-ignore
  const sorted = (all: readonly number[]): number[] => [...all].sort((a, b) => a - b);
  sorted(weights(weighed("gaussianLL"))).forEach((w, k) => expect(w).toBeCloseTo(sorted(expected)[k]!, 12));
  expect(sorted(weights(weighed("wmax")))).toEqual([0.002, 0.003, 0.004, 0.004, 0.006]);
  expect(() => read(weighed("distance_law"))).toThrow(/edge 0 of edge_type_id 11: has the weight_function "distance_law"/); // prettier-ignore
  expect(() => read(weighed("gaussianLL", {}))).toThrow(/nodes\/cortex|nodes\/lgn, tuning_angle of node 0: is missing/);
});

test("several reports of one variable are traces of their own", () => {
  const two = swap("simulation_config.json", '"reports": {', '"reports": {"first": {"cells": {"population": "cortex", "node_id": [2]}, "variable_name": "v", "start_time": 5, "module": "membrane_report"}, '); // prettier-ignore
  const { reports } = read(two);
  expect(reports.map(({ elements, from }) => [elements.map(({ population, trace }) => `${population} ${trace}`), from])).toEqual([
    [["cortex_biophysical_1 V"], 5], [["cortex_biophysical_1 V#2", "cortex_biophysical_2 V"], 0],
  ]); // prettier-ignore
});

test("the last amplitude of a table lasts as long as the one before it", () => {
  const config = swap(
    "simulation_config.json",
    /"input_type": "current_clamp"(.*?)"amp": 0.25, "delay": 10.0, "duration": 40.0/,
    '"input_type": "csv"$1"file": "steps.csv"',
  );
  const table = (...rows: string[]): SonataModel =>
    read({ ...config, "steps.csv": ["timestamps amps", ...rows].join("\n") });
  const steps = ({ network }: SonataModel): unknown =>
    (network.describe().clamps[0] as unknown as { signal: unknown }).signal;
  const [open, closed] = [table("10 0.25", "25 0.5"), table("10 0.25", "25 0.5", "40 0")];
  expect(steps(open)).toEqual(steps(closed));
  expect(steps(closed)).toBeDefined();
  expect(open.notes).toContain(
    "steps.csv: the last amplitude is 0.5, not 0: it ends at 40 ms, as long after it as the row before is before it",
  );
  expect(closed.notes).toEqual([]);
  expect(() => table("10 0.25")).toThrow(/steps.csv: has one row, of 0.25, and no end. Add a row/);
});

test("reports have files and units of their own, and other outputs' names are refused", () => {
  const more = (rest: string): Changes => swap("simulation_config.json", '"reports": {', `"reports": {"w": {"cells": {"population": "cortex"}, "variable_name": "v", ${rest}}, `); // prettier-ignore
  expect(read(more('"type": "compartment", "unit": "mV", "format": "SONATA"')).reports.map(({ file }) => file)).toEqual(["w.h5", "v.h5"]); // prettier-ignore
  expect(() => read(more('"file_name": "V.h5"'))).toThrow(
    /reports, v, file_name: is "v.h5", as simulation_config.json, reports, w, file_name is/,
  );
  expect(read(more('"file_name": "V.h5", "enabled": false')).reports.length).toBe(1);
  // a gate has the unit 1
  const gate = (unit: string): Changes =>
    swap("simulation_config.json", '"variable_name": "v"', `"unit": "${unit}", "variable_name": "m_na_t"`);
  expect(read(gate("1")).reports.length).toBe(1);
  expect(() => read(gate("mV"))).toThrow(/unit: is "mV", where 1 is written/);
});

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
