import { z } from "zod";
import type {
  CompiledTraining,
  TrainingEntry,
  TrainingRules,
  TrainingSchedule,
} from "../src/compile/trained/training.ts";
import type { TrainingEngine } from "../src/host/training.ts";
import { compileTraining } from "../src/compile/trained/check.ts";
import { lifSpikes, qifSpikes } from "../src/reference/training-arithmetic.ts";
import type { CaseFiles, VerifyRow } from "./case.ts";
import { countDifferent, maxDifference } from "./trained-network-compare.ts";
import { wantSome } from "./complete.ts";
import { largest } from "./cortical-column-run.ts";
import { readJson } from "./read.ts";
import { atMost } from "./rows.ts";
import { TRAINED, trainedLimit } from "./tolerances.ts";
import { arrayFile, descriptor, type ArrayFile } from "./trained-network-files.ts";

/** Makes the engine under test for a case's networks. */
export type MakeEngine = (compiled: CompiledTraining) => Promise<TrainingEngine>;

/** Current above which the midpoint map of a QIF neuron is chaotic at h = 0.1. */
export const CHAOTIC_CURRENT = 13;

const stepCase = z.object({
  name: z.string(),
  nqif: z.number(),
  inputs: z.object({ w: descriptor, x0: descriptor, r0: descriptor, Iext: descriptor, noise: descriptor.optional() }),
  expected: z.object({ x: descriptor, r: descriptor, v: descriptor, xmid: descriptor.optional(), spikes: descriptor }),
  expected_intended_rule: z.object({ x: descriptor, r: descriptor, spikes: descriptor }).optional(),
});
const stepsFile = z.object({
  data_file: z.string(),
  N: z.number(),
  dt: z.number(),
  b: z.number(),
  vt: z.number().nullable(), // threshold and reset of LIF neurons, of which a network may have none
  vreset: z.number().nullable(),
  steps: z.number(),
  cases: z.array(stepCase),
});
type StepsFile = z.infer<typeof stepsFile>;

/** f1: a few steps of a small network, every number given. */
export async function verifySteps(files: CaseFiles, json: string, make: MakeEngine): Promise<VerifyRow[]> {
  const settings = readJson(files, json, stepsFile);
  const data = await arrayFile(files, json, settings.data_file);
  wantSome(json, settings.cases.length, "case");
  const rows: VerifyRow[] = [];
  for (const one of settings.cases) {
    rows.push(...(await verifyOne(settings, one, data, make, "effective")));
    if (one.expected_intended_rule !== undefined) {
      rows.push(...(await verifyOne(settings, one, data, make, "intended")));
    }
  }
  return rows;
}

async function verifyOne(
  settings: StepsFile,
  one: z.infer<typeof stepCase>,
  data: ArrayFile,
  make: MakeEngine,
  spikeRule: TrainingRules["spikeRule"],
): Promise<VerifyRow[]> {
  const { N: n, steps } = settings;
  const engine = await make(
    compileTraining({
      n,
      rules: { h: settings.dt, b: settings.b, alpha: 1, spikeRule, noiseScheme: "halves" },
      schedule: { ...untrained(steps), stimulusRow: Int32Array.from({ length: steps }, (_, it) => it) },
      entries: [entryOf(settings, one, data)],
    }),
  );
  try {
    const got = (await engine.advance(steps, ["x", "r", "v", "xmid"])).entries[0];
    const want = spikeRule === "intended" ? (one.expected_intended_rule ?? one.expected) : one.expected;
    const name = `${one.name}${spikeRule === "intended" ? ", intended rule" : ""}`;
    const strong = one.nqif > 0 && data.floats(one.inputs.Iext).some((I) => Math.abs(I) > CHAOTIC_CURRENT);
    const xLimit = trainedLimit(engine.kind, strong ? TRAINED.stepXStrong : TRAINED.stepX);
    const values = steps * n;
    const phase = (i: number): number | undefined => (i % n < one.nqif ? 2 * Math.PI : undefined);
    const traces = got?.traces ?? {};
    const rows = [
      atMost(
        name,
        "spikes that differ",
        countDifferent(got?.spikes ?? [], data.bytes(want.spikes)),
        TRAINED.spikes.float32,
        values,
      ),
      atMost(name, "max |x|", maxDifference(traces.x ?? [], data.floats(want.x), phase), xLimit, values),
      atMost(
        name,
        "max |r|",
        maxDifference(traces.r ?? [], data.floats(want.r)),
        trainedLimit(engine.kind, TRAINED.stepR) * largestR(data.floats(want.r)),
        values,
      ),
    ];
    if (spikeRule === "effective") {
      // |v| sums up to n products of r (error 1e-6 at most) and weights: the limit of x covers it
      rows.push(atMost(name, "max |v|", maxDifference(traces.v ?? [], data.floats(one.expected.v)), xLimit, values));
      if (one.expected.xmid !== undefined) {
        rows.push(
          atMost(
            name,
            "max |x mid|",
            maxDifference(traces.xmid ?? [], data.floats(one.expected.xmid), phase),
            xLimit,
            values,
          ),
        );
      }
    }
    return rows;
  } finally {
    await engine.close();
  }
}

