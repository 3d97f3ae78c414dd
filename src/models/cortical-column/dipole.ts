import { average, dipoleWeights, onCompartments, savitzkyGolay, smooth } from "../../analysis/dipole.ts";
import { DataError, ModelError } from "../../errors.ts";
import { eliminateMassless } from "../../morphology/eliminate.ts";
import { morphologyOf, type ColumnCellType } from "./cell-types.ts";
import { decimal } from "../../decimal.ts";
import { textRows } from "./text-rows.ts";

/** The column's dipole moment, nAm; `scale` is what it was multiplied by since. */
export interface Dipole {
  readonly tMs: Float64Array;
  /** Both layers together. */
  readonly agg: Float64Array;
  /** Of one layer; NaN in a dipole that was read from a file without layers. */
  readonly L2: Float64Array;
  readonly L5: Float64Array;
  readonly scale: number;
}

/** Cosines for `dipoleWeights`: sections against the apical trunk. */
export const dipoleCosines = (type: ColumnCellType): Record<string, number> =>
  Object.fromEntries(type.sections.map((s) => [s.name, s.direction[2]]));

/** The dipole moment of one cell of a type as a weighted sum of its segments' voltages: place and weight (fAm/mV) of each that
 * counts. Sample 0 of a published run is 0 whatever the sum says. Empty for types that make no dipole. */
export function dipoleTerms(type: ColumnCellType): { section: string; at: number; weight: number }[] {
  if (!type.dipole) return [];
  const morphology = morphologyOf(type);
  const compartments = eliminateMassless(morphology);
  const weights = onCompartments(dipoleWeights(morphology, dipoleCosines(type)), compartments);
  return compartments.nodes.flatMap(({ section, x }, k) => {
    const weight = weights[k] as number;
    return weight === 0 ? [] : [{ section, at: x, weight }];
  });
}

/** Moments (fAm) of cells as they are recorded: data[sample * cells.length + cell]. */
export interface RecordedMoments {
  readonly times: ArrayLike<number>; // ms
  readonly cells: ArrayLike<number>;
  readonly data: ArrayLike<number>;
}

/** The corrected dipole from recordings of "dipole" in all pyramidal cells of both layers. Sample 0 counts as 0, as the original
 * leaves it. */
export function recordedDipole(L2: RecordedMoments, L5: RecordedMoments): Dipole {
  const layer = ({ times, cells, data }: RecordedMoments): Float64Array =>
    Float64Array.from({ length: times.length }, (_, n) => {
      let sum = 0;
      if (n > 0) for (let c = 0; c < cells.length; c++) sum += data[n * cells.length + c] as number;
      return sum;
    });
  return correctedDipole({ tMs: L2.times, L2: layer(L2), L5: layer(L5) }, L5.cells.length);
}

/** Subtracts what cells at rest contribute (a fixed fit per pyramidal cell, with a small step at 37 ms) and converts to nAm.
 * @param raw         layer moments, fAm
 * @param nPyramidal  pyramidal cells per layer: nx * ny of the mesh
 * Source: HNN-core's baseline renormalisation. */
export function correctedDipole(
  raw: { readonly tMs: ArrayLike<number>; readonly L2: ArrayLike<number>; readonly L5: ArrayLike<number> },
  nPyramidal: number,
): Dipole {
  const tMs = Float64Array.from(raw.tMs);
  const L2 = tMs.map((_, n) => (raw.L2[n] as number) - 0.0443 * nPyramidal);
  const L5 = tMs.map((t, n) => (raw.L5[n] as number) - restingL5(t) * nPyramidal);
  const fAmToNAm = 1e-6;
  return {
    tMs,
    agg: tMs.map((_, n) => fAmToNAm * ((L2[n] as number) + (L5[n] as number))),
    L2: L2.map((x) => x * fAmToNAm),
    L5: L5.map((x) => x * fAmToNAm),
    scale: 1,
  };
}

/** Moment of one L5 pyramidal cell at rest, fAm. */
function restingL5(t: number): number {
  if (t <= 37) return -49.0502;
  return t < 750 ? 3.4770508e-3 * t - 51.231085 : 1.01e-4 * t - 48.412078;
}

const mapped = (dipole: Dipole, f: (x: Float64Array) => Float64Array, scale = dipole.scale): Dipole => ({
  tMs: dipole.tMs,
  agg: f(dipole.agg),
  L2: f(dipole.L2),
  L5: f(dipole.L5),
  scale,
});

