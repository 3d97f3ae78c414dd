import { clipped } from "../clipped.ts";
import { DataError } from "../errors.ts";
import { drawU32, stream, uniform } from "../random/philox.ts";
import { linesOf } from "../shapes.ts";
import { decimal } from "../studies/schema.ts";

/** Values as text by setting. */
export type Choice = Readonly<Record<string, string>>;

/** What a sweep needs to know of a setting to read its values. */
export interface Kind {
  /** Values hold commas themselves. */
  readonly list: boolean;
  readonly whole: boolean;
}
export type KindOf = (path: string) => Kind;

/** Most points of one sweep, and most values of one axis. */
export const MOST_POINTS = 100_000;

const EXAMPLES = { grid: "drive.constant=40,50,60", random: "drive.constant=40:60", file: "thresholds=thresholds.txt" };

/** "name=" and what follows. */
export function split(option: keyof typeof EXAMPLES, text: string): [path: string, values: string] {
  const at = text.indexOf("=");
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw new DataError(`--${option} ${clipped(text)}`, "is not name=value", `For example --${option} ${EXAMPLES[option]}`); // prettier-ignore
}

/** Values of an axis: "1,2,3" (";" between values that are lists), or a range "from:to:count", with ":log" for equal ratios.
 * @throws DataError */
export function axisValues(option: "grid", text: string, kindOf: KindOf): { path: string; values: readonly string[] } {
  const [path, given] = split(option, text);
  const where = `--${option} ${clipped(text)}`;
  const { list, whole } = kindOf(path);
  const values = given.includes(":") && !list ? range(where, given, whole) : given.split(list ? ";" : ",");
  if (values.includes("")) throw new DataError(where, "has an empty value", "Give one value between two separators");
  if (new Set(values).size < values.length)
    throw new DataError(where, "has the same value twice", "Give each value once");
  return { path, values };
}

function range(where: string, text: string, whole: boolean): string[] {
  const [from, to, count, log, ...rest] = text.split(":");
  const [a, b, n] = [from, to, count].map((part) => decimal(part ?? ""));
  const known = (log === undefined || log === "log") && rest.length === 0;
  if (a === undefined || b === undefined || n === undefined || !known)
    throw new DataError(where, "is no range", "Write it as from:to:count, or from:to:count:log for equal ratios");
  if (!Number.isInteger(n) || n < 2 || n > MOST_POINTS)
    throw new DataError(where, `has ${n} values`, `Give a whole number from 2 to ${MOST_POINTS}`);
  checkLog(where, log !== undefined, [a, b]);
  return Array.from({ length: n }, (_, k) => placed(a, b, k / (n - 1), log !== undefined, whole));
}

function checkLog(where: string, log: boolean, ends: readonly number[]): void {
  if (log && !ends.every((x) => x > 0))
    throw new DataError(where, "has an end of 0 or below, where equal ratios need more", "Leave :log out, or change the ends"); // prettier-ignore
}

/** The value at a fraction of a range, with 12 digits, so that a grid reads as it was meant. */
function placed(a: number, b: number, fraction: number, log: boolean, whole: boolean): string {
  const x = log ? a * (b / a) ** fraction : a + (b - a) * fraction;
  const end = fraction === 0 ? a : fraction === 1 ? b : Number(x.toPrecision(12));
  return String(whole ? Math.round(end) : end);
}

/** Every combination: the last axis turns fastest.
 * @throws DataError when there are too many */
export function product(axes: readonly (readonly Choice[])[]): Choice[] {
  checkCount(axes.reduce((n, axis) => n * axis.length, 1));
  return axes.reduce<Choice[]>((all, axis) => all.flatMap((one) => axis.map((more) => ({ ...one, ...more }))), [{}]);
}

/** @throws DataError when there are too many */
export function checkCount(points: number): void {
  if (points > MOST_POINTS) throw new DataError("sweep", `has ${points} points`, `Give at most ${MOST_POINTS}: fewer values, or several sweeps`);
} // prettier-ignore

