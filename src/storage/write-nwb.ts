import type { Dataset, File, Group } from "h5wasm";
import { DataError } from "../errors.ts";
import type { Spikes } from "../run/chunk.ts";
import { trainsOf } from "./export.ts";
import type { Files } from "./files.ts";
import { writeHdf5 } from "./hdf5-file.ts";

/** Spikes as files of Neurodata Without Borders, with what NWB Inspector looks for where it is given. */

/** Whom the model stands for. */
export interface NwbSubject {
  readonly subjectId: string;
  /** Latin binomial, as "Homo sapiens". */
  readonly species?: string;
  readonly sex?: "M" | "F" | "U" | "O";
  /** ISO 8601 duration, as "P30Y", or a range of two, "P20Y/P40Y". */
  readonly age?: string;
  readonly description?: string;
}

export interface NwbOptions {
  readonly identifier: string;
  readonly description: string;
  /** ISO 8601 time with zone, not ahead of now. NWB wants one; simulated time 0 is this instant. */
  readonly sessionStart: string;
  readonly populations: readonly { readonly name: string; readonly spikes: Spikes }[];
  /** Each as "Last, First". */
  readonly experimenter?: readonly string[];
  readonly institution?: string;
  readonly lab?: string;
  readonly keywords?: readonly string[];
  readonly sessionId?: string;
  readonly experimentDescription?: string;
  readonly subject?: NwbSubject;
}

/** Texts below /general, by their name in NWB. */
const GENERAL = { experimenter: "experimenter", institution: "institution", lab: "lab", keywords: "keywords", session_id: "sessionId", experiment_description: "experimentDescription" } as const; // prettier-ignore
const SUBJECT = { subject_id: "subjectId", species: "species", sex: "sex", age: "age", description: "description" } as const; // prettier-ignore
const DURATION = String.raw`P(?!$)(?:\d+(?:\.\d+)?[YMWD])*(?:T(?:\d+(?:\.\d+)?[HMS])+)?`;
/** What NWB Inspector takes, and what to give. */
const FORMS: Readonly<Record<string, readonly [RegExp, string]>> = {
  experimenter: [/^[^,]+, [^,]+$/, 'Give each name as "Last, First"'],
  species: [/^[A-Z][a-z]+ [a-z]+(?: [a-z]+)?$|^http:\/\/purl\.obolibrary\.org\/obo\/NCBITaxon_\d+$/, 'Give a Latin binomial, as "Homo sapiens"'],
  sex: [/^[MFUO]$/, "Give M, F, U (unknown) or O (other)"],
  age: [new RegExp(`^${DURATION}(?:/(?:${DURATION})?)?$`), 'Give an ISO 8601 duration, as "P30Y"'],
}; // prettier-ignore

/** Writes spikes as an NWB 2 units table: one row per cell of every population, times in seconds.
 * @throws DataError for a start that is no time with its zone or to come, a text that is empty or has not the form that it should, a population given twice */
export async function writeNwb(files: Files, name: string, options: NwbOptions): Promise<void> {
  checkNwb(name, options);
  await writeHdf5(files, name, (file) => fillNwb(file, options));
}

function typed(target: Pick<Dataset, "create_attribute">, type: string, namespace: string): void {
  target.create_attribute("namespace", namespace);
  target.create_attribute("neurodata_type", type);
  target.create_attribute("object_id", globalThis.crypto.randomUUID());
}

/** What every NWB file has, whatever it holds. */
function frameNwb(file: File, options: NwbOptions): void {
  file.create_attribute("nwb_version", "2.7.0");
  typed(file, "NWBFile", "core");
  const text = (where: Pick<Group, "create_dataset">, name: string, data: string | string[]): Dataset =>
    where.create_dataset({ name, data, shape: typeof data === "string" ? [] : [data.length] });
  text(file, "identifier", options.identifier);
  text(file, "session_description", options.description);
  text(file, "session_start_time", options.sessionStart);
  text(file, "timestamps_reference_time", options.sessionStart);
  text(file, "file_create_date", [new Date().toISOString()]);
  for (const group of ["acquisition", "analysis", "processing", "stimulus"]) file.create_group(group);
  const general = file.create_group("general");
  for (const [name, key] of Object.entries(GENERAL)) {
    const given = options[key as (typeof GENERAL)[keyof typeof GENERAL]];
    if (given !== undefined) text(general, name, typeof given === "string" ? given : [...given]);
  }
  if (options.subject !== undefined) {
    const subject = general.create_group("subject");
    typed(subject, "Subject", "core");
    for (const [name, key] of Object.entries(SUBJECT)) {
      const given = options.subject[key as keyof NwbSubject];
      if (given !== undefined) text(subject, name, given);
    }
  }
  for (const group of ["presentation", "templates"]) file.create_group(`stimulus/${group}`);
}

