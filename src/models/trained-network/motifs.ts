import { ModelError } from "../../errors.ts";

/** Second-order motifs of a weight matrix, after Dahmen et al. (2022). */
export interface Motifs {
  /** N times the variance of all entries. */
  readonly sigma2: number;
  readonly tau_rec: number;
  readonly tau_div: number;
  readonly tau_con: number;
  readonly tau_chn: number;
}

/** @throws ModelError for what is no N x N matrix: a wrong N would read beyond it, or not end */
export function checkSquare(where: string, of: ArrayLike<number>, N: number): void {
  if (Number.isSafeInteger(N) && N >= 1 && of.length === N * N) return;
  throw new ModelError(where, `has ${of.length} values for N = ${String(N)}`, "Give N * N, row by row");
}

/** Motifs in O(N^2): no matrix product is needed, only row sums, column sums, sum of squares and sum of M_ij M_ji.
 * @param w  N x N row-major; row receives, column sends; zeros and diagonal count */
export function motifs(w: ArrayLike<number>, N: number): Motifs {
  checkSquare("motifs", w, N);
  let mean = 0;
  for (let at = 0; at < N * N; at++) mean += w[at] as number;
  mean /= N * N;
  const [rows, columns] = [new Float64Array(N), new Float64Array(N)];
  let [F, G] = [0, 0];
  for (let i = 0; i < N; i++) {
    for (let j = 0; j < N; j++) {
      const m = (w[i * N + j] as number) - mean;
      (rows[i] as number) += m;
      (columns[j] as number) += m;
      F += m * m;
      G += m * ((w[j * N + i] as number) - mean);
    }
  }
  let [R2, C2, CR] = [0, 0, 0];
  for (let i = 0; i < N; i++) {
    const [r, c] = [rows[i] as number, columns[i] as number];
    R2 += r * r;
    C2 += c * c;
    CR += c * r;
  }
  return {
    sigma2: F / N,
    tau_rec: G / F,
    tau_div: (C2 - F) / (F * (N - 1)),
    tau_con: (R2 - F) / (F * (N - 1)),
    tau_chn: (2 * (CR - G)) / (F * (N - 1)),
  };
}

/** Dense N x N of a sparse matrix by rows. */
export function dense(
  { rowPtr, colIdx }: { rowPtr: ArrayLike<number>; colIdx: ArrayLike<number> },
  w: ArrayLike<number>,
  N: number,
): Float64Array {
  const out = new Float64Array(N * N);
  for (let i = 0; i < N; i++) {
    for (let a = rowPtr[i] as number; a < (rowPtr[i + 1] as number); a++) {
      out[i * N + (colIdx[a] as number)] = w[a] as number;
    }
  }
  return out;
}

/** Effective radius of the eigenvalue bulk that a public variant of the notebook forms from the motifs. */
export const effectiveRadius = ({ sigma2, tau_rec, tau_div, tau_con, tau_chn }: Motifs): number =>
  (Math.sqrt(sigma2) * (1 - tau_div - tau_con + tau_rec - 2 * tau_chn)) / Math.sqrt(1 - tau_div - tau_con);
