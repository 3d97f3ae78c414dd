import { DataError, didYouMean, ModelError } from "../../errors.ts";
import { decimal } from "../../decimal.ts";
import { linesOf, shown } from "../../shapes.ts";
import { checkPool } from "./ranges.ts";

const MODES = ["fuglevand", "deluca", "konstantin", "combined"] as const;
export type ThresholdMode = (typeof MODES)[number];

export interface ThresholdOptions {
  readonly n: number;
  readonly mode?: ThresholdMode; // default konstantin
  /** ratio of the largest threshold to the smallest (deluca and combined: of the growing factor). */
  readonly range: number;
  /** b of deluca and combined: how steeply small thresholds rise. */
  readonly slope?: number;
  /** largest threshold of konstantin and combined; default 1. */
  readonly max?: number;
}

/** Recruitment thresholds of a pool in order of size; pools use `rt`. Both have length n and no unit. */
export interface RecruitmentThresholds {
  readonly rt: Float64Array;
  /** thresholds shifted to start near 0 and scaled so that their largest equals that of `rt`. As published, konstantin's first lies
   * slightly below 0 for three units or more. */
  readonly rtz: Float64Array;
}

/** Thresholds by a published law. Units count from 0, as MyoGen's code does (the published formulas count from 1).
 * Source: Fuglevand et al. (1993); De Luca & Contessa (2012); Konstantin et al. (2020); combined as in MyoGen.
 * @throws ModelError for an unknown mode, a missing slope or a number out of range */
export function recruitmentThresholds(options: ThresholdOptions): RecruitmentThresholds {
  const { n, mode = "konstantin", range, max = 1 } = options;
  if (!MODES.includes(mode))
    throw new ModelError("recruitment thresholds", `has no mode ${shown(mode)}`, didYouMean(mode, MODES));
  const where = `recruitment thresholds (${mode})`;
  if (!(Number.isInteger(n) && n >= 1)) throw new ModelError(where, `n is ${n}`, "Give a whole number of at least 1");
  checkPool(where, n);
  if (!(range > 1 && Number.isFinite(range))) throw new ModelError(where, `range is ${range}`, "Give a ratio above 1");
  if (!(max > 0 && Number.isFinite(max))) throw new ModelError(where, `max is ${max}`, "Give a number above 0");
  const least = mode === "fuglevand" || mode === "deluca" ? 1 : 2;
  if (n < least)
    throw new ModelError(where, `n is ${n}, but the law needs at least ${least} units`, 'Use mode "fuglevand"');
  const slope = mode === "deluca" || mode === "combined" ? slopeOf(where, options.slope) : 1;
  const rt = LAWS[mode](n, range, max, slope);
  const falls = rt.findIndex((x, k) => !(x >= (rt[k - 1] ?? 0) && x < Infinity));
  if (falls >= 0)
    throw new ModelError(
      where,
      `gives unit ${falls} the threshold ${rt[falls]} above which unit ${falls - 1} lies at slope ${slope} and range ${range}`,
      `Give a slope of at most e times the range, ${Math.E * range}`,
    );
  return { rt, rtz: shifted(rt, mode, range, max) };
}

function slopeOf(where: string, slope: number | undefined): number {
  if (slope === undefined) throw new ModelError(where, "needs a slope", "Give slope, for example 5");
  if (!(slope > 0 && Number.isFinite(slope))) throw new ModelError(where, `slope is ${slope}`, "Give a number above 0");
  return slope;
}

type Law = (n: number, range: number, max: number, slope: number) => Float64Array;

const steep: Law = (n, range, _max, b) => units(n, (i) => ((b * i) / n) * Math.exp((i * Math.log(range / b)) / n));

const LAWS: Record<ThresholdMode, Law> = {
  fuglevand: (n, range) => units(n, (i) => Math.exp((i * Math.log(range)) / n) / 100),
  deluca: (n, range, max, b) => steep(n, range, max, b).map((s) => s / 100),
  konstantin: (n, range, max) => units(n, (i) => (max / range) * Math.exp(((i - 1) * Math.log(range)) / (n - 1))),
  combined: (n, range, max, b) => {
    const s = steep(n, range, max, b);
    const [first, last, low] = [s[0] as number, s[n - 1] as number, max / range];
    return s.map((x) => low + ((x - first) * (max - low)) / (last - first));
  },
};

function shifted(rt: Float64Array, mode: ThresholdMode, range: number, max: number): Float64Array {
  const n = rt.length;
  const first = rt[0] as number;
  const z =
    mode === "konstantin"
      ? units(n, (i) => (max / range) * (Math.exp(((i - 1) * Math.log(range + 1)) / n) - 1))
      : rt.map((x) => x - first);
  const [top, wanted] = [largest(z), largest(rt)];
  if (top > 0) return z.map((x) => (x * wanted) / top);
  return n > 1 ? rt.map((x) => ((x - first) * wanted) / (wanted - first)) : z; // two units: the published law has no scale
}

const units = (n: number, f: (i: number) => number): Float64Array => Float64Array.from({ length: n }, (_, i) => f(i));
const largest = (x: Float64Array): number => x.reduce((a, b) => Math.max(a, b), -Infinity);

const COLUMN_NAMES: readonly string[] = ["rt", "threshold", "thresholds", "recruitment_threshold"];

/** Thresholds from text: one per line, or CSV whose column `rt` (else `threshold`, `thresholds`, `recruitment_threshold`) holds them.
 * Blank lines and lines that start with # are skipped; a first line that is neither a number nor such a header is refused.
 * @throws DataError with the line's number */
export function parseThresholds(text: string, file = "thresholds"): Float64Array {
  const rows = linesOf(file, text)
    .map((line, k) => ({ cells: line.split(/[,;\t]/).map((c) => c.trim()), line: k + 1, text: line.trim() }))
    .filter((row) => row.text !== "" && !row.text.startsWith("#"));
  const header = rows[0]?.cells.some((c) => COLUMN_NAMES.includes(c.toLowerCase())) ? rows.shift() : undefined;
  if (rows.length === 0) throw new DataError(file, "holds no threshold", "Give one number per line");
  const { cells: top, line: first } = header ?? (rows[0] as (typeof rows)[number]);
  const width = top.length;
  const column = thresholdColumn(file, header?.cells, width);
  return Float64Array.from(rows, ({ cells, line }) => {
    const given = cells[column] ?? "";
    const value = decimal(given);
    if (cells.length !== width)
      throw new DataError(`${file}, line ${line}`, `has ${cells.length} columns, line ${first} has ${width}`, "Give all lines alike; decimals have a point"); // prettier-ignore
    if (value < 0) throw new DataError(`${file}, line ${line}`, `is below 0: ${given}`, "Give thresholds of 0 or more");
    if (Number.isFinite(value)) return value;
    throw new DataError(
      `${file}, line ${line}`,
      `"${given.slice(0, 60)}" is not a threshold`,
      'Give one finite number per line, below a header "rt" if any',
    );
  });
}

function thresholdColumn(file: string, header: readonly string[] | undefined, columns: number): number {
  const names = (header ?? []).map((c) => c.toLowerCase());
  for (const wanted of COLUMN_NAMES) {
    if (names.includes(wanted)) return names.indexOf(wanted);
  }
  if (columns === 1) return 0;
  throw new DataError(
    `${file}, line 1`,
    `has ${columns} columns and none is named "rt"`,
    'Name one "rt", or keep one column',
  );
}
