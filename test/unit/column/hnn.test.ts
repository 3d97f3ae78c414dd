import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/errors.ts";
import {
  alphaDistal,
  calcium2022,
  columnPreset,
  CortexColumn,
  hnnText,
  jones2009,
  law2021,
  readHnn,
  replay,
  type ColumnCellType,
  type Drive,
} from "../../../src/models/cortical-column/index.ts";

/** The published evoked response as lines of a .param, in an order of our own. */
const ERP = `# three volleys
tstop: 170.
dt: 0.025
N_pyr_x: 3
N_pyr_y: 2
dipole_scalefctr: 3000

t_evprox_1: 26.61
sigma_t_evprox_1: 2.47
numspikes_evprox_1: 1
prng_seedcore_evprox_1: 544
gbar_evprox_1_L2Pyr_ampa: 0.01525
gbar_evprox_1_L2Pyr_nmda: 0
gbar_evprox_1_L2Basket_ampa: 0.08831
gbar_evprox_1_L5Pyr_ampa: 0.00865
gbar_evprox_1_L5Basket_ampa: 0.19934
t_evdist_1: 63.53
sigma_t_evdist_1: 3.85
prng_seedcore_evdist_1: 274
gbar_evdist_1_L2Pyr_ampa: 7e-06
gbar_evdist_1_L2Pyr_nmda: 0.004317
gbar_evdist_1_L2Basket_ampa: 0.006562
gbar_evdist_1_L2Basket_nmda: 0.019482
gbar_evdist_1_L5Pyr_ampa: 0.1423
gbar_evdist_1_L5Pyr_nmda: 0.080074
t_evprox_2: 137.12
sigma_t_evprox_2: 8.33
prng_seedcore_evprox_2: 814
gbar_evprox_2_L2Pyr_ampa: 1.43884
gbar_evprox_2_L2Basket_ampa: 3e-06
gbar_evprox_2_L5Pyr_ampa: 0.684013
gbar_evprox_2_L5Basket_ampa: 0.008958
gbar_L2Basket_L5Pyr: 0.0017
gbar_L5Pyr_L5Pyr_nmda: 0.0006
L5Pyr_gabab_tau2: 25
`;

const built = (drives: ConstructorParameters<typeof CortexColumn>[0]) => new CortexColumn({ mesh: [3, 2], ...drives });
const byName = (c: CortexColumn) =>
  new Map(c.drives.map((d) => [d.name, { events: d.events, links: d.links.map((l) => [l.total, [...l.weightUs].map((w) => w.toPrecision(12)), [...l.delayMs]]) }])); // prettier-ignore

