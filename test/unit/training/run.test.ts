import { describe, expect, test } from "vitest";
import {
  parseTargets,
  parseTrainingOption,
  parseTrainingOptions,
  runTraining,
  trainingHelp,
  type TrainingContext,
} from "../../../src/studies/training/training.ts";
import { parametersOf } from "../../../src/studies/training/options.ts";
import { scientific } from "../../../src/studies/training/notebook-files.ts";
import { train } from "../../../src/studies/training/study.ts";
import { decode } from "../../../src/storage/files.ts";
import { MemoryFiles } from "../../../src/storage/memory-files.ts";

const small = { N: 24, itmax: 60, itstim: 10, nloop: 4, nloop_train: 2, p: 0.4 };

/** Folders in memory, by path. */
function folders(): { at: Map<string, MemoryFiles>; folder: TrainingContext["folder"] } {
  const at = new Map<string, MemoryFiles>();
  const folder: TrainingContext["folder"] = (...path) => {
    const key = path.join("/");
    const files = at.get(key) ?? new MemoryFiles(key);
    at.set(key, files);
    return Promise.resolve(files);
  };
  return { at, folder };
}

const text = async (files: MemoryFiles | undefined, name: string): Promise<string> => decode(await files!.read(name));
const rows = (csv: string): string[][] =>
  csv
    .trim()
    .split("\n")
    .map((line) => line.split(","));

describe("options", () => {
  test("presets, lists and times in ms", () => {
    expect(parseTrainingOptions({}, "notebook")).toMatchObject({ pqif: [0, 0.25, 0.5, 0.75, 1], seeds: [0, 1] });
    expect(parseTrainingOption("pqif", "0,0.5")).toEqual([0, 0.5]);
    expect(parseTrainingOption("seeds", "3")).toEqual([3]);
    expect(parseTrainingOption("spectrum", "false")).toBe(false);
    const options = parseTrainingOptions({ h: 0.05, stimulusMs: 100, learnFromMs: 150, itmax: 2000 });
    expect(parametersOf(options)).toMatchObject({ itstim: 200, learnFrom: 300 });
    expect(parametersOf(parseTrainingOptions({}))).toMatchObject({ itstim: 200, learnFrom: 201 });
  });

  test("what does not fit is refused by name", () => {
    expect(() => parseTrainingOptions({ alhpa: 1 })).toThrow(/alhpa: does not exist. Did you mean "alpha"/);
    expect(() => parseTrainingOptions({ pqif: [2] })).toThrow(/train option pqif/);
    expect(() => parseTrainingOptions({}, "qiuck")).toThrow(/Did you mean "quick"/);
    expect(() => parametersOf(parseTrainingOptions({ itstim: 999 }))).toThrow(/stimulus lasts 999 of 1000/);
    expect(trainingHelp()).toContain("vrest (-12.3)");
  });

  test("given targets are read by step and neuron", () => {
    expect([...parseTargets("t.csv", "Neuron_0,Neuron_1\n1,2\n3,4\n", 2, 2)]).toEqual([1, 2, 3, 4]);
    expect(() => parseTargets("t.csv", "1,2\n3\n", 2, 2)).toThrow(/t.csv, row 1/);
    expect(() => parseTargets("t.csv", "1,2\n", 2, 2)).toThrow(/has 1 rows/);
  });
});

