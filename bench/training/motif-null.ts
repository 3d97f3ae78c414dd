// Does training make reciprocal motifs rarer than chance? tau_rec of trained networks against the same weights shuffled
// within their rows (pattern, row sums and variance kept), 10 seeds, pqif 0, 0.5 and 1. Writes bench/results/training-motif-null.json.
// npx tsx bench/training/motif-null.ts [--seeds 10] [--shuffles 200]
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gpuTraining } from "../../src/gpu/training.ts";
import { ensemble } from "../../src/models/trained-network/ensemble.ts";
import { dense, motifs } from "../../src/models/trained-network/motifs.ts";
import { trainedNetworks } from "../../src/models/trained-network/network.ts";
import { NOTEBOOK } from "../../src/models/trained-network/parameters.ts";
import { openDevice } from "../../src/node.ts";
import { RandomState } from "../../src/random/numpy-legacy.ts";

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "10" }, shuffles: { type: "string", default: "200" } },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, k) => k);
const parameters = { ...NOTEBOOK, nloop: NOTEBOOK.nloop_train + 1 };
const { members } = ensemble(parameters, { pqif: [0, 0.5, 1], vrest: [-12.3], seeds }, "philox");
const opened = await openDevice();
if (opened === undefined) throw new Error("no adapter: see hillock devices");

const random = new RandomState(1);
/** tau_rec of weights permuted within their rows. */
function shuffled(rowPtr: Int32Array, colIdx: Int32Array, w: Float64Array): number {
  const mixed = w.slice();
  for (let i = 0; i < parameters.N; i++) {
    const [from, to] = [rowPtr[i] as number, rowPtr[i + 1] as number];
    random.permutation(to - from).forEach((source, a) => (mixed[from + a] = w[from + source] as number));
  }
  return motifs(dense({ rowPtr, colIdx }, mixed, parameters.N), parameters.N).tau_rec;
}
const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
const sd = (x: readonly number[]): number =>
  Math.sqrt(x.reduce((sum, v) => sum + (v - mean(x)) ** 2, 0) / (x.length - 1));

const rows: { pqif: number; seed: number; tau_rec: number; null_mean: number; null_sd: number; z: number }[] = [];
for (let from = 0; from < members.length; from += 8) {
  const part = members.slice(from, from + 8);
  const engine = await gpuTraining(opened.device, trainedNetworks(parameters, part));
  for (let loop = 0; loop < parameters.nloop; loop++) await engine.advance(parameters.itmax);
  (await engine.weights()).forEach((w, e) => {
    const { pqif, seed, draws } = part[e] as (typeof part)[number];
    const { tau_rec } = motifs(dense(draws, w, parameters.N), parameters.N);
    const nulls = Array.from({ length: Number(values.shuffles) }, () => shuffled(draws.rowPtr, draws.colIdx, w));
    rows.push({
      pqif,
      seed,
      tau_rec,
      null_mean: mean(nulls),
      null_sd: sd(nulls),
      z: (tau_rec - mean(nulls)) / sd(nulls),
    });
  });
  await engine.close();
}
await opened.device.queue.onSubmittedWorkDone();
opened.device.destroy();

const groups = [0, 0.5, 1].map((pqif) => {
  const own = rows.filter((row) => row.pqif === pqif);
  const excess = own.map((row) => row.tau_rec - row.null_mean);
  return { pqif, networks: own.length, tau_rec: mean(own.map((row) => row.tau_rec)), null_sd: mean(own.map((row) => row.null_sd)), excess: mean(excess), t: mean(excess) / (sd(excess) / Math.sqrt(own.length)), below_null: own.filter((row) => row.z < -2).length };
}); // prettier-ignore
mkdirSync("bench/results", { recursive: true });
writeFileSync(
  "bench/results/training-motif-null.json",
  `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), adapter: opened.info.description, shuffles: Number(values.shuffles), groups, rows }, undefined, 1)}\n`,
);
console.log(groups);