describe(".param", () => {
  test("the published volleys are the preset's, event by event and link by link", () => {
    const { drives, mesh, tstop, dt, notes, model } = readHnn(ERP, "erp.param");
    expect({ mesh, tstop, dt, names: drives.map((d) => (d.kind === "tonic" ? "" : d.name)) }).toEqual({ mesh: [3, 2], tstop: 170, dt: 0.025, names: ["evprox1", "evdist1", "evprox2"] }); // prettier-ignore
    expect(notes).toEqual(["1 parameters are not read, the column keeps its own: dipole_scalefctr"]);
    // the preset counts its drive cells from another gid: events depend on the seed and the number in the drive alone
    expect(byName(built({ drives }))).toEqual(byName(built({ drives: columnPreset("erp").drives.map((d) => d) })));
    const changed = model.rules.map((r, k) => [k, r.weight] as const).filter(([k, w]) => w !== jones2009().rules[k]?.weight); // prettier-ignore
    expect(changed).toEqual([[2, 0.0006], [10, 0.0017]]); // prettier-ignore
    expect(model.cellTypes[3]?.receptors.gabab).toEqual({ E: -80, tau1: 1, tau2: 25 });
  });

  test("rhythmic, Poisson and tonic inputs; what begins behind the end is off", () => {
    const text = `tstop: 250
t0_input_prox: 50
f_input_prox: 10
f_stdev_prox: 20
events_per_cycle_prox: 2
repeats_prox: 10
prng_seedcore_input_prox: 284
input_prox_A_weight_L2Pyr_ampa: 5.4e-5
input_prox_A_weight_L5Pyr_ampa: 5.4e-5
input_prox_A_delay_L2: 0.1
input_prox_A_delay_L5: 1.0
t0_input_dist: 1000
f_input_dist: 10
input_dist_A_weight_L2Pyr_ampa: 1
L5Pyr_Pois_lamtha: 40
L5Pyr_Pois_A_weight_ampa: 0.0075
T_pois: -1
Itonic_A_L5Pyr_soma: 6
Itonic_T_L5Pyr_soma: 100`;
    const { drives } = readHnn(text, "x.param");
    const [alpha] = columnPreset("alpha").drives;
    expect(drives).toEqual([
      { ...alpha, name: "bursty_prox", tstop: 250, tstartStd: 0 },
      { kind: "poisson", name: "extpois", rateConstant: { L5_pyramidal: 40 }, tstart: 0, tstop: 250, location: "proximal", eventSeed: 2, weightsAmpa: { L5_pyramidal: 0.0075 }, synapticDelays: { L5_pyramidal: 1 } },
      { kind: "tonic", amplitude: { L5_pyramidal: 6 }, t0: 0, tstop: 100 },
    ]); // prettier-ignore
  });

  test("what a file says of the column's own cells is read, and of baskets' currents too", () => {
    const { notes, drives } = readHnn("tstop: 170\ncelsius: 37.0\nL2Pyr_soma_L: 22.1\nL5Pyr_dend_gbar_ar: 1e-06\nL5Pyr_basal3_diam: 8.5\nL5Pyr_soma_el_hh2: -65.0\nL5Pyr_Gauss_A_weight: 1e-5\nL5Pyr_Gauss_mu: 2000\nItonic_A_L2Basket: 0.5\nItonic_t0_L2Basket: 10", "f.param"); // prettier-ignore
    expect(notes).toEqual([]);
    expect(drives).toEqual([{ kind: "tonic", amplitude: { L2_basket: 0.5 }, t0: 10, tstop: 170 }]);
  });

  test.each([
    ["tstop 170", 'line 1: is no "key: value": "tstop 170"'],
    ["tstop: fast", 'line 1: tstop is "fast"'],
    ["N_pyr_x: 2.5", "line 1: N_pyr_x is 2.5"],
    ["dt: 0.025\ndt: 0.05", "line 2: gives dt another value than line 1"],
    ["L5Pyr_apical1_diam: 7.4", "line 1: L5Pyr_apical1_diam is 7.4, where the column has 7.48"],
    ["tstop: 170\nL2Pyr_dend_gnabar_hh2: 0.2", "line 2: L2Pyr_dend_gnabar_hh2 is 0.2, where the column has 0.15"],
    ["celsius: 6.3", "line 1: celsius is 6.3. The column is at 37"],
    [
      "L5Pyr_Gauss_A_weight: 1e-5\nL5Pyr_Gauss_mu: 100",
      "line 1: L5Pyr_Gauss_A_weight is 0.00001: a Gaussian input, which is refused",
    ],
    ["", "has no parameters"],
    ["# tstop: 170 # of all\n\n", "has no parameters"],
  ])("%j is refused", (text, message) => {
    expect(() => readHnn(text, "f.param")).toThrow(DataError);
    expect(() => readHnn(text, "f.param")).toThrow(message);
  });

  test("the same parameters as a flat JSON, as hnn-core writes them, are the same file", () => {
    const entries = ERP.split("\n").flatMap((line) =>
      /^\w+:/.test(line) ? [line.split(/:\s*/) as [string, string]] : [],
    );
    const flat = JSON.stringify(Object.fromEntries(entries.map(([key, x]) => [key, Number(x)])));
    expect(readHnn(flat, "erp.json")).toEqual(readHnn(ERP, "erp.param"));
    expect(() => readHnn('{"tstop": "long"}', "erp.json")).toThrow('erp.json, tstop: tstop is "long". Give a number');
    expect(() => readHnn('{"N_pyr_x": 2.5}', "erp.json")).toThrow("erp.json, N_pyr_x: N_pyr_x is 2.5");
  });

  test("volleys of one drive cell for all targets, and weights that AMPA and NMDA share in old files", () => {
    const of = (more: string) => readHnn(`${ERP}${more}`, "f.param").drives[0];
    expect(of("sync_evinput: 1")).toMatchObject({ cellSpecific: false, nDriveCells: 1 });
    for (const more of ["sync_evinput: False", "sync_evinput: 0", ""]) expect(of(more)).not.toHaveProperty("cellSpecific");
    const column = built({ drives: [of("sync_evinput: True") as Drive] });
    expect(column.drives[0]?.events.length).toBe(1);
    expect(() => of("sync_evinput: perhaps")).toThrow('sync_evinput is "perhaps". Give 0 or 1');
    const old = readHnn("t_evdist_2: 60\ngbar_evdist_2_L5Pyr: 0.1\ngbar_evdist_2_L2Pyr: 0.2\ngbar_evdist_2_L2Pyr_nmda: 0.3", "f.param");
    expect(old.drives[0]).toMatchObject({ weightsAmpa: { L5_pyramidal: 0.1, L2_pyramidal: 0.2 }, weightsNmda: { L5_pyramidal: 0.1, L2_pyramidal: 0.3 } });
    expect(old.notes).toEqual([]);
  }); // prettier-ignore

  test("a file without end is refused", () => {
    expect(() => readHnn("tstop: 170\n".repeat(100_001), "f.param")).toThrow("has 100002 lines");
  });
});

