import { describe, expect, test } from "vitest";
import { trainedNetworks } from "../../../src/compile/trained/networks.ts";
import { ensemble } from "../../../src/models/trained-network/ensemble.ts";
import { simulateTraining } from "../../../src/models/trained-network/simulate.ts";
import { referenceTraining } from "../../../src/reference/training.ts";
import { spikesCsv } from "../../../src/storage/export.ts";
import { loadRun } from "../../../src/storage/load-run.ts";
import { ms } from "../../../src/units.ts";
import { scientific } from "../../../src/studies/training/notebook-files.ts";
import { checkSize, parametersOf, parseTargets } from "../../../src/studies/training/parameters.ts";
import { PRESETS, train } from "../../../src/studies/training/study.ts";
import { settings as schema, type TrainingOptions } from "../../../src/studies/training/settings.ts";
import { chosenSettings } from "../../../src/studies/schema.ts";
import type { StudyContext } from "../../../src/studies/study.ts";
import { drawn, expectPage, inMemory, keeping, textOf as text } from "./context.ts";

const small = { N: 24, itmax: 60, itstim: 10, nloop: 4, nloop_train: 2, p: 0.4 };
const optionsOf = (given: Partial<TrainingOptions>): TrainingOptions => schema.parse(given);
const set = (...words: string[]): TrainingOptions =>
  chosenSettings(
    "train",
    schema,
    words.map((word) => word.split("=") as [string, string]),
  );

const rows = (csv: string): string[][] =>
  csv
    .trim()
    .split("\n")
    .map((line) => line.split(","));

describe("options", () => {
  test("presets, lists and times in ms", () => {
    expect(chosenSettings("train", schema, [], PRESETS.get("notebook"))).toMatchObject({ pqif: [0, 0.25, 0.5, 0.75, 1], seeds: [0, 1] }); // prettier-ignore
    expect(set("pqif=0,0.5", "seeds=3", "spectrum=false")).toMatchObject({
      pqif: [0, 0.5],
      seeds: [3],
      spectrum: false,
    });
    const options = set("h=0.05", "stimulusMs=100", "learnFromMs=150", "itmax=2000");
    expect(parametersOf(options)).toMatchObject({ itstim: 200, learnFrom: 300 });
    expect(parametersOf(set())).toMatchObject({ itstim: 200, learnFrom: 201, nloop: 16 });
    expect(parametersOf(set("duration=5"))).toMatchObject({ nloop: 5 }); // of 1 s each
  });

  test.each([
    [["alhpa=1"], /train alhpa: names no setting. Did you mean "alpha"/],
    [["pqif=2"], /train pqif: is "2". Give one or more, separated by commas, each a number from 0 to 1/],
    [["pqif=0,,1"], /train pqif: is "0,,1"/],
    [["seeds=-1"], /train seeds: is "-1"/],
    [["rng=mersenne"], /train rng: is "mersenne". Give philox or numpy/],
    [["spikeRule=foo"], /train spikeRule: is "foo". Give effective or intended/],
    [["cycles=1"], /train cycles: is "1". Give 2 numbers/],
    [["itmax=1e3.5"], /train itmax: is "1e3.5"/],
  ] as const)("%j is refused", (words, message) => {
    expect(() => set(...words)).toThrow(message);
  });

  test("what does not go together is refused before anything is drawn", async () => {
    const check = async (words: string[], targets?: string): Promise<void> =>
      train.check(set(...words), { seed: 1, files: new Map(targets === undefined ? [] : [["targets", targets]]) });
    expect(() => parametersOf(set("itstim=999"))).toThrow(/stimulus lasts 999 of 1000/);
    expect(() => parametersOf(set("duration=1.5"))).toThrow(/not whole loops/);
    expect(() => checkSize({ N: 100_000, p: 0.3 })).toThrow(/train N: is 100000: learning needs about .* GiB/);
    await expect(check(["seeds=4294967295"])).rejects.toThrow(/reach 4294967296/);
    await expect(check(["h=10"])).rejects.toThrow(/h: times b is 2, so one step loses the trace/);
    await expect(check(["learnFromMs=1e300"])).rejects.toThrow(/training.schedule.learnFrom: is 1e\+300/);
    await expect(check(["duration=1e15"])).rejects.toThrow(/training.schedule.loops: is 1000000000000000/);
    await expect(check([], "1,2")).rejects.toThrow(/targets: has 1 rows/);
  });

  test("given targets are read by step and neuron", () => {
    expect([...parseTargets("t.csv", "Neuron_0,Neuron_1\n1,2\n3,4\n", 2, 2)]).toEqual([1, 2, 3, 4]);
    expect(() => parseTargets("t.csv", "1,2\n3\n", 2, 2)).toThrow(/t.csv, row 1/);
    expect(() => parseTargets("t.csv", "1,2\n", 2, 2)).toThrow(/has 1 rows/);
    expect(() => parseTargets("t.csv", "1,,3\n1,2,3\n", 2, 3)).toThrow(/row 0, column 1: is empty/);
    expect(() => parseTargets("t.csv", "1,0x1\n", 1, 2)).toThrow(/column 1: is "0x1"/);
  });
});

