import { checkSquare } from "./motifs.ts";

/** Covariance [N][N] of samples X [T][N], unbiased; NaN for one sample. The first sample goes before the means, so that a constant
 * has exactly 0, whatever the constant. */
export function covariance(X: ArrayLike<number>, T: number, N: number): Float64Array {
  const from0 = (t: number, i: number): number => (X[t * N + i] as number) - (X[i] as number);
  const means = new Float64Array(N);
  for (let t = 0; t < T; t++) for (let i = 0; i < N; i++) (means[i] as number) += from0(t, i) / T;
  const C = new Float64Array(N * N);
  const row = new Float64Array(N);
  for (let t = 0; t < T; t++) {
    for (let i = 0; i < N; i++) row[i] = from0(t, i) - (means[i] as number);
    for (let i = 0; i < N; i++) {
      const x = row[i] as number;
      for (let j = 0; j <= i; j++) (C[i * N + j] as number) += x * (row[j] as number);
    }
  }
  for (let i = 0; i < N; i++) {
    for (let j = 0; j <= i; j++) C[i * N + j] = C[j * N + i] = (C[i * N + j] as number) / (T - 1);
  }
  return C;
}

/** (tr C)^2 / tr(C^2): how many directions the activity fills; NaN where nothing varies. */
export function participationRatio(C: ArrayLike<number>, N: number): number {
  checkSquare("participation ratio", C, N);
  let [trace, square] = [0, 0];
  for (let i = 0; i < N; i++) trace += C[i * N + i] as number; // 0 for constants: then 0 / 0
  for (let at = 0; at < N * N; at++) square += (C[at] as number) ** 2;
  return trace ** 2 / square;
}

export interface Dimension {
  readonly participationRatio: number;
  /** Participation ratio corrected for the finite number of samples. */
  readonly dprBias: number;
  readonly meanVariance: number;
  readonly meanCovariance: number;
  /** Corrected variances of the diagonal and of the rest. */
  readonly varianceOfVariances: number;
  readonly varianceOfCovariances: number;
}

/** Bias-corrected participation ratio, after Dahmen et al. (2022).
 * @param C     covariance of T samples, N x N, N at least 3
 * @param sign  `kept`: the cross term is am cm; `asPublished`: |am cm|, which loses the sign of a negative mean covariance */
export function dimension(
  C: ArrayLike<number>,
  N: number,
  T: number,
  sign: "kept" | "asPublished" = "kept",
): Dimension {
  checkSquare("dimension", C, N);
  const [am, va] = meanAndVariance(N, (visit) => {
    for (let i = 0; i < N; i++) visit(C[i * N + i] as number);
  });
  const pairs = N * (N - 1);
  const [cm, vc] = meanAndVariance(pairs, (visit) => {
    for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) if (i !== j) visit(C[i * N + j] as number);
  });
  const [sampleVa, sampleVc] = [(va * N) / (N - 1), (vc * pairs) / (pairs - 2)];
  const cross = sign === "kept" ? am * cm : Math.abs(am * cm);
  const va2 = (sampleVa * (T - 1)) / (T + 1) - (2 * (am ** 2 - cm ** 2)) / (T - 1) + (2 * sampleVc) / (T + 1);
  const vc2 = (sampleVc * (T - 1)) / T - (am ** 2 - cm ** 2) / T - (4 * (cm ** 2 - cross)) / (T * (N + 1));
  return {
    participationRatio: participationRatio(C, N),
    dprBias: N / (1 + va2 / am ** 2 + (N - 1) * (vc2 / am ** 2 + cm ** 2 / am ** 2)),
    meanVariance: am,
    meanCovariance: cm,
    varianceOfVariances: va2,
    varianceOfCovariances: vc2,
  };
}

/** Population mean and variance of what `each` visits, in two passes. */
function meanAndVariance(count: number, each: (visit: (x: number) => void) => void): [number, number] {
  let [sum, square] = [0, 0];
  each((x) => (sum += x));
  const mean = sum / count;
  each((x) => (square += (x - mean) ** 2));
  return [mean, square / count];
}

/** Means of X [T][N] over consecutive windows; an incomplete last one is dropped. */
export function windowMeans(X: ArrayLike<number>, N: number, window: number): { X: Float64Array; T: number } {
  const T = Math.floor(X.length / N / window);
  const means = new Float64Array(T * N);
  for (let t = 0; t < T; t++) {
    for (let s = 0; s < window; s++) {
      for (let i = 0; i < N; i++) (means[t * N + i] as number) += (X[(t * window + s) * N + i] as number) / window;
    }
  }
  return { X: means, T };
}
