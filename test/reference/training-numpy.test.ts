import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import type { CaseFiles } from "../../verify/case.ts";
import { readJson } from "../../verify/read.ts";
import { arrayFile, csvRows, descriptor } from "../../verify/trained-network-files.ts";
import { drawNetworkNumpy, numpyNoise } from "../../src/models/trained-network/numpy-draws.ts";
import { targetArray } from "../../src/compile/trained/draws.ts";
import { trainedNetworks } from "../../src/compile/trained/networks.ts";
import { NOTEBOOK } from "../../src/network/trained-parameters.ts";
import { runLoops } from "../../src/models/trained-network/run.ts";
import { referenceTraining } from "../../src/reference/training.ts";

const folder = new URL("./trained-network/", import.meta.url);
const files: CaseFiles = {
  list: () => readdirSync(folder),
  bytes: (name) => new Uint8Array(readFileSync(new URL(name, folder))),
  text: (name) => readFileSync(new URL(name, folder), "utf8"),
};

// With NumPy's own stream an all-LIF network is the notebook's, noise included, through training: nothing is chaotic, so the
// table's ten digits must come out. w0 differs by the order of sums in a row's mean (5e-17), which moves nothing here.
test("rng numpy gives a notebook user their run, noise and learning included (B_s0, loops 0 and 1)", async () => {
  const target_ = { target_amplitude: descriptor, target_phase: descriptor, target_cycles: descriptor };
  const networks = readJson(
    files,
    "f4-networks.json",
    z.object({ data_file: z.string(), seeds: z.record(z.string(), z.object(target_)) }),
  );
  const data = await arrayFile(files, "f4-networks.json", networks.data_file);
  const { target_amplitude, target_phase, target_cycles } = networks.seeds["0"]!;
  const target = targetArray(
    { amplitude: data.floats(target_amplitude), phase: data.floats(target_phase), cycles: data.floats(target_cycles) },
    NOTEBOOK.itmax,
  );
  const draws = drawNetworkNumpy(NOTEBOOK, 0);
  const noise = numpyNoise(draws.random, { N: 200, itmax: NOTEBOOK.itmax, amplitude: 1, nqif: 0 });
  const compiled = trainedNetworks({ ...NOTEBOOK, nloop: 2 }, [
    { label: "B_s0", pqif: 0, vrest: -12.3, draws, target, noise: { kind: "given", loop: noise } },
  ]);
  const rows = csvRows(files, "f4-loops.csv").filter((row) => row["run"] === "B_s0");
  for await (const { loop, networks: results } of runLoops(referenceTraining(compiled), NOTEBOOK.itstim)) {
    const { measures } = results[0]!;
    for (const column of [
      "mse_err",
      "mse_median_neuron",
      "mse_in",
      "cc_in",
      "cc_out",
      "rate_all",
      "rate_stim",
      "r_mean",
      "sigma2",
      "tau_rec",
      "tau_div",
      "tau_con",
      "w_fro",
      "max_abs_w",
    ] as const) {
      const want = Number(rows[loop]![column]);
      expect(Math.abs(measures[column] - want), `${column} of loop ${loop}`).toBeLessThan(
        1e-9 * Math.max(1, Math.abs(want)),
      );
    }
  }
});