/** A network as hnn-core writes it, of a column's data. */
function json(change: (network: Record<string, unknown>) => void = () => undefined): string {
  const { cellTypes, rules } = law2021();
  const network = {
    object_type: "Network",
    N_pyr_x: 3,
    N_pyr_y: 2,
    cell_types: Object.fromEntries(cellTypes.map((t) => [t.name, {
      synapses: Object.fromEntries(Object.entries(t.receptors).map(([k, r]) => [k, { e: r.E, tau1: r.tau1, tau2: r.tau2 }])),
      sections: Object.fromEntries(t.sections.map((s) => [s.name, { L: s.L, diam: s.diam, cm: s.cm, Ra: s.Ra }])),
    }])),
    connectivity: [
      ...rules.map((r) => ({ src_type: r.source, target_type: r.target, loc: r.location, receptor: r.receptor, allow_autapses: Number(r.autapses), probability: 1, nc_dict: { A_weight: r.weight, A_delay: 1, lamtha: r.lamtha, threshold: 0, gain: 1 } })),
      { src_type: "evprox1", target_type: "L2_basket", loc: "soma", receptor: "ampa", nc_dict: { A_weight: 0.1, A_delay: 0.1, lamtha: 5, threshold: 0 } },
    ],
    external_drives: {
      evprox1: { type: "evoked", location: "proximal", n_drive_cells: "n_cells", cell_specific: true, event_seed: 544, conn_seed: 3, dynamics: { mu: 20, sigma: 2, numspikes: 1 }, weights_ampa: { L2_basket: 0.1 }, weights_nmda: {}, synaptic_delays: { L2_basket: 0.1 }, probability: { L2_basket: 1 } },
      slow: { type: "bursty", location: "distal", n_drive_cells: 3, cell_specific: false, event_seed: 4, dynamics: { tstart: 10, tstart_std: 0, tstop: null, burst_rate: 10, burst_std: 5, numspikes: 2, spike_isi: 10 }, weights_ampa: { L5_pyramidal: 1e-4 }, weights_nmda: null, synaptic_delays: 0.1, probability: 1 },
    },
    external_biases: { tonic: { L5_pyramidal: { amplitude: 2, t0: 5, tstop: 50 } } },
  }; // prettier-ignore
  change(network);
  return JSON.stringify(network);
}

const EMPTY = { hh2: {}, ca: {}, cad: {}, kca: {}, km: {}, cat: {}, ar: {} };

/** Where sections hang, and the groups of them, as hnn-core writes them. */
const hung = ({ sections, locations }: ColumnCellType) => {
  const tree: Record<string, string[]> = {};
  for (const { name, parent, parentEnd = 1 } of sections) {
    (tree[`${name},0`] ??= []).push(`${name},1`);
    if (parent !== undefined) (tree[`${parent},${parentEnd}`] ??= []).push(`${name},0`);
  }
  const { proximal = [], distal = [] } = locations;
  return { cell_tree: sections.length === 1 ? null : tree, sect_loc: { proximal, distal } };
};

