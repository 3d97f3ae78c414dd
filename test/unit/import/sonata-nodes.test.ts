import { expect, test } from "vitest";
import { sonata, type SonataModel } from "../../../src/import/index.ts";
import { DataError } from "../../../src/errors.ts";
import { edges, group, nodes, type Tree, wide } from "./hdf5-tree.ts";

/** What nodes and inputs say of themselves in HDF5, in circuits of memory. */
interface Given {
  readonly cells?: Tree;
  readonly types?: string;
  readonly edges?: Tree;
  readonly spikes?: Tree;
  readonly config?: Readonly<Record<string, unknown>>;
}

const TYPES = "node_type_id model_type model_template\n1 point_neuron nest:iaf_psc_exp\n2 virtual NULL\n";
const FED = edges("lgn", "v1", [[0, 0], [1, 2]], [7, 7], { syn_weight: [10, 20] }); // prettier-ignore

function read({ cells = nodes([1, 1, 1]), types = TYPES, edges: links = FED, spikes = {}, config = {} }: Given): SonataModel {
  const texts: Readonly<Record<string, string>> = {
    "c.json": JSON.stringify({ network: "n.json", run: { tstop: 10, dt: 0.1 }, ...config }),
    "n.json": JSON.stringify({ networks: {
      nodes: [{ nodes_file: "v1.h5", ...(types === "" ? {} : { node_types_file: "v1.csv" }) }, { nodes_file: "lgn.h5", node_types_file: "lgn.csv" }],
      edges: [{ edges_file: "e.h5", edge_types_file: "e.csv" }],
    } }),
    "v1.csv": types,
    "lgn.csv": TYPES,
    "e.csv": "edge_type_id delay model_template\n7 1.0 static_synapse\n",
    "cell.json": "{}",
  };
  const files: Readonly<Record<string, Tree>> = { "v1.h5": { nodes: { v1: cells } }, "lgn.h5": { nodes: { lgn: nodes([2, 2]) } }, "e.h5": { edges: { lgn_v1: links } }, "s.nwb": spikes, "s.h5": spikes };
  const name = (path: string): string => path.replace(/^.*\//, "");
  return sonata("c.json", { text: (path) => texts[name(path)] as string, hdf5: (path) => group(files[name(path)] as Tree) });
} // prettier-ignore

const gains = (model: SonataModel): unknown => model.network.describe().clamps[0]?.gain;
const clamp = (node_set: unknown): Record<string, unknown> => ({ inputs: { i: { input_type: "current_clamp", node_set, amp: 100, delay: 1, duration: 5 } } }); // prettier-ignore

test("node sets see texts of single nodes, written out and as numbers of a library, before those of the type", () => {
  const cells = nodes([1, 1, 1], { layer: ["L4", "L23", "L4"], mtype: [1, 0, 0], "@library": { mtype: ["PC", "BC"] } });
  expect(read({ cells }).notes).not.toContainEqual(expect.stringMatching(/layer|mtype/));
  expect(gains(read({ cells, config: clamp({ population: "v1", layer: "L4" }) }))).toMatchObject({ values: [1, 0, 1] });
  expect(gains(read({ cells, config: clamp({ population: "v1", mtype: ["BC"] }) }))).toMatchObject({ values: [1, 0, 0] }); // prettier-ignore
  const types = TYPES.replace("model_template\n", "model_template layer\n").replace("iaf_psc_exp", "iaf_psc_exp L5").replace("NULL\n", "NULL NULL\n"); // prettier-ignore
  const some = nodes([1, 1, 1], { layer: ["L4"] }, { node_group_id: [0, 1, 1], node_group_index: [0, 0, 1], 1: {} });
  expect(gains(read({ cells: some, types, config: clamp({ population: "v1", layer: "L5" }) }))).toMatchObject({ values: [0, 1, 1] }); // prettier-ignore
  const beyond = nodes([1], { mtype: [2], "@library": { mtype: ["PC", "BC"] } });
  expect(() => read({ cells: beyond })).toThrow(/v1, 0\/mtype\[0\]: is 2, of 2 texts in its library/);
});

test("places in space, three numbers a node, are not read, and said; parameters of such a shape are refused", () => {
  const at = wide([0, 0, 0, 1, 1, 1, 2, 2, 2], 3);
  expect(read({ cells: nodes([1, 1, 1], { positions: at }) }).notes).toContain("v1.h5, nodes/v1: positions are no columns of numbers or texts and are not read"); // prettier-ignore
  expect(() => read({ cells: nodes([1, 1, 1], { dynamics_params: { V_m: at } }) })).toThrow(/dynamics_params\/V_m: has the shape \[3,3\]/); // prettier-ignore
});

test("nodes without a type are what their group says, and refused for what that is", () => {
  for (const none of [-1, 2 ** 64]) {
    const of = (columns: Tree): SonataModel => read({ cells: nodes([none, none, none], columns), types: "" });
    const points = of({ model_type: ["point_neuron", "point_neuron", "point_neuron"], model_template: [1, 1, 0], "@library": { model_template: ["nest:iaf_psc_alpha", "nest:iaf_psc_exp"] } }); // prettier-ignore
    expect(points.parts.map(({ population, nodeIds }) => [population, nodeIds])).toEqual([["v1_iaf_psc_exp", [0, 1]], ["v1_iaf_psc_alpha", [2]], ["lgn", [0, 1]]]); // prettier-ignore
    const hoc = { model_type: Array(3).fill("biophysical") as string[], model_template: Array(3).fill("hoc:cADpyr_L5TPC") as string[], morphology: ["a", "b", "c"], dynamics_params: { holding_current: [0, 0, 0] } }; // prettier-ignore
    expect(() => of(hoc)).toThrow(/node_type_id -1: has the model_template "hoc:cADpyr_L5TPC". Of biophysical cells hillock takes .*other templates are programs/); // prettier-ignore
    expect(() => of({ mtype: ["a", "b", "c"] })).toThrow(/has nodes of node_type_id -1, which node types has not, without a model_type of their own/); // prettier-ignore
  }
  expect(() => read({ cells: nodes([1, -2, 1]) })).toThrow(/node_type_id\[1\]: is -2/);
});

test("edges without a type have what their group says", () => {
  const bare = edges("lgn", "v1", [[0, 0], [1, 2]], [-1, -1], { syn_weight: [10, 20], delay: [1, 2] }); // prettier-ignore
  expect(read({ edges: bare }).network.describe().projections[0]?.delay).toMatchObject({ values: [1, 2] });
  const plastic = edges("lgn", "v1", [[0, 0]], [-1], { syn_weight: [10], delay: [1], u_syn: [0.5] });
  expect(() => read({ edges: plastic })).toThrow(/u_syn: belongs to edges onto cells with a morphology or with plasticity/);
}); // prettier-ignore

test("components of a config that is not the circuit's are said, and so are weights onto IntFire1 without a sign", () => {
  expect(read({ config: { components: { a: "b" } } }).notes).toContain("c.json, components: is not read, the circuit's are those of n.json"); // prettier-ignore
  const types = TYPES.replace("point_neuron nest:iaf_psc_exp", "point_process nrn:IntFire1");
  expect(read({ types }).notes.filter((note) => note.includes("dynamics_params"))).toEqual(["e.h5, edges/lgn_v1: some have no dynamics_params, whose file says the sign of synapses onto IntFire1: their weights stand as written"]); // prettier-ignore
});

test("columns of GLIF nodes and types that nothing reads are said", () => {
  const types = TYPES.replace("model_template\n", "model_template asc_amps\n").replace("iaf_psc_exp", "glif_lif_r_psc -9").replace("NULL\n", "NULL NULL\n"); // prettier-ignore
  const cells = nodes([1, 1, 1], { dynamics_params: { tau_syn: [2, 3, 4], th_spike_add: [1, 2, 3] } });
  const links = edges("lgn", "v1", [[0, 0]], [7], { syn_weight: [10], receptor_type: [1] });
  const { notes, network } = read({ types, cells, edges: links });
  expect(notes).toContainEqual(expect.stringMatching(/nodes\/v1: (asc_amps, tau_syn|tau_syn, asc_amps) are not read/));
  expect(network.describe().populations[0]?.model).toMatchObject({ params: { theta_add: { values: [1, 2, 3] } } });
});

const INPUT = { inputs: { s: { input_type: "spikes", module: "nwb", input_file: "s.nwb", node_set: "lgn" } } };
const trains = (model: SonataModel): unknown => model.network.describe().populations.find(({ name }) => name === "lgn");

test("spikes of an NWB file are those of units with the nodes' ids, or of the nodes that its columns name", () => {
  const units = (more: Tree): Tree => ({ units: { id: [1, 0], spike_times: [0.002, 0.005, 0.001], spike_times_index: [2, 3], ...more } }); // prettier-ignore
  const want = (first: number[], second: number[]) => ({ model: { kind: "trains", times: [first, second] } });
  expect(trains(read({ spikes: units({}), config: INPUT }))).toMatchObject(want([1], [2, 5]));
  expect(trains(read({ spikes: units({ node_id: [0, 1] }), config: INPUT }))).toMatchObject(want([2, 5], [1]));
  const own = read({ spikes: units({ population: ["lgn", "other"], cell: [1, 1] }), config: INPUT });
  expect(trains(own)).toMatchObject(want([], [2, 5]));
  expect(own.notes).toContainEqual(expect.stringMatching(/s.nwb: 1 of 3 spikes are of no node of the input's node set/));
  expect(() => read({ spikes: units({ node_id: [0, -1] }), config: INPUT })).toThrow(/s.nwb, units: is of node -1 in row 1/);
  for (const text of ["", "0x1"]) expect(() => read({ spikes: units({ node_id: ["0", text] }), config: INPUT })).toThrow(/s.nwb, units: is of node .* in row 1/);
  expect(() => read({ spikes: { spikes: {} }, config: INPUT })).toThrow(/s.nwb, units: is missing/);
  expect(() => read({ spikes: units({ spike_times_index: [2, 2] }), config: INPUT })).toThrow(DataError);
}); // prettier-ignore

test("a voltage clamp of point neurons is refused", () => {
  const inputs = { inputs: { v: { input_type: "voltage_clamp", module: "SEClamp", node_set: "v1", amps: [-70], durations: [5] } } }; // prettier-ignore
  expect(() => read({ config: inputs })).toThrow(/node_set: holds point neurons of v1. Voltage clamps hold cells/);
  expect(() => read({ config: { inputs: { v: { ...inputs.inputs.v, module: "VClamp" } } } })).toThrow(/module: is "VClamp"/);
  expect(() => read({ config: { inputs: { v: { ...inputs.inputs.v, durations: [5, 6] } } } })).toThrow(/durations: has 2 entries for 1 voltages/);
  expect(() => read({ config: { inputs: { v: { ...inputs.inputs.v, rs: 0 } } } })).toThrow(/rs: is 0 MOhm/);
}); // prettier-ignore
