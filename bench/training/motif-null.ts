// Does training make reciprocal motifs rarer than chance? tau_rec of trained networks against the same weights shuffled
// within their rows (pattern, row sums and variance kept), 10 seeds, pqif 0, 0.5 and 1.
import { gpuTraining } from "../../src/gpu/trained/training.ts";
import { ensemble } from "../../src/models/trained-network/ensemble.ts";
import { dense, motifs } from "../../src/models/trained-network/motifs.ts";
import { trainedNetworks } from "../../src/compile/trained/networks.ts";
import { NOTEBOOK } from "../../src/network/trained-parameters.ts";
import { RandomState } from "../../src/random/numpy-legacy.ts";
import { benchDevice, type Benchmark, type Cell, type Findings } from "../lib.ts";

const FRACTIONS = [0, 0.5, 1];
const WAVE = 8;

interface Row {
  readonly pqif: number;
  readonly tauRec: number;
  readonly nullMean: number;
  readonly nullSd: number;
}

/** tau_rec of weights permuted within their rows. */
function shuffled(
  links: { rowPtr: Int32Array; colIdx: Int32Array },
  w: Float64Array,
  N: number,
  random: RandomState,
): number {
  const mixed = w.slice();
  for (let i = 0; i < N; i++) {
    const [from, to] = [links.rowPtr[i] as number, links.rowPtr[i + 1] as number];
    random.permutation(to - from).forEach((source, a) => (mixed[from + a] = w[from + source] as number));
  }
  return motifs(dense(links, mixed, N), N).tau_rec;
}

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
const sd = (x: readonly number[]): number =>
  Math.sqrt(x.reduce((sum, v) => sum + (v - mean(x)) ** 2, 0) / (x.length - 1));

async function train(device: GPUDevice, seeds: number, shuffles: number): Promise<Row[]> {
  const parameters = { ...NOTEBOOK, nloop: NOTEBOOK.nloop_train + 1 };
  const grid = { pqif: FRACTIONS, vrest: [NOTEBOOK.vrest], seeds: Array.from({ length: seeds }, (_, k) => k) };
  const { members } = ensemble(parameters, grid, "philox");
  const random = new RandomState(1);
  const rows: Row[] = [];
  for (let from = 0; from < members.length; from += WAVE) {
    const part = members.slice(from, from + WAVE);
    const engine = await gpuTraining(device, trainedNetworks(parameters, part));
    for (let loop = 0; loop < parameters.nloop; loop++) await engine.advance(parameters.itmax);
    for (const [e, w] of (await engine.weights()).entries()) {
      const { pqif, draws } = part[e] as (typeof part)[number];
      const nulls = Array.from({ length: shuffles }, () => shuffled(draws, w, parameters.N, random));
      const tauRec = motifs(dense(draws, w, parameters.N), parameters.N).tau_rec;
      rows.push({ pqif, tauRec, nullMean: mean(nulls), nullSd: sd(nulls) });
    }
    await engine.close();
  }
  return rows;
}

export default {
  name: "training-motifs",
  question: "Does training make reciprocal motifs rarer than chance?",
  async run({ quick }): Promise<Findings> {
    const [seeds, shuffles] = quick ? [2, 20] : [10, 200];
    const { device, info } = await benchDevice();
    try {
      const all = await train(device, seeds, shuffles);
      const rows = FRACTIONS.map((pqif): Cell[] => {
        const own = all.filter((row) => row.pqif === pqif);
        const excess = own.map((row) => row.tauRec - row.nullMean);
        const below = own.filter((row) => row.tauRec < row.nullMean - 2 * row.nullSd).length;
        const t = mean(excess) / (sd(excess) / Math.sqrt(own.length));
        return [
          pqif,
          own.length,
          mean(own.map((row) => row.tauRec)),
          mean(own.map((row) => row.nullSd)),
          mean(excess),
          t,
          `${below} of ${own.length}`,
        ];
      });
      const columns = [
        "pqif",
        "networks",
        "tau_rec",
        "sd of its null",
        "excess over the null",
        "t over seeds",
        "below by 2 sd",
      ];
      return {
        adapter: info,
        tables: [{ title: `Loop 10, reset -12.3, ${shuffles} shuffles of each row`, columns, rows }],
      };
    } finally {
      await device.queue.onSubmittedWorkDone();
      device.destroy();
    }
  },
} satisfies Benchmark;
