import { z } from "zod";
import { compileTraining } from "../src/compile/trained/check.ts";
import { learns, type CompiledTraining, type TrainingSchedule } from "../src/compile/trained/training.ts";
import type { SpanRecord, TrainingEngine } from "../src/host/training.ts";
import type { CaseFiles, VerifyRow } from "./case.ts";
import { countDifferent, maxDifference, relativeNorm, unpackTriangle } from "./trained-network-compare.ts";
import { dense, type Motifs, motifs } from "../src/models/trained-network/motifs.ts";
import { wantEqual } from "./complete.ts";
import { readJson } from "./read.ts";
import { atMost } from "./rows.ts";
import { TRAINED, trainedLimit, type Tolerance } from "./tolerances.ts";
import { arrayFile, descriptor, type ArrayFile } from "./trained-network-files.ts";
import { CHAOTIC_CURRENT, largestR, untrained, type MakeEngine } from "./trained-network-steps.ts";

const sensitivity = z.record(
  z.string(),
  z
    .object({
      first_step_with_a_different_spike: z.number().nullable(),
      max_abs_dx_at_step: z.record(z.string(), z.number()).optional(),
      rms_per_loop: z.array(z.number()).optional(),
    })
    .loose(),
);
const network = { x0: descriptor, Istim: descriptor, row_ptr: descriptor, col_idx: descriptor, w: descriptor };
const common = {
  data_file: z.string(),
  N: z.number(),
  nqif: z.number(),
  vreset: z.number().nullable(), // and the threshold: of LIF neurons, of which a network may have none
  vt: z.number().nullable(),
  dt: z.number(),
  b: z.number(),
  itstim: z.number(),
  stimulus_amplitude: z.number(),
  sensitivity: sensitivity.optional(),
};

const untrainedFile = z.object({
  ...common,
  steps: z.number().int().positive(),
  total_spikes: z.number(),
  inputs: z.object({ ...network, noise: descriptor.optional() }),
  expected: z.object({ x: descriptor, r: descriptor, spikes: descriptor, v_every10: descriptor.optional() }),
});

const trainingFile = z.object({
  ...common,
  alpha: z.number(),
  itmax: z.number().int().positive(),
  nloop: z.number().int().positive(),
  updates_total: z.number(),
  nloop_train: z.number(),
  rms_error_per_loop: z.array(z.number()),
  motifs_per_loop: z
    .array(
      z.object({
        sigma2: z.number(),
        tau_rec: z.number(),
        tau_div: z.number(),
        tau_con: z.number(),
        tau_chn: z.number(),
      }),
    )
    .optional(),
  P_neuron: z.number(),
  inputs: z.object({ ...network, target: descriptor, noise: descriptor.optional() }),
  expected: z
    .object({ x_every5: descriptor, r_every5: descriptor, spikes: descriptor, w_end_of_loop: descriptor })
    .catchall(descriptor),
});
type TrainingFile = z.infer<typeof trainingFile>;

interface Sensitive {
  readonly nqif: number;
  readonly stimulus_amplitude: number;
  readonly sensitivity?: z.infer<typeof sensitivity> | undefined;
}

/** First step at which the reference itself, redone in the engine's arithmetic, has another spike; Infinity if it never has. */
function firstFlip(file: Sensitive, kind: TrainingEngine["kind"]): number {
  if (file.sensitivity === undefined) return isChaotic(file) ? (kind === "reference" ? 149 : 50) : Infinity; // flips of the shared chaotic case
  return Math.min(...twinsOf(file, kind).map((twin) => twin.first_step_with_a_different_spike ?? Infinity));
}

/** What the sidecar says of the reference redone in the engine's arithmetic. */
const twinsOf = ({ sensitivity: all = {} }: Sensitive, kind: TrainingEngine["kind"]) =>
  Object.entries(all)
    .filter(([name]) => (kind === "reference" ? /^float64_(?!state)|^cosine/ : /^float32/).test(name))
    .map(([, twin]) => twin);

/** The step to which a chaotic case's x is compared in float32: the last at which the sidecar's own twins were well within the limit, since
 * another's difference may be several times theirs; where it lists none, the same by growth from rounding to 1 at the first flip. */
