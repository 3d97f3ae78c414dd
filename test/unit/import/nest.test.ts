import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { timesPerCell } from "../../../src/analysis/index.ts";
import { sonata, type SonataModel } from "../../../src/import/index.ts";
import type { NeuronModel } from "../../../src/mechanisms/neuron.ts";
import { simulate } from "../../../src/run/simulate.ts";
import { ms } from "../../../src/units.ts";
import { column, edges, group, nodes, type Tree } from "./hdf5-tree.ts";

interface Solved {
  readonly params: Readonly<Record<string, unknown>>;
  readonly weight: number;
  /** ms, of a neuron that is solved from step to step. */
  readonly dt?: number;
  readonly V: readonly number[];
  readonly spikes: readonly number[];
}

/** Integrated without hillock: test/fixtures/nest_cells.py. */
const SOLVED = JSON.parse(readFileSync(new URL("../../fixtures/nest_cells.json", import.meta.url), "utf8")) as {
  readonly every: number;
  readonly stop: number;
  readonly events: readonly (readonly [number, number])[];
  readonly cells: Readonly<Record<string, Solved>>;
  readonly glif: readonly (Solved & { readonly dt: number; readonly nest: readonly number[] })[];
};

interface Circuit {
  readonly template: string;
  readonly params: object;
  readonly weight: number;
  readonly dt: number;
  /** Ports of the two edges, where the neuron counts them. */
  readonly ports?: readonly [unknown, unknown];
  readonly columns?: Tree;
}