/** What a whole file says beside drives: numbers of cells, places, and the pairs of each rule. */
function whole(network: Record<string, unknown>, { cellTypes, rules }: ReturnType<typeof law2021>): void {
  const { layout } = built({ model: { cellTypes, rules }, drives: [] });
  const { gids, positions } = layout;
  const numbers = (type: string): number[] => Array.from({ length: gids[type]!.n }, (_, k) => gids[type]!.first + k);
  network["cell_types"] = written(cellTypes);
  network["gid_ranges"] = { ...Object.fromEntries(Object.entries(gids).map(([name, { first, n }]) => [name, { start: first, stop: first + n }])), evprox1: { start: layout.nCells, stop: layout.nCells + 2 } };
  network["pos_dict"] = { ...positions, origin: layout.origin, evprox1: [layout.origin, layout.origin] };
  network["connectivity"] = [
    ...rules.map((r) => ({
      target_type: r.target, target_gids: numbers(r.target), num_targets: gids[r.target]!.n, src_type: r.source, src_gids: numbers(r.source), num_srcs: gids[r.source]!.n,
      gid_pairs: Object.fromEntries(numbers(r.source).map((s) => [s, numbers(r.target).filter((t) => r.autapses || t !== s)])),
      loc: r.location, receptor: r.receptor, allow_autapses: Number(r.autapses), probability: 1, nc_dict: { A_weight: r.weight, A_delay: r.delay, lamtha: r.lamtha, threshold: 0, gain: r.gain },
    })),
    { src_type: "evprox1", target_type: "L2_basket", loc: "soma", receptor: "ampa", gid_pairs: { 90: [0] }, nc_dict: { A_weight: 0.1, A_delay: 0.1, lamtha: 5, threshold: 0 } },
  ];
  Object.assign(network, { legacy_mode: false, cell_response: {}, rec_arrays: {}, threshold: 0, delay: 1, celsius: 37 });
} // prettier-ignore

/** Cells as hnn-core writes them: a number, or places and a number for each segment. */
const written = (types: readonly ColumnCellType[]) => Object.fromEntries(types.map((t) => [t.name, { cell_object: {
  name: t.shortName, pos: [0, 0, 0], gid: null, dipole_pp: [], vsec: {}, isec: {}, ca: {}, tonic_biases: [], ...hung(t),
  synapses: Object.fromEntries(Object.entries(t.receptors).map(([k, r]) => [k, { e: r.E, tau1: r.tau1, tau2: r.tau2, type: "Exp2Syn" }])),
  sections: Object.fromEntries(t.sections.map((s) => [s.name, { L: s.L, diam: s.diam, cm: s.cm, Ra: s.Ra, nseg: s.nseg, mechs: Object.fromEntries(Object.entries(s.mechanisms).map(([m, values]) => [m, Object.fromEntries(Object.entries(values).map(([p, x]) => [`${p}_${m}`, typeof x === "number" ? x : [x.map((_, k) => (k + 0.5) / x.length), x]]))])) }])),
}, cell_metadata: { layer: String(t.layer) } }])); // prettier-ignore