function chaoticSteps(file: Sensitive, kind: TrainingEngine["kind"], flip: number): number {
  const listed = twinsOf(file, kind).flatMap((twin) => Object.entries(twin.max_abs_dx_at_step ?? {}));
  if (listed.length === 0) return Math.floor(TRAINED.chaoticX32.float32 * flip);
  const near = TRAINED.untrainedXChaotic.float32 * TRAINED.chaoticTwin.float32;
  const steps = [...new Set(listed.map(([step]) => Number(step)))];
  return Math.max(1, ...steps.filter((step) => listed.every(([at, dx]) => Number(at) > step || dx <= near)));
}

/** Stimulus table of two rows: on, and off. */
const gated = (Istim: Float64Array): Float64Array =>
  Float64Array.from({ length: 2 * Istim.length }, (_, i) => Istim[i] ?? 0);
const gate = (steps: number, itstim: number): Int32Array =>
  Int32Array.from({ length: steps }, (_, it) => (it < itstim ? 0 : 1));

/** f2: an untrained network. Where the QIF map is chaotic an exponentially growing difference must flip a spike at last:
 * spikes are compared to 60 % of the step where the sidecar's own runs flip, x to a third of it, then the total count. */
export async function verifyUntrained(files: CaseFiles, json: string, make: MakeEngine): Promise<VerifyRow[]> {
  const file = readJson(files, json, untrainedFile);
  const data = await arrayFile(files, json, file.data_file);
  const { N: n, steps } = file;
  const engine = await make(
    compileTraining({
      n,
      rules: { h: file.dt, b: file.b, alpha: 1, spikeRule: "effective", noiseScheme: "halves" },
      schedule: { ...untrained(steps), stimulusRow: gate(steps, file.itstim) },
      entries: [
        { ...entryOf(file, json, data), target: new Float64Array(steps * n), noise: noiseOf(file, data, steps) },
      ],
    }),
  );
  try {
    const got = (await engine.advance(steps, ["x", "r"])).entries[0] as SpanRecord;
    const exact = engine.kind === "reference";
    const flip = firstFlip(file, engine.kind);
    const chaotic = isChaotic(file);
    const known = Math.min(flip, steps);
    const spikeSteps = chaotic ? Math.floor(TRAINED.chaoticSpikes.float32 * known) : known;
    const xSteps = !chaotic
      ? spikeSteps
      : exact
        ? Math.floor(TRAINED.chaoticX.float64 * known)
        : Math.min(spikeSteps, chaoticSteps(file, engine.kind, known));
    const upTo = (values: ArrayLike<number>, count: number): ArrayLike<number> =>
      Array.prototype.slice.call(values, 0, count * n);
    const phase = (i: number): number | undefined => (i % n < file.nqif ? 2 * Math.PI : undefined);
    const limit = (of: Tolerance): number => trainedLimit(engine.kind, of);
    const spikes = data.bytes(file.expected.spikes);
    wantEqual(json, "spikes in its data file", sum(spikes), file.total_spikes, "total_spikes");
    const to = (count: number): string => `to step ${count}`;
    const x = maxDifference(upTo(got.traces.x ?? [], xSteps), upTo(data.floats(file.expected.x), xSteps), phase);
    const wantR = data.floats(file.expected.r);
    const r = maxDifference(upTo(got.traces.r ?? [], spikeSteps), upTo(wantR, spikeSteps));
    const rows = [
      atMost(
        json,
        `spikes that differ, ${to(spikeSteps)}`,
        countDifferent(upTo(got.spikes, spikeSteps), upTo(spikes, spikeSteps)),
        TRAINED.spikes.float32,
        spikeSteps * n,
      ),
      atMost(
        json,
        `max |x|, ${to(xSteps)}`,
        x,
        limit(chaotic ? TRAINED.untrainedXChaotic : TRAINED.untrainedX),
        xSteps * n,
      ),
      atMost(json, `max |r|, ${to(spikeSteps)}`, r, limit(TRAINED.untrainedR) * largestR(wantR), spikeSteps * n),
    ];
    if (spikeSteps < steps) {
      const [mine, theirs] = [sum(got.spikes), sum(spikes)];
      rows.push(
        atMost(
          json,
          "total spikes, relative",
          Math.abs(mine - theirs) / theirs,
          TRAINED.untrainedTotal.float32,
          steps * n,
          "chaotic: statistics only",
        ),
      );
    }
    return rows;
  } finally {
    await engine.close();
  }
}