/** One cell of a template with two inputs, of which one excites and one inhibits it, a millisecond away. */
function circuit({ template, params, weight, dt, ports, columns = {} }: Circuit): SonataModel {
  const sent = (sign: number): number[] => SOLVED.events.filter(([, s]) => s === sign).map(([t]) => t - 1);
  const texts: Readonly<Record<string, string>> = {
    "c.json": JSON.stringify({
      network: "n.json",
      run: { tstop: SOLVED.stop, dt },
      inputs: { all: { input_type: "spikes", module: "h5", input_file: "spikes.h5", node_set: { population: "inputs" } } }, // prettier-ignore
    }),
    "n.json": JSON.stringify({
      networks: {
        nodes: ["cells", "inputs"].map((name) => ({ nodes_file: `${name}.h5`, node_types_file: `${name}.csv` })),
        edges: [{ edges_file: "edges.h5", edge_types_file: "edges.csv" }],
      },
    }),
    "cells.csv": `node_type_id model_type model_template dynamics_params\n1 point_neuron nest:${template} p.json\n`,
    "p.json": JSON.stringify(params),
    "inputs.csv": "node_type_id model_type\n2 virtual\n",
    "edges.csv": `edge_type_id delay model_template dynamics_params\n3 1.0 static_synapse ${ports === undefined ? "NULL" : "first.json"}\n4 1.0 static_synapse ${ports === undefined ? "NULL" : "second.json"}\n`,
    "first.json": JSON.stringify({ receptor_type: ports?.[0] }),
    "second.json": JSON.stringify({ receptor_type: ports?.[1] }),
  };
  const files: Readonly<Record<string, Tree>> = {
    "cells.h5": { nodes: { cells: nodes([1], { dynamics_params: columns }) } },
    "inputs.h5": { nodes: { inputs: nodes([2, 2]) } },
    "edges.h5": { edges: { e: edges("inputs", "cells", [[0, 0], [1, 0]], [3, 4], { syn_weight: [weight, -weight] }) } },
    "spikes.h5": { spikes: { inputs: { timestamps: column([...sent(1), ...sent(-1)], { units: "ms" }), node_ids: [...sent(1).map(() => 0), ...sent(-1).map(() => 1)] } } },
  }; // prettier-ignore
  const name = (path: string): string => path.replace(/^.*\//, "");
  return sonata("c.json", { text: (path) => texts[name(path)] as string, hdf5: (path) => group(files[name(path)] as Tree) }); // prettier-ignore
}

async function run(of: Circuit): Promise<{ V: number[]; spikes: number[] }> {
  const { network, duration, notes } = circuit(of);
  expect(notes).toEqual([]);
  const cells = network.population("cells") as never;
  network.record(cells, "V", { every: ms(SOLVED.every) });
  const sim = await simulate(network, { dt: ms(of.dt), engine: "reference" });
  const [V, spikes]: number[][] = [[], []];
  for await (const chunk of sim.run(duration as never)) {
    V?.push(...chunk.trace("cells", "V").data);
    spikes?.push(...(timesPerCell(chunk.spikes(cells))[0] ?? []));
  }
  await sim.close();
  return { V: V as number[], spikes: spikes as number[] };
} // prettier-ignore

const steps = (times: readonly number[], dt: number): number[] => times.map((t) => Math.round(t / dt));

test.each([
  ["iaf_psc_alpha", 1e-7, 0], // DOP853's tolerance, 1e-12 of 70 mV a step, and what 600 steps keep of it
  ["iaf_psc_exp", 1e-7, 3],
  ["iaf_psc_delta", 1e-7, 2],
  ["izhikevich", 1e-9, 4], // the same Euler steps in another order of terms
])("%s is its equations' solution at its steps, with its spikes", async (template, bound, least) => {
  const want = SOLVED.cells[template] as Solved & { dt: number };
  const { V, spikes } = await run({ template, ...want });
  expect(steps(spikes, want.dt)).toEqual(steps(want.spikes, want.dt));
  expect(spikes.length).toBeGreaterThanOrEqual(least);
  expect(V.length).toBe(want.V.length);
  expect(Math.max(...V) - Math.min(...V)).toBeGreaterThan(7);
  V.forEach((v, k) => expect(Math.abs(v - (want.V[k] as number)), `at ${k * SOLVED.every} ms`).toBeLessThan(bound));
});

test.each(["iaf_cond_exp", "iaf_cond_alpha", "aeif_cond_exp", "aeif_cond_alpha"])("%s converges to LSODA's, its spikes too", async (template) => {
  const want = SOLVED.cells[template] as Solved;
  const [coarse, fine] = [await run({ template, ...want, dt: 0.01 }), await run({ template, ...want, dt: 0.005 })];
  expect(fine.V.length).toBe(want.V.length);
  expect(want.spikes.length).toBeGreaterThan(0);
  expect([coarse.spikes.length, fine.spikes.length]).toEqual([want.spikes.length, want.spikes.length]);
  const error = ({ V }: typeof fine, k: number): number => (V[k] as number) - (want.V[k] as number);
  const before = Math.floor((want.spikes[0] as number) / SOLVED.every);
  for (let k = 0; k < before; k++) {
    // of first order: halving the step takes half of the error away; as much again for the next order
    expect(Math.abs(error(fine, k))).toBeLessThan(2 * Math.abs(error(coarse, k) - error(fine, k)) + 1e-6);
    expect(Math.abs(error(fine, k))).toBeLessThan(0.05);
  }
  want.spikes.forEach((spike, k) => {
    const [late, later] = [coarse, fine].map(({ spikes }) => (spikes[k] as number) - spike) as [number, number];
    // the same of the spikes' times, each of which, and each end of a refractory time, lies on a step
    expect(Math.abs(later)).toBeLessThan(2 * Math.abs(late - later) + 0.01 * (k + 1));
    expect(Math.abs(later)).toBeLessThan(0.1);
  });
}); // prettier-ignore

test.each([1, 2, 3, 4, 5])("GLIF model %d is the solution of Teeter's equations, with NEST's spikes", async (model) => {
  const want = SOLVED.glif[model - 1] as (typeof SOLVED.glif)[number];
  const { V, spikes } = await run({ template: "glif_psc", ...want, ports: [1, 3] });
  expect(spikes.length).toBeGreaterThan(2);
  expect(steps(spikes, want.dt)).toEqual(steps(want.spikes, want.dt));
  expect(steps(spikes, want.dt)).toEqual(steps(want.nest, want.dt));
  expect(V.length).toBe(want.V.length);
  V.forEach((v, k) => expect(Math.abs(v - (want.V[k] as number)), `at ${k * SOLVED.every} ms`).toBeLessThan(1e-7)); // DOP853's tolerance
});

const neuronsOf = (of: Circuit): NeuronModel => circuit(of).network.describe().populations.find(({ name }) => name === "cells")?.model as NeuronModel; // prettier-ignore
const base = SOLVED.glif[4] as (typeof SOLVED.glif)[number];
const five = { template: "glif_psc", params: base.params, weight: 1, dt: 0.1, ports: [1, 3] } as const;

test("templates of the module before glif_psc say the model, with its names, and take models of the Allen Cell Types Database", () => {
  const { th_spike_add, th_spike_decay, voltage_reset_fraction, voltage_reset_add, th_voltage_index, th_voltage_decay, asc_decay, asc_r, spike_dependent_threshold: _a, after_spike_currents: _b, adapting_threshold: _c, ...shared } = base.params; // prettier-ignore
  const before = { ...shared, a_spike: th_spike_add, b_spike: th_spike_decay, a_reset: voltage_reset_fraction, b_reset: voltage_reset_add, a_voltage: th_voltage_index, b_voltage: th_voltage_decay, k: asc_decay, r: asc_r }; // prettier-ignore
  const same = JSON.stringify(neuronsOf(five));
  expect(JSON.stringify(neuronsOf({ ...five, template: "glif_lif_r_asc_a_psc", params: before }))).toBe(same);
  const database = {
    El: 0, El_reference: -0.076, th_inf: 0.03, R_input: 2e8, C: 8e-11, spike_cut_length: 47, dt: 5e-5, init_AScurrents: [0, 1e-12],
    asc_tau_array: [0.25, 0.01], asc_amp_array: [-1e-11, -1e-10], AScurrent_reset_method: { name: "sum", params: { r: [1, 0.5] } },
    coeffs: { th_inf: 1.1, G: 0.9, C: 0.95, asc_amp_array: [1.5, 2], a: 0.5, b: 2 },
    threshold_dynamics_method: { name: "three_components_exact", params: { a_spike: 0.006, b_spike: 20, a_voltage: 12, b_voltage: 40 } },
    voltage_reset_method: { name: "v_before", params: { a: 0.35, b: 0.0095 } },
  }; // prettier-ignore
  const { type: _, ...model } = {
    type: "GLIF",
    ...neuronsOf({ ...five, template: "glif_lif_r_asc_a_psc", params: database }),
  };
  const found = Object.fromEntries(Object.entries(model.params ?? {}).map(([name, given]) => [name, (given as { value: number }).value])); // prettier-ignore
  const want = {
    C_m: 0.076, g_L: 0.0045, E_L: -76, V_th: -43, V_reset: -66.5, f_v: 0.35, t_ref: 2.35, theta_add: 6, b_s: 0.02, a_v: 0.006, b_v: 0.08,
    dI_1: -0.015, k_1: 0.004, f_1: 1, dI_2: -0.2, k_2: 0.1, f_2: 0.5, tau_1: 5.5, tau_2: 8.5, tau_3: 2.8, tau_4: 5.8,
  }; // prettier-ignore
  expect(Object.keys(found).sort()).toEqual(Object.keys(want).sort());
  for (const [name, value] of Object.entries(want)) expect(found[name], name).toBeCloseTo(value, 9);
  expect(model.initial).toMatchObject({ asc_2: { value: 0.001, unit: "nA" }, V: { value: -76, unit: "mV" } });
  expect(circuit({ ...five, template: "glif_lif_psc", params: database }).notes).toEqual([]);
});

test("that a neuron without V_m starts at E_L is said, where NEST's starts elsewhere", () => {
  const notes = (template: string, params: object) => circuit({ template, params, weight: 1, dt: 0.1, ...(template === "glif_psc" ? { ports: [1, 1] as const } : {}) }).notes; // prettier-ignore
  expect(notes("iaf_psc_alpha", { E_L: -78 })).toEqual([expect.stringMatching(/cells: V_m is left out: neurons start at E_L, where NEST's start at -70 mV whatever E_L is/)]); // prettier-ignore
  expect(notes("glif_psc", { E_L: -75 })).toEqual([expect.stringMatching(/NEST's start at -78.85 mV/)]);
  for (const [template, params] of [["iaf_psc_alpha", {}], ["iaf_psc_alpha", { E_L: -78, V_m: -78 }], ["glif_psc", {}], ["glif_psc", { E_L: -75, V_m: -75 }]] as const) expect(notes(template, params)).toEqual([]); // prettier-ignore
});

test("a node's own columns go before its type's file, and NEST's defaults stand for the rest", () => {
  const { params } = neuronsOf({ ...five, params: {}, ports: [1, 1], columns: { V_th: [-50] } });
  expect(params).toMatchObject({ V_th: { value: -50 }, g_L: { value: 9.43e-3 }, tau_1: { value: 2 }, V_reset: { value: -78.85 }, f_v: { value: 0 }, a_v: { value: 0 } }); // prettier-ignore
  const iaf = neuronsOf({ template: "iaf_psc_exp", params: { t_ref: 1.31 }, weight: 1, dt: 0.1 });
  expect((iaf.params?.["t_ref"] as { value: number }).value).toBeCloseTo(1.4, 12); // whole steps, up, as in NEST
  expect(params).not.toHaveProperty("dI_1");
});

test.each([
  [{ adapting_threshold: true, after_spike_currents: false }, /adapting_threshold: is true, with spike_dependent_threshold true and after_spike_currents false. Give one of the five/],
  [{ adapting_threshold: "yes" }, /adapting_threshold: is "yes". Give true or false/],
  [{ asc_amps: [1] }, /asc_amps: has 1 entries, where asc_decay has 2/],
  [{ asc_amps: [1, "2"] }, /asc_amps: has "2" at 1. Give a number, or a list/],
  [{ tau_syn: [1, 0] }, /tau_syn: holds 0 ms. Give times above 0/],
  [{ tau_syn: [] }, /tau_syn: has 0 entries. Give 1 to 20/],
  [{ tau_syn: [2] }, /edge 1: has the receptor_type 3. Give the number of a port, 1 to 1/],
  [{ coeffs: {} }, /is a model of the Allen Cell Types Database, in V, A and Ohm/],
  [{ g: "9" }, /p.json, g: is "9"/],
])("glif_psc with %j is refused", (change, message) => {
  expect(() => circuit({ ...five, params: { ...five.params, ...change } })).toThrow(message);
}); // prettier-ignore

test("ports that edges do not name, that no neuron has, and a reset above the threshold are refused", () => {
  expect(() => circuit({ ...five, ports: [1, undefined] })).toThrow(/edge 1: has no receptor_type, and ends on a GLIF neuron/);
  expect(() => circuit({ ...five, ports: [1, 1.5] })).toThrow(/has the receptor_type 1.5/);
  expect(() => circuit({ ...five, ports: [0, 1] })).toThrow(/edge 0: has the receptor_type 0/);
  const one = { spike_dependent_threshold: false, after_spike_currents: false, adapting_threshold: false, V_reset: -40 };
  expect(() => circuit({ ...five, params: { ...five.params, ...one } })).toThrow(/V_reset: is -40 mV, not below V_th at -45 mV/);
  expect(() => circuit({ ...five, template: "glif_lif_psc" })).toThrow(/spike_dependent_threshold: is true, which the template is not/);
  expect(circuit({ ...five, params: { ...five.params, V_dynamics: 1 } }).notes).toEqual([expect.stringMatching(/V_dynamics is not read/)]);
}); // prettier-ignore