describe("network JSON", () => {
  test.each([["jones 2009", jones2009()], ["law 2021", law2021()], ["calcium 2022", calcium2022()]])("cells of %s, as hnn-core writes them, are recognised", (_, { cellTypes, rules }) => {
    const { model, notes } = readHnn(json((n) => { n["cell_types"] = written(cellTypes); n["rec_arrays"] = { el: {} }; n["celsius"] = 37; }), "net.json");
    expect(model.cellTypes).toEqual(cellTypes);
    expect(notes.join()).toMatch(/rec_arrays: 1 arrays of electrodes are not read/);
    const other = written(cellTypes);
    other["L5_pyramidal"]!.cell_object.sections["apical_1"]!.mechs["ca"] = { gbar_ca: 5 };
    expect(() => readHnn(json((n) => (n["cell_types"] = other)), "net.json")).toThrow(/L5_pyramidal.cell_object.sections/);
    expect(rules.length).toBeGreaterThan(0);
  }); // prettier-ignore

  test.each([["jones2009", jones2009()], ["law2021", law2021()], ["calcium2022", calcium2022()]])("without connectivity the rules are those of the model whose cells the file has: %s", (name, { cellTypes, rules }) => {
    const { model, notes } = readHnn(json((n) => { n["cell_types"] = written(cellTypes); delete n["connectivity"]; }), "net.json");
    expect(model).toEqual({ cellTypes, rules });
    expect(notes).toEqual(name === "jones2009" ? [] : [`net.json.connectivity is not there: the rules are those of ${name}(), whose cells the file's are`]);
  }); // prettier-ignore

  test.each([["jones2009", jones2009()], ["law2021", law2021()], ["calcium2022", calcium2022()]])("a whole file of %s is the model itself, link by link, without a word", (_, model) => {
    const { model: read, notes, mesh } = readHnn(json((n) => whole(n, model)), "net.json");
    expect(read).toEqual(model);
    expect({ notes, mesh }).toEqual({ notes: [], mesh: [3, 2] });
    const links = (from: typeof model) => built({ model: from, drives: [] }).links.map((l) => [l.receptor, l.sections, [...l.source], [...l.target], [...l.weightUs], [...l.delayMs]]);
    expect(links(read)).toEqual(links(model));
  }); // prettier-ignore

  test("rules with pairs of their own join those alone, and are written with them", () => {
    const model = jones2009();
    const few = (n: Record<string, unknown>): void => {
      whole(n, model);
      const [first] = n["connectivity"] as { gid_pairs: Record<string, number[]>; src_type: string; target_type: string }[];
      const [source] = Object.keys(first!.gid_pairs);
      first!.gid_pairs = { [source!]: first!.gid_pairs[source!]!.slice(0, 2) };
    };
    const { model: read } = readHnn(json(few), "net.json");
    expect(read.rules[0]?.pairs?.length).toBe(2);
    const column = built({ model: read, drives: [] });
    expect(column.links[0]?.total).toBe(2);
    expect(readHnn(hnnText(column), "back.json").model.rules).toEqual(read.rules);
    expect(() => built({ model: { ...read, rules: read.rules.map((r) => ({ ...r, pairs: [[0, 99]] as const })) }, drives: [] })).toThrow(/has a pair with cell 99 of \d+. Count cells of a type from 0/);
  }); // prettier-ignore

  test("what is not the column's is said: places, thresholds, keys that nothing knows", () => {
    const of = (change: (n: Record<string, unknown>) => void) => readHnn(json((n) => { whole(n, jones2009()); change(n); }), "net.json").notes; // prettier-ignore
    expect(of((n) => ((n["pos_dict"] as Record<string, number[][]>)["L5_pyramidal"] = [[30, 0, 0]]))).toEqual(["net.json.pos_dict.L5_pyramidal[0] is not at 0, 0 um: places are not read, cells stand on the grid"]); // prettier-ignore
    expect(of((n) => (n["threshold"] = -10))).toEqual(["net.json.threshold is -10 mV, where rules from L2_pyramidal say 0: theirs hold"]); // prettier-ignore
    expect(of((n) => (n["plasticity"] = {}))).toEqual(["net.json: plasticity not read"]);
    expect(of((n) => (n["legacy_mode"] = true)).join()).toMatch(/legacy_mode: cells of drives onto types without weights/); // prettier-ignore
  });

  const broken = (change: (cell: ReturnType<typeof written>[string]["cell_object"]) => void): string =>
    json((n) => { whole(n, jones2009()); change((n["cell_types"] as ReturnType<typeof written>)["L5_pyramidal"]!.cell_object); }); // prettier-ignore
  test.each([
    [broken((c) => (c.sect_loc.distal = ["apical_1"])), "sect_loc.distal: is apical_1, where the column has apical_tuft"],
    [broken((c) => (c.cell_tree!["soma,1"] = [])), "cell_tree: does not hang apical_trunk on the 1 end of soma"],
    [json((n) => { whole(n, jones2009()); (n["gid_ranges"] as Record<string, object>)["L2_basket"] = { start: 0, stop: 99 }; }), "gid_ranges.L2_basket: holds 99 cells, where a mesh of 3 x 2 has"],
    [json((n) => { whole(n, jones2009()); (n["connectivity"] as { gid_pairs: object }[])[0]!.gid_pairs = { 0: [999] }; }), "gid_pairs: holds 0, no cell of L2_pyramidal"],
    [json((n) => { whole(n, jones2009()); (n["connectivity"] as { gid_pairs: object }[])[0]!.gid_pairs = { 2: [0.5] }; }), "gid_pairs"],
  ])("%# of a whole file is refused", (text, message) => {
    expect(() => readHnn(text, "net.json")).toThrow(DataError);
    expect(() => readHnn(text, "net.json")).toThrow(message);
  }); // prettier-ignore

  test("trains of spikes by source, as pairs or as events, and biases off the soma", () => {
    const drive = (more: object) => readHnn(json((n) => (n["external_drives"] = { given: { type: "spike_train", location: "distal", weights_ampa: { L5_pyramidal: 0.001 }, ...more } })), "net.json").drives[0]; // prettier-ignore
    expect(drive({ dynamics: { spike_data: { a: [1, 2.5], b: [] } } })).toMatchObject({ kind: "spikeTrain", spikeData: { a: [1, 2.5], b: [] } }); // prettier-ignore
    expect(
      drive({
        dynamics: {
          spike_data: [
            [1, 0],
            [4, 7],
          ],
        },
      }),
    ).toMatchObject({
      spikeData: [
        [1, 0],
        [4, 7],
      ],
    });
    expect(drive({ events: [[[3, 4], [5]]] })).toMatchObject({ spikeData: { given_0: [3, 4], given_1: [5] } });
    expect(() => drive({ dynamics: { spike_data: [[1]] } })).toThrow("spike_data[0]: is [1]. Give a time and a source's number"); // prettier-ignore
    const { drives } = readHnn(json((n) => (n["external_biases"] = { tonic: { L5_pyramidal: { amplitude: 1, section: "apical_1" } } })), "net.json"); // prettier-ignore
    expect(drives.at(-1)).toEqual({ kind: "tonic", amplitude: { L5_pyramidal: 1 }, section: "apical_1" });
  });

  test("rules, receptors, drives and biases are those of the file", () => {
    const { model, drives, mesh } = readHnn(json(), "net.json");
    expect(mesh).toEqual([3, 2]);
    expect(model.rules).toEqual(law2021().rules);
    expect(model.cellTypes.map((t) => t.receptors)).toEqual(law2021().cellTypes.map((t) => t.receptors));
    expect(drives).toMatchObject([
      { kind: "evoked", name: "evprox1", mu: 20, sigma: 2, spaceConstant: 5, weightsAmpa: { L2_basket: 0.1 }, cellSpecific: true },
      { kind: "bursty", name: "slow", burstRate: 10, nDriveCells: 3, tstart: 10 },
      { kind: "tonic", amplitude: { L5_pyramidal: 2 }, t0: 5, tstop: 50 },
    ]); // prettier-ignore
    expect(built({ model, drives }).links.length).toBe(model.rules.length + 2);
  });

  test.each([
    ["{", "is no JSON"],
    ["{}", "has no cell_types"],
    [json((n) => (n["object_type"] = "Cell")), 'net.json.object_type: is "Cell"'],
    [json((n) => (n["external_drives"] = { a: { type: "spike_train", location: "soma" } })), 'net.json.external_drives.a.dynamics.spike_data: is missing'],
    [json((n) => (n["external_drives"] = { a: { type: "steady", location: "soma" } })), 'net.json.external_drives.a.type: is "steady"'],
    [json((n) => (n["celsius"] = 30)), "net.json.celsius: is 30"],
    [json((n) => (n["cell_types"] = { L2_pyramidal: { sections: { tail: {} } } })), "sections.tail: is no section of the column's cell"],
    [json((n) => (n["cell_types"] = { L2_pyramidal: { sections: { soma: { mechs: {} } } } })), "sections.soma.mechs.hh2: is missing, where the column has it"],
    [json((n) => (n["cell_types"] = { L2_pyramidal: { sections: { soma: { mechs: { km: { gbar_km: 250 } } } } } })), "sections.soma.mechs.hh2: is missing, where the column has it"],
    [json((n) => (n["cell_types"] = { L2_pyramidal: { sections: { soma: { mechs: { km: { tau_km: 250 }, hh2: {} } } } } })), "sections.soma.mechs.km.tau_km: is no parameter of km"],
    [json((n) => (n["cell_types"] = { L5_pyramidal: { sections: { apical_trunk: { mechs: { ...EMPTY, ar: { gbar_ar: [[0.1, 0.5, 0.9], [1e-6, 1e-6, 1e-6]] } } } } } })), "apical_trunk.mechs.ar.gbar_ar: is 0.000001 in segment 0, where the column has"],
    [json((n) => (n["cell_types"] = { L4_star: {} })), "L4_star: is no cell type of the column"],
    [json((n) => (n["cell_types"] = { L2_pyramidal: { sections: { soma: { L: 30 } } } })), "net.json.cell_types.L2_pyramidal.sections.soma.L: is 30"],
    [json((n) => (n["connectivity"] = [{ src_type: "L2_basket", target_type: "L2_basket", loc: "soma", receptor: "x" }])), 'net.json.connectivity[0].receptor: is "x"'],
  ])("%# is refused", (text, message) => {
    expect(() => readHnn(text, "net.json")).toThrow(DataError);
    expect(() => readHnn(text, "net.json")).toThrow(message);
  }); // prettier-ignore
});

