import { statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { clipped } from "../clipped.ts";
import { DataError } from "../errors.ts";
import {
  gatherSource,
  isArtificial,
  isGather,
  mechanismSource,
  neuronSource,
  nmodl,
  nmodlCell,
  nmodlGather,
  type GivenTable,
  type NmodlCell,
  type NmodlCellOptions,
  type NmodlOptions,
  pulsesSource,
} from "../import/index.ts";
import { linesOf } from "../shapes.ts";
import { readText } from "./read-text.ts";

/** No mechanism is as long, bytes. */
const LONGEST_INCLUDE = 4_000_000;

/** As the command line gives them. */
export interface ImportOptions {
  readonly out?: string;
  readonly exact?: boolean;
  /** each `name=value`. */
  readonly fixed?: readonly string[];
  readonly diffusion?: boolean;
  /** each `name=NMODL`. */
  readonly verbatim?: readonly string[];
  readonly rounds?: string;
  /** each `name=file`. */
  readonly table?: readonly string[];
  /** `10,20.5` */
  readonly times?: string;
  /** each `name=what` */
  readonly pointer?: readonly string[];
  /** `m > 1` */
  readonly fires?: string;
}

/** `hillock import`: prints or writes what a file of another simulator says. @returns the exit code */
export async function importCommand(
  path: string,
  {
    out,
    exact = false,
    fixed = [],
    diffusion = true,
    verbatim = [],
    rounds,
    table = [],
    pointer = [],
    times,
    fires,
  }: ImportOptions = {},
): Promise<number> {
  if (/\.(swc|asc)$/i.test(path)) throw new DataError(clipped(path), "is a morphology, which a script turns into a cell", `Use ${/swc$/i.test(path) ? "swcCell" : "ascCell"}(text, { ... }) of "hillock/import"; examples/layer5.mjs is one`); // prettier-ignore
  if (!path.endsWith(".mod")) throw new DataError(clipped(path), "is not of a kind that can be translated", "Give a .mod file"); // prettier-ignore
  if (out !== undefined && !/\.(ts|mjs|js|json)$/.test(out)) throw new DataError(clipped(out), "is no kind of file to write", "Give a .ts, .mjs or .json file"); // prettier-ignore
  const text = readText(path);
  const asJson = out?.endsWith(".json") === true;
  const { said, written, warnings, notes } = translated(text, asJson, {
    file: basename(path),
    include: beside(path),
    tables: exact ? "exact" : "asPublished",
    fixed: Object.fromEntries(fixed.map(numberOf)),
    verbatim: Object.fromEntries(verbatim.map(cOf)),
    pointers: Object.fromEntries(pointer.map(pointedOf)),
    functionTables: Object.fromEntries(table.map(tableOf)),
    ...(rounds === undefined ? {} : { rounds: Number(rounds) }),
    ...(times === undefined ? {} : { times: timesOf(times) }),
    ...(fires === undefined ? {} : { fires }),
    ...(diffusion ? {} : { longitudinalDiffusion: "none" }),
  });
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  for (const note of notes) process.stderr.write(`note: ${note}\n`);
  if (out === undefined) process.stdout.write(written);
  else {
    await writeFile(out, written).catch((error: Error) => {
      throw new DataError(clipped(out), `cannot be written (${clipped(error.message)})`, "Check the path");
    });
    process.stdout.write(`${said} in ${out}\n`);
  }
  return 0;
}

interface Translation {
  readonly said: string;
  readonly written: string;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** "name=value" */
function numberOf(text: string): [string, number] {
  const [, name, value] = /^\s*(\w+)\s*=\s*(\S+)\s*$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined && Number.isFinite(Number(value))) return [name, Number(value)];
  throw new DataError("--fixed", `is "${clipped(text)}"`, "Give a parameter of the file and its number, for example deterministic=1"); // prettier-ignore
}

/** "name=what" */
function pointedOf(text: string): [string, string] {
  const [, name, what] = /^\s*(\w+)\s*=\s*(\S+)\s*$/.exec(text) ?? [];
  if (name !== undefined && what !== undefined) return [name, what];
  throw new DataError("--pointer", `is "${clipped(text)}"`, "Give a POINTER of the file and what it points at in its place, for example drive=ica or gate=kv.n"); // prettier-ignore
}

/** "name=NMODL" */
function cOf(text: string): [string, string] {
  const [, name, nmodl] = /^\s*(\w+)\s*=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && nmodl !== undefined) return [name, nmodl];
  throw new DataError("--verbatim", `is "${clipped(text)}"`, 'Give a block of the file and what its C does, for example "urand=scop_random()"'); // prettier-ignore
}

