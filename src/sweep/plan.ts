import { digest, RESULTS_VERSION } from "../compile/hash.ts";
import { clipped } from "../clipped.ts";
import { DataError, HillockError, ModelError } from "../errors.ts";
import { decode, writeText, type Files } from "../storage/files.ts";
import { checkCount, type Choice } from "./axes.ts";
import type { Subject } from "./subject.ts";

export const PLAN_FILE = "sweep.json";

/** One point: settings and seed, under the digest of all that its numbers follow from. */
export interface Point {
  /** 16 hexadecimal digits: its folder's name. */
  readonly id: string;
  readonly seed: number;
  /** Which of the runs that differ in nothing but the seed. */
  readonly replicate: number;
  /** What it changes, beyond the plan's `fixed`. */
  readonly set: Choice;
}

/** A sweep as it was planned; sweep.json. */
export interface Plan {
  readonly hillock: string;
  /** RESULTS_VERSION of the hillock that planned it. */
  readonly results: number;
  readonly subject: Pick<Subject, "kind" | "name" | "preset">;
  /** Files of the folder `inputs`, by option name ("network" for a network). */
  readonly inputs: Readonly<Record<string, string>>;
  readonly engine: string;
  readonly adapter: string | undefined;
  readonly figures: boolean;
  /** Settings of every point. */
  readonly fixed: Choice;
  /** The design, as it was given. */
  readonly design: readonly string[];
  readonly points: readonly Point[];
}

interface Seeds {
  /** One seed for all points; undefined: each from its own hash. */
  readonly seed: number | undefined;
  /** Runs of every point. The first has the given seed, each other one of its own that follows from it, the same for all points. */
  readonly replicates: number;
}

/** Points of choices: checked, hashed, each once. A setting called "seed" is the seed.
 * @returns the points, and how many came twice */
export async function pointsOf(
  subject: Subject,
  fixed: Choice,
  choices: readonly Choice[],
  { seed, replicates }: Seeds,
  onProgress: (done: number) => void = () => undefined,
): Promise<{ points: Point[]; repeated: number }> {
  checkCount(choices.length * replicates);
  const points = new Map<string, Point>();
  let repeated = 0;
  for (const [k, choice] of choices.entries()) {
    const { seed: own, ...set } = choice;
    const given = own === undefined ? seed : seedOf(own);
    const facts = await checked(subject, { ...fixed, ...set }, set, given ?? 0);
    for (let replicate = 0; replicate < replicates; replicate++) {
      const id = digest({ facts, replicate, seed: given ?? "of the point" }).slice(0, 16);
      const point = { id, seed: seedFor(given, replicate, id), replicate, set };
      if (points.has(id)) repeated++;
      else points.set(id, point);
    }
    onProgress((k + 1) / choices.length);
  }
  return { points: [...points.values()], repeated };
}

function seedFor(given: number | undefined, replicate: number, id: string): number {
  if (given !== undefined && replicate === 0) return given;
  const from = given === undefined ? id : digest({ seed: given, replicate });
  return parseInt(from.slice(0, 8), 16);
}

/** What a point's numbers follow from; an error that does not name a setting of the point says which point it is. */
async function checked(subject: Subject, all: Choice, set: Choice, seed: number): Promise<unknown> {
  try {
    return await subject.check(all, seed);
  } catch (error) {
    const named = !(error instanceof HillockError) || Object.keys(set).some((path) => error.where.includes(path));
    if (named || Object.keys(set).length === 0) throw error;
    const point = Object.entries(set).map(([path, value]) => `${path}=${value}`);
    throw new ModelError(`${error.where} (at ${clipped(point.join(" "))})`, error.problem, error.remedy);
  }
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed < 2 ** 32) return seed;
  throw new DataError(`seed ${clipped(text)}`, "is not a whole number from 0 to 4294967295", "Give another");
}

const FORMAT = { format: "hillock sweep", version: 1 } as const;

export async function writePlan(files: Files, plan: Plan): Promise<void> {
  const { points, ...rest } = plan;
  const head = JSON.stringify({ ...FORMAT, digest: digest(plan), ...rest }, undefined, 1).replace(/\n}$/, "");
  const lines = points.map((point) => `  ${JSON.stringify(point)}`);
  await writeText(files, PLAN_FILE, `${head},\n "points": [\n${lines.join(",\n")}\n ]\n}\n`);
}

/** @throws DataError when there is none, when it is damaged, or when another version of hillock, whose numbers differ, made it */
export async function readPlan(files: Files): Promise<Plan> {
  const where = `${files.where}/${PLAN_FILE}`;
  if (!(await files.exists(PLAN_FILE)))
    throw new DataError(
      files.where,
      "holds no sweep",
      `Plan one with: hillock sweep plan <study> --out ${files.where}`,
    );
  let found: (Plan & { format?: unknown; version?: unknown; digest?: unknown }) | undefined;
  try {
    found = JSON.parse(decode(await files.read(PLAN_FILE))) as typeof found;
  } catch {
    // said below
  }
  const remedy = "Take it from a copy, or plan the sweep again into another folder";
  if (typeof found !== "object" || found === null) throw new DataError(where, "is damaged: it does not parse", remedy);
  const { format, version, digest: sum, ...plan } = found;
  if (format !== FORMAT.format) throw new DataError(where, "is no sweep of hillock", remedy);
  if (version !== FORMAT.version) throw new DataError(where, `is a sweep of version ${clipped(String(version))}, and this hillock reads version 1`, "Use the hillock that planned it, or plan it again into another folder"); // prettier-ignore
  if (digest(plan) !== sum) throw new DataError(where, "is damaged: its checksum does not match", remedy);
  if (plan.results !== RESULTS_VERSION) throw new DataError(where, `was planned by hillock ${plan.hillock}, whose numbers differ from this one's`, "Use that version, or plan the sweep again into another folder"); // prettier-ignore
  return plan;
}
