import { expect, test } from "vitest";
import { STUDIES } from "../../../src/studies/index.ts";
import { runNetwork } from "../../../src/studies/run-network.ts";
import { chosenSettings } from "../../../src/studies/schema.ts";
import type { LongStudy } from "../../../src/studies/study.ts";
import { ms } from "../../../src/units.ts";
import { inMemory } from "./context.ts";

/** Checks a study's settings, written "path=value". */
async function check(name: string, words: string, files: Record<string, string> = {}): Promise<void> {
  const study = STUDIES.get(name) as LongStudy;
  const changes = words.split(" ").filter((word) => word !== "").map((word) => word.split("=") as [string, string]); // prettier-ignore
  await study.check(chosenSettings(name, study.settings, changes), { seed: 1, files: new Map(Object.entries(files)) });
}

test.each([
  ["extract", "dt=0.3", /duration: 500 ms is not a whole number of steps of 0.3 ms/],
  ["extract", "longStep=1e9", /duration: ends at step 80000000000000/], // the fourth part
  ["extract", "longStep=0.00001", /duration: 0.01 ms is not a whole number of steps/],
  ["extract", "range=1e300", /gnapbar: is -2\.\d+e\+54 S\/cm2/],
  ["extract", "cells=3000000", /at most 100000/],
  ["column", "mesh.x=1e9", /mesh: is 1000000000 x 10. Give at most 1000000 cells of a type/],
  ["column", "duration=170.01", /duration: 170.01 ms is not a whole number of steps of 0.025 ms/],
  ["column", "record.field=0.03", /column record.field: 0.03 ms is not a whole number/],
  ["column", "mesh.x=2 mesh.y=2 driveScale=1e-300", /column driveScale: is 1e-300. Give 0, or 0.0001 and more/],
  ["column", "mesh.x=2 mesh.y=2 chunk=2147483648", /chunk: ends at step 85899345920/],
  ["watanabe-pipeline", "cells.motorNeurons=6 cells.independent=6 chunk=2147483", /chunk: ends at step/],
  ["column-convergence", "mesh.y=1e9", /mesh: is 10 x 1000000000/],
  ["column-convergence", "seeds=100000", /take at least .* of memory/], // the fourth run
  ["watanabe-pipeline", "cells.motorNeurons=6 cells.independent=6 record.every=0.03", /recording of "V": 0.03 ms is not a whole number/], // the third step
  ["watanabe-pipeline", "cells.motorNeurons=6 cells.independent=6 search.duration=0.00015", /duration: 0.15 ms is not a whole number of steps/],
  ["watanabe-pipeline", "cells.motorNeurons=6 cells.independent=6 search.baseline=1e9", /force.frequency: .* values, more than/],
  ["watanabe-pipeline", "search.trials=100000", /take at least .* of memory/],
  ["watanabe-pipeline", "cells.motorNeurons=6 cells.independent=6 force.frequency=1e9", /twitch: .* values, more than/],
  ["watanabe-pipeline", "cells.motorNeurons=6 cells.independent=6 coherence.bin=0.0000001", /values, more than/],
  ["watanabe-pipeline", "cells.motorNeurons=6 cells.independent=6 coherence.segment=0.001", /coherence.segment: is 0.001 s in bins of 1 ms. Give two bins or more/],
] as const)("%s --set %s is refused before the first part", async (name, words, problem) => {
  await expect(check(name, words)).rejects.toThrow(problem);
}); // prettier-ignore

test("a part that is not done is not checked", async () => {
  await check("extract", "longStep=0");
  await check("watanabe-pipeline", "cells.motorNeurons=6 cells.independent=6 step=06 record.every=0.03");
  await check(
    "watanabe-pipeline",
    "cells.motorNeurons=6 cells.independent=6 step=01 record.every=0.03 coherence.bin=0.0000001",
  );
});

test("files are read before the first part", async () => {
  await expect(check("extract", "", { thresholds: "1\nx\n" })).rejects.toThrow(/thresholds/);
  await expect(check("extract", "", { config: "soma: [" })).rejects.toThrow(/configuration/);
  await expect(check("column", "", { params: "{" })).rejects.toThrow(/params/);
  await expect(check("column", "preset=replay", { spikes: "1 x\n" })).rejects.toThrow(/spikes/);
  await check("extract", "cells=2", { thresholds: "1\n2\n" });
});

test("a drive of a file may begin after the published run's end, where the run goes further", async () => {
  const params = JSON.stringify({ cell_types: {}, external_drives: { late: { type: "bursty", location: "distal", n_drive_cells: 3, cell_specific: false, event_seed: 4, dynamics: { tstart: 200, tstart_std: 0, tstop: null, burst_rate: 10, burst_std: 5, numspikes: 2, spike_isi: 10 }, weights_ampa: { L5_pyramidal: 1e-4 }, weights_nmda: null, synaptic_delays: 0.1, probability: 1 } } }); // prettier-ignore
  await check("column", "duration=500", { params });
  await expect(check("column", "", { params })).rejects.toThrow(/late.*200 ms/);
});

test.each([
  [{ duration: ms(0.01) }, /^duration: 0\.01 ms is less than one step of 0\.1 ms/],
  [{ duration: ms(10.03) }, /^duration: 10\.03 ms is not a whole number of steps/],
  [{ duration: ms(1e300) }, /^duration: ends at step .* beyond the last one/],
  [{ chunk: ms(1e300) }, /^chunk: ends at step .* beyond the last one/],
  [{ chunk: 5 as never }, /^chunk: is the bare number 5/],
])("a run of %j is refused before its network is looked at", async (given, message) => {
  const network = new Proxy({}, { get: () => expect.fail("it was looked at"), has: () => true }) as never;
  const { context, out } = inMemory();
  const run = { network, dt: ms(0.1), duration: ms(10), chunk: ms(5), files: out, part: "x", ...given } as never;
  await expect(runNetwork(run, context)).rejects.toThrow(message);
  expect(await out.list()).toEqual([]);
});