const isChaotic = (file: { nqif: number; stimulus_amplitude: number }): boolean =>
  file.nqif > 0 && file.stimulus_amplitude > CHAOTIC_CURRENT;

const sum = (values: ArrayLike<number>): number =>
  Array.prototype.reduce.call(values, (a, b) => Number(a) + Number(b), 0) as number;

function entryOf(
  file: Pick<TrainingFile, "nqif" | "vt" | "vreset" | "N"> & { inputs: z.infer<typeof untrainedFile>["inputs"] },
  label: string,
  data: ArrayFile,
): CompiledTraining["entries"][number] {
  const { inputs } = file;
  return {
    label,
    nqif: file.nqif,
    threshold: file.vt ?? 0,
    reset: file.vreset ?? 0,
    x0: data.floats(inputs.x0),
    r0: new Float64Array(file.N),
    rowPtr: data.ints(inputs.row_ptr),
    colIdx: data.ints(inputs.col_idx),
    w: data.floats(inputs.w),
    stimulus: gated(data.floats(inputs.Istim)),
    target: new Float64Array(0),
    noise: { kind: "none" },
  };
}

/** Given noise [step][2][n], loop by loop; none where the case has none. */
function noiseOf(
  file: { N: number; inputs: { noise?: z.infer<typeof descriptor> | undefined } },
  data: ArrayFile,
  stepsPerLoop: number,
): CompiledTraining["entries"][number]["noise"] {
  if (file.inputs.noise === undefined) return { kind: "none" };
  const noise = data.floats(file.inputs.noise);
  const perLoop = stepsPerLoop * 2 * file.N;
  return { kind: "given", loop: (loop) => noise.subarray(loop * perLoop, (loop + 1) * perLoop) };
}

/** f3: closed-loop training of a small network, compared spike by spike and update by update. */
export async function verifyTraining(files: CaseFiles, json: string, make: MakeEngine): Promise<VerifyRow[]> {
  const file = readJson(files, json, trainingFile);
  const { nloop, nloop_train: trained, updates_total: updates } = file;
  wantEqual(json, "loops with an error", file.rms_error_per_loop.length, nloop, "nloop");
  if (file.motifs_per_loop !== undefined)
    wantEqual(json, "loops with motifs", file.motifs_per_loop.length, nloop, "nloop");
  const learning = Math.min(trained, nloop - 1) * Math.max(0, file.itmax - file.itstim - 1); // loop 0 never learns
  wantEqual(json, "updates of its loops", learning, updates, "updates_total");
  const data = await arrayFile(files, json, file.data_file);
  const compiled = compileTraining(trainingCase(file, json, data));
  const engine = await make(compiled);
  try {
    const run = await runUpdates(
      engine,
      Object.keys(file.expected)
        .flatMap((key) => /^[Pw]_after_(\d+)$/.exec(key)?.[1] ?? [])
        .map(Number),
    );
    const rows = compareTraining(file, json, data, engine, run);
    return [
      ...rows,
      ...compareMotifs(file, json, compiled, engine, run.loopWeights.slice(0, comparedLoops(file, engine))),
    ];
  } finally {
    await engine.close();
  }
}

function trainingCase(file: TrainingFile, json: string, data: ArrayFile): CompiledTraining {
  const { N: n, itmax } = file;
  const schedule: TrainingSchedule = {
    loops: file.nloop,
    stepsPerLoop: itmax,
    stimulusRow: gate(itmax, file.itstim),
    firstTrained: 1,
    lastTrained: file.nloop_train,
    learnFrom: file.itstim + 1,
  };
  const wanted = data.floats(file.inputs.target);
  const target = wanted.map((_, at) => wanted[(at % n) * itmax + Math.floor(at / n)] as number); // file: [neuron][it]
  return {
    n,
    rules: { h: file.dt, b: file.b, alpha: file.alpha, spikeRule: "effective", noiseScheme: "halves" },
    schedule,
    entries: [
      {
        ...entryOf(file, json, data),
        target,
        noise: noiseOf(file, data, itmax),
      },
    ],
  };
}

