import { z } from "zod";
import { stream } from "../src/random/philox.ts";
import type { CompiledTraining } from "../src/compile/trained/training.ts";
import { DataError } from "../src/errors.ts";
import { targetArray, type NetworkDraws } from "../src/compile/trained/draws.ts";
import { median, type LoopMeasures } from "../src/models/trained-network/measures.ts";
import { trainedNetworks, type TrainedNetwork } from "../src/compile/trained/networks.ts";
import { NOTEBOOK, type TrainedNetworkParameters } from "../src/network/trained-parameters.ts";
import { DimensionSamples, runLoops } from "../src/models/trained-network/run.ts";
import type { CaseFiles, VerifyEngine, VerifyRow } from "./case.ts";
import { wantEqual, wantSome } from "./complete.ts";
import { readJson } from "./read.ts";
import { atLeast, atMost } from "./rows.ts";
import { TRAINED, trainedLimit } from "./tolerances.ts";
import { arrayFile, csvRows, descriptor } from "./trained-network-files.ts";
import type { MakeEngine } from "./trained-network-steps.ts";

const networksFile = z.object({
  data_file: z.string(),
  N: z.number(),
  // settings that the files may state; the notebook's where they do not
  itmax: z.number().optional(),
  itstim: z.number().optional(),
  dt: z.number().optional(),
  b: z.number().optional(),
  alpha: z.number().optional(),
  vt: z.number().optional(),
  sigma: z.number().optional(),
  seeds: z.record(
    z.string(),
    z.object({
      x0: descriptor,
      Istim: descriptor,
      row_ptr: descriptor,
      col_idx: descriptor,
      w0: descriptor,
      target_amplitude: descriptor,
      target_phase: descriptor,
      target_cycles: descriptor,
    }),
  ),
});

/** One run of the tables: its settings, and its rows by loop. */
interface ReferenceRun {
  readonly name: string;
  readonly group: string;
  readonly pqif: number;
  readonly vrest: number;
  readonly seed: string;
  readonly zeroNoise: boolean;
  readonly loops: readonly Record<string, string>[];
  readonly dprBias: number | undefined;
}

/** f4: full-size runs, all files together. Rows computed in float64 are the truth; others are skipped. The reference engines
 * run the rows without noise, the GPU all, each noisy row with noise of its own.
 * @param progress  called after each loop of a batch with the fraction done */
export async function verifyEnsemble(
  files: CaseFiles,
  kind: VerifyEngine,
  make: MakeEngine,
  options: { progress?: (done: number) => void; most?: number } = {},
): Promise<VerifyRow[]> {
  const runs = referenceRuns(files).filter((run) => kind === "gpu" || run.zeroNoise);
  if (runs.length === 0) {
    return [
      {
        case: "f4",
        quantity: "rows without noise",
        measured: 0,
        allowed: 1,
        values: 0,
        needed: 0,
        pass: "not yet",
        note: "run it on the GPU",
      },
    ];
  }
  const { compiled, parameters } = await networksOf(files, runs);
  const results = runs.map(() => [] as LoopMeasures[]);
  const dimensions = runs.map(() => new DimensionSamples(parameters.N, parameters.itstim, parameters.nloop_train + 1));
  const most = options.most ?? 8;
  for (let from = 0; from < runs.length; from += most) {
    const part: CompiledTraining = { ...compiled, entries: compiled.entries.slice(from, from + most) };
    const engine = await make(part);
    try {
      for await (const { loop, networks } of runLoops(engine, parameters.itstim)) {
        for (const { entry, measures, record } of networks) {
          results[from + entry]?.push(measures);
          dimensions[from + entry]?.add(loop, record.traces.r ?? new Float32Array(0));
        }
        options.progress?.((from + part.entries.length * ((loop + 1) / parameters.nloop)) / runs.length);
      }
    } finally {
      await engine.close();
    }
  }
  const rows = runs.flatMap((run, i) => {
    const mine = results[i] ?? [];
    const dpr = dimensions[i]?.of("post_win50", "asPublished")?.dprBias;
    const strict = run.zeroNoise && run.pqif === 0;
    return [
      ...(strict ? compareStrictly(run, mine, kind) : []),
      ...(strict && kind === "reference" ? [] : comparePaired(run, mine, dpr, parameters.nloop_train)),
    ];
  });
  return [...rows, ...compareGroups(runs, results, parameters.nloop_train)];
}

