import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { checkSquare } from "./motifs.ts";

export interface Spectrum {
  /** Eigenvalues by falling modulus. */
  readonly real: Float64Array;
  readonly imag: Float64Array;
  readonly radius: number;
  readonly maxReal: number;
  /** Radius of the disc that holds the bulk, by the circular law: see `bulk`. */
  readonly bulkRadius: number;
  /** Eigenvalues outside the bulk, in pairs where complex: trained networks have two pairs far outside. */
  readonly outliers: readonly { readonly real: number; readonly imag: number }[];
}

/** Eigenvalues of an N x N matrix (row-major) by the QR algorithm of ml-matrix: 0.9 s for N = 200, grows as N^3. */
export function spectrum(w: ArrayLike<number>, N: number): Spectrum {
  checkSquare("spectrum", w, N);
  const { realEigenvalues, imaginaryEigenvalues } = eigenvalues(w, N);
  const size = (i: number): number => Math.hypot(realEigenvalues[i] as number, imaginaryEigenvalues[i] as number);
  const order = [...realEigenvalues.keys()].sort((a, b) => size(b) - size(a));
  const moduli = order.map(size);
  let frobenius2 = 0;
  for (let at = 0; at < N * N; at++) frobenius2 += (w[at] as number) ** 2;
  const { bulkRadius, count } = bulk(moduli, frobenius2);
  const outliers = order
    .slice(0, count)
    .map((i) => ({ real: realEigenvalues[i] as number, imag: imaginaryEigenvalues[i] as number }));
  return {
    real: Float64Array.from(order, (i) => realEigenvalues[i] as number),
    imag: Float64Array.from(order, (i) => imaginaryEigenvalues[i] as number),
    radius: moduli[0] ?? 0,
    maxReal: Math.max(...realEigenvalues),
    bulkRadius,
    outliers,
  };
}

/** A neuron without inputs (or targets) among those left has its own weight as an eigenvalue and is taken out, again and again: of a network without loops
 * nothing is left, whose eigenvalues rounding would move by the N-th root of 1e-16. The rest is shifted by its norm, since ml-matrix asks of an element
 * below the diagonal to vanish against the diagonal, and never ends where that is nearly 0 (weights with w_ij = -w_ji). */
function eigenvalues(w: ArrayLike<number>, N: number): { realEigenvalues: number[]; imaginaryEigenvalues: number[] } {
  const at = (i: number, j: number): number => w[i * N + j] as number;
  const apart: number[] = [];
  let left = Array.from({ length: N }, (_, i) => i);
  for (let before = -1; before !== left.length;) {
    before = left.length;
    for (const i of left) {
      const alone = (of: (j: number) => number): boolean => left.every((j) => j === i || of(j) === 0);
      if (!alone((j) => at(i, j)) && !alone((j) => at(j, i))) continue;
      apart.push(at(i, i));
      left = left.filter((j) => j !== i);
    }
  }
  const none = apart.map(() => 0);
  if (left.length === 0) return { realEigenvalues: apart, imaginaryEigenvalues: none };
  const shift = Math.sqrt(left.reduce((sum, i) => left.reduce((s, j) => s + at(i, j) ** 2, sum), 0));
  const matrix = new Matrix(left.map((i) => left.map((j) => at(i, j) + (i === j ? shift : 0))));
  const rest = new EigenvalueDecomposition(matrix, { assumeSymmetric: false });
  return {
    realEigenvalues: [...apart, ...rest.realEigenvalues.map((x) => x - shift)],
    imaginaryEigenvalues: [...none, ...rest.imaginaryEigenvalues],
  };
}

/** How far beyond the disc's radius an eigenvalue must lie to count as an outlier. The edge fluctuates, and weights of
 * unequal variance widen it: 1.06 in the untrained networks of the references, 1.27 in a trained one, whose two outlying
 * pairs lie at 2.5 and 4.2. */
const MARGIN = 1.5;

/** Tells outliers from the bulk. The circular law puts the bulk into a disc of radius sqrt(||W||^2 / N); outliers' own
 * share of ||W||^2 (at least |lambda|^2 each) is taken off first, so the two are found together by iteration.
 * @param moduli  falling */
function bulk(moduli: readonly number[], frobenius2: number): { bulkRadius: number; count: number } {
  let [count, before] = [0, -1];
  let bulkRadius = 0;
  while (count !== before) {
    before = count;
    const outside = moduli.slice(0, count).reduce((sum, size) => sum + size ** 2, 0);
    bulkRadius = Math.sqrt(Math.max(0, frobenius2 - outside) / moduli.length);
    count = moduli.findIndex((size) => size <= MARGIN * bulkRadius);
    if (count < 0) count = moduli.length;
  }
  return { bulkRadius, count };
}