describe("a run on the reference engine", () => {
  const options = optionsOf({ ...small, pqif: [0.5, 1], vrest: [-8.5, -12.3], seeds: [0], notebookFiles: "corrected" });

  test("says what it runs once, trains, and writes loops, dimension and figures", async () => {
    const { context, out, said, parts } = inMemory();
    const result = await train.run(options, context);
    expect(said[0]).toMatch(/4 networks asked for, 3 distinct/);
    expect(parts).toHaveLength(12);
    expect(parts[11]).toMatch(/^wave 3, loop 3: mean squared error \d.* 1$/);
    const [head, ...table] = rows(await text(out, "loops.csv"));
    expect(table).toHaveLength(4 * 4);
    expect(new Set(table.map((row) => row.length))).toEqual(new Set([head!.length]));
    const column = (name: string): number[] => table.map((row) => Number(row[head!.indexOf(name)]));
    const [error, norm] = [column("mse_err"), column("w_fro")];
    for (let first = 0; first < 16; first += 4) {
      expect(error[first + 2]).toBeLessThan(error[first]!); // it learns, as far as so few neurons can
      expect(norm[first + 2]).not.toBe(norm[first]);
      expect(norm[first + 3]).toBe(norm[first + 2]); // and stops
    }
    const figures = await drawn(result);
    expect([...figures.keys()]).toEqual(["error", "motifs", "targets", "rasters", "eigenvalues", "covariance"]);
    expectPage(train, figures.values());
    expect(result.text).toContain("pqif 1, seed 0");
  });

  test("weights that are all 0 can be drawn", async () => {
    const { context } = inMemory();
    const silent = optionsOf({ ...small, gsyn: 0, nloop_train: 0, amp_current: 0, sigma: 0 });
    const figures = await drawn(await train.run(silent, context));
    for (const [name, svg] of figures) expect(svg, name).not.toMatch(/NaN|Infinity/);
    expect(figures.size).toBe(6);
  });

  test("--seed moves all replicas", async () => {
    const { context } = inMemory({}, { seed: 7 });
    const { text } = await train.run(optionsOf({ ...small, spectrum: false, nloop: 1 }), context);
    expect(text).toContain("seed 7");
  });

  test("the notebook's files have its names, headers and shapes", async () => {
    const { context, folder } = inMemory();
    await train.run(options, context);
    const top = await folder("simulation_2");
    expect(await text(top, "simulation_2_parametros.csv")).toMatch(
      /^N,p,gsyn,nloop,nloop_train,cant_seed,dt,itmax,itstim,amp_current,amp0,ftrain,alpha,sigman,vt,b,vrest,results_file\n24,/,
    );
    const results = rows(await text(top, "simulation_2_results.csv"));
    expect(results[0]).toEqual(["pqif", "seed", "nloop", "sigma2", "tau_rec", "tau_div", "tau_con", "tau_chn"]);
    expect(results).toHaveLength(1 + 2 * 4);
    const outputs = rows(
      await text(await folder("simulation_2/simulation_2_outputs"), "simulation_2_outputs_pqif_0.5_iloop_3_seed_0.csv"),
    );
    expect([outputs.length, outputs[0]!.length]).toEqual([60, 24]);
    expect(outputs[59]![5]).toMatch(/^-?\d\.\d{18}e[+-]\d\d$/);
    const weights = rows(
      await text(
        await folder("simulation_2/simulation_2_connectivity_matrix"),
        "simulation_2_pesos_pqif_1_matriz_iloop_3_semilla_0",
      ),
    );
    expect([weights.length, weights[0]!.length]).toEqual([24, 24]);
    const dw = rows(await text(top, "simulation_2_dw_pqif_1_seed_0.csv"));
    expect(dw[0]).toEqual(["modt", "modw"]);
    expect(dw).toHaveLength(1 + 10);
    const currents = rows(
      await text(await folder("simulation_1/simulation_1_currents"), "simulation_1_currents_pqif_0.5.csv"),
    );
    expect(currents[0]).toHaveLength(16);
    expect(new Set(currents.map((row) => row.length))).toEqual(new Set([16]));
  });

  test("original labels keep the swapped columns", async () => {
    const read = async (notebookFiles: "corrected" | "original"): Promise<string[][]> => {
      const { context, folder } = inMemory();
      await train.run({ ...options, pqif: [0.5], vrest: [-12.3], nloop: 1, notebookFiles, spectrum: false }, context);
      return rows(await text(await folder("simulation_1"), "simulation_1_targets_parameters.csv"));
    };
    const [corrected, original] = [await read("corrected"), await read("original")];
    expect(corrected[0]).toEqual(["Neuron", "Phase", "Frecuency", "romega", "Amplitude", "amp0"]);
    expect(original[0]).toEqual(corrected[0]);
    expect([original[3]![1], original[3]![4]]).toEqual([corrected[3]![4], corrected[3]![1]]);
    expect(Number(corrected[3]![4])).toBeLessThanOrEqual(4);
  });

  test.each(["philox", "numpy"] as const)(
    "interrupted within a wave, it goes on from its last checkpoint to the same files and figures (%s)",
    async (rng) => {
      const own: TrainingOptions = { ...options, rng };
      const whole = inMemory();
      const want = await train.run(own, await keeping(whole.context));
      const cut = inMemory();
      const stopAt = (loop: number): StudyContext["progress"] => {
        let loops = 0;
        return () => {
          if (++loops === loop) throw new Error("killed");
        };
      };
      await expect(train.run(own, { ...(await keeping(cut.context)), progress: stopAt(6) })).rejects.toThrow("killed");
      expect(await (await cut.folder("wave-2")).exists("chunk-000001.h5")).toBe(true);
      const before = cut.parts.length;
      const got = await train.run(own, await keeping(cut.context, { resume: true }));
      const again = cut.parts.slice(before);
      expect(again[0]).toMatch(/^wave 2, loop [12]:/); // the first wave is not run again, the second not from its start
      expect(again.length).toBeLessThanOrEqual(7);
      expect(got.text).toBe(want.text);
      for (const name of ["loops.csv", "dimension.csv", "part-wave-3.json"])
        expect(await text(cut.out, name), name).toBe(await text(whole.out, name));
      const [a, b] = [await cut.folder("simulation_2"), await whole.folder("simulation_2")];
      for (const name of ["simulation_2_results.csv", "simulation_2_dw_pqif_1_seed_0.csv"])
        expect(await text(a, name), name).toBe(await text(b, name));
      expect(await drawn(got)).toEqual(await drawn(want));
    },
  );
});

