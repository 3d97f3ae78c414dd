import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { RESULTS_VERSION } from "../../compile/hash.ts";
import { clipped } from "../../clipped.ts";
import { DataError, didYouMean } from "../../errors.ts";
import { openFolder } from "../../storage/node-folder.ts";
import { encode } from "../../storage/files.ts";
import {
  MOST_POINTS,
  axisValues,
  listedPoints,
  product,
  randomPoints,
  split,
  type Choice,
  type KindOf,
  type RandomDesign,
} from "../../sweep/axes.ts";
import { PLAN_FILE, pointsOf, writePlan, type Plan } from "../../sweep/plan.ts";
import { networkSubject, studySubject, type Subject } from "../../sweep/subject.ts";
import { checkAdapter } from "../engine.ts";
import { countOf, pair, seedOf } from "../options.ts";
import { ProgressLine } from "../progress.ts";
import { readText } from "../read-text.ts";
import { INPUTS } from "./outcome.ts";

export interface PlanOptions {
  readonly out: string;
  readonly grid: readonly string[];
  readonly list?: string;
  readonly random: readonly string[];
  readonly samples?: string;
  readonly design: RandomDesign["design"];
  readonly designSeed: string;
  readonly replicates: string;
  readonly seed?: string;
  readonly set: readonly string[];
  readonly file: readonly string[];
  readonly engine: string;
  readonly adapter?: string;
  readonly figures?: boolean;
}

/** `hillock sweep plan`: checks every point, and writes the manifest. Nothing is computed. @returns the exit code */
export async function planCommand(
  name: string,
  preset: string | undefined,
  options: PlanOptions,
  version: string,
): Promise<number> {
  const folder = await openFolder(options.out);
  if (existsSync(join(options.out, PLAN_FILE))) throw new DataError(folder.where, "already holds a sweep", "Choose another folder with --out"); // prettier-ignore
  checkAdapter(options.engine, options.adapter);
  const { subject, files } = await subjectOf(name, preset, options.file);
  const fixed = Object.fromEntries(options.set.map(pair));
  if (fixed["seed"] !== undefined) throw new DataError("--set seed", "is no setting of a study", `Give --seed ${clipped(fixed["seed"])}`); // prettier-ignore
  for (const path of Object.keys(fixed)) subject.kindOf(path);
  const choices = await choicesOf(subject, options);
  const twice = Object.keys(choices[0] ?? {}).find((path) => Object.hasOwn(fixed, path));
  if (twice !== undefined) throw new DataError(`--set ${twice}`, "is also an axis of the sweep", "Give it once");
  if (options.seed !== undefined && Object.hasOwn(choices[0] ?? {}, "seed")) throw new DataError(`--seed ${clipped(options.seed)}`, "is also an axis of the sweep", "Give it once"); // prettier-ignore
  const seed = options.seed === undefined ? undefined : seedOf(options.seed, 0);
  const replicates = countOf("replicates", options.replicates, MOST_POINTS);
  const line = new ProgressLine(process.stderr);
  const began = performance.now();
  const { points, repeated } = await pointsOf(subject, fixed, choices, { seed, replicates }, (done) => {
    if (performance.now() - began > 1000) line.show("checking", done);
  }); // prettier-ignore
  line.clear();
  const { kind, preset: chosen } = subject;
  const design = [...options.grid.map((g) => `grid ${g}`), ...(options.list === undefined ? [] : [`list ${basename(options.list)}`]), ...options.random.map((r) => `${options.design} ${r}`)]; // prettier-ignore
  const plan: Plan = {
    hillock: version, results: RESULTS_VERSION, subject: { kind, name: subject.name, preset: chosen },
    inputs: Object.fromEntries([...files].map(([key, { file }]) => [key, file])),
    engine: options.engine, adapter: options.adapter, figures: options.figures ?? false, fixed, design, points,
  }; // prettier-ignore
  await folder.prepare();
  const inputs = await openFolder(join(options.out, INPUTS));
  if (files.size > 0) await inputs.prepare();
  for (const { file, text } of files.values()) await inputs.write(file, encode(text));
  await writePlan(folder, plan);
  const said = repeated > 0 ? ` (${repeated} that came twice are left out)` : "";
  process.stdout.write(`${points.length} points of ${subject.name}${said} in ${folder.where}/${PLAN_FILE}\nCompute them: hillock sweep run ${folder.where}\n`); // prettier-ignore
  return 0;
}

