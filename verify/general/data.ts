import { z } from "zod";
import { DataError } from "../../src/errors.ts";
import type { Chunk } from "../../src/run/chunk.ts";
import type { Network } from "../../src/network/network.ts";
import { simulate } from "../../src/run/simulate.ts";
import { ms, type Quantities, type Quantity, type Unit } from "../../src/units.ts";
import { own } from "../../src/own.ts";
import type { CaseFiles } from "../case.ts";
import { wantColumns, wantEqual, wantRows } from "../complete.ts";
import { parseAs, readJson } from "../read.ts";
import { type Table, table } from "../csv.ts";
import type { VerifyContext } from "../rows.ts";

/** What every general case says. */
const generalCase = z.looseObject({
  dt_ms: z.number().positive(),
  steps: z.number().int().positive(),
  model: z.unknown().optional(),
  parameters: z.looseObject({}).default({}),
  inputs: z.union([z.looseObject({}), z.string()]).default({}),
  expected: z.looseObject({}).default({}),
  files: z.record(z.string(), z.looseObject({ columns: z.array(z.string()), rows: z.number() })).default({}),
  tolerance: z.looseObject({ f64: z.looseObject({}).default({}), f32: z.looseObject({}).default({}) }),
});
export type GeneralCase = z.infer<typeof generalCase>;

/** @throws DataError where a case.json does not say what the kind needs */
export function readCase<T extends z.ZodType = typeof generalCase>(files: CaseFiles, schema?: T): z.infer<T> {
  return readJson(files, "case.json", schema ?? generalCase) as z.infer<T>;
}

/** @throws DataError where a file is not as long and as wide as case.json says */
export function wantFiles(files: CaseFiles): void {
  for (const [name, { rows }] of Object.entries(readJson(files, "case.json", filesOfCase).files)) {
    if (/\.csv(\.gz)?$/.test(name)) readTable(files, name.replace(/\.gz$/, ""));
    else wantLines(name, files.text(name), rows);
  }
}

/** Names of the files that case.json lists. */
export const listedFiles = (files: CaseFiles): string[] => Object.keys(readJson(files, "case.json", filesOfCase).files);

/** Lines of a text file, comments aside. */
function wantLines(name: string, text: string, rows: number): void {
  const found = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#")).length;
  wantEqual(name, "lines", found, rows, "case.json, files,");
}

/** A part of a case.json that a kind needs. */
export const part = <T extends z.ZodType>(value: unknown, schema: T): z.infer<T> => parseAs("case.json", value, schema);

const filesOfCase = z.looseObject({ files: generalCase.shape.files });

/** A table of a case, as long and as wide as its case.json says. */
export function readTable(files: CaseFiles, name: string): Table {
  const said = readJson(files, "case.json", filesOfCase).files;
  const found = table(files, name);
  const { rows, columns } = own(said, found.where) ?? own(said, name) ?? refuse(`files`, `does not list ${name}`);
  wantRows(found, rows, "case.json, files", 0); // cells may be silent, and nothing near a tie
  wantColumns(found, columns);
  return found;
}

/** The same, or undefined where the case has no such table: neither as a file nor in its description. */
export function optionalRead(files: CaseFiles, name: string): Table | undefined {
  const said = readJson(files, "case.json", filesOfCase).files;
  return [name, `${name}.gz`].some((one) => Object.hasOwn(said, one) || files.list().includes(one))
    ? readTable(files, name)
    : undefined;
}

const FACTORS: Readonly<Record<string, readonly [number, Unit]>> = {
  pF: [1e-3, "nF"], nF: [1, "nF"], nS: [1e-3, "uS"], uS: [1, "uS"], pA: [1e-3, "nA"], nA: [1, "nA"], mV: [1, "mV"], ms: [1, "ms"],
  "1/ms": [1, "1/ms"], "mV/ms": [1, "mV/ms"], "1": [1, "1"], um: [1, "um"], mM: [1, "mM"],
}; // prettier-ignore

/** Parameters of a case as quantities: one value, or one per cell. */
export class Parameters {
  readonly #of: Readonly<Record<string, unknown>>;

  constructor({ parameters }: Pick<GeneralCase, "parameters">) {
    this.#of = parameters;
  }

  /** @throws DataError when it is not there, or in a unit that is not known */
  quantity(name: string): Quantity | Quantities {
    const { value, unit } = this.#get(name);
    const [factor, canonical] =
      own(FACTORS, unit.split(",")[0] as string) ?? refuse(`parameters.${name}`, `has unit "${unit}"`);
    if (typeof value === "number") return { value: value * factor, unit: canonical };
    return { values: value.map((x) => x * factor), unit: canonical };
  }