/** Smoothed with a Hamming window (ms); see `smooth`.
 * @throws DataError for fewer than two samples, which tell no interval */
export const smoothedDipole = (dipole: Dipole, windowMs: number): Dipole =>
  mapped(dipole, (x) => smooth(x, windowMs === 0 ? 1 : sampleInterval(dipole), windowMs));

/** Filtered by `savitzkyGolay` at a frequency (Hz). */
export const filteredDipole = (dipole: Dipole, cutHz: number): Dipole =>
  mapped(dipole, (x) => savitzkyGolay(x, sampleInterval(dipole), cutHz));

function sampleInterval({ tMs }: Dipole): number {
  if (tMs.length < 2) {
    throw new DataError(
      "dipole",
      `has ${tMs.length} samples, which tell no interval`,
      "Give a recording of two or more",
    );
  }
  const first = tMs[0] as number;
  const interval = ((tMs.at(-1) as number) - first) / (tMs.length - 1);
  const uneven = tMs.findIndex((t, k) => Math.abs(t - first - k * interval) > TIME_DIGIT * (1 + 1e-6));
  if (uneven < 0) return interval;
  throw new DataError(
    "dipole",
    `has its sample ${uneven} at ${tMs[uneven]} ms, where even intervals of ${interval} ms have it at ${first + uneven * interval} ms`,
    "Give samples at even intervals, or resample them",
  );
}

/** ms: files write times with three decimals, so a time is half of this off, and what it is compared with too. */
const TIME_DIGIT = 1e-3;

/** Multiplied by a factor, which adds up in `scale`. */
export const scaledDipole = (dipole: Dipole, factor: number): Dipole =>
  mapped(dipole, (x) => x.map((y) => y * factor), dipole.scale * factor);

/** The mean over trials.
 * @throws ModelError when there is none, or lengths differ */
export function averagedDipole(trials: readonly Dipole[]): Dipole {
  const [first] = trials;
  if (first === undefined) throw new ModelError("average dipole", "has no trials", "Give at least one");
  const mean = (key: "agg" | "L2" | "L5"): Float64Array => average(trials.map((d) => d[key]));
  if (trials.some((d) => d.tMs.length !== first.tMs.length)) {
    throw new ModelError("average dipole", "trials have different lengths", "Average trials of one run");
  }
  return { tMs: first.tMs, agg: mean("agg"), L2: mean("L2"), L5: mean("L5"), scale: first.scale };
}

/** The original's text file: time (3 decimals), aggregate, L2, L5 (4 decimals), tab separated; without the layers where they are not
 * known. */
export function dipoleText({ tMs, agg, L2, L5 }: Dipole): string {
  const layers = L2.every(Number.isNaN) && L5.every(Number.isNaN) ? [] : [L2, L5];
  return Array.from(
    tMs,
    (t, n) => [t.toFixed(3), ...[agg, ...layers].map((x) => (x[n] as number).toFixed(4))].join("\t") + "\n",
  ).join("");
}

/** Reads a dipole: time, aggregate, L2 and L5, or time and aggregate alone (then L2 and L5 are NaN: not known). Columns between tabs or
 * spaces; blank lines and # comments are skipped.
 * @param name  of the file, for errors
 * @throws DataError with line and column */
export function readDipole(text: string, name: string): Dipole {
  const rows = textRows(text, name);
  const width = rows[0]?.fields.length ?? 4;
  let before = -Infinity;
  for (const { fields, fail } of rows) {
    if (fields.length !== 2 && fields.length !== 4)
      fail(0, `has ${fields.length} columns`, "Expected time, aggregate, L2 and L5, or time and aggregate");
    if (fields.length !== width)
      fail(0, `has ${fields.length} columns below lines of ${width}`, "Give all lines alike");
    const bad = fields.findIndex((field) => !Number.isFinite(decimal(field)));
    if (bad >= 0) fail(bad, `"${fields[bad]}" is not a number`, "Expected milliseconds and nAm");
    const t = decimal(fields[0] ?? "");
    if (!(t > before)) fail(0, `is at ${t} ms after ${before} ms`, "Give times that ascend");
    before = t;
  }
  if (rows.length === 0) throw new DataError(name, "holds no sample", "Give lines of time and aggregate dipole");
  const column = (c: number): Float64Array => Float64Array.from(rows, ({ fields }) => decimal(fields[c] ?? ""));
  return { tMs: column(0), agg: column(1), L2: column(2), L5: column(3), scale: 1 };
}
