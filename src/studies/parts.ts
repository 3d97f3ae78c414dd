import { digest } from "../compile/hash.ts";
import { DataError } from "../errors.ts";
import { decode, writeText, type Files } from "../storage/files.ts";
import { CHECKPOINT_FILE } from "../storage/checkpoint.ts";
import { RUN_FILE } from "../storage/run-folder.ts";

export const STUDY_FILE = "study.json";
/** Of study.json and the parts: 2 ties each part to its study and its name. */
const VERSION = 2;

/** What a study's numbers follow from; study.json. */
export interface StudyFacts {
  readonly study: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Digests of the files given, by option name. */
  readonly files: Readonly<Record<string, string>>;
  readonly engine: string;
  readonly adapter: string;
}

export const USED = ["already holds a run", "Choose another folder, go on with --resume, or overwrite it with --force"] as const; // prettier-ignore

interface Taking {
  readonly resume: boolean;
  readonly force: boolean;
  readonly continues: boolean;
}

/** @throws DataError where the folder holds a run and nothing says what to do with it */
export async function refuseUsed(files: Files, { resume, force, continues }: Taking): Promise<void> {
  if (resume || force || continues) return;
  for (const name of [STUDY_FILE, RUN_FILE, CHECKPOINT_FILE])
    if (await files.exists(name)) throw new DataError(files.where, ...USED);
}

/** The finished parts of a study in its folder: one file each, put in place at once, so that a study stopped at any moment
 * keeps them and goes on behind the last. */
export class Parts {
  readonly #files: Files;
  readonly #resume: boolean;
  /** Of the study that began the folder: a part of another one is not taken for its own. */
  readonly #id: string;

  private constructor(files: Files, resume: boolean, id: string) {
    [this.#files, this.#resume, this.#id] = [files, resume, id];
  }

  /** Takes the folder for a study.
   * @param how  continues: on what an earlier run left there
   * @throws DataError when it holds one and neither resume nor force is given, or what is resumed was made with something else */
  static async open(files: Files, facts: StudyFacts, how: Taking, note: (line: string) => void): Promise<Parts> {
    await refuseUsed(files, how);
    const present = await files.list();
    const looks = how.resume || (how.continues && !how.force);
    const before = looks && present.includes(STUDY_FILE) ? await stored(files) : undefined;
    const different = before === undefined ? [] : differences(before, facts);
    if (how.resume && before !== undefined) {
      if (different.length > 0 && !how.force) throw new DataError(files.where, `holds a study with other ${different.join(", ")}`, "Use what it was made with, choose another folder, or give --force: results are then not those of one run"); // prettier-ignore
      note(`going on in ${files.where}${different.length === 0 ? "" : `; not bitwise: other ${different.join(", ")}`}`);
    } else if (how.resume || !how.continues) {
      if (how.resume) note(`${files.where} has no study yet: starting from the beginning`);
      await files.remove(STUDY_FILE); // first: parts without it are nobody's
      for (const name of present.filter(isPart)) await files.remove(name);
    }
    const id = before !== undefined && (how.resume || different.length === 0) ? before.id : digest(facts);
    await writeText(
      files,
      STUDY_FILE,
      `${JSON.stringify({ format: "hillock study", version: VERSION, id, ...facts }, undefined, 1)}\n`,
    );
    return new Parts(files, how.resume, id);
  }

  readonly keep = async <T>(part: string, compute: () => Promise<T>): Promise<T> => {
    const name = `part-${part.replace(/[^a-z0-9]+/gi, "-")}.json`;
    const place: Place = { study: this.#id, part };
    if (this.#resume && (await this.#files.exists(name))) return readPart<T>(this.#files, name, place);
    const value = await compute();
    const text = toJson(value);
    await writeText(this.#files, name, JSON.stringify({ ...place, digest: digest({ ...place, text }), text }));
    return value;
  };
}

const isPart = (name: string): boolean => /^part-.*\.json$/.test(name);

/** Which part of which study a file is. */
interface Place {
  readonly study: string;
  readonly part: string;
}

async function readPart<T>(files: Files, name: string, wanted: Place): Promise<T> {
  const where = `${files.where}/${name}`;
  const found = parsed(where, await files.read(name)) as Record<string, unknown>;
  const { study, part, digest: sum, text } = found;
  const remedy = "Put back the file that belongs here, or remove it: that part is then computed again";
  if (typeof text !== "string" || digest({ study, part, text }) !== sum)
    throw new DataError(where, "is damaged (its checksum does not match)", remedy);
  if (study !== wanted.study) throw new DataError(where, "is a part of another study", remedy);
  if (part !== wanted.part) throw new DataError(where, `is another part of this study, "${String(part)}"`, remedy);
  return fromJson<T>(text);
}

function parsed(where: string, bytes: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(decode(bytes));
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // said below
  }
  throw new DataError(where, "does not parse", "Remove it, or start again with --force");
}

async function stored(files: Files): Promise<StudyFacts & { readonly id: string }> {
  const where = `${files.where}/${STUDY_FILE}`;
  const found = parsed(where, await files.read(STUDY_FILE)) as Partial<StudyFacts> & {
    format?: string;
    version?: number;
    id?: unknown;
  };
  if (found.format === "hillock study" && found.version === VERSION && typeof found.id === "string")
    return found as StudyFacts & { id: string };
  throw new DataError(
    where,
    `is not a hillock study of version ${VERSION}`,
    "Choose another folder, or overwrite it with --force",
  );
}

/** Names of the facts that differ, settings by their path. */
function differences(a: StudyFacts, b: StudyFacts): string[] {
  const [was, is] = [leaves(a), leaves(b)];
  return [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path));
}

function leaves({ study, settings, seed, files, engine, adapter }: StudyFacts): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      for (const [name, child] of Object.entries(value)) walk(child, path === "" ? name : `${path}.${name}`);
    else if (value !== undefined) found.set(path, JSON.stringify(value));
  };
  walk(settings, "");
  walk({ study, seed, files, engine, adapter }, "");
  return found;
}

const ARRAYS = new Map(
  [Float64Array, Float32Array, Int32Array, Uint32Array, Uint8Array].map((Kind) => [Kind.name, Kind] as const),
);

/** JSON has no NaN, infinities, -0 and typed arrays: they are written as objects with this property. */
const MARK = "#";

/** JSON that gives every bit back: NaN, infinities, -0 and typed arrays too. */
export const toJson = (value: unknown): string => JSON.stringify(value, packed);
export const fromJson = <T>(text: string): T => JSON.parse(text, unpacked) as T;

function packed(_: string, value: unknown): unknown {
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
    return { [MARK]: Object.is(value, -0) ? "-0" : String(value) };
  if (ArrayBuffer.isView(value)) return { [MARK]: value.constructor.name, values: Array.from(value as Float64Array) };
  return value;
}

function unpacked(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !(MARK in value)) return value;
  const { [MARK]: kind, values } = value as { [MARK]: string; values?: number[] };
  const Kind = ARRAYS.get(kind);
  return Kind === undefined ? Number(kind) : Kind.from(values ?? []);
}
