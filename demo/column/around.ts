import { Matrix, solve } from "ml-matrix";

/** What one point gives. */
export interface Tried {
  /** root mean square of the residual. */
  readonly error: number;
  /** model minus recording, sample by sample. */
  readonly residual: ArrayLike<number>;
}

/** A point of the unit cube, and what it gives. */
export interface Known {
  readonly unit: readonly number[];
  readonly tried: Tried;
}

export interface Step {
  readonly at: Known;
  /** part of the error that is gone. */
  readonly gained: number;
}

/** First distance of what is tried around a point, of a parameter's range, and that at which the search has settled. */
const [FIRST, SMALLEST] = [1 / 12, 1 / 600] as const;
/** of Marquardt: from nearly Gauss and Newton's step to a short one down the slope. */
const DAMPINGS = [1e-3, 0.1, 1] as const;
/** A step goes so many distances at most. */
const FARTHEST = 6;
/** An error that falls by less, of itself, is as good as none. */
const GAIN = 2e-3;

/** Looks around a point: two points beside it along each parameter, and from the differences of their residuals steps as Levenberg (1944) and
 * Marquardt (1963) make them. The best of all is the next point; where none is better the distance shrinks, by which the points along
 * the parameters alone come to a minimum (generating set search: Kolda, Lewis & Torczon 2003, SIAM Review 45:385-482). No
 * derivative is asked for: a spike more or less makes a jump in the error, and over a distance it is smooth enough.
 * @param run  tries points of the unit cube, as one batch */
export async function* around(from: Known, run: (units: readonly number[][]) => Promise<readonly Known[]>): AsyncGenerator<Step, Known> {
  let now = from;
  let reach: number = FIRST;
  while (reach >= SMALLEST) {
    const [before, beside] = [now, pairs(now.unit, reach)];
    const seen = await run(beside.flat());
    const steps = stepsFrom(now, seen, reach);
    const stepped = steps.length === 0 ? [] : await run(steps);
    const next = least([now, ...seen, ...stepped]);
    const gained = 1 - next.tried.error / before.tried.error;
    const far = Math.max(...next.unit.map((u, k) => Math.abs(u - (before.unit[k] as number))));
    // a short step says that the minimum is near: what is beside it is looked at from nearer too
    reach = gained > GAIN ? Math.min(1.5 * reach, FIRST, Math.max(far, reach / 8)) : reach / 2.5;
    now = next;
    yield { at: now, gained };
  }
  return now;
} // prettier-ignore

const least = (of: readonly Known[]): Known => of.reduce((a, b) => (b.tried.error < a.tried.error ? b : a));

/** Two points along each parameter; at an edge both lie inside. */
const pairs = (unit: readonly number[], reach: number): [number[], number[]][] =>
  unit.map((at, k) => {
    const [from, to] = at - reach < 0 ? [at + reach / 2, at + reach] : at + reach > 1 ? [at - reach, at - reach / 2] : [at - reach, at + reach]; // prettier-ignore
    return [from, to].map((x) => unit.map((u, j) => (j === k ? x : u))) as [number[], number[]];
  });

/** Where the residual, taken as linear, would be least: a point for each damping. */
function stepsFrom({ unit, tried }: Known, beside: readonly Known[], reach: number): number[][] {
  const slopes = unit.map((_, k) => {
    const [a, b] = [beside[2 * k] as Known, beside[2 * k + 1] as Known];
    const over = (b.unit[k] as number) - (a.unit[k] as number);
    return Array.from(tried.residual, (_, s) => ((b.tried.residual[s] as number) - (a.tried.residual[s] as number)) / over); // prettier-ignore
  });
  const product = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.prototype.reduce.call(a, (sum, x, s) => (sum as number) + (x as number) * (b[s] as number), 0) as number; // prettier-ignore
  const normal = slopes.map((a) => slopes.map((b) => product(a, b)));
  const slope = slopes.map((a) => -product(a, tried.residual));
  const most = Math.max(...normal.map((row, k) => row[k] as number));
  if (!(most > 0)) return []; // no parameter moves anything here
  const steps: number[][] = [];
  for (const damping of DAMPINGS) {
    const damped = normal.map((row, k) => row.map((x, j) => (j === k ? x * (1 + damping) + 1e-12 * most : x)));
    const step = solve(new Matrix(damped), Matrix.columnVector(slope)).getColumn(0);
    const far = Math.max(...step.map(Math.abs));
    const part = far > FARTHEST * reach ? (FARTHEST * reach) / far : 1;
    const to = unit.map((u, k) => Math.min(1, Math.max(0, u + part * (step[k] as number))));
    if (to.every(Number.isFinite) && [unit, ...steps].every((known) => known.some((u, k) => Math.abs(u - (to[k] as number)) > reach / 50))) steps.push(to); // prettier-ignore
  }
  return steps;
}
