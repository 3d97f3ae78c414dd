import { z } from "zod";
import { DataError, didYouMean } from "../../errors.ts";
import {
  NOTEBOOK,
  NOTEBOOK_GRID,
  stepsOf,
  type TrainedNetworkParameters,
} from "../../models/trained-network/parameters.ts";

const positive = z.number().positive();
const count = z.number().int().nonnegative();

/** Options of `hillock run train`; spec/trained-network.md section 1 explains the symbols. Dimensionless unless a unit is said. */
export const trainingOptions = z.strictObject({
  N: count.min(2).default(NOTEBOOK.N).describe("neurons"),
  p: z.number().min(0).max(1).default(NOTEBOOK.p).describe("connection density"),
  gsyn: z.number().default(NOTEBOOK.gsyn).describe("scale of the initial weights"),
  alpha: positive.default(NOTEBOOK.alpha).describe("regulariser: P starts as I / alpha"),
  h: positive.default(NOTEBOOK.h).describe("time step, in units of 10 ms"),
  itmax: count.min(2).default(NOTEBOOK.itmax).describe("steps of a loop"),
  itstim: count.default(NOTEBOOK.itstim).describe("steps with stimulus at the start of a loop"),
  stimulusMs: positive.optional().describe("the same in ms, instead of itstim"),
  learnFrom: count.optional().describe("first learning step of a loop; itstim + 1 as published"),
  learnFromMs: positive.optional().describe("the same in ms"),
  sigma: z.number().nonnegative().default(NOTEBOOK.sigma).describe("amplitude of the noise; 0 for none"),
  physicalNoise: z
    .boolean()
    .default(NOTEBOOK.physicalNoise)
    .describe("scale sigma by sqrt(0.1 / h), to keep the physics while h changes"),
  amp_current: z.number().default(NOTEBOOK.amp_current).describe("stimulus range: uniform in -x..x"),
  amp0: z.number().default(NOTEBOOK.amp0).describe("target amplitude: uniform in 0..x"),
  cycles: z.tuple([z.number(), z.number()]).default([1, 5]).describe("target cycles per loop of the two halves"),
  nloop: count.min(1).default(NOTEBOOK.nloop).describe("loops"),
  nloop_train: count.default(NOTEBOOK.nloop_train).describe("loops 1..n learn"),
  b: positive.default(NOTEBOOK.b).describe("synaptic decay rate and jump per spike"),
  vt: z.number().default(NOTEBOOK.vt).describe("LIF threshold"),
  ftrain: z.number().min(0).max(1).default(NOTEBOOK.ftrain).describe("fraction of neurons that learn"),
  spikeRule: z
    .enum(["effective", "intended"])
    .default("effective")
    .describe("LIF spikes: as the notebook decides, or as it means to"),
  noiseScheme: z
    .enum(["halves", "held"])
    .default("halves")
    .describe("noise per half-step, or held over the step in the current"),
  pqif: z.array(z.number().min(0).max(1)).min(1).default([0.5]).describe("fractions of QIF neurons"),
  vrest: z.array(z.number()).min(1).default([-12.3]).describe("LIF reset values"),
  seeds: z
    .array(count.max(2 ** 32 - 1))
    .min(1)
    .default([0])
    .describe("replicas"),
  rng: z.enum(["philox", "numpy"]).default("philox").describe("numpy: the notebook's own generator and order of draws"),
  dimensionSign: z.enum(["kept", "asPublished"]).default("kept").describe("cross term of the corrected dimension"),
  longDimension: z
    .boolean()
    .default(false)
    .describe("also the companion protocol: 2000 windows of 50 steps with trained weights"),
  traces: z
    .enum(["none", "sample", "all"])
    .default("sample")
    .describe("r, input and error stored of no, six, or all neurons"),
  notebookFiles: z
    .enum(["none", "corrected", "original"])
    .default("none")
    .describe("also the notebook's folders and CSV files; original keeps its mislabelled columns"),
  spectrum: z.boolean().default(true).describe("eigenvalues before and after training"),
});
export type TrainingOptions = z.infer<typeof trainingOptions>;