/** "10, 20.5", or the name of a file with a time in each line. */
function timesOf(text: string): number[] {
  const isList = /^[\s\d.,+eE-]*$/.test(text);
  const words = (isList ? text : readText(text).replaceAll(/#.*$/gm, ""))
    .split(/[\s,;]+/)
    .filter((word) => word !== "");
  const bad = words.find((word) => !Number.isFinite(Number(word)));
  if (bad === undefined && words.length > 0) return words.map(Number);
  throw new DataError("--times", bad === undefined ? `gives no time: "${clipped(text)}"` : `has "${clipped(bad)}"`, "Give ms, as 10,20.5, or a file of them"); // prettier-ignore
}

/** "name=file", of lines with x and y, or of a table over two arguments x, y and value. */
function tableOf(text: string): [string, GivenTable] {
  const [, name, path] = /^\s*(\w+)\s*=(.+)$/.exec(text) ?? [];
  if (name === undefined || path === undefined) throw new DataError("--table", `is "${clipped(text)}"`, "Give a FUNCTION_TABLE of the file and where its points are, for example rate=rate.csv"); // prettier-ignore
  const lines = linesOf(path, readText(path)).entries();
  const rows = [...lines].flatMap(([k, line]): number[][] => {
    if (/^\s*(#.*)?$/.test(line)) return [];
    const row = line.trim().split(/\s*[,;\t ]\s*/).map(Number); // prettier-ignore
    if (row.length < 2 || row.length > 3 || !row.every(Number.isFinite)) throw new DataError(`${clipped(path)}:${k + 1}`, `is "${clipped(line)}", not two numbers, or three`, "Give x and y, or x, y and value, between them a comma"); // prettier-ignore
    return [row];
  });
  const column = (k: number): number[] => rows.map((row) => row[k] as number);
  const width = rows[0]?.length ?? 2;
  if (rows.some((row) => row.length !== width)) throw new DataError(clipped(path), "has lines of two numbers and of three", "Give as many in each"); // prettier-ignore
  return [name, width === 2 ? { x: column(0), y: column(1) } : gridOf(path, rows, column(0), column(1))];
}

/** x, y and value in any order, each pair of an x and a y once. */
function gridOf(path: string, rows: readonly number[][], xs: readonly number[], ys: readonly number[]): GivenTable {
  const [x, y] = [xs, ys].map((values) => [...new Set(values)].sort((a, b) => a - b)) as [number[], number[]];
  const at = new Map(rows.map(([a, b, value]) => [`${a} ${b}`, value as number]));
  const lacks = x.flatMap((a) => y.map((b) => `${a} ${b}`)).find((pair) => !at.has(pair));
  if (lacks !== undefined || at.size !== rows.length) throw new DataError(clipped(path), lacks === undefined ? "gives a pair of x and y twice" : `has no value at x and y ${lacks}`, "Give each x with each y, once"); // prettier-ignore
  return { x, y, z: x.map((a) => y.map((b) => at.get(`${a} ${b}`) as number)) };
}

function translated(
  text: string,
  asJson: boolean,
  { times, fires, ...options }: NmodlCellOptions & NmodlOptions,
): Translation {
  const written = (data: unknown, source: string): string => (asJson ? `${JSON.stringify(data, undefined, 2)}\n` : source); // prettier-ignore
  const isCell = isArtificial(text, options);
  if (times !== undefined && !isCell) throw new DataError("--times", "is given for a file that is no ARTIFICIAL_CELL", "Leave it out: an artificial cell that reads its times from a vector (VecStim) takes them"); // prettier-ignore
  if (fires !== undefined && !isCell) throw new DataError("--fires", "is given for a file that is no ARTIFICIAL_CELL", "Leave it out: other mechanisms fire nothing"); // prettier-ignore
  if (isGather(text, options)) {
    const { gather, release, ...more } = nmodlGather(text, options);
    const notes = [...more.notes, "net.gather(source, target, rule, { ...gather }) takes it, in each direction in which it acts"];
    const data = release === undefined ? gather : { gather, release };
    return { said: "gather", written: written(data, gatherSource(gather, release)), warnings: more.warnings, notes };
  } // prettier-ignore
  if (isCell) return cellOf(nmodlCell(text, { ...options, ...(times === undefined ? {} : { times }), ...(fires === undefined ? {} : { fires }) }), written); // prettier-ignore
  const { mechanism, plasticity, reads, ...more } = nmodl(text, options);
  const rule = plasticity?.mechanism;
  const data = rule === undefined ? mechanism : { mechanism, plasticity: rule };
  const given = reads.length > 0 ? [`the cell gives ${reads.join(", ")}`] : [];
  return { said: `${mechanism.kind} ${mechanism.name}`, written: written(data, mechanismSource(mechanism, rule)), warnings: more.warnings, notes: [...more.notes, ...given] }; // prettier-ignore
}

function cellOf(cell: NmodlCell, written: (data: unknown, source: string) => string): Translation {
  const { name, warnings, notes, ...own } = cell;
  if (own.kind === "neuron") {
    const { mechanism } = own.neuron;
    return { said: `neuron ${name}`, written: written(mechanism, neuronSource(mechanism)), warnings, notes };
  }
  const [data, use] = own.kind === "times" ? [own.times, "trains([times])"] : [own.pulses, "regular({ stop: seconds(1), ...pulses })"]; // prettier-ignore
  const more = [...notes, `net.sources("${name}", 1, ${use}) takes it`];
  return { said: `source ${name}`, written: written(data, pulsesSource({ ...own, name, warnings, notes })), warnings, notes: more }; // prettier-ignore
}

/** Texts of the files beside one, by their names. */
const beside =
  (path: string) =>
  (name: string): string | undefined => {
    const at = join(dirname(path), name);
    const found = statSync(at, { throwIfNoEntry: false });
    return found?.isFile() === true && found.size <= LONGEST_INCLUDE ? readText(at) : undefined;
  };