  /** One value for each of n cells, in the canonical unit. */
  list(name: string, n: number): number[] {
    const q = this.quantity(name);
    if (!("values" in q)) return new Array<number>(n).fill(q.value);
    return q.values.length === n
      ? Array.from(q.values)
      : refuse(`parameters.${name}`, `has ${q.values.length} values for ${n} cells`);
  }

  number(name: string): number {
    const bare = own(this.#of, name);
    const value = typeof bare === "number" ? bare : this.#get(name).value;
    return typeof value === "number" ? value : refuse(`parameters.${name}`, "is a list");
  }

  #get(name: string): { value: number | number[]; unit: string } {
    const found = parameter.safeParse(own(this.#of, name));
    return found.success ? found.data : refuse(`parameters.${name}`, "is not among them");
  }
}

/** What a case says that a state begins with: a quantity or one of its parameters ("EL"); undefined where it says it in other words ("b v") or not at all. */
export function initial(data: GeneralCase, name: string): Quantity | Quantities | undefined {
  const word = z.looseObject({ [name]: z.string() }).safeParse(data["initial"]).data?.[name] as string | undefined;
  if (word !== undefined && own(data.parameters, word) !== undefined) return new Parameters(data).quantity(word);
  const given = z.looseObject({ [name]: parameter }).safeParse(data["initial"]);
  return given.success ? new Parameters({ parameters: given.data }).quantity(name) : undefined;
}

const parameter = z.object({ value: z.union([z.number(), z.array(z.number())]), unit: z.string() });

function refuse(name: string, problem: string): never {
  throw new DataError(`case.json, ${name}`, problem, "Compare with the reference folder's README");
}

/** Places of what is numbered from 0, in the order of its numbers, whatever the file's.
 * @throws DataError where a number is missing or comes twice */
export function inOrder(where: string, numbers: ArrayLike<number>): number[] {
  const order = Array.from(numbers, (_, k) => k).sort((a, b) => (numbers[a] as number) - (numbers[b] as number));
  order.forEach((k, want) => wantEqual(where, `as number ${want + 1} of its cells, sources or synapses`, numbers[k] as number, want, "counting from 0")); // prettier-ignore
  return order;
}

/** A table with a row for each cell: its columns in the order of the cells. */
export function readCells(files: CaseFiles, name: string): Cells {
  const found = readTable(files, name);
  const order = inOrder(found.where, found.numbers("cell"));
  return { rows: found.rows, numbers: (column) => Float64Array.from(order, (k) => found.numbers(column)[k] as number) };
}
export type Cells = Pick<Table, "rows" | "numbers">;

/** The table of a case's spikes, as many as what it expects says where it does. */
export function readSpikes(files: CaseFiles, name: string, expected: { readonly [key: string]: unknown }): Table {
  const found = readTable(files, name);
  const { spikes } = expected;
  if (typeof spikes === "number") wantEqual(found.where, "spikes", found.rows, spikes, "case.json, expected.spikes,");
  return found;
}

/** Spikes by cell, as steps. */
export function spikeSteps(rows: Table, n: number): number[][] {
  const steps: number[][] = Array.from({ length: n }, () => []);
  const cells = rows.numbers("cell");
  rows.numbers("step").forEach((step, i) => {
    const train = steps[cells[i] as number];
    if (train === undefined)
      throw new DataError("spikes.csv", `line ${i + 2} names cell ${cells[i]} of ${n}`, "Repair the file");
    train.push(step);
  });
  return steps.map((train) => train.sort((a, b) => a - b));
}

/** A simulated population's spikes by cell, as steps. */
export function simulatedSteps(chunk: Chunk, population: string, dt: number): number[][] {
  const { times, cells, n } = chunk.spikes(population);
  const steps: number[][] = Array.from({ length: n }, () => []);
  times.forEach((t, i) => steps[cells[i] as number]?.push(Math.round(t / dt)));
  return steps;
}

/** Runs a network for so many steps and gives all of it as one chunk. */
export async function runSteps(
  net: Network,
  dt: number,
  steps: number,
  context: VerifyContext,
  method: "backwardEuler" | "crankNicolson" = "backwardEuler",
): Promise<Chunk> {
  const duration = ms(dt * steps);
  const sim = await simulate(net, { ...context, dt: ms(dt), method, duration });
  try {
    for await (const chunk of sim.run(duration, { chunk: duration })) return chunk;
    throw new DataError("case.json", "has no steps", "Repair the file");
  } finally {
    await sim.close();
  }
}

/** Significant digits with which a column is printed. */
const digitsOf = (values: readonly string[]): number =>
  values.reduce(
    (most, text) => Math.max(most, (text.split("e")[0] as string).replace(/[-.]/g, "").replace(/^0+/, "").length),
    1,
  );

/** Half a unit of a value's last printed digit. */
const rounding = (value: number, digits: number): number =>
  value === 0 ? 0 : 0.5 * 10 ** (Math.floor(Math.log10(Math.abs(value))) - digits + 1);

/** The largest difference between a recorded variable and a reference's columns "<stem><cell><end>", over rows that count; with
 * `printed`, what the file's digits round off is no difference.
 * @param counts  whether a row counts, by its step and the reference's value */
export function columnError(
  chunk: Chunk,
  reference: {
    readonly table: Table;
    readonly stem: string;
    readonly end?: string;
    readonly factor?: number;
    readonly printed?: boolean;
  },
  recorded: {
    readonly population: string;
    readonly variable: string;
    readonly dt: number;
    readonly cellOf?: (cell: number) => number;
  },
  counts: (step: number, value: number, cell: number) => boolean = () => true,
): Compared {
  const { table: rows, stem, end = "", factor = 1, printed = false } = reference;
  const { population, variable, dt, cellOf = (cell) => cell } = recorded;
  const trace = chunk.trace(population, variable);
  const rowOf = new Map(Array.from(trace.times, (t, row) => [Math.round(t / dt), row]));
  const steps = rows.numbers("step");
  let [error, values] = [0, 0];
  let needed = 0;
  const pattern = new RegExp(`^${stem}(\\d+)${end}$`);
  for (const name of rows.names) {
    const cell = pattern.exec(name)?.[1];
    if (cell === undefined) continue;
    const column = trace.cells.indexOf(cellOf(Number(cell)));
    const wanted = rows.numbers(name);
    const digits = printed ? digitsOf(rows.strings(name)) : 0;
    steps.forEach((step, i) => {
      const row = rowOf.get(step);
      const value = (wanted[i] as number) * factor;
      if (!counts(step, wanted[i] as number, Number(cell))) return;
      needed++;
      if (row === undefined || column < 0) return;
      const found = trace.data[row * trace.cells.length + column] as number;
      const off = printed ? rounding(value, digits) : 0;
      error = Math.max(error, Math.abs(found - value) - off);
      values++;
    });
  }
  return { error: error / factor, values: [values, needed] };
}

export interface Compared {
  readonly error: number;
  readonly values: readonly [compared: number, needed: number];
}

/** The worst of several columns, and how many values they have together. */
export const together = (found: readonly Compared[]): Compared => ({
  error: Math.max(...found.map((one) => one.error)),
  values: [found.reduce((n, one) => n + one.values[0], 0), found.reduce((n, one) => n + one.values[1], 0)],
});

/** The same for one column and cell 0 of a population.
 * @param recorded  `late`: the reference labels the variable so many steps later than it was recorded */
export function compareColumn(
  chunk: Chunk,
  {
    table: rows,
    column,
    printed = false,
  }: { readonly table: Table; readonly column: string; readonly printed?: boolean },
  recorded: { readonly population: string; readonly variable: string; readonly dt: number; readonly late?: number },
): Compared {
  const { population, variable, dt, late = 0 } = recorded;
  const trace = chunk.trace(population, variable);
  const rowOf = new Map(Array.from(trace.times, (t, row) => [Math.round(t / dt) + late, row]));
  const wanted = rows.numbers(column);
  const digits = printed ? digitsOf(rows.strings(column)) : 0;
  let [error, values, needed] = [0, 0, 0];
  rows.numbers("step").forEach((step, i) => {
    const row = rowOf.get(step);
    if (step >= late) needed++;
    if (row === undefined) return;
    const value = wanted[i] as number;
    const found = trace.data[row * trace.cells.length] as number;
    error = Math.max(error, Math.abs(found - value) - (printed ? rounding(value, digits) : 0));
    values++;
  });
  return { error, values: [values, needed] };
}

/** Cells named by columns "<stem><cell><end>". */
export const columnCells = (rows: Table, stem: string, end = ""): number[] =>
  rows.names.flatMap((name) => {
    const cell = new RegExp(`^${stem}(\\d+)${end}$`).exec(name)?.[1];
    return cell === undefined ? [] : [Number(cell)];
  });

export const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** The largest step of which all of a table's rows are multiples: what to record, whether the rows lie evenly or not. */
export const rowSteps = (rows: Table): number => {
  const common = rows.numbers("step").reduce((a, b) => gcd(a, b), 0);
  if (!(common > 0)) throw new DataError(rows.where, "has no row after step 0", "Restore the file");
  return common;
};