describe("a column written for HNN", () => {
  const drives: Drive[] = [
    ...columnPreset("erp").drives,
    { ...alphaDistal, tstop: 120, probability: 0.5, spaceConstant: 20 },
    ...columnPreset("gamma").drives,
    { kind: "tonic", amplitude: { L5_pyramidal: 2, L2_basket: 0.1 }, t0: 5, tstop: 50 },
    { kind: "tonic", amplitude: { L5_pyramidal: -1 } },
  ];

  test.each([
    ["jones 2009", jones2009()],
    ["law 2021", law2021()],
    ["gamma's weights", { ...jones2009(), rules: columnPreset("gamma").rules }],
  ])("%s is the same column when it is read back: events, links, receptors, biases", (_, model) => {
    const column = built({ model, drives, tstop: 170 });
    const text = hnnText(column);
    const read = readHnn(text, "back.json");
    const again = built({ model: read.model, drives: read.drives, tstop: 170 });
    expect(read.mesh).toEqual([3, 2]);
    expect(byName(again)).toEqual(byName(column));
    expect(again.rules).toEqual(column.rules);
    expect(again.links.length).toBe(column.links.length);
    expect(again.cellTypes.map((t) => t.receptors)).toEqual(column.cellTypes.map((t) => t.receptors));
    const clamps = (c: CortexColumn) => c.describe().clamps.map(({ name: _name, ...clamp }) => clamp); // its number is another
    expect(clamps(again)).toEqual(clamps(column));
  });

  test("every key that hnn-core's reader of drives looks up is there", () => {
    const { external_drives } = JSON.parse(hnnText(built({ drives }))) as { external_drives: Record<string, Record<string, unknown>> }; // prettier-ignore
    for (const drive of Object.values(external_drives))
      expect(Object.keys(drive)).toEqual(expect.arrayContaining(["name", "type", "location", "n_drive_cells", "cell_specific", "event_seed", "conn_seed", "dynamics", "weights_ampa", "weights_nmda", "synaptic_delays", "probability", "events"])); // prettier-ignore
    expect(Object.keys(external_drives["alpha_dist"]?.["dynamics"] as object)).toEqual(["tstart", "tstop", "tstart_std", "burst_rate", "burst_std", "numspikes", "spike_isi"]); // prettier-ignore
  });

  test.each([
    [{ ...replay({ a: [1] }) }, "is a spike train"],
    [{ kind: "tonic", amplitude: { L5_pyramidal: 1 }, section: "apical_trunk" } as const, "goes into apical_trunk"],
  ])("what its file cannot say is refused", (drive, message) => {
    expect(() => hnnText({ ...built({}), drivesGiven: [drive] } as never)).toThrow(message);
  });
});
