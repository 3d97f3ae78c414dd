import { CortexColumn, law2021, type ColumnCellType, type Drive } from "../../../src/models/cortical-column/index.ts";

/** The published evoked response as lines of a .param, in an order of our own. */
export const ERP = `# three volleys
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

export const TYPES = ["L2_basket", "L2_pyramidal", "L5_basket", "L5_pyramidal"];
/** Without cells for types that have no weights. */
export const bare = (drive: Drive): Drive => {
  const { cellTypes: _, ...rest } = drive as Drive & { cellTypes?: unknown };
  return rest;
};
export const built = (drives: ConstructorParameters<typeof CortexColumn>[0]) =>
  new CortexColumn({ mesh: [3, 2], ...drives });
export const byName = (c: CortexColumn) =>
  new Map(c.drives.map((d) => [d.name, { events: d.events, links: d.links.map((l) => [l.total, [...l.weightUs].map((w) => w.toPrecision(12)), [...l.delayMs]]) }])); // prettier-ignore

/** A network as hnn-core writes it, of a column's data. */
export function json(change: (network: Record<string, unknown>) => void = () => undefined): string {
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

export const EMPTY = { hh2: {}, ca: {}, cad: {}, kca: {}, km: {}, cat: {}, ar: {} };

/** Where sections hang, and the groups of them, as hnn-core writes them. */
export const hung = ({ sections, locations }: ColumnCellType) => {
  const tree: Record<string, string[]> = {};
  for (const { name, parent, parentEnd = 1 } of sections) {
    (tree[`${name},0`] ??= []).push(`${name},1`);
    if (parent !== undefined) (tree[`${parent},${parentEnd}`] ??= []).push(`${name},0`);
  }
  const { proximal = [], distal = [] } = locations;
  return { cell_tree: sections.length === 1 ? null : tree, sect_loc: { proximal, distal } };
};

/** What a whole file says beside drives: numbers of cells, places, and the pairs of each rule. */
export function whole(network: Record<string, unknown>, { cellTypes, rules }: ReturnType<typeof law2021>): void {
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
    { src_type: "evprox1", target_type: "L2_basket", loc: "soma", receptor: "ampa", gid_pairs: Object.fromEntries(numbers("L2_basket").map((t, k) => [layout.nCells + k, [t]])), nc_dict: { A_weight: 0.1, A_delay: 0.1, lamtha: 5, threshold: 0 } },
  ];
  Object.assign(network, { legacy_mode: false, cell_response: {}, rec_arrays: {}, threshold: 0, delay: 1, celsius: 37 });
} // prettier-ignore

/** Cells as hnn-core writes them: a number, or places and a number for each segment. */
export const written = (types: readonly ColumnCellType[]) => Object.fromEntries(types.map((t) => [t.name, { cell_object: {
  name: t.shortName, pos: [0, 0, 0], gid: null, dipole_pp: [], vsec: {}, isec: {}, ca: {}, tonic_biases: [], ...hung(t),
  synapses: Object.fromEntries(Object.entries(t.receptors).map(([k, r]) => [k, { e: r.E, tau1: r.tau1, tau2: r.tau2, type: "Exp2Syn" }])),
  sections: Object.fromEntries(t.sections.map((s) => [s.name, { L: s.L, diam: s.diam, cm: s.cm, Ra: s.Ra, nseg: s.nseg, mechs: Object.fromEntries(Object.entries(s.mechanisms).map(([m, values]) => [m, Object.fromEntries(Object.entries(values).map(([p, x]) => [`${p}_${m}`, typeof x === "number" ? x : [x.map((_, k) => (k + 0.5) / x.length), x]]))])) }])),
}, cell_metadata: { layer: String(t.layer) } }])); // prettier-ignore