interface UpdatesRun {
  readonly spans: readonly SpanRecord[];
  readonly loopWeights: readonly Float64Array[];
  /** State after an update number (counted from 1), with the step that it belongs to. */
  readonly after: ReadonlyMap<number, { w: Float64Array; P: readonly Float64Array[]; step: number }>;
}

/** Runs all loops, stopping after the given update numbers to read weights and P. */
async function runUpdates(engine: TrainingEngine, stops: readonly number[]): Promise<UpdatesRun> {
  const { schedule } = engine.compiled;
  const total = schedule.loops * schedule.stepsPerLoop;
  const spans: SpanRecord[] = [];
  const loopWeights: Float64Array[] = [];
  const after = new Map<number, { w: Float64Array; P: readonly Float64Array[]; step: number }>();
  let updates = 0;
  for (let step = 0; step < total;) {
    let steps = 0;
    do {
      if (learns(schedule, step + steps)) updates++;
      steps++;
    } while ((step + steps) % schedule.stepsPerLoop !== 0 && !(stops.includes(updates) && !after.has(updates)));
    spans.push((await engine.advance(steps, ["x", "r", "error"])).entries[0] as SpanRecord);
    step += steps;
    if (stops.includes(updates) && !after.has(updates)) {
      const state = (await engine.state())[0];
      if (state !== undefined) after.set(updates, { w: state.w, P: state.P, step });
    }
    if (step % schedule.stepsPerLoop === 0) loopWeights.push((await engine.weights())[0] as Float64Array);
  }
  return { spans, loopWeights, after };
}

/** The step up to which spikes are compared: the sidecar's own first flip bounds what can be asked. */
function horizonOf(file: TrainingFile, { kind }: TrainingEngine): number {
  const sooner = isChaotic(file) && kind !== "reference" ? TRAINED.chaoticTraining.float32 : 1;
  return Math.floor(Math.min(sooner * firstFlip(file, kind), file.nloop * file.itmax));
}

const comparedLoops = (file: TrainingFile, engine: TrainingEngine): number =>
  Math.floor(horizonOf(file, engine) / file.itmax);

/** Motifs of the weights at the end of each loop before the horizon. */
function compareMotifs(file: TrainingFile, json: string, compiled: CompiledTraining, { kind }: TrainingEngine, weights: readonly Float64Array[]): VerifyRow[] {
  const [entry] = compiled.entries;
  if (file.motifs_per_loop === undefined || entry === undefined) return [];
  return weights.map((w, loop) => {
    const [got, want] = [motifs(dense(entry, w, file.N), file.N), (file.motifs_per_loop as Motifs[])[loop] as Motifs];
    const taus = (["tau_rec", "tau_div", "tau_con", "tau_chn"] as const).map((name) => Math.abs(got[name] - want[name]));
    const error = Math.max(Math.abs(got.sigma2 - want.sigma2) / want.sigma2, ...taus);
    return atMost(json, `motifs at the end of loop ${loop}, largest error`, error, MOTIF_GAIN * trainedLimit(kind, TRAINED.weights), 5);
  });
} // prettier-ignore

/** Weights that are off by e of their norm move sigma2 by at most 2 e of itself, and a tau, a ratio of two such sums of at most twice the
 * size of the one below, by at most 2 (2 + 2) e. */
const MOTIF_GAIN = 8;