/** Named sets of options: one network, and the notebook's whole ensemble (40 asked, 34 distinct). */
export const TRAINING_PRESETS: Readonly<Record<"quick" | "notebook", z.input<typeof trainingOptions>>> = {
  quick: {},
  notebook: { pqif: [...NOTEBOOK_GRID.pqif], vrest: [...NOTEBOOK_GRID.vrest], seeds: [...NOTEBOOK_GRID.seeds] },
};

/** Options with defaults filled in; a DataError names what does not fit.
 * @param preset   "quick" where left out */
export function parseTrainingOptions(given: Readonly<Record<string, unknown>>, preset = "quick"): TrainingOptions {
  const base = TRAINING_PRESETS[preset as keyof typeof TRAINING_PRESETS];
  if (base === undefined) {
    throw new DataError(`train ${preset}`, "is not a preset", didYouMean(preset, Object.keys(TRAINING_PRESETS)));
  }
  const known = Object.keys(trainingOptions.shape);
  const wrong = Object.keys(given).find((name) => !known.includes(name));
  if (wrong !== undefined) throw new DataError(`train option ${wrong}`, "does not exist", didYouMean(wrong, known));
  const parsed = trainingOptions.safeParse({ ...base, ...given });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new DataError(`train option ${issue?.path.join(".")}`, String(issue?.message), "See hillock run train --help");
}

/** Parses one `name=value` as the option wants it; lists are separated by commas. */
export function parseTrainingOption(name: string, text: string): unknown {
  const numeric = text.split(",").map(Number);
  const schema = (trainingOptions.shape as Record<string, z.ZodType>)[name];
  for (const value of [numeric, numeric[0], text === "true" ? true : text === "false" ? false : undefined, text]) {
    if (schema?.safeParse(value).success) return value;
  }
  return text; // parseTrainingOptions says what is wrong with it
}

/** A line per option: name, default, meaning. */
export function trainingHelp(): string {
  const lines = Object.entries(trainingOptions.shape).map(([name, schema]) => {
    const fallback: unknown = schema.safeParse(undefined).data;
    const shown = fallback === undefined ? "" : ` (${Array.isArray(fallback) ? fallback.join(",") : String(fallback)})`;
    return `  ${`${name}${shown}`.padEnd(28)} ${schema.description ?? ""}`;
  });
  return [
    "presets: quick (one network), notebook (the whole ensemble)",
    "options, by --set name=value:",
    ...lines,
  ].join("\n");
}

/** The model's parameters; pqif and reset are those of the grid's first point. */
export function parametersOf(options: TrainingOptions): TrainedNetworkParameters {
  const itstim = options.stimulusMs === undefined ? options.itstim : stepsOf(options.stimulusMs, options.h);
  const learnFrom = options.learnFromMs === undefined ? options.learnFrom : stepsOf(options.learnFromMs, options.h);
  if (itstim > options.itmax - 2) {
    throw new DataError(
      "train",
      `the stimulus lasts ${itstim} of ${options.itmax} steps`,
      "Leave at least two without",
    );
  }
  return {
    ...options,
    itstim,
    learnFrom: learnFrom ?? itstim + 1,
    vrest: options.vrest[0] as number,
    pqif: options.pqif[0] as number,
  };
}

/** Reads user-given targets: a CSV with a row per step and a column per neuron, with or without a header.
 * @returns [itmax][N] */
export function parseTargets(where: string, text: string, itmax: number, N: number): Float64Array {
  const lines = text.trim().split(/\r?\n/);
  if (lines[0] !== undefined && /[A-Za-z]{2}/.test(lines[0])) lines.shift();
  if (lines.length !== itmax) throw new DataError(where, `has ${lines.length} rows`, `Give one per step, ${itmax}`);
  const rows = lines.map((line, it) => {
    const row = line.split(",").map(Number);
    if (row.length !== N || !row.every(Number.isFinite)) {
      throw new DataError(
        `${where}, row ${it}`,
        `has ${row.length} values, or one that is no number`,
        `Give ${N} numbers`,
      );
    }
    return row;
  });
  return Float64Array.from(rows.flat());
}