export interface RandomDesign {
  readonly axes: readonly string[];
  readonly samples: number;
  readonly seed: number;
  /** "latin": each axis is cut into as many strata as there are samples, with one sample in each. */
  readonly design: "uniform" | "latin";
}

/** Points drawn at random. An axis is "path=from:to", "path=from:to:log" or "path=a,b,c", of which each sample takes one. */
export function randomPoints({ axes, samples, seed, design }: RandomDesign, kindOf: KindOf): Choice[] {
  if (samples > MOST_POINTS)
    throw new DataError("--samples", `asks for ${samples} points`, `Give at most ${MOST_POINTS}`);
  const points: Record<string, string>[] = Array.from({ length: samples }, () => ({}));
  for (const text of axes) {
    const [path, given] = split("random", text);
    const at = sampler(`--random ${clipped(text)}`, given, kindOf(path));
    if (Object.hasOwn(points[0] ?? {}, path)) throw new DataError(clipped(path), "is given by two axes", "Give each setting once"); // prettier-ignore
    const places = fractions(path, samples, seed, design);
    points.forEach((point, k) => (points[k] = { ...point, [path]: at(places[k] as number) })); // own, whatever its name
  }
  return points;
}

function sampler(where: string, given: string, { list, whole }: Kind): (fraction: number) => string {
  if (list || !given.includes(":")) {
    const values = given.split(list ? ";" : ",");
    return (fraction) => values[Math.floor(fraction * values.length)] as string;
  }
  const [from = "", to = "", log, ...rest] = given.split(":");
  const [a, b] = [decimal(from), decimal(to)];
  if (a === undefined || b === undefined || b <= a || (log !== undefined && log !== "log") || rest.length > 0)
    throw new DataError(where, "is no range from a smaller to a larger number", "Write it as from:to or from:to:log");
  checkLog(where, log !== undefined, [a, b]);
  if (!whole) return (fraction) => String(log === undefined ? a + (b - a) * fraction : a * (b / a) ** fraction);
  return (fraction) =>
    String(Math.floor(log === undefined ? a + (b + 1 - a) * fraction : a * ((b + 1) / a) ** fraction));
}

/** Where each sample is on one axis, in (0, 1): Philox keyed by the design's seed and the axis's name, so that another axis, or
 * more of them, moves none. */
function fractions(path: string, n: number, seed: number, design: RandomDesign["design"]): number[] {
  const key = stream("parameter", `sweep ${path}`);
  const draw = (k: number, which: number): number => uniform(drawU32(seed, key, k, which, "parameter"));
  const within = Array.from({ length: n }, (_, k) => draw(k, 0));
  if (design === "uniform") return within;
  const order = Array.from({ length: n }, (_, k) => k);
  for (let k = n - 1; k > 0; k--) {
    const other = Math.floor(draw(k, 1) * (k + 1));
    [order[k], order[other]] = [order[other] as number, order[k] as number];
  }
  return within.map((x, k) => ((order[k] as number) + x) / n);
}

/** Points of a CSV file: a head with the settings' names, a row for each point.
 * @throws DataError */
export function listedPoints(where: string, text: string): Choice[] {
  const [head, ...rows] = linesOf(where, text)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(cells);
  if (head === undefined || rows.length === 0)
    throw new DataError(
      where,
      "has no points",
      "Write the settings' names in the first line and a point in each other",
    );
  if (new Set(head).size < head.length || head.includes(""))
    throw new DataError(where, "has a column without a name, or two of one name", "Name each setting once");
  return rows.map((row, k) => {
    if (row.length === head.length) return Object.fromEntries(head.map((path, c) => [path, row[c] as string]));
    throw new DataError(`${where}, point ${k + 1}`, `has ${row.length} values for ${head.length} settings`, "Give one for each; put values with commas in quotation marks"); // prettier-ignore
  });
}

/** A line of CSV: cells, in quotation marks where they hold commas. */
const cells = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "").trim() : quoted.replaceAll('""', '"'),
  );
