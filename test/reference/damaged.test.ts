import { describe, expect, test } from "vitest";
import { HillockError } from "../../src/errors.ts";
import { recruitmentThresholds, type ThresholdMode } from "../../src/models/motor-pool/index.ts";
import { kindOf } from "../../verify/kinds.ts";
import { allCases, damagesOf, type Damage } from "./damages.ts";

/** One case of each kind, the smallest. */
const CASES = [
  "motor-pool/rt_thresholds", "motor-pool/r1a_nerlab_generationA", "motor-pool/r2_synapse", "motor-pool/r3_extraction", "motor-pool/r4",
  "motor-pool/r5", "motor-pool/r6_powers_comb100", "motor-pool/r7_force", "motor-pool/r8", "motor-pool/r9",
  "cortical-column/c1_single/c1_single", "cortical-column/c2_settle/c2_settle", "cortical-column/c7_mesh3_erp/c7_mesh3_erp",
  "trained-network/f1-spike-edges", "trained-network/f1-steps", "trained-network/f2-untrained-s0-pqif0", "trained-network/f3-train-zeronoise", "trained-network/f4", "trained-network/f5-motifs-dimension",
  ...["g01_lif", "g02_izhikevich", "g03_adex", "g04_coba", "g05_delta", "g06_tsodyks_markram", "g07_stdp", "g08_synapses", "g09_noise", "g10_gap_junctions", "g11_kinetic", "g12_ghk_calcium", "g13_wang_buzsaki", "g14_force", "g15_hh_step", "g16_swc"].map((name) => `general/${name}/${name}`),
]; // prettier-ignore

/** What no comparison needs: statements about other programs, texts about the model, what follows from the rest, and files that cases may be without. */
const IDLE = [
  /cross_check|twins|equations|scheme \[\]|expected\.spikes_per_cell|reset \[\]|closed_form|rhythm|model\.wb|model\.cells|final_weights|told_trains_steps|network\.cells\.I|t_cross|v_end|geometry \[\]|parameters\.(k\.value|names|kinds|I\.value)|snapshots|steps_of_the_3mV/,
  /near_ties\.csv\.gz is gone|f4-(P-diagnostics|example-traces|trained-weights)|f4-summary.*(is gone|per_loop|final|dim_|win50|median_mse|float32_runs)|f4-dimension\.csv is gone/,
  /sensitivity|gain_as_myogen|gain_consistent|soma\d\.swc\.columns|f4-dimension\.csv has no last column|f4-loops\.csv has no last column/,
  /f32_counts/, // of the float32 engines
  /dipole\.csv\.gz has every other row/, // as long runs keep it
];

/** Damages that only the run shows, as spikes or voltages that differ: those are run. */
const RUNS = /_input_spikes|model\.junctions|current_clamps|I_pA|spikes_step_cell|soma_spikes_(ms|steps)|excitatory_events|trains_steps|event_steps|driven\.synapses|post_spikes|spikes_upward|v_per_cell|spikes(\.0\.steps)? \[\]|expected\.soma\d\.(sections|sites|transfer)/; // prettier-ignore

async function outcome(one: ReturnType<typeof allCases>[number], damage: Damage, engine: "gpu" | "reference") {
  try {
    const rows = await kindOf(one.found.kind).verify(damage.files, one.found.stem, { engine, device: undefined });
    return rows.length > 0 && rows.every((row) => row.pass === true) ? "passes" : "fails";
  } catch (error) {
    if (!(error instanceof HillockError)) throw error;
    return /no device|needs a device/i.test(error.message) ? "runs" : "refused";
  }
}

const all = new Map(allCases().map((one) => [one.name, one]));

describe.each(CASES)("%s", (name) => {
  test("passes nothing when a file or a list of its own is emptied, halved or gone", async () => {
    const one = all.get(name)!;
    expect(await outcome(one, { file: "", what: "nothing", files: one.files }, "gpu")).toMatch(/^(runs|passes)$/); // a whole one is taken
    const left: string[] = [];
    for (const damage of damagesOf(one)) {
      const said = `${damage.file} ${damage.what}`;
      if (IDLE.some((idle) => idle.test(said))) continue;
      let got = await outcome(one, damage, "gpu"); // without a device: what is refused is refused before the run
      if (got === "runs" && RUNS.test(said)) got = await outcome(one, damage, "reference");
      if (got !== "refused" && got !== "fails") left.push(`${said}: ${got}`);
    }
    expect(left).toEqual([]);
  });
});

test("every kind of the folder is among them", () => {
  const kinds = new Set([...all.values()].map(({ found }) => found.kind).filter((kind) => !/^c[3-6]$/.test(kind)));
  expect(new Set(CASES.map((name) => all.get(name)?.found.kind))).toEqual(kinds);
}); // prettier-ignore

test("r3: a pool that lost its last cells is refused, by what its thresholds say, and a whole one is not", async () => {
  const one = all.get("motor-pool/r3_extraction")!;
  const [head = "", cell = ""] = one.files.text("r3_extraction.csv").split("\n");
  const pool = (mode: ThresholdMode, n: number, kept: number, range = 100): string => {
    const { rt } = recruitmentThresholds({ n, mode, range, slope: 10 });
    const lines = Array.from(rt.subarray(0, kept), (x, k) => cell.replace(/^[^,]*,[^,]*/, `${k},${x}`));
    return [head, ...lines].join("\n");
  };
  const said = (text: string) => outcome(one, { file: "", what: "", files: { ...one.files, text: () => text } }, "gpu");
  for (const mode of ["fuglevand", "konstantin", "combined"] as const)
    for (const n of [5, 10, 37]) {
      expect(await said(pool(mode, n, n)), `${mode}, ${n}`).toBe("runs");
      for (let kept = 5; kept < n; kept += 4) {
        const whole = mode === "fuglevand" && 2 * kept === n; // half a pool of range 100 has the thresholds of a whole one of range 10
        expect(await said(pool(mode, n, kept)), `${mode}, ${kept} of ${n}`).toBe(whole ? "runs" : "refused");
      }
    }
  for (const range of [10, 12.5, 30, 250, 1000])
    for (const n of [5, 10, 37])
      expect(await said(pool("fuglevand", n, n, range)), `${n}, range ${range}`).toBe("runs");
  for (const range of [10, 30, 1000])
    for (const kept of [7, 9]) expect(await said(pool("fuglevand", 10, kept, range)), `${kept} of range ${range}`).toBe("refused"); // prettier-ignore
});