type Inputs = ReadonlyMap<string, { readonly file: string; readonly text: string }>;

async function subjectOf(
  name: string,
  preset: string | undefined,
  given: readonly string[],
): Promise<{ subject: Subject; files: Inputs }> {
  if (/\.(m?[jt]s)$/.test(name)) throw new DataError(clipped(name), "is a program, whose changes a sweep could not see", "Write its network by JSON.stringify(network) and sweep over the .json"); // prettier-ignore
  if (name.endsWith(".json")) {
    if (preset !== undefined) throw new DataError(clipped(preset), "is given where a network has no presets", "Leave it out"); // prettier-ignore
    const text = readText(name);
    return {
      subject: networkSubject(basename(name), text),
      files: new Map([["network", { file: "network.json", text }]]),
    };
  }
  const { STUDIES } = await import("../../studies/index.ts");
  const study = STUDIES.get(name);
  if (study === undefined) throw new DataError(`study "${clipped(name)}"`, "does not exist", `${didYouMean(clipped(name), STUDIES.keys())}. Or give a network's .json`); // prettier-ignore
  const files = new Map<string, { file: string; text: string }>();
  for (const [option, path] of given.map((text) => split("file", text))) {
    if (study.files?.has(option) !== true) throw new DataError(`--file ${clipped(option)}`, `is no file of ${name}`, didYouMean(clipped(option), study.files?.keys() ?? [])); // prettier-ignore
    files.set(option, { file: `${option}.txt`, text: readText(path) });
  }
  const texts = new Map([...files].map(([option, { text }]) => [option, text]));
  return { subject: studySubject(study, preset, texts), files };
}

/** Values of "seed" are numbers, though it is no setting. */
const kindFor =
  ({ kindOf }: Subject): KindOf =>
  (path) =>
    path === "seed" ? { list: false, whole: true } : kindOf(path);

/** Every combination of the axes of --grid, the rows of --list and the samples of --random. */
async function choicesOf(subject: Subject, options: PlanOptions): Promise<Choice[]> {
  const kindOf = kindFor(subject);
  const axes: (readonly Choice[])[] = options.grid.map((text) => {
    const { path, values } = axisValues("grid", text, kindOf);
    return values.map((value) => ({ [path]: value }));
  });
  if (options.list !== undefined) {
    const rows = listedPoints(options.list, readText(options.list));
    for (const path of Object.keys(rows[0] ?? {})) kindOf(path);
    axes.push(rows);
  }
  if (options.random.length > 0) axes.push(randomPoints(randomDesign(options), kindOf));
  else if (options.samples !== undefined) throw new DataError("--samples", "is given without --random", "Add an axis: --random drive.constant=40:80"); // prettier-ignore
  const paths = axes.flatMap((axis) => Object.keys(axis[0] ?? {}));
  const twice = paths.find((path, k) => paths.indexOf(path) < k);
  if (twice !== undefined) throw new DataError(clipped(twice), "is given by two axes", "Give each setting once");
  return product(axes);
}

function randomDesign({ random, samples, design, designSeed }: PlanOptions): RandomDesign {
  if (samples === undefined) throw new DataError("--random", "is given without a number of points", "Add --samples 20");
  return {
    axes: random,
    samples: countOf("samples", samples, MOST_POINTS),
    seed: seedOf(designSeed, 1, "design-seed"),
    design,
  };
}
