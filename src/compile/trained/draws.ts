import { drawU32, philoxInto, stream, uniform, USES } from "../../random/philox.ts";
import { lowerBound } from "../../sorted.ts";
import type { TrainedNetworkParameters } from "../../network/trained-parameters.ts";

/** What differs between networks of different seeds: start, stimulus, wiring. */
export interface NetworkDraws {
  readonly x0: Float64Array;
  /** Stimulus current of each neuron. */
  readonly Istim: Float64Array;
  /** Balanced sparse weights; row i holds the inputs of neuron i, columns rise. */
  readonly rowPtr: Int32Array;
  readonly colIdx: Int32Array;
  readonly w0: Float64Array;
  /** 1 where the neuron learns; absent when all do. */
  readonly trained?: Uint8Array;
}

/** Target amplitude, phase and cycles per loop of each neuron. */
export interface TargetDraws {
  readonly amplitude: Float64Array;
  readonly phase: Float64Array;
  readonly cycles: Float64Array;
}

/** What the draws of a network depend on. */
export type DrawParameters = Pick<TrainedNetworkParameters, "N" | "p" | "gsyn" | "amp_current" | "ftrain">;

/** Draws of Philox, each a pure function of (seed, name, neuron or pair). */
export function drawNetwork(parameters: DrawParameters, seed: number): NetworkDraws {
  const { N, p, amp_current, ftrain } = parameters;
  const per = (name: string, of: (u: number) => number): Float64Array =>
    Float64Array.from({ length: N }, (_, i) => of(uniform(drawU32(seed, stream("training", name), i, 0, "initial"))));
  const x0 = per("x0", (u) => 2 * Math.PI * u);
  const Istim = per("stimulus", (u) => amp_current * (2 * u - 1));
  const count = Math.round(p * N * N);
  const links = smallest(N * N, count, seed, stream("training", "links"));
  const rows = rowsOf(N);
  for (const at of links) {
    const [i, j] = [at % N, Math.floor(at / N)];
    if (i !== j) rows[i]?.set(j, normal(seed, stream("training", "weights"), i, j));
  }
  const trained = ftrain >= 1 ? undefined : new Uint8Array(N);
  if (trained) for (const i of smallest(N, Math.round(ftrain * N), seed, stream("training", "trained"))) trained[i] = 1;
  return { x0, Istim, ...balanced(rows, parameters), ...(trained && { trained }) };
}

/** Two frequencies, half of the neurons each, at random. */
export function drawTargets(
  { N, amp0, cycles }: Pick<TrainedNetworkParameters, "N" | "amp0" | "cycles">,
  seed: number,
): TargetDraws {
  const per = (name: string): number[] =>
    Array.from({ length: N }, (_, i) => uniform(drawU32(seed, stream("training", name), i, 0, "initial")));
  const slow = new Set(smallest(N, Math.floor(N / 2), seed, stream("training", "slow targets")));
  return {
    amplitude: Float64Array.from(per("target amplitude"), (u) => amp0 * u),
    phase: Float64Array.from(per("target phase"), (u) => 2 * Math.PI * u),
    cycles: Float64Array.from({ length: N }, (_, i) => (slow.has(i) ? cycles[0] : cycles[1])),
  };
}

/** Target [itmax][N] of each step of a loop: A cos(2 pi c it / itmax + phi). */
export function targetArray({ amplitude, phase, cycles }: TargetDraws, itmax: number): Float64Array {
  const N = amplitude.length;
  return Float64Array.from({ length: itmax * N }, (_, at) => {
    const [it, i] = [Math.floor(at / N), at % N];
    const angle = (2 * Math.PI * (cycles[i] as number) * it) / itmax + (phase[i] as number);
    return (amplitude[i] as number) * Math.cos(angle);
  });
}

/** Indices of the `count` smallest of n keyed draws, of equal ones the first, in rising order: a sample without replacement that no order
 * of calls can change. */
export function smallest(n: number, count: number, seed: number, streamHash: number): Int32Array {
  const draws = Uint32Array.from({ length: n }, (_, at) => drawU32(seed, streamHash, at, 0, "connection"));
  const sorted = draws.slice().sort();
  const largest = sorted[count - 1] ?? 0;
  let equal = count - lowerBound(sorted, largest);
  const out = new Int32Array(count);
  let k = 0;
  draws.forEach((draw, at) => {
    if (k < count && (draw < largest || (draw === largest && equal-- > 0))) out[k++] = at;
  });
  return out;
}

const words = new Uint32Array(4); // overwritten by each draw: holds nothing between calls

function normal(seed: number, streamHash: number, a: number, b: number): number {
  philoxInto(words, 0, a, b, 0, USES.weight, seed, streamHash);
  return Math.sqrt(-2 * Math.log(uniform(words[0] as number))) * Math.cos(2 * Math.PI * uniform(words[1] as number));
}

/** Of n neurons, each an empty row of weights by column. */
export const rowsOf = (n: number): Map<number, number>[] => Array.from({ length: n }, () => new Map<number, number>());

/** Scales by gsyn / sqrt(p N) and takes each row's mean off its entries: every neuron's inputs sum to 0. */
export function balanced(
  rows: readonly Map<number, number>[],
  { N, p, gsyn }: Pick<DrawParameters, "N" | "p" | "gsyn">,
): Pick<NetworkDraws, "rowPtr" | "colIdx" | "w0"> {
  const rowPtr = new Int32Array(N + 1);
  rows.forEach((row, i) => (rowPtr[i + 1] = (rowPtr[i] as number) + row.size));
  const [colIdx, w0] = [new Int32Array(rowPtr[N] as number), new Float64Array(rowPtr[N] as number)];
  rows.forEach((row, i) => {
    const links = [...row].sort(([a], [b]) => a - b);
    const values = links.map(([, z]) => (z * gsyn) / Math.sqrt(p * N));
    const mean = values.reduce((sum, w) => sum + w, 0) / values.length;
    links.forEach(([j], a) => {
      colIdx[(rowPtr[i] as number) + a] = j;
      w0[(rowPtr[i] as number) + a] = (values[a] as number) - mean;
    });
  });
  return { rowPtr, colIdx, w0 };
}
