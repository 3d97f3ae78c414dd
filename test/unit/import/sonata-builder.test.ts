import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pythonWith } from "../../../scripts/requirements.mjs";
import { DataError } from "../../../src/errors.ts";
import { processed } from "../../../src/import/sonata/axons.ts";
import { swc } from "../../../src/import/swc/sections.ts";
import { sonata, type SonataGroup, type SonataModel } from "../../../src/import/index.ts";
import type { CellModel } from "../../../src/network/cell.ts";
import { openFolder } from "../../../src/node.ts";
import { openHdf5 } from "../../../src/storage/hdf5-file.ts";

/** Files as BMTK's builder and the published examples have them. That such a circuit runs as in NEURON: test/neuron/sonata.test.ts. */

const folder = mkdtempSync(join(tmpdir(), "hillock-sonata-builder-"));
const at = (name: string): string => join(import.meta.dirname, "../..", name);
const open = new Map<string, SonataGroup>();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  const layer5 = at("../examples/layer5");
  const mods = readdirSync(layer5).filter((name) => name.endsWith(".mod")).map((name) => join(layer5, name)); // prettier-ignore
  execFileSync(pythonWith(["h5py", "numpy"]), [at("fixtures/sonata-builder/circuit.py"), folder, ...mods]);
  const h5 = await (await openFolder(folder)).hdf5();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) if (name.endsWith(".h5")) open.set(name, openHdf5(h5, join(folder, name)) as never); // prettier-ignore
});

const original = (path: string): string => readFileSync(join(folder, path), "utf8");

/** @param path  of the config, @param other  texts in place of those of the files */
function read(path = "config.json", other: Readonly<Record<string, string>> = {}): SonataModel {
  const hdf5 = (name: string): SonataGroup => {
    const found = open.get(name);
    if (found !== undefined) return found;
    throw new Error("ENOENT");
  };
  return sonata(path, { text: (name) => other[name] ?? original(name), hdf5 });
}

function swap(file: string, from: string | RegExp, to: string): Record<string, string> {
  const before = original(file);
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  return { [file]: after };
}

const NML = "components/cells/nml/First.cell.nml";
const cellOf = ({ network }: SonataModel, name: string): CellModel =>
  network.describe().populations.find((p) => p.name === name)?.model as CellModel;

test("a config names the circuit and the simulation, paths begin at ${configdir}, and what is switched off is not looked for", () => {
  const model = read();
  expect(model.parts.map(({ population, nodeIds }) => [population, nodeIds])).toEqual([
    ["cortex_biophysical_100", [0, 1]], ["cortex_biophysical_101", [2]], ["cortex_nrn_IntFire1", [3, 4, 5]], ["lgn", [0, 1, 2, 3]],
  ]); // prettier-ignore
  expect([model.duration, model.dt]).toEqual([
    { value: 80, unit: "ms" },
    { value: 0.1, unit: "ms" },
  ]);
  expect(model.reports.map(({ name, file }) => [name, file])).toEqual([["calcium_concentration", "calcium_concentration.h5"], ["membrane_potential", "v.h5"]]); // prettier-ignore
  const whole = JSON.parse(original("config.json")) as object;
  // the same from the simulation's config alone, where that names the network
  const named = { "simulation_config.json": JSON.stringify({ ...(JSON.parse(original("simulation_config.json")) as object), network: "circuit_config.json" }) }; // prettier-ignore
  expect(JSON.stringify(read("simulation_config.json", named).network.describe())).toBe(JSON.stringify(model.network.describe())); // prettier-ignore
  expect(Object.keys(whole)).toEqual(["network", "simulation"]);
});

