import { ModelError } from "../../errors.ts";

/** How a parameter runs through a pool: its value at the small end and at the large end, the curvature that a pool made
 * from a count uses, and whether the two ends are exchanged (`negative`, generation B of the published files). */
export type Range = readonly [first: number, last: number, curvature: number, negative?: boolean];
/** The ranges of each section of a cell: { soma: { diam: [78, 113, 14], ... }, dend: { ... } }. */
export type Ranges = Readonly<Record<string, Readonly<Record<string, Range>>>>;

/** B is the current form of the published files; A ignores their `negative` flags. */
export type Generation = "A" | "B";

/** Who the cells are: thresholds (any order, used as they are, not rescaled), or only a count. */
export type Recruitment = { readonly thresholds: Float64Array } | { readonly n: number };

/** Motor neurons of a pool: a muscle has at most some thousand; more than these are seconds before anything is said. */
const MOST_MOTOR_NEURONS = 100_000;

/** @throws ModelError for a pool that is too large, before anything is made of it */
export function checkPool(where: string, n: number): void {
  if (typeof n === "number" && n > MOST_MOTOR_NEURONS) throw new ModelError(where, `has ${n} motor neurons`, `Give at most ${MOST_MOTOR_NEURONS}, or several pools`); // prettier-ignore
}

export const count = (who: Recruitment): number => ("n" in who ? who.n : who.thresholds.length);

/** One parameter of every cell.
 * @param q fraction of the way that a pool made from a count has gone at its middle: 1 / curvature or the curvature
 * @throws ModelError when q is not in (0, 0.5] and there are no thresholds */
export function spread(where: string, range: Range, who: Recruitment, generation: Generation, q: number): Float64Array {
  const exchanged = generation === "B" && range[3] === true;
  const [first, last] = exchanged ? [range[1], range[0]] : [range[0], range[1]];
  if ("thresholds" in who) return who.thresholds.map((T) => T * (last - first) + first);
  if (first === last) return new Float64Array(who.n).fill(first);
  if (!(q > 0 && q <= 0.5)) {
    throw new ModelError(where, `its curvature ${range[2]} puts ${q} of the range at the middle of the pool, more than 0.5`,
      "Give another curvature, or build the pool from thresholds"); // prettier-ignore
  }
  return Float64Array.from({ length: who.n }, (_, i) => first + (last - first) * bent(i, who.n, q, first <= last));
}

/** 0 .. 1 over the pool along a * exp(+-b x) + c, x from 0 to 4, through q at x = 2. The published fit has three unknowns
 * and three distinct points, so it is solved here in closed form; rising values use +b, falling ones -b. A falling one
 * passes q at the middle counted from its end. */
function bent(i: number, n: number, q: number, rising: boolean): number {
  const x = n === 1 ? 0 : (4 * i) / (n - 1);
  const b = Math.log((1 - q) / q) / 2;
  if (b === 0) return x / 4;
  return rising ? Math.expm1(b * x) / Math.expm1(4 * b) : Math.expm1(-b * x) / Math.expm1(-4 * b);
}

/** Conduction time of each axon, ms: velocities (m/s) equally spaced over the pool, all of one length (m). */
export function axonDelays(n: number, axon: Axon): Float64Array {
  const [slowest, fastest] = axon.velocity;
  const step = n === 1 ? 0 : (fastest - slowest) / (n - 1);
  return Float64Array.from({ length: n }, (_, i) => (axon.length / (slowest + i * step)) * 1000);
}

export interface Axon {
  readonly velocity: readonly [first: number, last: number]; // m/s
  readonly length: number; // m
}

export const AXON: Axon = { velocity: [50, 65], length: 0.6 };