/** Limits of r are those of an r of up to 1; beyond, rounding grows with it. */
export const largestR = (r: Float64Array): number => Math.max(1, largest(r));

function entryOf(settings: StepsFile, one: z.infer<typeof stepCase>, data: ArrayFile): TrainingEntry {
  const { N: n, steps } = settings;
  const noise = one.inputs.noise === undefined ? undefined : data.floats(one.inputs.noise);
  return {
    label: one.name,
    nqif: one.nqif,
    threshold: settings.vt ?? 0,
    reset: settings.vreset ?? 0,
    x0: data.floats(one.inputs.x0),
    r0: data.floats(one.inputs.r0),
    ...sparse(data.floats(one.inputs.w), n),
    stimulus: data.floats(one.inputs.Iext),
    target: new Float64Array(steps * n),
    noise: noise === undefined ? { kind: "none" } : { kind: "given", loop: () => noise },
  };
}

/** A dense matrix as rows of all its entries that are not zero. */
export function sparse(dense: Float64Array, n: number): Pick<TrainingEntry, "rowPtr" | "colIdx" | "w"> {
  const kept = [...dense.keys()].filter((at) => dense[at] !== 0);
  const rowPtr = new Int32Array(n + 1);
  for (const at of kept) (rowPtr[Math.floor(at / n) + 1] as number) += 1;
  for (let i = 0; i < n; i++) (rowPtr[i + 1] as number) += rowPtr[i] as number;
  return {
    rowPtr,
    colIdx: Int32Array.from(kept, (at) => at % n),
    w: Float64Array.from(kept, (at) => dense[at] as number),
  };
}

/** One loop without learning. */
export const untrained = (steps: number): Omit<TrainingSchedule, "stimulusRow"> => ({
  loops: 1,
  stepsPerLoop: steps,
  firstTrained: 1,
  lastTrained: 0,
  learnFrom: 0,
});

const edgesFile = z.object({
  rows: z.array(
    z.object({
      model: z.enum(["qif", "lif"]),
      x: z.number(),
      xnew: z.number(),
      vt: z.number().optional(),
      spike: z.boolean().optional(),
      spike_effective: z.boolean().optional(),
      spike_intended: z.boolean().optional(),
      why: z.string(),
    }),
  ),
});

export interface SpikeDecision {
  readonly model: "qif" | "lif";
  readonly x: number;
  readonly xNew: number;
  readonly threshold: number;
  readonly rule: "effective" | "intended";
}

/** Decides for each row whether it is a spike: the engine's own functions, run one by one. */
export type Decide = (rows: readonly SpikeDecision[]) => Promise<boolean[]>;

export const decideByReference: Decide = (rows) =>
  Promise.resolve(
    rows.map((row) =>
      row.model === "qif" ? qifSpikes(row.x, row.xNew) : lifSpikes(row.x, row.xNew, row.threshold, row.rule),
    ),
  );

/** f1 edges: single spike decisions. */
export async function verifyEdges(files: CaseFiles, json: string, decide: Decide): Promise<VerifyRow[]> {
  const { rows } = readJson(files, json, edgesFile);
  const asked: (SpikeDecision & { why: string; want: boolean })[] = [];
  for (const model of ["qif", "lif"] as const) {
    const said = rows.filter((row) => row.model === model).flatMap((r) => [r.spike, r.spike_effective, r.spike_intended]);
    for (const decision of [true, false]) wantSome(json, said.filter((x) => x === decision).length, `${model} row that is ${decision ? "a" : "no"} spike`);
  } // prettier-ignore
  for (const row of rows) {
    const common = { model: row.model, x: row.x, xNew: row.xnew, threshold: row.vt ?? 0, why: row.why };
    const effective = row.spike ?? row.spike_effective;
    if (effective !== undefined) asked.push({ ...common, rule: "effective", want: effective });
    if (row.spike_intended !== undefined) asked.push({ ...common, rule: "intended", want: row.spike_intended });
  }
  const got = await decide(asked);
  return asked.map((row, i) => ({
    case: `${row.model} ${row.x} -> ${row.xNew}${row.model === "lif" ? ` (${row.rule})` : ""}`,
    quantity: "spike",
    measured: String(got[i]),
    allowed: String(row.want),
    values: 1,
    needed: 1,
    pass: got[i] === row.want,
    note: row.why,
  }));
}
