import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Known } from "./around.ts";

/** Reaches of one parameter, of its range, that are tried: how far from a point what it gave still tells something. */
const REACHES = [0.08, 0.16, 0.32, 0.64, 1.28] as const;
/** What two points at one place differ by, of the variance: a spike more or less makes a jump. */
const JUMP = 1e-3;
/** Of all points so many with the least errors enter: the cost grows with their third power. */
const MOST = 100;
/** Points of the cube that are looked at for each parameter before the best are looked around. */
const LOOKED = 400;
/** Of a parameter's range: nearer to a known point nothing is proposed. */
const NEAR = 0.004;

/** What a point is expected to give. */
interface Expected {
  /** root mean square of the residual, nAm. */
  readonly error: number;
  /** of the residual too: how far what comes may be from what is expected. */
  readonly unsure: number;
}

/** Guesses what points of the unit cube would give from those that are known: a Gaussian process of the whole residual, whose reach in each parameter
 * is the most likely one (kriging: Sacks, Welch, Mitchell & Wynn 1989, Statistical Science 4:409-423; of curves: Conti & O'Hagan 2010,
 * J. Stat. Plan. Inference 140:640-651). An error is one number of a column; its residual tells when the column fires too early. */
export class Emulator {
  readonly #points: readonly Known[];
  #reaches: readonly number[];
  /** Of the points' correlations the inverse, and that about the products of their residuals. */
  readonly #inverted: Float64Array;
  readonly #crossed: Float64Array;
  /** of the points' residuals, inverted, with the mean one. */
  readonly #withMean: readonly number[];
  /** mean square of the mean residual, and variance of one about it, nAm2. */
  readonly #ofMean: number;
  readonly #variance: number;

  /** @param known  two or more */
  constructor(known: readonly Known[]) {
    this.#points = [...known].sort((a, b) => a.tried.error - b.tried.error).slice(0, MOST);
    const residuals = new Matrix(this.#points.map(({ tried }) => Array.from(tried.residual)));
    const mean = residuals.mean("column");
    const centred = residuals.subRowVector(mean);
    const samples = mean.length;
    const among = centred.mmul(centred.transpose()).div(samples);
    this.#ofMean = mean.reduce((sum, x) => sum + x * x, 0) / samples;
    this.#reaches = (this.#points[0] as Known).unit.map(() => REACHES[2]);
    let best = likely(this.#points, this.#reaches, among);
    for (let sweep = 0; sweep < 2; sweep++)
      for (const k of this.#reaches.keys())
        for (const reach of REACHES) {
          if (reach === this.#reaches[k]) continue;
          const reaches = this.#reaches.map((r, j) => (j === k ? reach : r));
          const found = likely(this.#points, reaches, among);
          if (found.unlikely < best.unlikely) [best, this.#reaches] = [found, reaches];
        }
    const { inverted, variance } = best;
    this.#variance = variance;
    this.#inverted = Float64Array.from(inverted.to1DArray());
    this.#crossed = Float64Array.from(inverted.mmul(among).mmul(inverted).to1DArray());
    this.#withMean = inverted.mmul(centred.mmul(Matrix.columnVector(mean)).div(samples)).getColumn(0);
  }

  at(unit: readonly number[]): Expected {
    const n = this.#points.length;
    const like = this.#points.map((p) => alike(p.unit, unit, this.#reaches));
    let [square, told] = [this.#ofMean, 0];
    for (let i = 0; i < n; i++) {
      const a = like[i] as number;
      let [crossed, inverted] = [0, 0];
      for (let j = 0; j < n; j++) {
        crossed += (this.#crossed[i * n + j] as number) * (like[j] as number);
        inverted += (this.#inverted[i * n + j] as number) * (like[j] as number);
      }
      square += a * (crossed + 2 * (this.#withMean[i] as number));
      told += a * inverted;
    }
    return { error: Math.sqrt(Math.max(0, square)), unsure: Math.sqrt(this.#variance * Math.max(0, 1 - told)) };
  }

  /** Points to try next, one for each measure of hope: 0 takes what is expected, 1 what would come if all that is unsure turned out well.
   * @param draw  next number of [0, 1) */
  proposals(hopes: readonly number[], draw: () => number): number[][] {
    const n = this.#reaches.length;
    const looked = Array.from({ length: LOOKED * n }, () => this.#reaches.map(() => draw()));
    for (const { unit } of this.#points.slice(0, 5))
      for (let k = 0; k < 40 * n; k++) looked.push(beside(unit, 0.1 * draw(), draw));
    const seen = looked.map((unit) => ({ unit, ...this.at(unit) }));
    const proposed: number[][] = [];
    for (const hope of hopes) {
      const value = ({ error, unsure }: Expected): number => error - hope * unsure;
      let best = seen.reduce((a, b) => (value(b) < value(a) && this.#new(b.unit, proposed) ? b : a));
      for (let reach = 0.05; reach > NEAR / 2; reach /= 1.3)
        for (let k = 0; k < 5 * n; k++) {
          const unit = beside(best.unit, reach, draw);
          const found = { unit, ...this.at(unit) };
          if (value(found) < value(best) && this.#new(unit, proposed)) best = found;
        }
      if (this.#new(best.unit, proposed)) proposed.push([...best.unit]);
    }
    return proposed;
  }

  #new(unit: readonly number[], proposed: readonly (readonly number[])[]): boolean {
    const far = (other: readonly number[]): boolean => unit.some((u, k) => Math.abs(u - (other[k] as number)) > NEAR);
    return this.#points.every((p) => far(p.unit)) && proposed.every(far);
  }
}

/** Matérn's correlation of order 5/2. */
function alike(a: readonly number[], b: readonly number[], reaches: readonly number[]): number {
  let square = 0;
  for (let k = 0; k < a.length; k++) square += (((a[k] as number) - (b[k] as number)) / (reaches[k] as number)) ** 2;
  const d = Math.sqrt(5 * square);
  return (1 + d + (d * d) / 3) * Math.exp(-d);
}

/** How unlikely residuals are under these reaches: twice the negative logarithm of the likelihood over the samples, with its best variance. */
function likely(points: readonly Known[], reaches: readonly number[], among: Matrix): { inverted: Matrix; variance: number; unlikely: number } {
  const n = points.length;
  const like = Matrix.eye(n, n, 1 + JUMP);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const r = alike((points[i] as Known).unit, (points[j] as Known).unit, reaches);
      like.set(i, j, r).set(j, i, r);
    }
  const cholesky = new CholeskyDecomposition(like);
  const inverted = cholesky.solve(Matrix.eye(n, n));
  const variance = Math.max(Matrix.mul(inverted, among).sum() / n, Number.MIN_VALUE); // 0: all residuals are alike
  const volume = 2 * cholesky.lowerTriangularMatrix.diagonal().reduce((sum, x) => sum + Math.log(x), 0);
  return { inverted, variance, unlikely: n * Math.log(variance) + volume };
} // prettier-ignore

const beside = (unit: readonly number[], reach: number, draw: () => number): number[] =>
  unit.map((u) => Math.min(1, Math.max(0, u + reach * (2 * draw() - 1))));