describe("a run on the reference engine", () => {
  const options = parseTrainingOptions({
    ...small,
    pqif: [0.5, 1],
    vrest: [-8.5, -12.3],
    seeds: [0],
    notebookFiles: "corrected",
    spectrum: true,
  });

  test("says what it runs once, trains, and writes loops, dimension and figures", async () => {
    const { at, folder } = folders();
    const notes: string[] = [];
    const steps: number[] = [];
    const summary = await runTraining(
      options,
      { engine: "reference", folder },
      { note: (line) => notes.push(line), loop: ({ done }) => steps.push(done) },
    );
    expect(notes[0]).toMatch(/4 networks asked for, 3 distinct/);
    expect(steps).toEqual(Array.from({ length: 12 }, (_, k) => k + 1));
    for (const loops of summary.measures) {
      expect(loops).toHaveLength(4);
      expect(loops[2]!.mse_err).toBeLessThan(loops[0]!.mse_err); // it learns, as far as so few neurons can
      expect(loops[2]!.w_fro).not.toBe(loops[0]!.w_fro);
      expect(loops[3]!.w_fro).toBe(loops[2]!.w_fro); // and stops
      expect(loops[0]!.dw).toHaveLength(0);
      expect(loops[1]!.dw).toHaveLength(5); // updates 0, 10 .. 40 of 49
    }
    const top = at.get("");
    const table = rows(await text(top, "loops.csv"));
    expect(table).toHaveLength(1 + 4 * 4);
    expect(new Set(table.slice(1).map((row) => row.length))).toEqual(new Set([table[0]!.length]));
    expect(summary.figures).toEqual(["error", "motifs", "targets", "rasters", "eigenvalues", "covariance"]);
    expect(summary.text).toContain("pqif 1, seed 0");
  });

  test("the notebook's files have its names, headers and shapes", async () => {
    const { at, folder } = folders();
    await runTraining(options, { engine: "reference", folder });
    const top = at.get("simulation_2");
    expect(await text(top, "simulation_2_parametros.csv")).toMatch(
      /^N,p,gsyn,nloop,nloop_train,cant_seed,dt,itmax,itstim,amp_current,amp0,ftrain,alpha,sigman,vt,b,vrest,results_file\n24,/,
    );
    const results = rows(await text(top, "simulation_2_results.csv"));
    expect(results[0]).toEqual(["pqif", "seed", "nloop", "sigma2", "tau_rec", "tau_div", "tau_con", "tau_chn"]);
    expect(results).toHaveLength(1 + 2 * 4);
    const outputs = rows(
      await text(at.get("simulation_2/simulation_2_outputs"), "simulation_2_outputs_pqif_0.5_iloop_3_seed_0.csv"),
    );
    expect([outputs.length, outputs[0]!.length]).toEqual([60, 24]);
    expect(outputs[59]![5]).toMatch(/^-?\d\.\d{18}e[+-]\d\d$/);
    const weights = rows(
      await text(
        at.get("simulation_2/simulation_2_connectivity_matrix"),
        "simulation_2_pesos_pqif_1_matriz_iloop_3_semilla_0",
      ),
    );
    expect([weights.length, weights[0]!.length]).toEqual([24, 24]);
    const dw = rows(await text(top, "simulation_2_dw_pqif_1_seed_0.csv"));
    expect(dw[0]).toEqual(["modt", "modw"]);
    expect(dw).toHaveLength(1 + 10);
    const currents = rows(
      await text(at.get("simulation_1/simulation_1_currents"), "simulation_1_currents_pqif_0.5.csv"),
    );
    expect(currents[0]).toHaveLength(16);
    expect(new Set(currents.map((row) => row.length))).toEqual(new Set([16]));
  });

  test("original labels keep the swapped columns", async () => {
    const read = async (notebookFiles: "corrected" | "original"): Promise<string[][]> => {
      const { at, folder } = folders();
      await runTraining(
        { ...options, pqif: [0.5], vrest: [-12.3], nloop: 1, notebookFiles, spectrum: false },
        { engine: "reference", folder },
      );
      return rows(await text(at.get("simulation_1"), "simulation_1_targets_parameters.csv"));
    };
    const [corrected, original] = [await read("corrected"), await read("original")];
    expect(corrected[0]).toEqual(["Neuron", "Phase", "Frecuency", "romega", "Amplitude", "amp0"]);
    expect(original[0]).toEqual(corrected[0]);
    expect([original[3]![1], original[3]![4]]).toEqual([corrected[3]![4], corrected[3]![1]]);
    expect(Number(corrected[3]![4])).toBeLessThanOrEqual(4);
  });

  test("goes on after an interruption with the waves that were finished, to the same result", async () => {
    const whole = folders();
    const want = await runTraining(options, { engine: "reference", folder: whole.folder });
    const { at, folder } = folders();
    let loops = 0;
    const stopAt = (): void => {
      if (++loops === 6) throw new Error("interrupted");
    };
    await expect(runTraining(options, { engine: "reference", folder }, { loop: stopAt })).rejects.toThrow(
      "interrupted",
    );
    expect(await at.get("")!.exists("wave-001-loop-001.h5")).toBe(true);
    const done: number[] = [];
    const got = await runTraining(
      options,
      { engine: "reference", folder, resume: true },
      { loop: ({ wave }) => done.push(wave) },
    );
    expect(done).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    expect(JSON.stringify(got.measures)).toBe(JSON.stringify(want.measures));
    expect(await text(at.get(""), "loops.csv")).toBe(await text(whole.at.get(""), "loops.csv"));
    expect(await text(at.get(""), "dimension.csv")).toBe(await text(whole.at.get(""), "dimension.csv"));
  });
});

test("the study's settings are the options, as plain values", async () => {
  expect(train.defaults).toMatchObject({ N: 200, pqif: "0.5", seeds: "0", cycles: "1,5", learnFromMs: "" });
  const { at, folder } = folders();
  const parts: string[] = [];
  const text_ = await train.run(
    { ...train.defaults, ...small, spectrum: false, pqif: "0,1", nloop: 1 },
    {
      seed: 7,
      files: {},
      engine: "reference",
      out: await folder(),
      folder,
      say: () => undefined,
      progress: (part, done) => parts.push(`${part} ${done}`),
      draw: async ({ name, svg }) => void (await (await folder()).write(name, new TextEncoder().encode(svg))),
      force: false,
    },
  );
  expect(text_).toContain("pqif 1, seed 7");
  expect(parts).toHaveLength(2);
  expect(parts[1]).toMatch(/wave 2, loop 0: mean squared error \d.* 1$/);
  expect(await at.get("")!.list()).toContain("motifs");
});

test("numbers are written as NumPy's %.18e", () => {
  expect(scientific(0)).toBe("0.000000000000000000e+00");
  expect(scientific(-1.5e-7)).toBe("-1.499999999999999932e-07");
  expect(scientific(1e120)).toBe("9.999999999999999800e+119");
});
