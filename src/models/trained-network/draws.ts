import { ModelError } from "../../errors.ts";
import { RandomState, sparseRandom } from "../../random/numpy-legacy.ts";
import { drawU32, philoxInto, stream, uniform, USES } from "../../random/philox.ts";
import type { TrainedNetworkParameters } from "./parameters.ts";

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

/** Draws in the notebook's order from NumPy's legacy generator; the returned state goes on with the noise. */
export function drawNetworkNumpy(parameters: DrawParameters, seed: number): NetworkDraws & { random: RandomState } {
  const { N, p, amp_current, ftrain } = parameters;
  const random = new RandomState(seed);
  const x0 = random.randoms(N).map((u) => 2 * Math.PI * u);
  const Istim = random.randoms(N).map((u) => amp_current * (2 * u - 1));
  const { row, column, value } = sparseRandom(random, N, N, p);
  const rows = rowsOf(N);
  row.forEach((i, at) => {
    const j = column[at] as number;
    if (i !== j) rows[i]?.set(j, value[at] as number);
  });
  const trained = ftrain >= 1 ? undefined : drawNetwork(parameters, seed).trained; // the notebook never draws it
  return { x0, Istim, ...balanced(rows, parameters), ...(trained && { trained }), random };
}

/** The notebook's noise: goes on with the network's stream, LIF values first in each half-step; loops in order. */
export function numpyNoise(
  random: RandomState,
  { N, itmax, amplitude, nqif }: { N: number; itmax: number; amplitude: number; nqif: number },
): (loop: number) => Float64Array {
  let next = 0;
  return (loop) => {
    if (loop !== next++) throw new ModelError("numpy noise", `loop ${loop} asked for out of order`, "Start at loop 0");
    const noise = new Float64Array(itmax * 2 * N);
    for (let half = 0; half < 2 * itmax; half++) {
      for (let i = nqif; i < N; i++) noise[half * N + i] = amplitude * random.normal();
      for (let i = 0; i < nqif; i++) noise[half * N + i] = amplitude * random.normal();
    }
    return noise;
  };
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

/** Indices of the `count` smallest of n keyed draws: a sample without replacement that no order of calls can change. */
function smallest(n: number, count: number, seed: number, streamHash: number): Int32Array {
  const keys = Float64Array.from({ length: n }, (_, at) => drawU32(seed, streamHash, at, 0, "connection") * n + at);
  return Int32Array.from(keys.sort().subarray(0, count), (key) => key % n); // key < 2^32 n: exact while n < 2^21
}

const words = new Uint32Array(4); // overwritten by each draw: holds nothing between calls

function normal(seed: number, streamHash: number, a: number, b: number): number {
  philoxInto(words, 0, a, b, 0, USES.weight, seed, streamHash);
  return Math.sqrt(-2 * Math.log(uniform(words[0] as number))) * Math.cos(2 * Math.PI * uniform(words[1] as number));
}

const rowsOf = (n: number): Map<number, number>[] => Array.from({ length: n }, () => new Map<number, number>());

/** Scales by gsyn / sqrt(p N) and takes each row's mean off its entries: every neuron's inputs sum to 0. */
function balanced(
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
