import { ModelError, didYouMean } from "../errors.ts";
import type { Compartments } from "../morphology/eliminate.ts";
import type { Morphology } from "../morphology/tree.ts";
import { valueOf } from "../morphology/values.ts";
import { pearson } from "./correlation.ts";
import { checkPositive } from "./spikes.ts";
import { sameLength } from "./stats.ts";

/** The current dipole moment of one cell as a linear functional of its node voltages: sum(weights[node] * V[node]), V in mV,
 * gives fAm (nA um). A section's axial current times length along the dipole's axis adds up, interval by interval, to
 * cos * pi diam^2 / (4 * 0.01 Ra) * (V(0 end) - V(1 end)), so only end nodes carry weight and nothing cancels.
 * @param cosines  per section, cosine of the angle to the axis; sections left out do not contribute
 * @param cell     which cell, where the morphology has values per cell
 * @throws ModelError for a cosine of an unknown section or of one of frusta, whose current and direction change along it */
export function dipoleWeights(
  morphology: Morphology,
  cosines: Readonly<Record<string, number>>,
  cell = 0,
): Float64Array {
  const names = morphology.sections.map((s) => s.name);
  const unknown = Object.keys(cosines).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new ModelError("dipole", `names the unknown section "${unknown}"`, didYouMean(unknown, names));
  const weights = new Float64Array(morphology.nodes.length);
  for (const { name, diam, Ra, nodes, points } of morphology.sections) {
    if (points !== undefined && cosines[name] !== undefined)
      throw new ModelError(
        "dipole",
        `section "${name}" is made of frusta`,
        "Give cylinders: L and diam instead of points",
      );
    const crossing = (Math.PI * valueOf(diam, cell) ** 2) / (4 * 0.01 * valueOf(Ra, cell)); // um / MOhm
    const w = (cosines[name] ?? 0) * crossing;
    const [start, end] = [nodes[0] as number, nodes.at(-1) as number];
    weights[start] = (weights[start] as number) + w;
    weights[end] = (weights[end] as number) - w;
  }
  return weights;
}

/** Weights of nodes turned into weights of compartments: a node without membrane has the conductance-weighted mean of its
 * neighbours' voltages. Exact from the end of the first step on; before it, massless nodes have their initial voltage.
 * @returns weights[compartment] for `Compartments.nodes` */
export function onCompartments(weights: Float64Array, compartments: Compartments, cell = 0): Float64Array {
  const out = Float64Array.from(compartments.nodes, ({ node }) => weights[node] as number);
  for (const { node, terms } of compartments.massless) {
    for (const { compartment, weight } of terms) {
      out[compartment] = (out[compartment] as number) + (weights[node] as number) * valueOf(weight, cell);
    }
  }
  return out;
}

/** Convolves with a Hamming window of unit sum and round(windowMs / dtMs) samples, zeros beyond the ends (so both ends sag).
 * For an even number of samples M, sample n is number n + floor((M - 1) / 2) of the full convolution, as the original's
 * "same" convolution has it. A window of 0 ms returns a copy.
 * @throws ModelError when the window is below 1 ms (and not 0) or longer than the data */
export function smooth(data: ArrayLike<number>, dtMs: number, windowMs: number): Float64Array {
  if (windowMs === 0) return Float64Array.from(data);
  checkPositive("smooth, sample interval (ms)", dtMs);
  const size = Math.round(windowMs / dtMs);
  if (!(windowMs >= 1) || size < 1 || size > data.length) {
    const limit = `data of ${data.length} samples of ${dtMs} ms`;
    throw new ModelError(
      "smooth",
      `a window of ${windowMs} ms does not suit ${limit}`,
      "Use 0, or 1 ms up to the data's length",
    );
  }
  const window = Float64Array.from({ length: size }, (_, n) => hamming(n, size));
  const total = window.reduce((a, b) => a + b, 0);
  const offset = Math.floor((size - 1) / 2);
  return Float64Array.from(data, (_, n) => {
    let sum = 0;
    const from = Math.max(0, n + offset - size + 1);
    const to = Math.min(data.length - 1, n + offset);
    for (let j = from; j <= to; j++) sum += (data[j] as number) * (window[n + offset - j] as number);
    return sum / total;
  });
}

const hamming = (n: number, size: number): number =>
  size === 1 ? 1 : 0.54 - 0.46 * Math.cos((2 * Math.PI * n) / (size - 1));