function referenceRuns(files: CaseFiles): ReferenceRun[] {
  const one = (pattern: RegExp): string | undefined => files.list().find((name) => pattern.test(name));
  const loopsFile = one(/^f4.*loops.*\.csv$/);
  if (loopsFile === undefined) throw new DataError("f4", "has no loops table", "Add f4-loops.csv");
  const dimensionFile = one(/^f4.*dimension.*\.csv$/);
  const dimension = dimensionFile === undefined ? [] : csvRows(files, dimensionFile);
  const byRun = groupBy(
    csvRows(files, loopsFile).filter((row) => row.arithmetic === "float64"),
    (row) => row.run ?? "",
  );
  wantSome(loopsFile, byRun.size, "run in float64");
  wantSummarised(files, loopsFile, byRun);
  const nloop = Math.max(LOOPS, ...[...byRun.values()].map((rows) => rows.length));
  return [...byRun].map(([name, rows]) => {
    const loops = [...rows].sort((a, b) => Number(a.loop) - Number(b.loop));
    const first = loops[0] ?? {};
    const dpr = dimension.find((row) => row.run === name && row.protocol === "post_win50")?.dpr_bias;
    wantEqual(
      loopsFile,
      `loops of ${name}`,
      loops.filter((row, k) => Number(row.loop) === k).length,
      nloop,
      "the longest run",
    );
    if (dimensionFile !== undefined) wantSome(dimensionFile, Number(dpr !== undefined), `dpr_bias of ${name}`);
    return {
      name,
      group: first.group ?? "",
      pqif: Number(first.pqif),
      vrest: first.vreset ? Number(first.vreset) : 0,
      seed: first.seed ?? "",
      zeroNoise: first.noise === "zero",
      loops,
      dprBias: dpr === undefined ? undefined : Number(dpr),
    };
  });
}

/** A run has loop 0, training and a test at least. */
const LOOPS = 3;

/** Every run that the summary beside the table names. */
function wantSummarised(files: CaseFiles, loopsFile: string, byRun: ReadonlyMap<string, unknown>): void {
  const name = files.list().find((file) => /^f4.*summary.*\.json$/.test(file));
  if (name === undefined) return;
  const groups = readJson(files, name, z.record(z.string(), z.looseObject({ runs: z.array(z.string()).optional() })));
  const runs = Object.entries(groups).flatMap(([group, { runs: own }]) => {
    if (own !== undefined) wantSome(name, own.length, `run of ${group}`);
    return own ?? [];
  });
  const lost = runs.find((run) => !byRun.has(run));
  if (lost !== undefined) throw new DataError(loopsFile, `has no run ${lost}, which ${name} sums up`, "Restore the file");
} // prettier-ignore

