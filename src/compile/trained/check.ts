import { ModelError } from "../../errors.ts";
import {
  finite,
  isPlain,
  list,
  number,
  numbers,
  object,
  oneOf,
  refuse,
  text,
  whole,
  type Check,
} from "../../shapes.ts";
import type { CompiledTraining, TrainingEntry } from "./training.ts";

const indices: Check = (where, x) => {
  numbers(where, x);
  const bad = (x as number[]).findIndex((v) => !Number.isInteger(v) || v < 0 || v > 2 ** 31 - 1);
  if (bad >= 0) refuse(`${where}[${bad}]`, (x as number[])[bad], "a whole number of 0 or more");
};
const flags: Check = (where, x) => {
  numbers(where, x);
  const bad = (x as number[]).findIndex((v) => v !== 0 && v !== 1);
  if (bad >= 0) refuse(`${where}[${bad}]`, (x as number[])[bad], "0 or 1");
};
const loop: Check = (where, x) => void (typeof x === "function" || refuse(where, x, "a function of the loop"));
const NOISES: Readonly<Record<string, Check>> = {
  none: object({ kind: text }),
  drawn: object({ kind: text, seed: whole(0), amplitude: finite }),
  given: object({ kind: text, loop }),
};
const noise: Check = (where, x) => {
  if (!isPlain(x)) refuse(where, x, 'a noise, for example { kind: "none" }');
  oneOf(...Object.keys(NOISES))(`${where}.kind`, x["kind"]);
  (NOISES[x["kind"] as string] as Check)(where, x);
};
const rules = object({
  h: finite,
  b: finite,
  alpha: finite,
  spikeRule: oneOf("effective", "intended"),
  noiseScheme: oneOf("halves", "held"),
});
const schedule = object({
  loops: whole(1),
  stepsPerLoop: whole(1),
  stimulusRow: indices,
  firstTrained: whole(0),
  lastTrained: whole(-1),
  learnFrom: whole(0),
});
const training = object(
  {
    n: whole(1),
    rules,
    schedule,
    entries: list(
      object(
        {
          label: text,
          nqif: whole(0),
          threshold: number, // where all neurons are QIF it means nothing
          reset: number,
          x0: numbers,
          r0: numbers,
          rowPtr: indices,
          colIdx: indices,
          w: numbers,
          stimulus: numbers,
          target: numbers,
          noise,
        },
        { trained: flags, P: list(numbers), firstStep: whole(0) },
      ),
      { least: 1 },
    ),
  },
  { name: text },
);

/** Checks all there is to check and returns the same data, lists of numbers as typed arrays.
 * @throws ModelError before any engine is made */
export function compileTraining(given: CompiledTraining): CompiledTraining {
  training("training", given);
  checkRules(given.rules);
  const { stimulusRow, stepsPerLoop } = given.schedule;
  if (stimulusRow.length !== stepsPerLoop)
    throw new ModelError(
      "stimulusRow",
      `has ${stimulusRow.length} rows for ${stepsPerLoop} steps`,
      "Give one per step",
    );
  for (const entry of given.entries) checkEntry(given, entry);
  const first = given.entries[0]?.firstStep ?? 0;
  const other = given.entries.find((entry) => (entry.firstStep ?? 0) !== first);
  if (other !== undefined)
    throw new ModelError(other.label, "starts at another step than the first network", "Run it by itself");
  const schedule = { ...given.schedule, stimulusRow: i32(stimulusRow) };
  return { ...given, schedule, entries: given.entries.map(typed) };
}

const f64 = (x: Float64Array): Float64Array => (x instanceof Float64Array ? x : Float64Array.from(x as number[]));
const i32 = (x: Int32Array): Int32Array => (x instanceof Int32Array ? x : Int32Array.from(x as number[]));

const typed = (e: TrainingEntry): TrainingEntry => ({
  ...e,
  x0: f64(e.x0),
  r0: f64(e.r0),
  rowPtr: i32(e.rowPtr),
  colIdx: i32(e.colIdx),
  w: f64(e.w),
  stimulus: f64(e.stimulus),
  target: f64(e.target),
  ...(e.trained && { trained: Uint8Array.from(e.trained) }),
  ...(e.P && { P: e.P.map(f64) }),
});

/** Rules and schedule alone, before a network is drawn. @throws ModelError */
export function checkPlan(plan: Pick<CompiledTraining, "rules" | "schedule">): void {
  rules("training.rules", plan.rules);
  schedule("training.schedule", plan.schedule);
  checkRules(plan.rules);
}

function checkRules(given: CompiledTraining["rules"]): void {
  for (const name of ["h", "b", "alpha"] as const)
    if (!(given[name] > 0)) throw new ModelError(name, `is ${given[name]}`, "Give a positive number");
  if (given.h * given.b >= 1)
    throw new ModelError("h", `times b is ${given.h * given.b}, so one step loses the trace`, "Choose h below 1 / b");
}

function checkEntry({ n, schedule }: CompiledTraining, entry: TrainingEntry): void {
  const { label } = entry;
  if (entry.nqif > n) {
    throw new ModelError(label, `has ${entry.nqif} QIF neurons of ${n}`, `Give a whole number in 0..${n}`);
  }
  if (entry.nqif < n && !(Number.isFinite(entry.threshold) && Number.isFinite(entry.reset))) {
    throw new ModelError(label, "has LIF neurons without threshold or reset", "Give both");
  }
  const rows = 1 + schedule.stimulusRow.reduce((a, b) => Math.max(a, b), 0);
  const lengths: [string, ArrayLike<number>, number][] = [
    ["x0", entry.x0, n],
    ["r0", entry.r0, n],
    ["rowPtr", entry.rowPtr, n + 1],
    ["target", entry.target, schedule.stepsPerLoop * n],
    ["stimulus", entry.stimulus, rows * n],
    ...(entry.trained === undefined ? [] : [["trained", entry.trained, n] as [string, ArrayLike<number>, number]]),
  ];
  for (const [name, array, length] of lengths)
    if (array.length < length || (name !== "stimulus" && array.length !== length))
      throw new ModelError(`${label}.${name}`, `has ${array.length} values`, `Give ${length}`);
  checkWeights(label, n, entry);
}

function checkWeights(label: string, n: number, { rowPtr, colIdx, w, P }: TrainingEntry): void {
  if (w.length !== colIdx.length || rowPtr[0] !== 0 || rowPtr[n] !== w.length) {
    throw new ModelError(
      label,
      `${w.length} weights, ${colIdx.length} columns, rows end at ${rowPtr[n]}`,
      "Match them",
    );
  }
  for (let i = 0; i < n; i++) {
    const [from, to] = [rowPtr[i] as number, rowPtr[i + 1] as number];
    if (to < from) throw new ModelError(`${label}.rowPtr`, `falls at row ${i}`, "Rows must follow each other");
    for (let a = from; a < to; a++) {
      const column = colIdx[a] as number;
      if (column >= n || (a > from && column <= (colIdx[a - 1] as number)))
        throw new ModelError(`${label}.colIdx`, `row ${i} has column ${column}`, `Give rising columns in 0..${n - 1}`);
    }
    const k = to - from;
    if (P !== undefined && P[i]?.length !== (k * (k + 1)) / 2) {
      throw new ModelError(`${label}.P`, `neuron ${i} has ${P[i]?.length} values`, `Give ${(k * (k + 1)) / 2}`);
    }
  }
}