/** Savitzky-Golay filter: polynomials of 5th order fitted by least squares to 2 floor(round(rate / cut) / 2) + 1 samples; the
 * first and last half window are read off the first and last fit. Keeps rhythms below about cutHz.
 * @throws ModelError when the window has fewer than 7 samples or more than the data */
export function savitzkyGolay(data: ArrayLike<number>, dtMs: number, cutHz: number): Float64Array {
  checkPositive("savitzkyGolay, sample interval (ms)", dtMs);
  checkPositive("savitzkyGolay, cut (Hz)", cutHz);
  const size = 2 * Math.floor(Math.round(1000 / dtMs / cutHz) / 2) + 1;
  if (!(size >= 7 && size <= data.length)) {
    const problem = `a cut at ${cutHz} Hz needs ${size} samples of ${dtMs} ms; there are ${data.length}`;
    throw new ModelError(
      "savitzkyGolay",
      problem,
      "The window must hold 7 samples and fit into the data: choose another frequency",
    );
  }
  const basis = orthonormalPolynomials(size, 5);
  const half = (size - 1) / 2;
  const middle = row(basis, half);
  const level = data[0] as number; // goes first: a constant is fitted exactly
  const fitted = (start: number, weights: Float64Array): number =>
    level + weights.reduce((sum, w, k) => sum + w * ((data[start + k] as number) - level), 0);
  return Float64Array.from(data, (_, n) => {
    const start = Math.min(Math.max(n - half, 0), data.length - size);
    return fitted(start, n - start === half ? middle : row(basis, n - start));
  });
}

/** CellValues of the fit at one sample as weights of all samples of the window. */
function row(basis: readonly Float64Array[], at: number): Float64Array {
  const size = basis[0]?.length ?? 0;
  return Float64Array.from({ length: size }, (_, k) =>
    basis.reduce((sum, q) => sum + (q[at] as number) * (q[k] as number), 0),
  );
}

/** Polynomials of degree 0 .. order on equally spaced points, orthonormal there; Gram-Schmidt twice, for orthogonality to
 * rounding error. */
function orthonormalPolynomials(size: number, order: number): Float64Array[] {
  const basis: Float64Array[] = [];
  for (let degree = 0; degree <= order; degree++) {
    const q = Float64Array.from({ length: size }, (_, k) => ((2 * k) / (size - 1) - 1) ** degree);
    for (const p of [...basis, ...basis]) {
      const overlap = q.reduce((sum, x, k) => sum + x * (p[k] as number), 0);
      for (const k of q.keys()) q[k] = (q[k] as number) - overlap * (p[k] as number);
    }
    const norm = Math.sqrt(q.reduce((sum, x) => sum + x * x, 0));
    basis.push(q.map((x) => x / norm));
  }
  return basis;
}

/** Mean over traces of equal length.
 * @throws ModelError when there is none; DataError when lengths differ */
export function average(traces: readonly ArrayLike<number>[]): Float64Array {
  const [first] = traces;
  if (first === undefined) throw new ModelError("average", "has no traces", "Give at least one");
  for (const trace of traces) sameLength("average", first, trace);
  return Float64Array.from(first, (level, n) => level + traces.reduce((sum, x) => sum + ((x[n] as number) - level), 0) / traces.length); // prettier-ignore
}

/** Root mean square of the difference, over samples from .. to - 1.
 * @throws DataError when lengths differ; ModelError when the range is empty */
export function rootMeanSquareError(a: ArrayLike<number>, b: ArrayLike<number>, from = 0, to = a.length): number {
  sameLength("rootMeanSquareError", a, b);
  if (!(Number.isInteger(from) && Number.isInteger(to) && to > from && from >= 0 && to <= a.length)) {
    throw new ModelError(
      "rootMeanSquareError",
      `samples ${from} to ${to} of ${a.length}`,
      "Give a range inside the data",
    );
  }
  let sum = 0;
  for (let n = from; n < to; n++) sum += ((a[n] as number) - (b[n] as number)) ** 2;
  return Math.sqrt(sum / (to - from));
}

/** 1 minus Pearson's correlation: 0 for equal shapes, 2 for opposite ones.
 * @throws DataError when lengths differ; ModelError when a trace is constant */
export function anticorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  sameLength("anticorrelation", a, b);
  const r = pearson(a, b);
  if (!Number.isFinite(r)) throw new ModelError("anticorrelation", "a trace is constant", "Compare traces that vary");
  return 1 - r;
}