function compareTraining(
  file: TrainingFile,
  json: string,
  data: ArrayFile,
  engine: TrainingEngine,
  run: UpdatesRun,
): VerifyRow[] {
  const { N: n, itmax, nloop } = file;
  const exact = engine.kind === "reference";
  const horizon = horizonOf(file, engine);
  const loops = comparedLoops(file, engine);
  const join = (of: (span: SpanRecord) => ArrayLike<number>): number[] =>
    run.spans.flatMap((span) => Array.from(of(span)));
  const spikes = join((span) => span.spikes);
  const every5 = (values: number[]): number[] => values.filter((_, at) => Math.floor(at / n) % 5 === 4);
  const to = (values: ArrayLike<number>, count: number): number[] => Array.from(values).slice(0, count);
  const phase = (i: number): number | undefined => (i % n < file.nqif ? 2 * Math.PI : undefined);
  const loose = trainedLimit(engine.kind, TRAINED.weights);
  const every = Math.floor(horizon / 5) * n;
  const wantR = data.floats(file.expected.r_every5);
  const rows = [
    atMost(
      json,
      `spikes that differ, to step ${horizon}`,
      countDifferent(to(spikes, horizon * n), to(data.bytes(file.expected.spikes), horizon * n)),
      TRAINED.spikes.float32,
      horizon * n,
    ),
    atMost(
      json,
      `max |r|, to step ${horizon}`,
      maxDifference(to(every5(join((s) => s.traces.r ?? [])), every), to(wantR, every)),
      trainedLimit(engine.kind, TRAINED.trainingR) * largestR(wantR),
      every,
    ),
  ];
  if (exact && !isChaotic(file)) {
    const x = maxDifference(every5(join((s) => s.traces.x ?? [])), data.floats(file.expected.x_every5), phase);
    rows.push(atMost(json, "max |x|, all loops", x, TRAINED.trainingX.float64, nloop * Math.floor(itmax / 5) * n));
  }
  const perLoop = data.floats(file.expected.w_end_of_loop);
  const links = perLoop.length / nloop;
  run.loopWeights.slice(0, loops).forEach((w, loop) => {
    rows.push(
      atMost(
        json,
        `w at the end of loop ${loop}, relative`,
        relativeNorm(w, perLoop.subarray(loop * links, (loop + 1) * links)),
        loose,
        links,
      ),
    );
  });
  for (const [update, { w, P, step }] of run.after) {
    if (step > horizon) continue;
    const [wantW, wantP] = [file.expected[`w_after_${update}`], file.expected[`P_after_${update}`]];
    if (wantW !== undefined)
      rows.push(atMost(json, `w after update ${update}, relative`, relativeNorm(w, data.floats(wantW)), loose, links));
    const mine = unpackTriangle(P[file.P_neuron] ?? []);
    if (wantP !== undefined)
      rows.push(
        atMost(json, `P after update ${update}, relative`, relativeNorm(mine, data.floats(wantP)), loose, mine.length),
      );
  }
  return [
    ...rows,
    ...compareErrors(
      file,
      json,
      join((s) => s.traces.error ?? []),
      exact,
      loops,
    ),
  ];
}

/** Root mean square error of each loop. Beyond the horizon only its size can be compared: within what the table allows, or
 * one and a half times what the sidecar's own float32 runs are off, since those are single draws from the same spread. */
function compareErrors(file: TrainingFile, json: string, error: number[], exact: boolean, loops: number): VerifyRow[] {
  const { N: n, itmax, itstim } = file;
  const beyond = (isChaotic(file) ? TRAINED.loopErrorChaotic : TRAINED.loopErrorBeyond).float32;
  const { loopError } = TRAINED;
  return file.rms_error_per_loop.map((want, loop) => {
    const part = error.slice((loop * itmax + itstim + 1) * n, (loop + 1) * itmax * n);
    const rms = Math.sqrt(part.reduce((total, e) => total + e * e, 0) / part.length);
    const theirs = Object.values(file.sensitivity ?? {}).map(
      (run) => Math.abs((run.rms_per_loop?.[loop] ?? want) - want) / want,
    );
    const allowed = exact
      ? loopError.float64
      : loop < loops
        ? loopError.float32
        : Math.max(beyond, 1.5 * Math.max(0, ...theirs));
    return atMost(json, `error of loop ${loop}, relative`, Math.abs(rms - want) / want, allowed, part.length);
  });
}
