import { pearson } from "../../src/analysis/correlation.ts";
import { decimal } from "../../src/decimal.ts";
import { readDipole, smoothedDipole } from "../../src/models/cortical-column/dipole.ts";
import { isConstant, SAMPLE_MS, type Match, type Recorded } from "./facts.ts";

/** A recorded dipole on the samples of the model. */
export class Recording {
  /** NaN where the file has nothing. */
  readonly values: Float64Array;

  /** @param samples  of the trial, every SAMPLE_MS from 0 on */
  constructor({ t, moment, factor, smoothing }: Recorded, samples: number) {
    const raw = { tMs: t, agg: moment, L2: moment, L5: moment, scale: 1 };
    const long = smoothing > 0 && t.length > 2 && (t.at(-1) as number) - (t[0] as number) > smoothing;
    const { agg } = long ? smoothedDipole(raw, smoothing) : raw;
    this.values = resampled(t, agg, samples).map((x) => x * factor);
  }

  /** Model minus recording, where both have a sample. */
  residual(moment: ArrayLike<number>): Float64Array {
    const both = Math.min(moment.length, this.values.length);
    return Float64Array.from({ length: both }, (_, k) => (moment[k] as number) - (this.values[k] as number)).filter((x) => !Number.isNaN(x)); // prettier-ignore
  }

  /** @param moment  of the model, from sample 0 on */
  match(moment: ArrayLike<number>): Match | undefined {
    const pairs: [number, number][] = [];
    for (let k = 0; k < Math.min(moment.length, this.values.length); k++) {
      const recorded = this.values[k] as number;
      if (!Number.isNaN(recorded)) pairs.push([moment[k] as number, recorded]);
    }
    return matchOf(pairs);
  }
}

/** Root mean square difference and Pearson's correlation of pairs (model, recording); undefined below two. */
export function matchOf(pairs: readonly (readonly [number, number])[]): Match | undefined {
  const n = pairs.length;
  if (n < 2) return undefined;
  const [model, recording] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
  const mean = (of: (pair: readonly [number, number]) => number): number => pairs.reduce((sum, p) => sum + of(p), 0) / n;
  const [product, square] = [mean(([x, y]) => x * y), mean(([, y]) => y * y)];
  return { rmse: Math.sqrt(mean(([x, y]) => (x - y) ** 2)), correlation: isConstant(model) || isConstant(recording) ? undefined : pearson(model, recording), best: square > 0 ? product / square : undefined };
} // prettier-ignore

/** Linear between the file's samples; NaN outside them. */
function resampled(t: Float64Array, y: Float64Array, samples: number): Float64Array {
  let k = 0;
  return Float64Array.from({ length: samples }, (_, s) => {
    const at = s * SAMPLE_MS;
    while (k + 1 < t.length && (t[k + 1] as number) <= at) k++;
    const [t0, t1] = [t[k] as number, t[k + 1]];
    if (at < t0 - 1e-9 || (t1 === undefined && at > t0 + 1e-9)) return NaN;
    if (t1 === undefined || t1 <= t0) return y[k] as number;
    return (y[k] as number) + ((at - t0) / (t1 - t0)) * ((y[k + 1] as number) - (y[k] as number));
  });
}

/** A dipole's text as times and moments: as HNN writes it, or the table of a figure with commas and its names above.
 * @param text  without a byte order mark, as the page reads files
 * @throws DataError with line and column, or when it has no two samples in order */
export function readRecorded(text: string, name: string): Pick<Recorded, "t" | "moment"> {
  const { tMs, agg } = readDipole(spaced(text), name);
  if (tMs.length < 2) throw new Error(`${name} has ${tMs.length} samples. Give two or more: time in ms and dipole in nAm.`); // prettier-ignore
  const back = tMs.findIndex((t, k) => k > 0 && t <= (tMs[k - 1] as number));
  if (back > 0) throw new Error(`${name}: sample ${back + 1} at ${tMs[back]} ms stands behind one at ${tMs[back - 1]} ms. Give times in order.`); // prettier-ignore
  return { t: tMs, moment: agg };
}

/** Whether a line is names: it begins with one and has no number, such as NaN, which no sample may be. */
function isHead(line: string): boolean {
  const fields = line.split(line.includes(",") ? "," : /\s+/).map((field) => field.replace(/["\s]/g, ""));
  const isNumber = (field: string): boolean => !Number.isNaN(decimal(field)) || /^[+-]?(nan|inf|infinity)$/i.test(field); // prettier-ignore
  return /^\s*["a-z]/i.test(line) && !fields.some(isNumber);
}

/** A table between commas as one between spaces, and the names above it as a comment; places stay, for errors. */
function spaced(text: string): string {
  const lines = text.split(/\r\n|\n|\r/);
  const first = lines.findIndex((line) => line.replace(/#.*$/, "").trim() !== "");
  // where spaces part the fields a comma is somebody's decimal point, and not for guessing
  const table = lines.every((line, k) => k <= first || !/[^\s,]\s+[^\s,]/.test(line.replace(/#.*$/, "")));
  return lines
    .map((line, k) => (k === first && isHead(line) ? `#${line.slice(1)}` : table ? line.replaceAll(",", " ") : line))
    .join("\n");
} // prettier-ignore