test("weights onto IntFire1 are those of all synapses of an edge, with the sign of its type's file", () => {
  const { projections } = read().network.describe();
  const onto = projections.filter(({ target }) => target === "cortex_nrn_IntFire1");
  const links = onto.flatMap(({ weight }) => (weight as unknown as { values: number[] }).values);
  const like = Math.exp(-((20 / 50) ** 2)); // orientations of 10 and 170 degrees are 20 apart
  const sorted = [0.2 * 3, 0.2 * 4, 0.2 * 2, 0.3 * 5, 0.3, -0.15, -0.15 * 2, 0.1 * 5 * like, 0.11 * 3, 0.11 * 4].sort((a, b) => a - b); // prettier-ignore
  links.sort((a, b) => a - b).forEach((w, k) => expect(w).toBeCloseTo(sorted[k] as number, 12));
  expect(links.length).toBe(sorted.length);
  const neurons = read()
    .network.describe()
    .populations.find((p) => p.name === "cortex_nrn_IntFire1")?.model;
  expect(neurons).toMatchObject({
    params: { tau: { values: [24, 24, 7], unit: "ms" }, refrac: { value: 3, unit: "ms" } },
  });
});

test("a cell in NeuroML has the densities of its groups, in whatever units, and a short axon", () => {
  const cell = cellOf(read(), "cortex_biophysical_100");
  const of = (name: string) => cell.insertions?.filter(({ mechanism }) => mechanism.name === name);
  expect(of("na_t")).toMatchObject([{ sections: ["soma"], params: { gbar: { value: 1.8, unit: "S/cm2" } } }]);
  expect(of("ca_pool")).toMatchObject([{ sections: ["soma"], params: { gamma: { value: 6e-4 }, decay: { value: 110, unit: "ms" } } }]); // prettier-ignore
  expect(of("pas")?.map(({ params }) => [params?.["g"]?.valueOf(), params?.["E"]])).toHaveLength(4);
  expect(cell.sections.slice(-2)).toMatchObject([{ name: "axon_0", parentEnd: 0.5, diam: { value: 1 } }, { name: "axon_1" }]); // prettier-ignore
  expect(cell).toMatchObject({ reversals: { na: { value: 53 }, k: { value: -95 } }, V0: { value: -80 }, celsius: { value: 34 } }); // prettier-ignore
  const same = JSON.stringify(cell);
  for (const [from, to] of [
    ["1.8 S_per_cm2", "1800 mS_per_cm2"],
    ["110.0 ms", "0.11 s"],
    ["120.0 ohm_cm", "1.2 ohm_m"],
    ['segmentGroup="dend" value="2.25 uF_per_cm2"', 'segmentGroup="Basal" value="0.0225 F_per_m2"'],
    ['segmentGroup="all" value="120', 'value="120'],
  ] as const)
    // prettier-ignore
    expect(JSON.stringify(cellOf(read("config.json", swap(NML, from, to)), "cortex_biophysical_100"))).toBe(same);
  const own = swap(NML, "<cell id", '<initMembPotential value="-0.07 V"/><cell id');
  const without = swap("simulation_config.json", /"v_init": -80/, '"other": 1');
  expect(cellOf(read("config.json", { ...own, ...swap("components/cells/second_fit.json", '"v_init": -80.0', '"v_init": -81'), ...without }), "cortex_biophysical_100")).toMatchObject({ V0: { value: -70 } }); // prettier-ignore
  expect(() => read("config.json", without)).toThrow(/First.cell.nml: does not say v_init. Give v_init in the simulation's conditions/); // prettier-ignore
});

test("what a NeuroML gives and BMTK does not read is a mechanism's parameter or said", () => {
  const known = read().notes;
  expect(known.filter((note) => note.includes(NML) && !note.endsWith("not read"))).toEqual([expect.stringMatching(/concentrationModel, minCai: is not applied, as in BMTK: ca_pool has no parameter minCai$/)]); // prettier-ignore
  const changed = (from: string | RegExp, to: string): { e: unknown; depth: unknown; said: string[] } => {
    const model = read("config.json", swap(NML, from, to));
    const of = (name: string, param: string) => cellOf(model, "cortex_biophysical_100").insertions?.find(({ mechanism }) => mechanism.name === name)?.params?.[param]; // prettier-ignore
    return { e: of("ih", "e"), depth: of("ca_pool", "depth"), said: model.notes.filter((note) => !known.includes(note)) }; // prettier-ignore
  };
  expect(changed('erev="-45 mV"', 'erev="-0.045 V"')).toMatchObject({ e: { value: -45, unit: "mV" }, said: [] });
  for (const ion of ["hcn", "non_specific", "k"]) {
    const { e, said } = changed(/ion="hcn"(.*)erev="-45 mV"/, `ion="${ion}"$1erev="${ion === "k" ? -95 : -30} mV"`);
    expect(e).toEqual({ value: ion === "k" ? -95 : -30, unit: "mV" });
    expect(said).toEqual([expect.stringMatching(/channelDensity, erev: e of ih is -(30|95) mV, where BMTK, which does not read it, leaves -45 mV$/)]); // prettier-ignore
  }
  expect(changed('depth="0.1 um"', 'depth="0.2 um"')).toMatchObject({ depth: { value: 0.2, unit: "um" }, said: [expect.stringMatching(/depth of ca_pool is 0.2 um, where BMTK.* leaves 0.1 um$/)] }); // prettier-ignore
  expect(changed(/(<channelDensityNernst)/, '$1 erev="120 mV"').said).toEqual([expect.stringMatching(/channelDensityNernst, erev: is not applied, as in BMTK: ca_h reads eca, which follows Nernst's equation$/)]); // prettier-ignore
});

test("fields that nothing reads are said of the config that names the others too", () => {
  const known = read().notes;
  const more = swap("config.json", '"network"', '"inputs": {}, "nonsense": 1, "network"');
  expect(read("config.json", more).notes.filter((note) => !known.includes(note))).toEqual(["config.json: inputs, nonsense are not read"]); // prettier-ignore
  const moved = { ...swap("simulation_config.json", '"run"', '"metadata"'), ...swap("config.json", '"network"', '"run": {"tstop": 7}, "network"') }; // prettier-ignore
  const { duration, notes } = read("config.json", moved);
  expect([duration, notes.filter((note) => !known.includes(note))]).toEqual([undefined, ["config.json: run is not read"]]); // prettier-ignore
});

test("the second section of a short axon is as thick as the last one, or as the first beyond 60 um", () => {
  // four sections along y that hang on the soma's middle, of 1, 0.75, 0.625 and 0.375 um: middles are 16, 41, 71 and 101 um from its 0 end; the
  // last of all is a twig of 0.5 um
  const text = ["1 1 0 0 0 6 -1", "2 2 0 -6 0 0.5 1", "3 2 0 -26 0 0.5 2", "4 2 0 -27 0 0.375 3", "5 2 0 -56 0 0.375 4", "6 2 0 -86 0 0.25 5", "7 2 0 -116 0 0.125 6", "8 2 9 -26 0 0.375 3", "9 2 9 -56 0 0.25 5", "10 2 9 -86 0 0.25 6"].join("\n"); // prettier-ignore
  const of = (processing: string) => processed("t", processing, "f", swc(text, "f"));
  expect(of("aibs_perisomatic_directed").axon).toEqual({ at: 0.5, diams: [1, 1] });
  expect(of("axon_bbpv5").axon).toEqual({ at: 1, diams: [1, 0.625] });
  expect(of("aibs_allactive").axon).toEqual({ at: 1, diams: [1, 0.5] });
  expect(of("aibs_allactive_directed").axon).toEqual(of("aibs_allactive").axon);
  expect(of("fullaxon").axon).toBeUndefined();
});

test.each([
  [NML, 'segmentGroup="soma" ion="na"', 'segmentGroup="tuft" ion="na"', /line \d+, channelDensity, segmentGroup: is "tuft". Give soma, somatic/],
  [NML, "1.8 S_per_cm2", "1.8 S", /condDensity: is "1.8 S". Give a number of S_per_cm2, mS_per_cm2, S_per_m2/],
  [NML, "1.8 S_per_cm2", "1.8 mV", /condDensity: is "1.8 mV"/],
  [NML, ' condDensity="1.8 S_per_cm2"', "", /channelDensity, condDensity: is missing/],
  [NML, "gbar_na_t", "gbar_na", /channelDensity, id: is "gbar_na", no parameter of na_t. Write it as gbar_na_t/],
  [NML, 'ionChannel="na_t"', 'ionChannel="NaT"', /id: is "gbar_na_t", no parameter of NaT/],
  [NML, /na_t/g, "NaT", /line \d+, channelDensity: is "NaT", and neither components\/mechanisms\/modfiles\/NaT.mod nor/],
  [NML, "channelDensityNernst", "channelDensityGHK", /channelDensityGHK: is a property of the membrane that hillock does not read/],
  [NML, 'erev="53.0 mV"', "", /First.cell.nml: has no erev of na in soma, where na_t reads ena/],
  [NML, 'k_t" erev="-95.0 mV"', 'k_t" erev="-90.0 mV"', /First.cell.nml: gives ek of soma as -90 and -95 and -95 mV/],
  [NML, 'ionChannel="pas" erev="-82.5 mV"', 'ionChannel="pas"', /line \d+, channelDensity, erev: is missing/],
  [NML, 'gamma="0.0006" ', "", /concentrationModel, gamma: is missing/],
  [NML, /(<channelDensityNernst)(.*)(condDensity.*\/>)/, '$1$2erev="120 mV" $3$1 id="gbar_ca_l" segmentGroup="soma" ion="ca" ionChannel="ca_l" erev="130 mV" $3', /channelDensityNernst, erev: gives eca as 130 mV, and another density as 120 mV. Give one erev/],
  [NML, /<resistivity.*>/, "", /has no resistivity of soma/],
  [NML, "</cell>", "", /ends neuroml, which is not what is open/],
  ["network/cortex_node_types.csv", "nml:nml/First.cell.nml", "nml:gone.nml", /components\/cells\/gone.nml: cannot be read/],
  ["network/cortex_node_types.csv", "100 e first NONE nml:nml/First.cell.nml biophysical NONE First NONE", "100 e first fullaxon nml:nml/First.cell.nml biophysical NONE First aibs_perisomatic", /line 3: has the model_processing "fullaxon" and "aibs_perisomatic" in two columns of that name/],
  ["simulation_config.json", '"enabled": false', '"enabled": "no"', /TW_spikes_old, enabled: is "no". Give true or false/],
  ["circuit_config.json", "${configdir}", "${workingdir}", /names "\$workingdir", which no manifest has/],
  ["simulation_config.json", '"node_set": "lgn"', '"node_set": "LGN"', /names the node set "LGN", which is not there. Did you mean "lgn"/],
  ["components/synapses/instantInh.json", /,\s*"sign": -1/, "", /instantInh.json, sign: is missing, and the edges' weights are multiplied by it. Give 1/],
  ["components/cells/second_fit.json", '"ra": "110.0"', '"ra": "0x10"', /second_fit.json, passive\[0\], ra: is "0x10"/],
  ["network/lgn_cortex_edge_types.csv", "NULL 0.2 2.0", "NULL 0x2 2.0", /edge_type_id 102: has the syn_weight "0x2"/],
  ["network/lgn_node_types.csv", "100 virtual", "0x64 virtual", /line 2: node_type_id is "0x64"/],
  ["config.json", '"network"', '"run": {"tstop": 7}, "network"', /config.json, run: is in simulation_config.json too. Give one run/],
  ["circuit_config.json", '"components"', '"run": {"tstop": 7}, "components"', /circuit_config.json, run: is in simulation_config.json too/],
  ["components/synapses/instantInh.json", "-1", '"-"', /instantInh.json, sign: is "-"/],
  ["components/points/exc_point.json", "0.024", '"fast"', /exc_point.json, tau: is "fast"/],
])("%s with %s as %s", (file, from, to, message) => {
  const other = swap(file, from, to);
  expect(() => read("config.json", other)).toThrow(DataError);
  expect(() => read("config.json", other)).toThrow(message);
}); // prettier-ignore