test("its folder is that of any run: spikes, traces and states at t = 0 as the engine gives them, and tables made of them", async () => {
  const options = optionsOf({ ...small, traces: "all", spectrum: false });
  const { context, out } = inMemory();
  await train.run(options, context);
  const run = await loadRun(out);
  expect(run.run).toMatchObject({ complete: true, entries: 1, dt: 1, durationSteps: 240, seed: 0 });
  expect(run.run.populations).toEqual([{ name: "neurons", kind: "trained", n: 24 }]);
  const parameters = parametersOf(options);
  const compiled = trainedNetworks(parameters, ensemble(parameters, options, "philox").members);
  const engine = referenceTraining(compiled);
  const [times, cells, r]: number[][] = [[], [], [...compiled.entries[0]!.r0]];
  for (let loop = 0; loop < 4; loop++) {
    const { spikes, traces } = (await engine.advance(60, ["r"])).entries[0]!;
    spikes.forEach((fired, at) => {
      if (fired === 1) [times!.push(60 * loop + Math.floor(at / 24)), cells!.push(at % 24)];
    });
    r!.push(...traces.r!);
  }
  const spikes = await run.spikes("neurons");
  expect(times!.length).toBeGreaterThan(100);
  expect([[...spikes.times], [...spikes.cells]]).toEqual([times, cells]);
  const trace = await run.trace("neurons", "r");
  expect([trace.times[0], trace.times.length, trace.times.at(-1)]).toEqual([0, 241, 240]);
  expect([...trace.data]).toEqual(r);
  expect((await run.trace("neurons", "error", 0, [3])).times.length).toBe(240); // each step's, by its beginning
  expect(spikesCsv(spikes).trim().split("\n")).toHaveLength(times!.length + 1);
  await expect(train.run(options, context)).rejects.toThrow(/already holds a run/);
});

test("a trained network is a simulation: chunks of any length, a batch, no controls", async () => {
  const options = optionsOf({ ...small, seeds: [3, 4] });
  const parameters = parametersOf(options);
  const compiled = trainedNetworks(parameters, ensemble(parameters, options, "philox").members);
  const all = async (chunk: number): Promise<number[]> => {
    const sim = await simulateTraining(compiled, { traces: ["x"], neurons: [0, 5], seed: 3 });
    const out: number[] = [];
    for await (const part of sim.run(ms(240), { chunk: ms(chunk) }))
      for (const e of [0, 1]) out.push(...part.spikes("neurons", e).times.map((t) => 1e6 * e + t), ...part.trace("neurons", "x", e).data); // prettier-ignore
    await sim.close();
    return out.sort((a, b) => a - b);
  };
  expect(await all(70)).toEqual(await all(60));
  const sim = await simulateTraining(compiled, {});
  sim.every(ms(10), (control) => control.scale("neurons", 2));
  await expect(sim.run(ms(20)).next()).rejects.toThrow(/is not a projection of this network/);
});

test("numbers are written as NumPy's %.18e", () => {
  expect(scientific(0)).toBe("0.000000000000000000e+00");
  expect(scientific(-1.5e-7)).toBe("-1.499999999999999932e-07");
  expect(scientific(1e120)).toBe("9.999999999999999800e+119");
});