function fillNwb(file: File, options: NwbOptions): void {
  frameNwb(file, options);
  const units = file.create_group("units");
  typed(units, "Units", "core");
  units.create_attribute("description", `${options.description} Simulated cells: no electrodes recorded them.`);
  units.create_attribute("colnames", ["spike_times", "obs_intervals", "population", "cell"]);
  const rows = options.populations.flatMap(({ name, spikes }) =>
    trainsOf(spikes).map((train, cell) => ({ name, cell, train, from: spikes.from, to: spikes.to })),
  );
  const column = (
    name: string,
    data: Float64Array | Int32Array | string[],
    description: string,
    shape = [data.length],
  ): Dataset => {
    const dataset = units.create_dataset({ name, data, shape });
    typed(dataset, "VectorData", "hdmf-common");
    dataset.create_attribute("description", description);
    return dataset;
  };
  const ends = (name: string, of: string, lengths: readonly number[]): void => {
    let end = 0;
    const data = Int32Array.from(lengths, (length) => (end += length));
    const dataset = units.create_dataset({ name, data, shape: [data.length] });
    typed(dataset, "VectorIndex", "hdmf-common");
    dataset.create_attribute("description", `end of each row in ${of}`);
    dataset.create_attribute("target", (units.get(of) as Dataset).create_reference(), []);
  };
  const id = units.create_dataset({ name: "id", data: Int32Array.from(rows, (_, i) => i), shape: [rows.length] });
  typed(id, "ElementIdentifiers", "hdmf-common");
  column("spike_times", Float64Array.from(rows.flatMap(({ train }) => train.map((t) => t / 1000))), "spike times, s");
  ends(
    "spike_times_index",
    "spike_times",
    rows.map(({ train }) => train.length),
  );
  const observed = Float64Array.from(rows.flatMap(({ from, to }) => [from / 1000, to / 1000]));
  column("obs_intervals", observed, "observed interval of each unit, s", [rows.length, 2]);
  ends(
    "obs_intervals_index",
    "obs_intervals",
    rows.map(() => 1),
  );
  column(
    "population",
    rows.map(({ name }) => name),
    "population of the cell",
  );
  column(
    "cell",
    Int32Array.from(rows, ({ cell }) => cell),
    "index of the cell in its population",
  );
}

function checkNwb(file: string, options: NwbOptions): void {
  const { identifier, description, sessionStart, populations, subject } = options;
  const own = Object.values(GENERAL).flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]] as const])); // prettier-ignore
  const ofSubject = subject === undefined ? [] : Object.values(SUBJECT).flatMap((key) => (key === "subjectId" || subject[key] !== undefined ? [[key, subject[key]] as const] : [])); // prettier-ignore
  for (const [what, given] of [...Object.entries({ identifier, description }), ...own, ...ofSubject.map(([key, x]) => [`subject, ${key}`, x] as const)]) checkTexts(`${file}, ${what}`, what.replace("subject, ", ""), given); // prettier-ignore
  const twice = populations.find(({ name }, k) => populations.findIndex((other) => other.name === name) < k);
  if (twice !== undefined) throw new DataError(`${file}, populations`, `has "${String(twice.name).slice(0, 60)}" twice`, "Give each population once, by its own name"); // prettier-ignore
  const parts = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(sessionStart);
  const day = new Date(`${parts?.[1]}T00:00:00Z`); // the 30th of February is the 2nd of March, and so no such day
  const exists = Number.isFinite(day.getTime()) && day.toISOString().startsWith(parts?.[1] ?? "no");
  const start = Date.parse(sessionStart);
  if (parts !== null && exists && Number.isFinite(start)) {
    if (start <= Date.now() + A_DAY) return;
    throw new DataError(`${file}, sessionStart`, `is ${sessionStart}, which is still to come`, "Give a time that has been: simulated time 0 is this instant"); // prettier-ignore
  }
  throw new DataError(
    `${file}, sessionStart`,
    `is ${JSON.stringify(String(sessionStart).slice(0, 60))}`,
    'Give an ISO 8601 time with its zone, for example "2026-11-28T17:30:00+01:00"',
  );
}

/** ms: clocks of two machines are not one. */
const A_DAY = 86_400_000;

/** One text or several. */
function checkTexts(where: string, what: string, given: unknown): void {
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (all.length === 0 || all.some((text) => typeof text !== "string" || text.trim() === "")) throw new DataError(where, "is empty", "NWB needs a text"); // prettier-ignore
  const [form, remedy] = Object.hasOwn(FORMS, what) ? (FORMS[what] as readonly [RegExp, string]) : [/^/, ""];
  const bad = all.find((text) => !form.test(text as string));
  if (bad !== undefined) throw new DataError(where, `is ${JSON.stringify(String(bad).slice(0, 60))}`, remedy);
}
