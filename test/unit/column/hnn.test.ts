import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/errors.ts";
import {
  alphaDistal,
  calcium2022,
  columnPreset,
  type CortexColumn,
  hnnText,
  jones2009,
  law2021,
  readHnn,
  replay,
  type Drive,
} from "../../../src/models/cortical-column/index.ts";
import { ERP, TYPES, built, byName, json, EMPTY, whole, written } from "./hnn-files.ts";

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

  test("legacy_mode gives cell-specific drives cells for all types", () => {
    const { drives, notes } = readHnn(json((n) => { whole(n, jones2009()); n["legacy_mode"] = true; (n["connectivity"] as unknown[]).pop(); }), "net.json");
    expect(notes).toEqual([]);
    expect(drives[0]).toMatchObject({ name: "evprox1", cellTypes: TYPES });
    expect(drives[1]).not.toHaveProperty("cellTypes");
  }); // prettier-ignore

  test("pairs of drives that the file lists hold, where the drive would draw others", () => {
    const { layout } = built({ drives: [] });
    const { first, n } = layout.gids["L5_pyramidal"]!;
    const [start, probability] = [layout.nCells + 2, 0.5]; // behind the two of evprox1
    const slow = { type: "bursty", location: "distal", n_drive_cells: 3, cell_specific: false, event_seed: 4, conn_seed: 9, dynamics: { burst_rate: 10, numspikes: 2, spike_isi: 10 }, weights_ampa: { L5_pyramidal: 1e-4 }, weights_nmda: { L5_pyramidal: 1e-5 }, synaptic_delays: 0.1, probability };
    const file = (of: (network: Record<string, unknown>) => void): string => json((network) => {
      whole(network, jones2009());
      (network["external_drives"] as Record<string, unknown>)["slow"] = slow;
      (network["gid_ranges"] as Record<string, unknown>)["slow"] = { start, stop: start + 3 };
      of(network);
    });
    const listed = (lists: readonly (readonly [number, readonly number[]])[], receptors = ["ampa", "nmda"], target = "L5_pyramidal") => (network: Record<string, unknown>): void => {
      for (const receptor of receptors) (network["connectivity"] as unknown[]).push({ src_type: "slow", target_type: target, loc: "distal", receptor, gid_pairs: Object.fromEntries(lists.map(([s, targets]) => [start + s, targets.map((k) => first + k)])), nc_dict: { A_weight: 1e-4, A_delay: 0.1, lamtha: 100, threshold: 0 } });
    };
    const plain = readHnn(file(() => undefined), "net.json").drives[1] as Drive & { kind: "bursty" };
    const drawn = built({ drives: [plain] }).drives[0]!;
    const pairs = [...drawn.links[0]!.source].map((s, k) => [s - drawn.firstGid, drawn.links[0]!.target[k]! - first] as const);
    expect(pairs.length).toBe(Math.round(3 * n * probability));
    const lists = [0, 1, 2].map((s) => [s, pairs.filter(([from]) => from === s).map(([, to]) => to)] as const);
    expect(readHnn(file(listed(lists)), "net.json").drives[1]).toEqual({ ...plain, spaceConstant: 100 });

    const own = readHnn(file(listed([[2, [1]], [0, [3, 0]]])), "net.json").drives[1]!;
    expect(own).toEqual({ ...plain, spaceConstant: 100, pairs: { L5_pyramidal: [[0, 0], [0, 3], [2, 1]] } });
    const column = built({ drives: [own] });
    const [{ firstGid, links }] = column.drives as unknown as [(typeof column.drives)[0]];
    expect(links.length).toBe(2);
    for (const link of links) expect([...link.source].map((s, k) => [s - firstGid, link.target[k]! - first])).toEqual([[0, 0], [0, 3], [2, 1]]);
    expect(readHnn(hnnText(column), "back.json").drives[0]).toMatchObject({ pairs: { L5_pyramidal: [[0, 0], [0, 3], [2, 1]] } });

    const refused = (of: (network: Record<string, unknown>) => void) => () => readHnn(file(of), "net.json");
    expect(refused(listed([[3, [0]]]))).toThrow(new RegExp(`gid_pairs: holds ${start + 3}, no cell of the drive. Give ${start} to ${start + 2}`));
    expect(refused(listed([[0, [n]]]))).toThrow(/no cell of L5_pyramidal/);
    expect(refused((network) => { listed([[0, [0]]], ["ampa"])(network); listed([[0, [1]]], ["nmda"])(network); })).toThrow(/are other pairs than those of the drive's other receptor/);
    expect(refused(listed([[0, [0]]], ["ampa"], "L2_basket"))).toThrow(/target_type.*L5_pyramidal, which the drive has weights for/);
    expect(() => built({ drives: [{ ...own, pairs: { L5_pyramidal: [[3, 0]] } } as Drive] })).toThrow(/has a pair of drive cell 3 of 3 with cell 0 of \d+. Count both from 0/);
  }); // prettier-ignore

  test("without connectivity and mechanisms the rules of 2009 are said", () => {
    const bareCells = json((n) => { delete n["connectivity"]; delete n["cell_types"]; }); // prettier-ignore
    expect(readHnn(bareCells, "net.json").notes).toEqual(["net.json.connectivity is not there: the rules are those of jones2009(), as are the cells, of which the file does not say enough to tell them from other models'"]); // prettier-ignore
  });

  test("what is not the column's is said: places, thresholds, keys that nothing knows", () => {
    const of = (change: (n: Record<string, unknown>) => void) => readHnn(json((n) => { whole(n, jones2009()); change(n); }), "net.json").notes; // prettier-ignore
    expect(of((n) => ((n["pos_dict"] as Record<string, number[][]>)["L5_pyramidal"] = [[30, 0, 0]]))).toEqual(["net.json.pos_dict.L5_pyramidal[0] is not at 0, 0 um: places are not read, cells stand on the grid"]); // prettier-ignore
    expect(of((n) => (n["threshold"] = -10))).toEqual(["net.json.threshold is -10 mV, where rules from L2_pyramidal say 0: theirs hold"]); // prettier-ignore
    expect(of((n) => (n["plasticity"] = {}))).toEqual(["net.json: plasticity not read"]);
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

  test.each(["erp.param", "erp.json"])("drives of %s, which have cells for types without weights, are written and read back", (name) => {
    const flat = JSON.stringify(Object.fromEntries(ERP.split("\n").flatMap((line) => (/^\w+:/.test(line) ? [line.split(/:\s*/)] : [])).map(([key, x]) => [key, Number(x)])));
    const { model, drives: own } = readHnn(name === "erp.param" ? ERP : flat, name);
    const column = built({ model, drives: own, tstop: 170 });
    const again = built({ drives: readHnn(hnnText(column), "back.json").drives, tstop: 170 });
    for (const [k, { name: drive, events }] of column.drives.entries()) expect(again.drives[k]?.events, drive).toEqual(events);
  }); // prettier-ignore

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