async function networksOf(
  files: CaseFiles,
  runs: readonly ReferenceRun[],
): Promise<{ compiled: CompiledTraining; parameters: TrainedNetworkParameters }> {
  // a case without networks of its own uses those that lie beside it: `files` looks there for names that it does not list
  const json = files.list().find((name) => /^f4.*networks.*\.json$/.test(name)) ?? "f4-networks.json";
  const file = readJson(files, json, networksFile);
  const data = await arrayFile(files, json, file.data_file);
  const parameters: TrainedNetworkParameters = {
    ...NOTEBOOK,
    N: file.N,
    itmax: file.itmax ?? NOTEBOOK.itmax,
    h: file.dt ?? NOTEBOOK.h,
    b: file.b ?? NOTEBOOK.b,
    alpha: file.alpha ?? NOTEBOOK.alpha,
    vt: file.vt ?? NOTEBOOK.vt,
    sigma: file.sigma ?? NOTEBOOK.sigma,
    itstim: file.itstim ?? NOTEBOOK.itstim,
    learnFrom: (file.itstim ?? NOTEBOOK.itstim) + 1,
    ...trainedLoops(runs),
  };
  const networks = runs.map((run): TrainedNetwork => {
    const seed = file.seeds[run.seed];
    if (seed === undefined) throw new DataError(json, `has no network of seed ${run.seed}`, "Add it");
    const draws: NetworkDraws = {
      x0: data.floats(seed.x0),
      Istim: data.floats(seed.Istim),
      rowPtr: data.ints(seed.row_ptr),
      colIdx: data.ints(seed.col_idx),
      w0: data.floats(seed.w0),
    };
    const [amplitude, phase, cycles] = [seed.target_amplitude, seed.target_phase, seed.target_cycles].map((of) =>
      data.floats(of),
    );
    return {
      label: run.name,
      pqif: run.pqif,
      vrest: run.vrest,
      draws,
      target: targetArray({ amplitude, phase, cycles } as Parameters<typeof targetArray>[0], parameters.itmax),
      noise: run.zeroNoise
        ? { kind: "none" }
        : { kind: "drawn", seed: stream("verify", run.name), amplitude: parameters.sigma },
    };
  });
  return { compiled: trainedNetworks(parameters, networks), parameters };
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

/** Number of loops, and of the last in which the weights still changed: the tables do not state it otherwise. */
function trainedLoops(runs: readonly ReferenceRun[]): Pick<TrainedNetworkParameters, "nloop" | "nloop_train"> {
  const nloop = Math.max(...runs.map((run) => run.loops.length));
  let nloop_train = 0;
  for (const { loops } of runs) {
    loops.forEach((row, l) => {
      if (l > nloop_train && row.w_fro !== loops[l - 1]?.w_fro) nloop_train = l;
    });
  }
  return { nloop, nloop_train };
}

type Column = "mse_err" | "sigma2" | "tau_rec" | "tau_div" | "tau_con" | "tau_chn";

/** Without noise and all LIF the run is deterministic: loop by loop. */
function compareStrictly(run: ReferenceRun, mine: readonly LoopMeasures[], kind: VerifyEngine): VerifyRow[] {
  const exact = kind === "reference";
  const columns: Column[] = exact
    ? ["mse_err", "sigma2", "tau_rec", "tau_div", "tau_con", "tau_chn"]
    : ["mse_err", "sigma2", "tau_rec"];
  const n = Math.min(mine.length, exact ? 4 : 3);
  return columns.map((column) => {
    let worst = 0;
    for (let loop = 0; loop < n; loop++) {
      const want = Number(run.loops[loop]?.[column]);
      // a tau may pass through 0; its natural size is 1 / (N - 1), which is |tau_con| of any balanced network
      const scale = column.startsWith("tau") ? Math.abs(Number(run.loops[0]?.tau_con)) : 0;
      const off = Math.abs((mine[loop]?.[column] ?? NaN) - want) / Math.max(Math.abs(want), scale);
      worst = off <= worst ? worst : off;
    }
    return atMost(run.name, `${column}, loops 0-${n - 1}, relative`, worst, trainedLimit(kind, TRAINED.strict), n);
  });
}

/** The same network with other noise: limits that pairs of equivalent runs keep. */
function comparePaired(
  run: ReferenceRun,
  mine: readonly LoopMeasures[],
  dpr: number | undefined,
  trained: number,
): VerifyRow[] {
  const last = mine.at(-1);
  const want = run.loops.at(-1) ?? {};
  if (last === undefined) return [];
  const near = (column: Column, allowed: number): VerifyRow =>
    atMost(run.name, `${column} after training`, Math.abs(last[column] - Number(want[column])), allowed, 1);
  const off = (got: number, wanted: number): number => Math.abs(got / wanted - 1);
  const rate = off(
    mean(mine.slice(trained + 1).map((m) => m.rate_all)),
    mean(run.loops.slice(trained + 1).map((row) => Number(row.rate_all))),
  );
  const [got, wanted] = [
    trainingError(
      mine.map((m) => m.mse_err),
      trained,
    ),
    trainingError(
      run.loops.map((row) => Number(row.mse_err)),
      trained,
    ),
  ];
  return [
    atMost(
      run.name,
      "sigma2 after training, relative",
      off(last.sigma2, Number(want.sigma2)),
      TRAINED.sigma2.float32,
      1,
    ),
    atMost(
      run.name,
      "norm of W after training, relative",
      off(last.w_fro, Number(want.w_fro)),
      TRAINED.normW.float32,
      1,
    ),
    near("tau_rec", TRAINED.tau_rec.float32),
    near("tau_div", TRAINED.tau_div.float32),
    near("tau_chn", TRAINED.tau_chn.float32),
    near("tau_con", (run.pqif > 0.5 ? TRAINED.tau_conQif : TRAINED.tau_con).float32),
    atMost(run.name, "rate in test loops, relative", rate, TRAINED.rate.float32, run.loops.length - trained - 1),
    ...(run.dprBias === undefined || dpr === undefined
      ? []
      : [atMost(run.name, "dpr_bias, post_win50", Math.abs(dpr - run.dprBias), TRAINED.dprBias.float32, 1)]),
    atMost(
      run.name,
      "median error of training loops, factor",
      Math.max(got / wanted, wanted / got),
      TRAINED.trainingFactor.float32,
      trained,
    ),
  ];
}

const trainingError = (mse: readonly number[], trained: number): number => median(mse.slice(1, trained + 1));
const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;

/** Test-loop errors are heavy-tailed: compared only over groups of at least five noisy runs. */
function compareGroups(
  runs: readonly ReferenceRun[],
  results: readonly LoopMeasures[][],
  trained: number,
): VerifyRow[] {
  const noisy = runs
    .map((run, i) => ({ run, mine: results[i] ?? [] }))
    .filter(({ run }) => !run.zeroNoise && run.group !== "grid");
  const groups = groupBy(noisy, ({ run }) => run.group);
  return [...groups].flatMap(([group, members]) => {
    if (new Set(members.map(({ run }) => run.seed)).size < 5) return [];
    const geometric = (of: (member: (typeof members)[number]) => number[]): number =>
      Math.exp(mean(members.map((member) => Math.log(median(of(member).slice(trained + 1))))));
    const got = geometric(({ mine }) => mine.map((m) => m.mse_err));
    const want = geometric(({ run }) => run.loops.map((row) => Number(row.mse_err)));
    const cc = mean(members.map(({ mine }) => mean(mine.slice(trained + 1).map((m) => m.cc_in))));
    return [
      atMost(
        `group ${group}`,
        "test-loop error, geometric mean, factor",
        Math.max(got / want, want / got),
        TRAINED.testFactor.float32,
        members.length,
      ),
      atLeast(`group ${group}`, "correlation of target and input", cc, TRAINED.correlation.float32, members.length),
    ];
  });
}
