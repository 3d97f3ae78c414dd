import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/errors.ts";
import { columnPreset, jones2009, readHnn, type Drive } from "../../../src/models/cortical-column/index.ts";
import { ERP, TYPES, bare, built, byName } from "./hnn-files.ts";

describe(".param", () => {
  test("the published volleys are the preset's, event by event and link by link", () => {
    const { drives, mesh, tstop, dt, notes, model } = readHnn(ERP, "erp.param");
    expect({ mesh, tstop, dt, names: drives.map((d) => (d.kind === "tonic" ? "" : d.name)) }).toEqual({ mesh: [3, 2], tstop: 170, dt: 0.025, names: ["evprox1", "evdist1", "evprox2"] }); // prettier-ignore
    expect(notes).toEqual(["1 parameters are not read, the column keeps its own: dipole_scalefctr"]);
    // events depend on the seed and the number in the drive alone; the preset's seeds are those of a program, without cells for other types
    const like = { evprox1: 544, evdist1: 274, evprox2: 814 } as const;
    const seeded = drives.map(
      (d) => ({ ...bare(d), eventSeed: like[d.kind === "tonic" ? "evprox1" : (d.name as keyof typeof like)] }) as Drive,
    );
    expect(byName(built({ drives: seeded }))).toEqual(
      byName(built({ drives: columnPreset("erp").drives.map((d) => d) })),
    );
    const changed = model.rules.map((r, k) => [k, r.weight] as const).filter(([k, w]) => w !== jones2009().rules[k]?.weight); // prettier-ignore
    expect(changed).toEqual([[2, 0.0006], [10, 0.0017]]); // prettier-ignore
    expect(model.cellTypes[3]?.receptors.gabab).toEqual({ E: -80, tau1: 1, tau2: 25 });
  });

  test("seeds count from the drive's first cell, as in hnn-core's conversion, and cells for types without weights count too", () => {
    const whole = ERP.replace("N_pyr_x: 3", "N_pyr_x: 10").replace("N_pyr_y: 2", "N_pyr_y: 10").replaceAll(/(prng_seedcore_ev\w+): \d+/g, "$1: 4");
    const seeds = ({ drives }: ReturnType<typeof readHnn>) => Object.fromEntries(drives.map((d) => (d.kind === "evoked" || d.kind === "poisson" ? [d.name, d.eventSeed] : [])));
    // HNN's window: two rhythmic cells (270, 271), then 270 for each volley in the order of names: 272 + 4, 542 + 4, 812 + 4; 270 of Gaussian inputs
    const more = "L5Pyr_Pois_lamtha: 40\nL5Pyr_Pois_A_weight_ampa: 0.0075\nT_pois: 100\nprng_seedcore_extpois: 7\n";
    expect(seeds(readHnn(whole + more, "erp.param"))).toEqual({ evdist1: 276, evprox1: 546, evprox2: 816, extpois: 7 + 270 + 20 + 4 * 270 });
    // of a flat JSON rhythmic and Gaussian inputs that do not act have no cells, and distal volleys none for L5_basket: 270, 505, 775, 1045
    const flat = JSON.stringify(Object.fromEntries((whole + more).split("\n").flatMap((line) => (/^\w+:/.test(line) ? [line.split(/:\s*/)] : [])).map(([key, x]) => [key, Number(x)])));
    expect(seeds(readHnn(flat, "erp.json"))).toEqual({ evdist1: 274, evprox1: 509, evprox2: 779, extpois: 1052 });
    // a distal volley's cells for L5_pyramidal stand behind those for L5_basket, which never act
    const [distal] = readHnn(whole, "erp.param").drives.filter((d) => d.kind !== "tonic" && d.name === "evdist1");
    const [legacy, plain] = [distal, bare(distal!)].map((d) => built({ mesh: [10, 10], drives: [d as Drive] }).drives[0]!);
    expect([legacy!.events.length, plain!.events.length]).toEqual([270, 235]);
    expect(legacy!.events.slice(0, 135)).toEqual(plain!.events.slice(0, 135));
    expect(legacy!.events.slice(135, 170).every((times) => times.length === 0)).toBe(true);
    expect(legacy!.events.slice(170, 235)).toEqual(plain!.events.slice(170)); // by number in the drive
    const last = legacy!.links.find((l) => l.target.includes(269))!;
    expect([...last.source].slice(0, 2).map((gid) => gid - legacy!.firstGid)).toEqual([170, 171]);
  }); // prettier-ignore

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
      { ...alpha, name: "bursty_prox", tstop: 250, tstartStd: 0, eventSeed: 284 + 270 },
      { kind: "poisson", name: "extpois", rateConstant: { L5_pyramidal: 40 }, tstart: 0, tstop: 250, location: "proximal", eventSeed: 270 + 20 + 270, cellTypes: TYPES, weightsAmpa: { L5_pyramidal: 0.0075 }, synapticDelays: { L5_pyramidal: 1 } },
      { kind: "tonic", amplitude: { L5_pyramidal: 6 }, t0: 0, tstop: 100 },
    ]); // prettier-ignore
  });

  test("Gaussian inputs are fifty events about the time of each cell type, one drive for all that share it", () => {
    const text = "tstop: 250\nL2Basket_Gauss_A_weight: 1e-4\nL2Basket_Gauss_mu: 80\nL2Basket_Gauss_sigma: 5\nL5Basket_Gauss_A_weight: 2e-4\nL5Basket_Gauss_mu: 80\nL5Basket_Gauss_sigma: 5\nL5Pyr_Gauss_A_weight: 3e-4\nL5Pyr_Gauss_mu: 120\nL2Pyr_Gauss_A_weight: 1\nL2Pyr_Gauss_mu: 2000\nprng_seedcore_extgauss: 3";
    const common = { kind: "evoked", numspikes: 50, spaceConstant: 100, location: "proximal", eventSeed: 3 + 290, cellTypes: TYPES };
    const { drives, notes } = readHnn(text, "gauss.param");
    expect(drives).toEqual([
      { ...common, name: "extgauss_L2_basket_L5_basket", mu: 80, sigma: 5, weightsAmpa: { L2_basket: 1e-4, L5_basket: 2e-4 }, synapticDelays: { L2_basket: 1, L5_basket: 1 } },
      { ...common, name: "extgauss_L5_pyramidal", mu: 120, sigma: 4.8, weightsAmpa: { L5_pyramidal: 3e-4 }, synapticDelays: { L5_pyramidal: 1 } },
    ]);
    expect(notes).toEqual([]);
    const [first] = built({ mesh: [3, 3], drives: drives as Drive[] }).drives;
    expect(first!.events[0]?.length).toBe(50);
    const times = first!.events.flat();
    const mean = times.reduce((a, x) => a + x, 0) / times.length;
    expect(Math.abs(mean - 80)).toBeLessThan(5 * 5 / Math.sqrt(times.length)); // five standard errors
    expect(readHnn(text.replace("mu: 120", "mu: 80").replace("L5Pyr_Gauss_mu: 80", "L5Pyr_Gauss_mu: 80\nL5Pyr_Gauss_sigma: 5"), "g.param").drives.map((d) => (d.kind === "tonic" ? "" : d.name))).toEqual(["extgauss"]);
  }); // prettier-ignore

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
    ["L5Pyr_Gauss_A_weight: 1e-5\nL5Pyr_Gauss_mu: soon", 'line 2: L5Pyr_Gauss_mu is "soon"'],
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
    const of = (text: string, name: string) => {
      const { drives, ...rest } = readHnn(text, name);
      return { ...rest, drives: drives.map((d) => ({ ...bare(d), eventSeed: 0 })) };
    };
    expect(of(flat, "erp.json")).toEqual(of(ERP, "erp.param"));
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
